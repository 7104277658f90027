"""The tables of values in a DCC: quantities that stand side by side, and the part that each of them plays.

A table is what one dcc:data or one dcc:list holds directly; a list within a list is a table of its own. Only the results of
the measurement are tables: ambient conditions, statements and limits inside metadata are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from registry.exchange.dcc.dsi import Measured, in_words, measured
from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.own_terms import QUANTITY
from registry.exchange.dcc.reading import Element, child, children, contents, ref_ids, ref_types, wording

MAX_QUANTITIES = 5000  # Of one document; the richest real one met has 190.
MAX_TEXT = 2000  # Characters of the names around a quantity.


class Role(IntEnum):
    """The part that a quantity plays in its table, in the order in which its points are taken as the range of an error."""

    REFERENCE = 1  # What the standard realised.
    MEASURED = 2  # What the item showed; also every quantity of which nothing else is known.
    NOMINAL = 3  # What was aimed at.
    ERROR = 4  # Error, deviation, correction: a difference, not a point.
    LIMIT = 5  # Tolerances, specification limits and flags: not measured at all.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """One column of a table. `ref_types` are its terms without those that only tell its role; `text` is its name in all
    languages. Compared by identity, like the element that it is.
    """

    name: str | None
    text: str
    ref_types: tuple[str, ...]
    role: Role
    values: Measured
    items: frozenset[str]
    element: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Quantities side by side, with the name and terms of the result they belong to."""

    result_name: str | None
    result_text: str
    result_ref_types: tuple[str, ...]
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """What the elements around a table say about it."""

    name: str | None
    text: str
    terms: tuple[str, ...]
    items: frozenset[str]

    def within(self, element: Element) -> "_Around":
        return _Around(self.name, _text_of_name(element, self.text), self.terms, self.items | ref_ids(element))


# Terms of the refType vocabulary and words of names by role, in the order in which they decide.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        (Role.LIMIT, "limit|toleran|status|specification|conformity|grenz|raja|允差|允许误差|上限|下限|合格"),
        (
            Role.ERROR,
            "error|deviation|difference|correction|bias|abweichung|korrekt|differenz|fehler|poikkeama|virhe|avvikelse"
            "|erreur|écart|erro|desvi|correç|correcc|diferen|误差|偏差|修正|差值",
        ),
        (Role.NOMINAL, "nominal|nennwert|nimellis|calibrationvalue|标称|名义"),
        (Role.REFERENCE, "reference|referenz|referens|bezugswert|normalwert|参考|标准值|标准器"),
        (Role.MEASURED, "measuredvalue|indicat|anzeige|示值|测得值"),
    )
)


def tables(results: Element | None, remarks: Remarks) -> list[Table]:
    """The tables of all results under dcc:measurementResults, in document order, up to `MAX_QUANTITIES` quantities."""
    found: list[Table] = []
    count = 0
    for table in _all_tables(results, remarks):
        count += len(table.quantities)
        if count > MAX_QUANTITIES:
            remarks.add(Code.TOO_MANY_RESULTS, limit=MAX_QUANTITIES, what="quantities")
            break
        found.append(table)
    return found


def result_names(results: Element | None) -> Iterator[str]:
    """What the names of the results say, in all languages."""
    for measurement in children(results, "measurementResult"):
        for result in children(child(measurement, "results"), "result"):
            yield from contents(child(result, "name"))


def role_of(terms: tuple[str, ...], text: str) -> Role:
    """The role of a quantity: its refType decides, else the words of its name, else it counts as measured."""
    for source in (" ".join(terms), text):
        for role, pattern in _ROLES:
            if pattern.search(source):
                return role
    return Role.MEASURED


def _all_tables(results: Element | None, remarks: Remarks) -> Iterator[Table]:
    for measurement in children(results, "measurementResult"):
        for result in children(child(measurement, "results"), "result"):
            terms = ref_types(result)
            items = ref_ids(measurement) | ref_ids(result)
            around = _Around(wording(child(result, "name")), _text_of_name(result), terms, items)
            for data in children(result, "data"):
                yield from _tables(data, around.within(data), remarks)


def _text_of_name(element: Element, before: str = "") -> str:
    """The name of an element in all its languages, after what is known already; cut where no name is that long."""
    return " ".join([before, *contents(child(element, "name"))]).strip()[:MAX_TEXT]


def _tables(container: Element, around: _Around, remarks: Remarks) -> Iterator[Table]:
    elements = list(islice(children(container, "quantity"), MAX_QUANTITIES + 1))
    is_own = any(QUANTITY in ref_types(element) for element in elements)
    columns = [_quantity(element, around, remarks, is_own=is_own) for element in elements]
    quantities = tuple(column for column in columns if column is not None)
    if quantities:
        yield Table(result_name=around.name, result_text=around.text, result_ref_types=around.terms, quantities=quantities)
    for inner in children(container, "list"):
        yield from _tables(inner, around.within(inner), remarks)


def _quantity(element: Element, around: _Around, remarks: Remarks, *, is_own: bool) -> Quantity | None:
    terms = ref_types(element)
    found = Remarks() if QUANTITY in terms else remarks
    values = measured(element, found)
    if found is not remarks:
        # A rendering of this registry states U and k beside this u, of which nothing is recorded.
        remarks.extend(each for each in found.all() if each.code is not Code.STANDARD_UNCERTAINTY)
    if values is None and is_own:
        values = in_words(element, remarks)
    if values is None:
        return None
    text = _text_of_name(element)
    return Quantity(
        name=wording(child(element, "name")),
        text=text,
        ref_types=tuple(term for term in terms if not any(pattern.search(term) for _, pattern in _ROLES)),
        role=role_of(terms, text),
        values=values,
        items=around.items | ref_ids(element),
        element=element,
    )
