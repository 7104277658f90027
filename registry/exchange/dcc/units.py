r"""Units of D-SI -> pint's spelling, strictly: every token known or no unit at all. Never a guess.

A D-SI unit is a product of `\prefix\unit\tothe{n}`; one `\per` may come, and everything after it is the denominator
(D-SI, checked against PTB's dsiUnits 3.1). The spelling given is the one of the registry: `kW*h`, `m/s^2`, `degC`, `%`.
"""

import re
from functools import lru_cache

from traceability.problems import InvalidValueError
from traceability.quantities import unit_of

_TOKEN = re.compile(r"\\([A-Za-z]+)(?:\{([+-]?\d{1,2}(?:\.\d{1,2})?)\})?", re.ASCII)

_PREFIXES = {
    "quecto": "q", "ronto": "r", "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n", "micro": "u",
    "milli": "m", "centi": "c", "deci": "d", "deca": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G", "tera": "T",
    "peta": "P", "exa": "E", "zetta": "Z", "yotta": "Y", "ronna": "R", "quetta": "Q",
}  # fmt: skip

_PREFIXABLE = {
    "metre": "m", "gram": "g", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol", "candela": "cd", "becquerel": "Bq",
    "coulomb": "C", "farad": "F", "gray": "Gy", "henry": "H", "hertz": "Hz", "joule": "J", "katal": "kat", "lumen": "lm",
    "lux": "lx", "newton": "N", "ohm": "ohm", "pascal": "Pa", "radian": "rad", "siemens": "S", "sievert": "Sv",
    "steradian": "sr", "tesla": "T", "volt": "V", "watt": "W", "weber": "Wb", "litre": "L", "bar": "bar",
    "electronvolt": "eV",
}  # fmt: skip

_ALONE = {
    "kilogram": "kg", "degreecelsius": "degC", "one": "1", "percent": "percent", "ppm": "ppm", "minute": "min", "hour": "h",
    "day": "d", "degree": "deg", "arcminute": "arcmin", "arcsecond": "arcsec", "hectare": "ha", "tonne": "t", "neper": "Np",
    "decibel": "dB", "astronomicalunit": "au", "angstrom": "angstrom", "nauticalmile": "nautical_mile", "knot": "knot",
    # Capitals met in real certificates; the first is their commonest spelling of all.
    "degreeCelsius": "degC",
}  # fmt: skip

# Symbols that pint reads as something else (medieval days, Planck's constant); their names are unambiguous.
_LONG = {"mcd": "millicandela", "hbar": "hectobar"}

_CAPITALIZED = {"Pascal": "pascal"}  # Met in real certificates, with the prefixes of the unit.

# Not D-SI, but met in certificates, and nothing else can be meant.
_PLAIN = {
    "%": "%", "\\%": "%", "°C": "degC", "\\°C": "degC", "℃": "degC", "degreeFahrenheit": "degF", "K": "K", "V": "V", "mV": "mV",
    "A": "A", "mA": "mA", "W": "W", "kW": "kW", "kWh": "kW*h", "Hz": "Hz", "Pa": "Pa", "kPa": "kPa", "MPa": "MPa", "bar": "bar",
    "mbar": "mbar", "N": "N", "kN": "kN", "m": "m", "mm": "mm", "g": "g", "mg": "mg", "kg": "kg", "s": "s", "L": "L",
    "mL": "mL",
}  # fmt: skip

_P = f"(?:{'|'.join(sorted(_PREFIXES.values(), key=len, reverse=True))})?"
_TIME = f"(?:{_P}s|min|h|d)"
_VOLUME = rf"(?:{_P}m\^3|{_P}L)"
_MASS = f"(?:{_P}g|t)"
# Kinds of quantity that a unit alone tells. Where one unit serves several kinds (N*m, %, 1/s), it tells none.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.ASCII))
    for kind, pattern in (
        ("temperature", f"{_P}K|degC|degF"),
        ("pressure", f"{_P}(?:Pa|bar)"),
        ("voltage", f"{_P}V"),
        ("current", f"{_P}A"),
        ("resistance", f"{_P}ohm"),
        ("conductance", f"{_P}S"),
        ("capacitance", f"{_P}F"),
        ("inductance", f"{_P}H"),
        ("frequency", f"{_P}Hz"),
        ("mass", _MASS),
        ("length", f"{_P}m|angstrom|au|nautical_mile"),
        ("area", rf"{_P}m\^2|ha"),
        ("volume", _VOLUME),
        ("time", _TIME),
        ("force", f"{_P}N"),
        ("energy", rf"{_P}(?:J|eV)|{_P}W\*(?:h|s)"),
        ("power", f"{_P}W"),
        ("apparent_power", rf"{_P}V\*A"),
        ("volume_flow_rate", f"{_VOLUME}/{_TIME}"),
        ("mass_flow_rate", f"{_MASS}/{_TIME}"),
        ("amount_fraction", f"{_P}mol/{_P}mol"),
        ("amount_of_substance", f"{_P}mol"),
        ("luminous_intensity", f"{_P}cd"),
        ("illuminance", f"{_P}lx"),
        ("activity", f"{_P}Bq"),
        ("absorbed_dose", f"{_P}Gy"),
        ("dose_equivalent", f"{_P}Sv"),
    )
)


