"""Exact numbers as people and files state them: Python's own arithmetic would round them to 28 digits, and say nothing."""

from decimal import Context, Decimal
from fractions import Fraction

from traceability.quantities import MAX_DIGITS

DECIMALS = 6  # Of quantities and emissions that are told.

_EXACT = Context(prec=4 * MAX_DIGITS)  # What two numbers of MAX_DIGITS digits, before the point or after, come to.


def product(one: Decimal, other: Decimal) -> Decimal:
    """Two numbers multiplied, exactly; nothing is never negative."""
    return _plain(_EXACT.multiply(one, other))


def difference(one: Decimal, other: Decimal) -> Decimal:
    """What one number is more than another, exactly."""
    return _plain(_EXACT.subtract(one, other))


def shortest(number: Decimal) -> Decimal:
    """The number without zeros at its end: two that are equal come to the same text."""
    return number.normalize(_EXACT)


def _plain(number: Decimal) -> Decimal:
    return number or abs(number)


def decimal_text(value: Fraction, decimals: int = DECIMALS) -> str:
    """An exact number as plain text, rounded half to even at some decimals, without zeros at its end."""
    scale = 10**decimals
    whole, rest = divmod(abs(round(value * scale)), scale)
    text = f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
    return text if value >= 0 or text == "0" else f"-{text}"
