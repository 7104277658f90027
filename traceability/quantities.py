"""Units, ranges and amounts: convert, cover, compare. Exact: fractions, never binary floats.

Units are pint's spellings plus `ppm`, `ppb`, `%` (SEMANTICS 2). Ranges in Celsius or Fahrenheit shift by their zero point,
uncertainties, errors and permissible errors are differences and do not.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Rounded, Subnormal
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, Protocol

import pint

from traceability.problems import InvalidValueError

MAX_DIGITS = 99  # SEMANTICS 2: numbers of more than 99 digits are errors.
# Arithmetic that refuses a number of more digits, before or after the point: one step of the C library instead of many here.
_DIGITS = Context(
    prec=MAX_DIGITS, Emax=MAX_DIGITS - 1, Emin=1 - MAX_DIGITS, traps=[Inexact, Rounded, Overflow, Subnormal, InvalidOperation]
)
PERCENT = "%"
RELATIVE = "relative"  # The sort of values stated in % of the measured value (SEMANTICS 3).

_MAX_UNIT_LENGTH = 64  # Characters; the longest D-SI unit met in real certificates has 38.
_MAX_POWER = 1000  # Of all powers in a unit together; kg^2*m^4*s^-6*A^-3*K^-4 has 576.
_SMALL_POWER = re.compile(
    r"(?:\^|\*\*)\s*(?:([+-]?[0-9]{1,2})(?:\.[0-9]{1,2})?|\(([+-]?[0-9]{1,2})(?:/[0-9]{1,2})?\))\s*(?=$|[\s/)·⋅×]|\*(?!\*))"
)
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴-⁹]+")
# What pint spells a unit with, powers aside. It skips what else it meets (`m,s` would be milliseconds), so that is refused.
_SPELLING = re.compile(r"(?:[\w\s/().·⋅×⁻%‰°∞]|(?<!\*)\*(?!\*))+")
_SCIENTIFIC = re.compile(r"[0-9][eE][+-]?[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as a line: value in base units = value * factor + offset. Units of one dimension convert into each other."""

    dimension: str
    factor: Fraction
    offset: Fraction


class Ranged(Protocol):
    """Anything with a measuring interval: closed, a missing bound is no bound."""

    @property
    def unit(self) -> str | None:
        """The unit of the bounds."""

    @property
    def low(self) -> Decimal | None:
        """The lower bound, inside."""

    @property
    def high(self) -> Decimal | None:
        """The upper bound, inside."""


class Stated(Protocol):
    """A value with its unit: an amount or an expanded uncertainty."""

    @property
    def value(self) -> Decimal:
        """The number."""

    @property
    def unit(self) -> str:
        """Its unit."""


def check_number(number: Decimal) -> None:
    """Refuse what is not an exact number of at most 99 digits in plain positional text."""
    if not number.is_finite() or (not number and abs(number.adjusted()) > MAX_DIGITS):
        raise InvalidValueError("not a finite number of at most 99 digits", "不是至多 99 位的有限数")
    try:
        _DIGITS.plus(number)
    except ArithmeticError as error:
        raise InvalidValueError(f"a number of more than {MAX_DIGITS} digits", f"数字超过 {MAX_DIGITS} 位") from error


@lru_cache(maxsize=4096)
def unit_of(symbol: str) -> Unit:
    """The unit that `symbol` spells; InvalidValueError when pint does not know it."""
    if not _is_safe(symbol):
        raise _unknown(symbol)
    if symbol == "1":
        return Unit(dimension="", factor=Fraction(1), offset=Fraction(0))
    try:
        parsed = _registry().parse_units(symbol)
        return _as_line(parsed)
    except Exception as error:
        # pint lets errors of many kinds out of its parser (tokenizer, attribute, assertion); all of them mean one thing.
        raise _unknown(symbol) from error


def has_bound(ranged: Ranged) -> bool:
    """Whether a range is given at all: a unit without a bound is none."""
    return ranged.low is not None or ranged.high is not None


def same_dimension(one: str, other: str) -> bool:
    """Whether values in the two units convert into each other."""
    return one == other or unit_of(one).dimension == unit_of(other).dimension


def contains(outer: Ranged, inner: Ranged) -> bool:
    """Whether the closed range `outer` holds all of `inner`: same dimension, and no bound of `outer` cuts it (SEMANTICS 2)."""
    if outer.unit is None or inner.unit is None or not same_dimension(outer.unit, inner.unit):
        return False
    if outer.low is not None and (inner.low is None or not _at_most(outer.low, outer.unit, inner.low, inner.unit)):
        return False
    return outer.high is None or (inner.high is not None and _at_most(inner.high, inner.unit, outer.high, outer.unit))