@lru_cache(maxsize=1024)
def unit_from_dsi(text: str) -> str | None:
    r"""The unit in the registry's spelling; nothing when the text is no D-SI unit that the registry knows.

    Both spellings of degree Celsius are read. `\one` is `1`, `\percent` is `%`.
    """
    tokens = _tokens(text)
    factors = _factors(tokens) if tokens is not None else None
    return _known(_spelled(factors)) if factors is not None else None


def unit_from_plain(text: str) -> str | None:
    """The unit that an unofficial spelling means beyond doubt (`%`, `kN`, `°C`); nothing for all others."""
    return _PLAIN.get(text)


@lru_cache(maxsize=1024)
def kind_of_quantity(unit: str) -> str | None:
    """The kind of quantity that a unit alone tells (`temperature`, `pressure`); nothing when it tells none."""
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(unit)), None)


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    r"""The D-SI text of each symbol of the registry, prefixes included: `kPa` is `\kilo\pascal`."""
    found = {sign + symbol: rf"\{prefix}\{name}" for prefix, sign in _PREFIXES.items() for name, symbol in _PREFIXABLE.items()}
    found |= {symbol: rf"\{name}" for name, symbol in reversed((_PREFIXABLE | _ALONE).items())}
    found |= {long: found[symbol] for symbol, long in _LONG.items()}
    return found | {"%": r"\percent", "degC": r"\degreecelsius"}


def _tokens(text: str) -> list[tuple[str, str | None]] | None:
    """The tokens of a D-SI text and their braces; nothing when there is anything else between them."""
    tokens = []
    position = 0
    while match := _TOKEN.match(text, position):
        tokens.append((match[1], match[2]))
        position = match.end()
    return tokens if tokens and position == len(text) else None


def _factors(tokens: list[tuple[str, str | None]]) -> list[tuple[str, str]] | None:
    """Symbol and exponent of each unit, in the denominator with the sign turned; nothing when a token is out of place."""
    factors: list[tuple[str, str]] = []
    prefix = ""
    is_below = is_raised = False
    for name, brace in tokens:
        if name == "tothe":
            if brace is None or prefix or is_raised or not factors:
                return None
            factors[-1] = (factors[-1][0], _turned(brace, is_below=is_below))
            is_raised = True
        elif name == "per":
            if brace is not None or prefix or is_below or not factors:
                return None
            is_below, is_raised = True, True  # An exponent cannot follow \per.
        elif brace is not None:
            return None
        elif name in _PREFIXES and not prefix:
            prefix = _PREFIXES[name]
        else:
            symbol = _symbol(prefix, name)
            if symbol is None:
                return None
            factors.append((symbol, _turned("1", is_below=is_below)))
            prefix, is_raised = "", False
    ends_well = not prefix and tokens[-1][0] != "per"
    return factors if ends_well else None


def _symbol(prefix: str, name: str) -> str | None:
    name = _CAPITALIZED.get(name, name)
    if name in _PREFIXABLE:
        symbol = prefix + _PREFIXABLE[name]
        return _LONG.get(symbol, symbol)
    if prefix == "d" and name == "bel":  # The bel itself has no unambiguous spelling in pint, where B is the byte.
        return "dB"
    return None if prefix else _ALONE.get(name)


def _turned(exponent: str, *, is_below: bool) -> str:
    """The exponent as pint reads it, its sign turned in a denominator."""
    plain = exponent.removeprefix("+").removeprefix("-")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain if exponent.startswith("-") == is_below else f"-{plain}"


def _spelled(factors: list[tuple[str, str]]) -> str:
    factors = [(symbol, power) for symbol, power in factors if symbol != "1"]
    above = [_raised(symbol, power) for symbol, power in factors if not power.startswith("-")]
    below = [_raised(symbol, power[1:]) for symbol, power in factors if power.startswith("-")]
    text = "/".join(["*".join(above) or "1", *below])
    return "%" if text == "percent" else text


def _raised(symbol: str, power: str) -> str:
    return symbol if power == "1" else f"{symbol}^{power}"


def _known(symbol: str) -> str | None:
    """The spelling, when the registry knows it: the last word is the core's."""
    try:
        unit_of(symbol)
    except InvalidValueError:
        return None
    return symbol
