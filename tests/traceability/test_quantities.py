"""Units, ranges and differences: exact, and quick with whatever is given as a unit."""

import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pint
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.traceability.building import amount, purpose, spread
from traceability.problems import InvalidValueError
from traceability.quantities import RELATIVE, check_number, contains, difference, has_bound, same_dimension, sort_of, unit_of

QUICKLY = 5.0  # Seconds for one unit on a busy machine; a bomb takes hours.


@pytest.mark.parametrize(
    ("symbol", "other", "factor"),
    [
        ("m^3/h", "L/h", "1000"),
        ("m^3/h", "L/min", "50/3"),
        ("MW*h", "kW*h", "1000"),
        ("kW*h", "MJ", "3.6"),
        ("GJ/t", "kJ/g", "1"),
        ("t/h", "kg/s", "5/18"),
        ("bar", "kPa", "100"),
        ("%", "ppm", "10000"),
        ("mol/mol", "ppb", "1000000000"),
        ("1", "%", "100"),
        ("m/s", "km/h", "3.6"),
        ("kg^-1", "g**-1", "0.001"),
        ("V/Hz^2", "mV/kHz^2", "1000000000"),
        ("degF", "K", "5/9"),
        ("mmHg", "Pa", "133.322387415"),
        ("cm^2", "mm²", "100"),
        ("m·s⁻¹", "km*h^-1", "3.6"),
    ],
)
def test_conversion_is_exact(symbol: str, other: str, factor: str) -> None:
    """A range that ends at 1 m^3/h does not cover 1000 L/h, by the last bit of a binary float."""
    assert same_dimension(symbol, other)
    assert unit_of(symbol).factor / unit_of(other).factor == Fraction(factor)


def test_every_unit_of_pint_is_known() -> None:
    """A unit that pint knows is refused, or converts otherwise than in pint."""
    registry: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    checked = 0
    for name in sorted(registry):
        if not name.isidentifier() or registry._units[name].is_logarithmic:
            continue
        one, zero = (registry.Quantity(value, name).to_root_units().magnitude for value in (1, 0))
        unit = unit_of(name)
        assert float(unit.factor) == pytest.approx(one - zero, rel=1e-9), name
        assert float(unit.offset) == pytest.approx(zero), name
        checked += 1
    assert checked > 900


@pytest.mark.parametrize(
    "symbol", ["1", "mol/mol", "%", "ppm", "ppb", "percent", "dimensionless", "rad", "kg/kg", "umol/mol", "°C/K", "‰"]
)
def test_pure_numbers_are_of_one_dimension(symbol: str) -> None:
    """A fraction in mol/mol does not compare with one in ppm."""
    assert same_dimension(symbol, "1")
    assert unit_of(symbol).offset == 0


def test_scales_with_a_zero_of_their_own_shift_only_alone() -> None:
    """Degrees per metre shift by 273.15, or degrees do not."""
    assert unit_of("degC").offset == Fraction("273.15")
    assert unit_of("degF").offset == Fraction("459.67") * Fraction(5, 9)
    for symbol in ("K", "delta_degC", "degC/m", "degC*m", "degC^2", "1/degC", "ppm/degC"):
        assert unit_of(symbol).offset == 0, symbol


def test_a_logarithmic_unit_converts_into_nothing_but_itself() -> None:
    """60 dB is taken for 60 times 1 dB."""
    assert same_dimension("dB", "decibel")
    assert not same_dimension("dB", "1")
    assert not same_dimension("dBm", "W")


def test_powers_that_are_no_integers_are_near_enough() -> None:
    """The noise of an amplifier has no unit."""
    assert same_dimension("V/Hz^0.5", "mV/kHz^(1/2)")
    assert float(unit_of("mV/kHz^(1/2)").factor / unit_of("V/Hz^0.5").factor) == pytest.approx(1e-3 / 1000**0.5)


@pytest.mark.parametrize("symbol", ["kWh", "kilowatt * hour", "h*kW", "kW h", "kW·h", "kW⋅h", "kW×h", "kilowatt_hour", "kW.h"])
def test_one_unit_has_many_spellings(symbol: str) -> None:
    """A certificate spells the unit another way than the meter, and nothing covers it."""
    assert unit_of(symbol) == unit_of("kW*h")


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        " ",
        "m ",
        " m",
        "parsnip",
        "2",
        "10 m",
        "1e3*m",
        "m,s",
        "m;s",
        "m:s",
        "m=m",
        "m|s",
        "m&s",
        "m<s",
        "m@s",
        "m!",
        "m~",
        '"m"',
        "'m'",
        "-m",
        "+m",
        "m+s",
        "m-s",
        "m^",
        "m^m",
        "m**2**2",
        "m^2^2",
        "m^100",
        "m^-100",
        "m^(1/0)",
        "m^1e2",
        "km**٩",
        "(m",
        "m)",
        "m/",
        "*m",
        "m**",
        "[m]",
        "{m}",
        "m if m else m",
        "lambda: 1",
        "not m",
        "...",
        "m\n",
        "m\0",
        "\ud800",
        "計",
        "#",
        "m^²",
        "nan",
    ],
)
def test_what_spells_no_unit_is_refused(symbol: str) -> None:
    """Pint skips what it does not understand: `m,s` is read as milliseconds."""
    with pytest.raises(InvalidValueError, match="unknown unit"):
        unit_of(symbol)


