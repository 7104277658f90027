r"""The registry's spelling of a unit -> D-SI, the way of units.py backwards; nothing where D-SI has no such unit."""

import re
from functools import lru_cache

from registry.exchange.dcc.units import symbols, unit_from_dsi, unit_from_plain
from traceability.problems import InvalidValueError
from traceability.quantities import unit_of

_FACTOR = re.compile(r"([*/]?)([^*/^\s]+)(?:\^(-?\d{1,2}))?", re.ASCII)


@lru_cache(maxsize=1024)
def dsi_from_unit(unit: str) -> str | None:
    r"""The D-SI text of a unit (`\kilo\watt\hour`); nothing when it has none that is read back as the very same unit."""
    plain = unit_from_plain(unit) or unit
    text = _spelled(plain)
    read = unit_from_dsi(text) if text is not None else None
    try:
        is_same = read is not None and unit_of(read) == unit_of(unit)
    except InvalidValueError:
        return None
    return text if is_same else None


def _spelled(unit: str) -> str | None:
    above: list[str] = []
    below: list[str] = []
    position = 0
    while match := _FACTOR.match(unit, position):
        operator, symbol, exponent = match.groups()
        name = symbols().get(symbol)
        if name is None or (position == 0) is bool(operator):
            return None
        power = int(exponent or 1) * (-1 if operator == "/" else 1)
        # `\one` is written only where nothing else stands above the line.
        if symbol != "1":
            (below if power < 0 else above).append(name if abs(power) == 1 else rf"{name}\tothe{{{abs(power)}}}")
        position = match.end()
    if not position or position != len(unit):
        return None
    over = "".join(above) or r"\one"
    return rf"{over}\per{''.join(below)}" if below else over
