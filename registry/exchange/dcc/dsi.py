"""Values of D-SI in a DCC -> the points of one quantity: numbers, one unit, and expanded uncertainties.

Read are si:real, si:constant, si:realListXMLList, si:list, si:realList and si:hybrid (which repeats one quantity in several
units: the first counts), and the uncertainties of D-SI 1.0 to 2.1 (expandedUnc, coverageInterval and their lists) and of
D-SI 2.2 (measurementUncertaintyUnivariate and its lists). Complex values are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.exchange.dcc.findings import Code, Remarks
from registry.exchange.dcc.own_terms import NO_HIGH, NO_LOW, TO
from registry.exchange.dcc.reading import Element, child, children, contents, local_name, number_from, text_of
from registry.exchange.dcc.units import unit_from_dsi, unit_from_plain
from traceability.problems import InvalidValueError
from traceability.quantities import unit_of

MAX_LIST_LENGTH = 400_000  # Characters of one XML list, some 50 000 points; a result in a record is a range, not a waveform.

_VALUES = (
    "real", "constant", "realListXMLList", "list", "realList", "hybrid", "complex", "complexListXMLList", "complexList",
)  # fmt: skip
# What holds an uncertainty: of one value and of a list; D-SI 2.2 has a typing error in one name that files must follow.
_HOLDERS = (
    "expandedUnc", "coverageInterval", "measurementUncertaintyUnivariate", "measurementUncertaintyUnivaraite",
    "listUnivariateUnc", "listMeasurementUncertaintyUnivariate",
    "expandedUncXMLList", "coverageIntervalXMLList", "measurementUncertaintyUnivariateXMLList",
)  # fmt: skip
_FORMS = (
    "expandedUnc", "coverageInterval", "standardMU", "expandedMU", "coverageIntervalMU",
    "standardMUXMLList", "expandedMUXMLList", "coverageIntervalMUXMLList",
)  # fmt: skip
_NUMBER_IN_WORDS = r"-?[0-9]+(?:\.[0-9]+)?"
_RANGE = re.compile(
    rf"(?P<low>{re.escape(NO_LOW)}|{_NUMBER_IN_WORDS}) {TO} (?P<high>{re.escape(NO_HIGH)}|{_NUMBER_IN_WORDS}) (?P<unit>.+)"
)
_AMOUNT = re.compile(rf"(?P<value>{_NUMBER_IN_WORDS}) (?P<unit>.+)")
_EXPANDED = ("uncertainty", "valueExpandedMU", "uncertaintyXMLList", "valueExpandedMUXMLList")
_STANDARD = ("standardUnc", "valueStandardMU", "standardUncXMLList", "valueStandardMUXMLList")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """An expanded uncertainty U in the unit of its value, and its coverage factor k; without k when none is stated.

    A standard uncertainty u is U = u with k = 1 (JCGM 100, 6.2).
    """

    value: Decimal
    k: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The points of one quantity: smallest and largest value, the uncertainty to go by, and the unit.

    A bound is missing only where a rendering of this registry says that it is open (own_terms). `raw_unit` is the text of the
    file; `unit` is the registry's spelling, nothing when it is not known.
    """

    low: Decimal | None
    high: Decimal | None
    raw_unit: str
    unit: str | None
    uncertainty: Expanded | None


@dataclass(frozen=True, slots=True)
class _Point:
    raw_unit: str
    value: Decimal
    uncertainty: Expanded | None


def measured(quantity: Element, remarks: Remarks) -> Measured | None:
    """What a dcc:quantity measures; nothing when it holds no readable numbers or mixes units. Remarks go to `remarks`."""
    value = next(children(quantity, *_VALUES), None)
    if value is None:
        return None
    if child(quantity, "relativeUncertainty") is not None:
        remarks.add(Code.RELATIVE_UNCERTAINTY_NOT_READ, quantity)
    points = list(_points(value, "", remarks))
    if not points:
        return None
    raw_units = sorted({point.raw_unit for point in points})
    if len(raw_units) > 1:
        remarks.add(Code.MIXED_UNITS, value, units=", ".join(raw_units))
        return None
    values = [point.value for point in points]
    return Measured(
        low=min(values),
        high=max(values),
        raw_unit=raw_units[0],
        unit=_unit(raw_units[0], value, remarks),
        uncertainty=largest([point.uncertainty for point in points if point.uncertainty is not None]),
    )


def in_words(quantity: Element, remarks: Remarks) -> Measured | None:
    """What a rendering of this registry says of a quantity in words (own_terms): a range with open bounds, or a number."""
    said = next(iter(contents(child(quantity, "noQuantity"))), "")
    found = _RANGE.fullmatch(said) or _AMOUNT.fullmatch(said)
    if found is None:
        return None
    texts = [found["value"]] * 2 if "value" in found.re.groupindex else [found["low"], found["high"]]
    bounds = [number_from(text) for text in texts]
    # A bound is open where that is said, and not where its number is none that a record can hold.
    has_all = all(bound is not None or text in {NO_LOW, NO_HIGH} for bound, text in zip(bounds, texts, strict=True))
    if not has_all or (bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]):
        remarks.add(Code.UNREADABLE_NUMBER, quantity, text=repr(said[:40]))
        return None
    unit = _known(found["unit"])
    if unit is None:
        remarks.add(Code.UNKNOWN_UNIT, quantity, unit=repr(found["unit"]))
    return Measured(low=bounds[0], high=bounds[1], raw_unit=found["unit"], unit=unit, uncertainty=None)


