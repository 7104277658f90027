"""The results of a certificate as DCC results.

Each is one list: the range under the name of the quantity, then U in its unit, k, error and permissible error as recorded
(own_terms.py). The range also states u = U/k (JCGM 100, 6.2) for readers of D-SI alone, where that is exact in the unit of the
range: D-SI's expanded uncertainty asks for a coverage probability that no record holds, and none is made up.
"""

from collections.abc import Sequence
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction

from registry.exchange.dcc.elements import D, both, number, quantity, recorded, values
from registry.exchange.dcc.own_terms import (
    COVERAGE_FACTOR,
    ERROR,
    EXPANDED_UNCERTAINTY,
    NO_HIGH,
    NO_LOW,
    PERMISSIBLE_ERROR,
    QUANTITY,
    TO,
)
from registry.exchange.dcc.reading import Element
from traceability.quantities import MAX_DIGITS, RELATIVE, difference, sort_of, unit_of
from traceability.records import Amount, Interval, Result, Uncertainty

_EXACT = Context(prec=MAX_DIGITS, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


def result_elements(results: Sequence[Result]) -> list[Element]:
    """The results in their order; one that says so where a certificate has none, as a DCC may not be without."""
    if not results:
        missing = D.data(both("text", "登记记录中没有结果。", "The record holds no results."))
        return [D.result(both("name", "没有结果", "No results"), missing)]
    return [D.result(recorded("name", each.quantity), D.data(D.list(*_quantities(each)))) for each in results]


def range_text(interval: Interval) -> str:
    """A range in words that need no language: `10 … 650 m^3/h`, an open bound as `-∞` or `+∞`."""
    low = number(interval.low) if interval.low is not None else NO_LOW
    high = number(interval.high) if interval.high is not None else NO_HIGH
    return f"{low} {TO} {high} {interval.unit or ''}".strip()


def _quantities(result: Result) -> list[Element]:
    points = _points(result)
    stated = result.uncertainty
    standard = _standard(stated, result, points) if stated is not None and points else None
    held = values(points, result.unit, standard) if points else None
    parts = [quantity(recorded("name", result.quantity), f"basic_measuredValue {QUANTITY}", held, range_text(result))]
    if stated is not None:
        parts.append(_amount(EXPANDED_UNCERTAINTY, "扩展不确定度 U", "Expanded uncertainty U", stated))
        if stated.k is not None:
            name = both("name", "包含因子 k", "Coverage factor k")
            parts.append(quantity(name, COVERAGE_FACTOR, values([stated.k], "1"), number(stated.k)))
    if result.error is not None:
        parts.append(_amount(ERROR, "示值误差", "Error of indication", result.error))
    if result.max_permissible_error is not None:
        limit = result.max_permissible_error
        parts.append(_amount(PERMISSIBLE_ERROR, "最大允许误差（±）", "Maximum permissible error (±)", limit))
    return parts


def _amount(term: str, zh: str, en: str, stated: Amount | Uncertainty) -> Element:
    held = values([stated.value], stated.unit)
    return quantity(both("name", zh, en), term, held, f"{number(stated.value)} {stated.unit}")


def _points(result: Result) -> list[Decimal]:
    """The bounds of a closed range, once where they are one; none of an open range, which has no points."""
    if result.low is None or result.high is None:
        return []
    return [result.low] if result.low == result.high else [result.low, result.high]


def _standard(stated: Uncertainty, result: Result, points: Sequence[Decimal]) -> list[Decimal] | None:
    """The u = U/k at each point in the unit of the range; nothing without k, or where that is no finite decimal."""
    if stated.k is None:
        return None
    relative = sort_of(stated.unit, result.unit) == RELATIVE
    size = difference(stated) / Fraction(stated.k)
    try:
        found = [_decimal(size * abs(Fraction(point)) if relative else size / unit_of(result.unit).factor) for point in points]
    except ArithmeticError:
        return None
    # A share of zero says nothing about the uncertainty there.
    return None if relative and 0 in points else found


def _decimal(fraction: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))