def sort_of(stated_unit: str, result_unit: str) -> str:
    """`relative`, or the dimension of an absolute value. Values of different sorts are never compared (SEMANTICS 3).

    `%` is relative to the measured value, unless the result itself is in `%`.
    """
    if stated_unit == PERCENT and result_unit != PERCENT:
        return RELATIVE
    return unit_of(stated_unit).dimension


def difference(stated: Stated) -> Fraction:
    """An uncertainty or amount in base units, or in parts of one for `%`; zero points do not shift differences."""
    return _difference(stated.value, stated.unit)


@lru_cache(maxsize=65536)  # Permissible errors and uncertainties repeat: a registry of millions has some thousands of them.
def _difference(number: Decimal, symbol: str) -> Fraction:
    return Fraction(number) * unit_of(symbol).factor


def _at_most(one: Decimal, one_unit: str, other: Decimal, other_unit: str) -> bool:
    if one_unit == other_unit:
        return one <= other
    return _in_base_units(one, one_unit) <= _in_base_units(other, other_unit)


@lru_cache(maxsize=65536)
def _in_base_units(number: Decimal, symbol: str) -> Fraction:
    unit = unit_of(symbol)
    return Fraction(number) * unit.factor + unit.offset


def _is_safe(symbol: str) -> bool:
    """Whether pint may see the text: short, spelled as units are, and no power or number that would take it hours to raise."""
    if len(symbol) > _MAX_UNIT_LENGTH or symbol != symbol.strip() or _SCIENTIFIC.search(symbol):
        return False
    if not _SPELLING.fullmatch(_SMALL_POWER.sub(" ", symbol)):
        return False
    powers = [int(whole or part) for whole, part in _SMALL_POWER.findall(symbol)]
    powers += [int(unicodedata.normalize("NFKC", digits)) for digits in _SUPERSCRIPTS.findall(symbol)]
    return prod(max(abs(power), 1) for power in powers) <= _MAX_POWER


def _unknown(symbol: str) -> InvalidValueError:
    return InvalidValueError(f"unknown unit {symbol[:_MAX_UNIT_LENGTH]!r}", f"未知的单位 {symbol[:_MAX_UNIT_LENGTH]!r}")


def _as_line(parsed: pint.Unit) -> Unit:
    """The line of a unit. A logarithmic unit (dB) converts into nothing but itself."""
    powers = {name: _exact(power) for name, power in parsed._units.items()}  # noqa: SLF001 - pint has no public way to ask.
    converters = [_registry()._units[name].converter for name in powers]  # noqa: SLF001
    if any(converter is not None and converter.is_logarithmic for converter in converters):
        return Unit(dimension=str(parsed), factor=Fraction(1), offset=Fraction(0))
    factor = Fraction(1)
    for name, power in powers.items():
        factor *= _raised(_factor(name), power)
    # A scale with a zero point of its own has one only when it stands alone: degC/m speaks of intervals.
    offset = Fraction(getattr(converters[0], "offset", 0)) if list(powers.values()) == [1] else Fraction(0)
    dimension = " ".join(f"{name}^{power}" for name, power in sorted(parsed.dimensionality.items()))
    return Unit(dimension=dimension, factor=factor, offset=offset)


def _factor(name: str) -> Fraction:
    """How many base units one `name` is, by pint's definitions but in exact arithmetic (pint itself divides in floats)."""
    definition = _registry()._units[_registry().get_name(name)]  # noqa: SLF001 - a prefixed name is entered when it is asked for.
    if definition.is_base or definition.reference is None:
        return Fraction(1)
    factor = _exact(getattr(definition.converter, "scale", 1))
    for reference, power in definition.reference.items():
        factor *= _raised(_factor(reference), _exact(power))
    return factor


def _exact(number: Any) -> Fraction:
    """A number of pint's as a fraction; pint types it as anything, the registry below makes it one already."""
    return Fraction(number)


def _raised(base: Fraction, power: Fraction) -> Fraction:
    """`base` to a power; exact for whole powers, the only ones that measured quantities in practice have (but V/Hz^0.5)."""
    return base ** int(power) if power.denominator == 1 else Fraction(float(base) ** float(power))


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[Fraction]:
    """Pint with exact numbers. Built on first use, as it reads its definitions from its package."""
    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    registry.define("ppb = 1e-9")
    return registry
