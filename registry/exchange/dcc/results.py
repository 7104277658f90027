"""Tables of values -> the results of a certificate: quantity, range, U and k.

1. Where the document states an uncertainty anywhere, its results are the quantities with an uncertainty; lists without one
   (series of readings, budgets) support them. Where it states none at all, every measured quantity is a result without U, so
   that the verdict can say so (NO_UNCERTAINTY) instead of never hearing of it.
2. The range of a result is the smallest to the largest of its own points. An error, deviation or correction takes the points
   at which it was found: those of the reference value beside it, else of the measured, else of the nominal value, of the same
   dimension. An error in % (or ppm) takes those of a reference value of any dimension, and its U is relative; not when it is
   said to be of span. Without such points there is no range, and no record: an open range would cover every use.
3. U is the largest of the points (dsi.largest), never the smallest. Where both a reference value and what was measured state
   one, the latter is the item's.
4. A table in the terms of this registry (own_results.py) says itself what its result is.
5. The quantity is the kind that the unit tells (units.kind_of_quantity), else the term of the certificate: refType, name of
   the quantity, name of the result.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, localcontext

from registry.exchange.dcc.document import ReportedResult
from registry.exchange.dcc.dsi import Measured
from registry.exchange.dcc.findings import Code, Remarks, place_of
from registry.exchange.dcc.own_results import is_own, own_result
from registry.exchange.dcc.tables import Quantity, Role, Table
from registry.exchange.dcc.units import kind_of_quantity
from traceability.quantities import MAX_DIGITS, PERCENT, same_dimension, unit_of

MAX_RESULTS = 500  # Of one document; the richest real one met has 34. A verdict looks at every result of every certificate.
MAX_NAME = 255  # Characters of a quantity in a record (traceability.records.Word).

_OWN = {Role.MEASURED, Role.ERROR}  # What a quantity tells of the item itself.
_PROPORTIONS = {PERCENT: -2, "1": 0, "ppm": -6}  # Units in which an error may be relative to the measured value: powers of ten.
_GENERIC_TERM = re.compile(
    r"(?:basic|gp|math)_(?:measuring|measurement|calibration)?(?:results?|tables?|values?)\d*", re.IGNORECASE
)
_OF_SPAN = re.compile(r"\bspan\b|full[ -]?scale|\bF\.?S\b|Messspanne|Endwert|量程|满量程|引用", re.IGNORECASE)


def reported(tables: Sequence[Table], remarks: Remarks) -> tuple[ReportedResult, ...]:
    """The results of a document, in its order, those in own terms first, at most `MAX_RESULTS`."""
    own = [result for table in tables if is_own(table) and (result := own_result(table, remarks)) is not None]
    tables = [table for table in tables if not is_own(table)]
    has_uncertainty = any(quantity.values.uncertainty for table in tables for quantity in table.quantities)
    select = _with_uncertainty if has_uncertainty else _without_uncertainty
    chosen = [(table, select(table)) for table in tables]
    supporting = sum(not quantities for _, quantities in chosen)
    if has_uncertainty and supporting:
        remarks.add(Code.VALUES_WITHOUT_UNCERTAINTY, count=supporting)
    pairs = [(table, quantity) for table, quantities in chosen for quantity in quantities]
    if len(own) + len(pairs) > MAX_RESULTS:
        remarks.add(Code.TOO_MANY_RESULTS, limit=MAX_RESULTS, what="results")
    most = max(MAX_RESULTS - len(own), 0)
    return (*own[:MAX_RESULTS], *(_result(table, quantity, remarks) for table, quantity in pairs[:most]))


def _with_uncertainty(table: Table) -> list[Quantity]:
    """Rules 1 and 3."""
    stated = [quantity for quantity in table.quantities if quantity.values.uncertainty and quantity.role is not Role.LIMIT]
    own = {_unit_or_text(quantity) for quantity in stated if quantity.role in _OWN}
    return [each for each in stated if each.role in _OWN or not any(_is_alike(_unit_or_text(each), unit) for unit in own)]


def _unit_or_text(quantity: Quantity) -> tuple[str | None, str]:
    return quantity.values.unit, quantity.values.raw_unit


def _is_alike(reference: tuple[str | None, str], own: tuple[str | None, str]) -> bool:
    """Whether two quantities speak of the same thing, as far as their units tell; a relative error speaks of any."""
    if reference[0] is None or own[0] is None:
        return reference[1] == own[1]
    return own[0] in _PROPORTIONS or same_dimension(reference[0], own[0])


def _without_uncertainty(table: Table) -> list[Quantity]:
    """Rule 1, second half: one quantity of each kind, what was measured before what was aimed at."""
    order = [Role.MEASURED, Role.REFERENCE, Role.NOMINAL]
    points = [quantity for quantity in table.quantities if quantity.role in order]
    by_kind: dict[str, Quantity] = {}
    for quantity in sorted(points, key=lambda each: order.index(each.role)):
        by_kind.setdefault(_kind(table, quantity, quantity.values.unit), quantity)
    chosen = set(by_kind.values())
    return [quantity for quantity in points if quantity in chosen]


def _result(table: Table, quantity: Quantity, remarks: Remarks) -> ReportedResult:
    values = quantity.values
    points, uncertainty, uncertainty_unit = values, values.uncertainty, values.unit
    if quantity.role is Role.ERROR:
        found = _points_of_error(table, quantity)
        if found is None:
            remarks.add(Code.RESULT_WITHOUT_RANGE, quantity.element, name=quantity.name or table.result_name)
        points = found or values
        uncertainty_unit = _unit_of_difference(values.unit, points.unit)
    stated = None if uncertainty is None else _converted(uncertainty.value, values.unit, uncertainty_unit)
    has_range = quantity.role is not Role.ERROR or points is not values
    return ReportedResult(
        quantity=_kind(table, quantity, points.unit if has_range else None),
        name=table.result_name,
        ref_types=(*quantity.ref_types, *table.result_ref_types),
        raw_unit=values.raw_unit,
        unit=points.unit,
        low=points.low if has_range else None,
        high=points.high if has_range else None,
        uncertainty=stated,
        uncertainty_unit=uncertainty_unit if stated is not None else None,
        k=uncertainty.k if uncertainty is not None and stated is not None else None,
        items=quantity.items,
        text=f"{table.result_text} {quantity.text}".strip(),
        place=place_of(quantity.element),
    )


def _points_of_error(table: Table, error: Quantity) -> Measured | None:
    """Rule 2: the points at which an error was found."""
    unit = error.values.unit
    if unit is None or (unit in _PROPORTIONS and _OF_SPAN.search(error.text)):
        return None
    points = sorted(
        (each for each in table.quantities if each.role < Role.ERROR and each.values.unit), key=lambda each: each.role
    )
    alike = [each.values for each in points if each.values.unit and _is_same_scale(each.values.unit, unit)]
    if alike or unit not in _PROPORTIONS:
        return alike[0] if alike else None
    references = [each.values for each in points if each.role is Role.REFERENCE]
    kinds = {unit_of(each.unit).dimension for each in references if each.unit}
    return references[0] if len(kinds) == 1 else None


def _unit_of_difference(unit: str | None, range_unit: str | None) -> str | None:
    """The unit in which the U of an error is recorded: its own; `%` when it is relative to values of another dimension; the
    unit of the range when both are pure numbers, as `%` beside `1` would be taken as relative.
    """
    if unit is None or range_unit is None or unit not in _PROPORTIONS:
        return unit
    return range_unit if range_unit in _PROPORTIONS else PERCENT


def _converted(value: Decimal, unit: str | None, target: str | None) -> Decimal | None:
    """The U of an error in another unit, exactly; nothing when that is too small for a record. Only proportions ever change."""
    if unit == target or unit is None or target is None:
        return value
    with localcontext(prec=MAX_DIGITS):
        shifted = value.scaleb(_PROPORTIONS[unit] - _PROPORTIONS[target])
    return shifted if abs(shifted.adjusted()) < MAX_DIGITS else None


def _kind(table: Table, quantity: Quantity, unit: str | None) -> str:
    """Rule 5."""
    kind = kind_of_quantity(unit) if unit is not None else None
    terms: Sequence[str | None] = [term for term in table.result_ref_types if not _GENERIC_TERM.fullmatch(term)]
    own_name = quantity.name if quantity.role is Role.MEASURED else None
    candidates = [kind, *quantity.ref_types, *terms, own_name, table.result_name, quantity.name]
    return next((each for each in candidates if each), "unnamed")[:MAX_NAME]


def _is_same_scale(one: str, other: str) -> bool:
    """Whether two units convert, proportions and angles apart (pint gives both no dimension)."""
    return (one in _PROPORTIONS) == (other in _PROPORTIONS) and same_dimension(one, other)
