"""The QR symbol of a label: as much error correction as its size allows, in whole dots where a printer has dots.

What was measured (docs/decisions/0032): whether a photo is read falls in steps with the size of the modules, whatever the
correction; on the same step, every level more helps a dirty label. So the best step that the size allows is taken, and on it
the strongest level. Level L is never used.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from api.failures import USAGE, RefusedError
from api.language import Bilingual

QUIET_ZONE = 4  # Modules of white on each side, ISO/IEC 18004.
LEAST_MODULE = 0.35  # mm, the nominal module of IEC 61406-1 and DIN SPEC 91406: below, phones stop reading.
# mm, when it has to be a whole number of dots: 4 dots of a 300 dpi head, 8 of a 600 dpi one.
LEAST_MODULE_IN_DOTS = 0.335
# Modules (mm) from which on more photos are read: those out of focus by 0.25 mm; those at 4 pixels per mm.
_STEPS = (0.57, 0.375)
_LEAST_OF_H = 0.44  # mm: level H makes the largest symbols for the least gain, so it keeps away from the edge of a step.
_INCH = 25.4  # mm
_LEVELS = {"H": ERROR_CORRECT_H, "Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}  # The strongest first.
_ROUNDING = 1e-9  # mm
_SHORTEST_SEGMENT = 10  # Characters from which on a change of the encoding saves bits, with its header of up to 20.


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A symbol for a place of a size: dark modules by rows, without the quiet zone; the module in mm and in printer dots."""

    modules: tuple[tuple[bool, ...], ...]
    level: str
    module: float
    dots: int | None

    @property
    def across(self) -> int:
        """Modules on a side, the quiet zone included."""
        return len(self.modules) + 2 * QUIET_ZONE


def symbol_for(content: str, side: float, dpi: int | None = None) -> Symbol:
    """The symbol of a text for a square of `side` mm, quiet zone included; `dpi` of a printer that prints whole dots.

    RefusedError when even level M would have modules that are too small to be read.
    """
    possible = [
        Symbol(modules=modules, level=level, module=module, dots=dots)
        for level, modules in _matrices(content)
        for module, dots in [_module(side, len(modules) + 2 * QUIET_ZONE, dpi)]
    ]
    for step in (*_STEPS, LEAST_MODULE if dpi is None else LEAST_MODULE_IN_DOTS):
        for symbol in possible:
            if symbol.module >= max(step, _LEAST_OF_H if symbol.level == "H" else 0) - _ROUNDING:
                return symbol
    raise _too_small(content, side, dpi)


def least_side(content: str, dpi: int | None = None) -> float:
    """The smallest side in mm on which a text can be read: level M."""
    _, modules = _matrices(content)[-1]
    across = len(modules) + 2 * QUIET_ZONE
    if dpi is None:
        return across * LEAST_MODULE
    dot = _INCH / dpi
    return across * ceil(LEAST_MODULE_IN_DOTS / dot) * dot


def pixels(length: float, dpi: int) -> int:
    """A length in mm in whole dots."""
    return int(length * dpi / _INCH + 1e-6)


def _module(side: float, across: int, dpi: int | None) -> tuple[float, int | None]:
    if dpi is None:
        return side / across, None
    dots = pixels(side, dpi) // across
    return dots * _INCH / dpi, dots


@lru_cache(maxsize=256)
def _matrices(content: str) -> tuple[tuple[str, tuple[tuple[bool, ...], ...]], ...]:
    """The modules at each level, the strongest first; a level that cannot hold the text is left out."""
    found = []
    for level, correction in _LEVELS.items():
        symbol: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=correction, border=0)
        symbol.add_data(content, optimize=_SHORTEST_SEGMENT)
        try:
            symbol.make(fit=True)
        except (DataOverflowError, ValueError):  # The library raises either, by how far it is too long.
            continue
        found.append((level, tuple(tuple(bool(dark) for dark in row) for row in symbol.get_matrix())))
    if not found:
        raise RefusedError(USAGE, Bilingual("内容过长，放不进二维码", "the text is too long for a QR image"))
    return tuple(found)


def _too_small(content: str, side: float, dpi: int | None) -> RefusedError:
    least = ceil(least_side(content, dpi) * 10) / 10
    at = "" if dpi is None else f" ({dpi} dpi)"
    return RefusedError(
        USAGE,
        Bilingual(
            f"二维码至少需要 {least:g} mm{at}，此标签只有 {side:g} mm，手机将无法读取",
            f"the QR image needs {least:g} mm{at}, the label leaves {side:g} mm: phones could not read it",
        ),
    )