def _known(unit: str) -> str | None:
    try:
        unit_of(unit)
    except InvalidValueError:
        return None
    return unit


def largest(uncertainties: list[Expanded]) -> Expanded | None:
    """The uncertainty that holds for all points: the largest u = U/k, or the largest U when a k is missing somewhere.

    With one k throughout, the usual case, both are the largest U. Never the smallest: a record must not promise more than
    its certificate does at any point.
    """
    if not uncertainties:
        return None
    if all(each.k for each in uncertainties):
        return max(uncertainties, key=lambda each: (each.value / (each.k or 1), each.value))
    return max(uncertainties, key=lambda each: (each.value, each.k is None))


def _unit(raw_unit: str, place: Element, remarks: Remarks) -> str | None:
    unit = unit_from_dsi(raw_unit)
    if unit is not None:
        return unit
    plain = unit_from_plain(raw_unit)
    if plain is None:
        remarks.add(Code.UNKNOWN_UNIT, place, unit=repr(raw_unit))
    else:
        remarks.add(Code.PLAIN_UNIT, place, unit=repr(raw_unit), read=plain)
    return plain


def _points(value: Element, list_unit: str, remarks: Remarks) -> Iterator[_Point]:
    match local_name(value):
        case "real" | "constant":
            yield from _single(value, list_unit, remarks)
        case "realListXMLList":
            yield from _vector(value, remarks)
        case "list" | "realList":
            yield from _list(value, list_unit, remarks)
        case "hybrid":
            first = next(children(value, *_VALUES), None)
            yield from _points(first, "", remarks) if first is not None else ()
        case form:
            remarks.add(Code.QUANTITY_NOT_READ, value, form=form)


def _single(real: Element, list_unit: str, remarks: Remarks) -> Iterator[_Point]:
    for number in _numbers(child(real, "value"), remarks)[:1]:
        if number is not None:
            yield _Point(text_of(child(real, "unit")) or list_unit, number, _uncertainties(real, 1, remarks)[0])


def _list(element: Element, outer_unit: str, remarks: Remarks) -> Iterator[_Point]:
    """The points of a list of reals or of lists; its own unit and uncertainty hold where a member states none."""
    unit = text_of(child(element, "listUnit")) or outer_unit
    shared = _uncertainties(element, 1, remarks)[0]
    for member in children(element, *_VALUES):
        for point in _points(member, unit, remarks):
            yield _Point(point.raw_unit, point.value, point.uncertainty or shared)


def _vector(element: Element, remarks: Remarks) -> Iterator[_Point]:
    """The points of an XML list; one unit may stand for all of them."""
    numbers = _numbers(child(element, "valueXMLList"), remarks)
    units = (text_of(child(element, "unitXMLList")) or "").split(" ")
    if len(units) != len(numbers):
        units = [" ".join(units)] * len(numbers)
    for unit, number, uncertainty in zip(units, numbers, _uncertainties(element, len(numbers), remarks), strict=True):
        if number is not None:
            yield _Point(unit, number, uncertainty)


def _uncertainties(element: Element, count: int, remarks: Remarks) -> list[Expanded | None]:
    """The uncertainty of each of `count` points, as stated beside them."""
    holder = next(children(element, *_HOLDERS), None)
    if holder is None:
        return [None] * count
    form = next(children(holder, *_FORMS), holder)
    expanded = next(children(form, *_EXPANDED), None)
    standard = next(children(form, *_STANDARD), None)
    if expanded is not None:
        factors = _numbers(next(children(form, "coverageFactor", "coverageFactorXMLList"), None), remarks)
        return _paired(_numbers(expanded, remarks), factors, count)
    if standard is not None:
        remarks.add(Code.STANDARD_UNCERTAINTY, form)
    return _paired(_numbers(standard, remarks), [Decimal(1)], count)


def _paired(values: list[Decimal | None], factors: list[Decimal | None], count: int) -> list[Expanded | None]:
    """U and k point by point. One value stands for all points; lists of another length say only that no U is larger."""
    stated = [value for value in values if value is not None and value >= 0]
    if not stated:
        return [None] * count
    if len(values) != count:
        values = [max(stated)] * count
    if len(factors) != count:
        factors = [factors[0] if len(factors) == 1 else None] * count
    return [
        None if value is None or value < 0 else Expanded(value=value, k=k if k is not None and k > 0 else None)
        for value, k in zip(values, factors, strict=True)
    ]


def _numbers(element: Element | None, remarks: Remarks) -> list[Decimal | None]:
    """The numbers of an XML list (of one or many), each in its place; what is no number is nothing, and remarked."""
    text = text_of(element)
    if element is None or text is None:
        return []
    if len(text) > MAX_LIST_LENGTH:
        remarks.add(Code.TOO_MANY_POINTS, element, limit=MAX_LIST_LENGTH)
        return []
    numbers = [number_from(word) for word in text.split(" ")]
    if None in numbers:
        word = text.split(" ")[numbers.index(None)]
        remarks.add(Code.UNREADABLE_NUMBER, element, text=repr(word[:40]))
    return numbers