@pytest.mark.parametrize(
    "symbol",
    [
        "((((km^99)^99)^99)^99)^99",
        "((((9^99)^99)^99)^99)^99",
        "(km^99)^99",
        "km²²²²²²²²²²",
        "(km²²)²²²",
        "1e999999999*m",
        "m/1E+999999999",
        "m 1e-9999999",
        "9" * 60 + "^99",
        "cubic " * 9 + "km",
        "(" * 30 + "m" + ")" * 30,
        "k" * 60 + "m",
        "m" * 1_000_000,
        "m*" * 31 + "m",
        "quettameter^99*quettameter^-10",
    ],
)
def test_a_bomb_in_place_of_a_unit_is_quick(symbol: str) -> None:
    """One line of a document occupies the server for hours."""
    unit_of("m")
    before = time.perf_counter()
    with suppress(InvalidValueError):
        unit_of(symbol)
    assert time.perf_counter() - before < QUICKLY


@given(st.text(st.sampled_from("kmgsWh°%1209 ()*/^.-+eE²⁻·_"), max_size=20))
@example("m^(1/2)*s^(1/2)")
def test_any_text_is_a_unit_or_refused(symbol: str) -> None:
    """An error of another kind leaves the core, or the answer takes long."""
    before = time.perf_counter()
    with suppress(InvalidValueError):
        assert unit_of(symbol).factor
    assert time.perf_counter() - before < QUICKLY


def test_the_refusal_of_a_long_text_is_short() -> None:
    """An error repeats a megabyte of text."""
    with pytest.raises(InvalidValueError) as caught:
        unit_of("m" * 1_000_000)
    assert len(str(caught.value)) < 300


def test_the_sort_of_a_value() -> None:
    """A relative uncertainty is compared with an absolute one."""
    assert sort_of("%", "kW*h") == RELATIVE
    assert sort_of("%", "ppm") == RELATIVE
    assert sort_of("%", "%") == sort_of("ppm", "%") == sort_of("ppm", "mol/mol") == ""
    assert sort_of("MJ", "kW*h") == sort_of("kW*h", "MJ") != RELATIVE


def test_differences_do_not_shift() -> None:
    """An uncertainty of 0.1 degC is one of 273.25 K."""
    assert difference(spread("0.1", "degC")) == difference(spread("0.1", "K")) == Fraction("0.1")
    assert difference(amount("-0.18", "degF")) == Fraction("-0.1")
    assert difference(amount("50", "ppm")) == difference(amount("0.005", "%"))


@pytest.mark.parametrize(
    ("outer", "inner", "is_inside"),
    [
        (("K", "273.15", "323.15"), ("degC", "0", "50"), True),
        (("K", "273.15", "323.15"), ("degC", "-0.01", "50"), False),
        (("K", "273.15", "323.15"), ("degC", "0", "50.01"), False),
        (("kW*h", "0", "100"), ("kW*h", "0", "100.0"), True),
        (("kW*h", "0", "100"), ("kW*h", "0", "100.1"), False),
        (("kW*h", "0", "100"), ("kW*h", None, "1"), False),
        (("kW*h", "0", "100"), ("kW*h", "1", None), False),
        (("kW*h", "0", None), ("kW*h", "1", None), True),
        (("kW*h", None, "100"), ("kW*h", None, "1"), True),
        (("kW*h", None, None), ("MJ", None, None), True),
        (("kW*h", None, None), ("kg", "0", "1"), False),
        ((None, None, None), ("kg", "0", "1"), False),
        (("kg", "0", "1"), (None, None, None), False),
    ],
)
def test_a_range_holds_another(outer: tuple[str | None, ...], inner: tuple[str | None, ...], is_inside: bool) -> None:
    """A use at the edge of a range is inside or outside by chance."""
    assert contains(purpose(None, *outer), purpose(None, *inner)) is is_inside


def test_a_unit_without_bounds_is_no_range() -> None:
    """A unit alone asks for a range."""
    assert not has_bound(purpose(None, "kW*h"))
    assert has_bound(purpose(None, "kW*h", "0"))
    assert has_bound(purpose(None, "kW*h", None, "0"))


@pytest.mark.parametrize(
    "text", ["9" * 99, "-" + "9" * 99, "1E+98", "1E-98", "0." + "1" * 98, "0", "-0", "0E+99", "0E-99", "0E-98", "12.50"]
)
def test_numbers_of_99_digits_are_allowed(text: str) -> None:
    """A number that the format allows is refused."""
    check_number(Decimal(text))


@pytest.mark.parametrize(
    "text",
    ["9" * 100, "1E+99", "1E-99", "0." + "1" * 100, "NaN", "sNaN", "Infinity", "-Infinity", "0E+100", "0E-100", "0E-999999999"],
)
def test_larger_numbers_are_refused(text: str) -> None:
    """A number is stored in more digits than a column holds, or written with a billion zeros."""
    with pytest.raises(InvalidValueError, match="99 digits"):
        check_number(Decimal(text))
