"""D-SI units are read strictly: the right unit or none."""

from fractions import Fraction

import pytest

from registry.exchange.dcc.units import kind_of_quantity, unit_from_dsi, unit_from_plain
from traceability.quantities import unit_of

PREFIXES = {
    "quecto": -30, "ronto": -27, "yocto": -24, "zepto": -21, "atto": -18, "femto": -15, "pico": -12, "nano": -9, "micro": -6,
    "milli": -3, "centi": -2, "deci": -1, "deca": 1, "hecto": 2, "kilo": 3, "mega": 6, "giga": 9, "tera": 12, "peta": 15,
    "exa": 18, "zetta": 21, "yotta": 24, "ronna": 27, "quetta": 30,
}  # fmt: skip
UNITS = [
    "metre", "gram", "second", "ampere", "kelvin", "mole", "candela", "becquerel", "coulomb", "farad", "gray", "henry", "hertz",
    "joule", "katal", "lumen", "lux", "newton", "ohm", "pascal", "radian", "siemens", "sievert", "steradian", "tesla", "volt",
    "watt", "weber", "litre", "bar", "electronvolt",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (r"\one", "1"),
        (r"\percent", "%"),
        (r"\ppm", "ppm"),
        (r"\kelvin", "K"),
        (r"\degreecelsius", "degC"),
        (r"\degreeCelsius", "degC"),
        (r"\kilo\pascal", "kPa"),
        (r"\kilo\Pascal", "kPa"),
        (r"\kilo\watt\hour", "kW*h"),
        (r"\milli\metre\tothe{2}", "mm^2"),
        (r"\metre\second\tothe{-2}", "m/s^2"),
        (r"\metre\per\second\tothe{2}", "m/s^2"),
        (r"\metre\per\second\tothe{-2}", "m*s^2"),
        (r"\metre\tothe{3}\per\hour", "m^3/h"),
        (r"\joule\per\kilogram\kelvin", "J/kg/K"),
        (r"\one\per\kelvin", "1/K"),
        (r"\kelvin\tothe{-1}", "1/K"),
        (r"\percent\per\kelvin", "percent/K"),
        (r"\mole\per\mole", "mol/mol"),
        (r"\nano\volt\per\hertz\tothe{0.5}", "nV/Hz^0.5"),
        (r"\metre\tothe{+2.0}", "m^2"),
        (r"\deci\bel", "dB"),
        (r"\decibel", "dB"),
        (r"\milli\candela", "millicandela"),
        (r"\hecto\bar", "hectobar"),
        (r"\kilogram\tothe{1}\metre\tothe{-3}", "kg/m^3"),
    ],
)
def test_units_of_d_si(text: str, unit: str) -> None:
    """Otherwise results would be recorded in another unit than the certificate states."""
    assert unit_from_dsi(text) == unit
    unit_of(unit)


@pytest.mark.parametrize(
    "text",
    [
        "", "kelvin", "K", r"\Kelvin", r"\unknown", r"\kilo", r"\kilo\kilo\metre", r"\kilo\hour", r"\milli\degreecelsius",
        r"\kilo\kilogram", r"\kilo\one", r"\bel", r"\kilo\bel", r"\per\second", r"\metre\per", r"\metre\per\second\per\second",
        r"\metre\per\tothe{2}", r"\tothe{2}", r"\metre\tothe{2}\tothe{3}", r"\metre\tothe(-3)", r"\metre\tothe2",
        r"\metre\tothe",
        r"\metre\tothe{100}", r"\metre{2}", r"\metre\kilo\tothe{2}", r"\metre\per{2}\second", r"\metre \second", "/kilogram",
        r"\metre\tothe{0}", "'", "\\", r"\kilo\per\second", r"\dalton", "\\metre" * 40,
    ],
)  # fmt: skip
def test_what_is_no_unit_gives_none(text: str) -> None:
    """Otherwise a misspelt unit would be guessed."""
    assert unit_from_dsi(text) is None


@pytest.mark.parametrize("unit", UNITS)
def test_every_prefix_scales_every_unit(unit: str) -> None:
    """Otherwise a symbol would mean something else to pint: mcd is a medieval day there, hbar Planck's constant."""
    plain = unit_of(unit_from_dsi(f"\\{unit}") or "")
    for prefix, power in PREFIXES.items():
        scaled = unit_of(unit_from_dsi(f"\\{prefix}\\{unit}") or "")
        assert (scaled.dimension, scaled.factor) == (plain.dimension, plain.factor * Fraction(10) ** power), prefix


def test_kilowatt_hours_are_energy() -> None:
    """The commonest unit of the registry."""
    assert unit_of(unit_from_dsi(r"\kilo\watt\hour") or "").factor / unit_of("J").factor == 3_600_000


def test_plain_spellings_are_a_closed_list() -> None:
    """Otherwise `m` or `min` in free text would become units by chance."""
    assert unit_from_plain("%") == "%"
    assert unit_from_plain("°C") == "degC"
    assert unit_from_plain("kN") == "kN"
    assert unit_from_plain("unitless") is None
    assert unit_from_plain("%RH") is None


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("K", "temperature"), ("mK", "temperature"), ("degC", "temperature"), ("hPa", "pressure"), ("bar", "pressure"),
        ("mV", "voltage"), ("uA", "current"), ("kohm", "resistance"), ("kHz", "frequency"), ("kg", "mass"), ("t", "mass"),
        ("mm", "length"), ("mm^2", "area"), ("cm^3", "volume"), ("L", "volume"), ("min", "time"), ("kN", "force"),
        ("kW*h", "energy"), ("MJ", "energy"), ("kW", "power"), ("kV*A", "apparent_power"), ("m^3/h", "volume_flow_rate"),
        ("kg/s", "mass_flow_rate"), ("umol/mol", "amount_fraction"), ("%", None), ("1", None), ("N*m", None), ("m/s", None),
        ("1/s", None), ("rad", None),
    ],
)  # fmt: skip
def test_kinds_of_quantity(unit: str, kind: str | None) -> None:
    """Otherwise results of one kind would not be found under one name, or a torque would pass as energy."""
    assert kind_of_quantity(unit) == kind
