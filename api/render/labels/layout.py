"""Where everything stands on a label, in millimetres from its upper left corner."""

import re
from dataclasses import dataclass

from api.failures import ParameterError
from api.language import Bilingual
from api.render.labels.content import Content, Row

_SIZE = re.compile(r"([0-9]{1,3})(?:x([0-9]{1,3}))?\Z", re.ASCII)
_EDGE = 1.2  # mm that printers may cut off; text keeps away from it. The symbol has its quiet zone.
_SLIM = 1.3  # Width by height from which on there is room for text beside the symbol.
_LARGEST_ROW = 4.0  # mm
_SMALLEST_ROW = 2.0  # mm: below, Chinese characters run together at 203 dpi; rows that are not essential go first.
_INK = 0.78  # Of a row's height is the size of its letters.
_CODE_ROW = 2.3  # mm
_WIDE_CODE_ROW = 3.2  # mm
_NARROW = 26  # mm of text column below which the code stands in two smaller lines.


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A label of `width` by `height` mm, `columns` by `rows` of them on a sheet; one a page when both are 1."""

    name: str
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    page_width: float = 0
    page_height: float = 0

    @property
    def per_page(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text in a box; it shrinks until it fits. `size` of the letters."""

    text: str
    x: float
    y: float
    width: float
    height: float
    size: float
    is_bold: bool = False
    is_code: bool = False
    is_centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A label: the square of the symbol with its quiet zone, and lines of text."""

    width: float
    height: float
    symbol_x: float
    symbol_y: float
    symbol_side: float
    lines: tuple[Line, ...]


# 15 mm is the symbol: the code stands in clear below it. A4 is the common sheet of 3 by 8 labels of 70 by 37 mm.
SIZES = {
    size.name: size
    for size in (
        Size(name="a4", width=70, height=37, columns=3, rows=8, page_width=210, page_height=297),
        Size(name="50x30", width=50, height=30),
        Size(name="40x20", width=40, height=20),
        Size(name="15", width=15, height=20),
    )
}


def size_named(text: str) -> Size:
    """The size of that name, or of `WIDTHxHEIGHT` or `SIDE` in mm; ParameterError for anything else."""
    known = SIZES.get(text.lower())
    if known is not None:
        return known
    found = _SIZE.match(text.lower())
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not (12 <= width <= 200 and 12 <= height <= 200):
        raise ParameterError(
            "--size",
            Bilingual(
                "应为 a4、50x30、40x20、15 或 宽x高（毫米，12 至 200）", "a4, 50x30, 40x20, 15 or WIDTHxHEIGHT in mm, 12 to 200"
            ),
        )
    return Size(name=text.lower(), width=width, height=height)


def laid_out(content: Content, size: Size) -> Layout:
    """The label with its text beside the symbol, or, where it is not wide enough, the code alone below it."""
    return _beside(content, size) if size.width >= _SLIM * size.height else _below(content, size)


def _beside(content: Content, size: Size) -> Layout:
    edge = _EDGE if size.width < 60 else 2.0
    side = min(size.height, 0.52 * size.width)
    if size.width >= 60:
        side = min(size.height - 2 * edge, side)
    left = 0.0 if size.width < 60 else edge
    x = left + side
    width = size.width - x - edge
    groups = content.groups
    code = ["-".join(groups)] if width >= _NARROW else ["-".join(groups[:2]), "-".join(groups[2:])]
    code_row = _WIDE_CODE_ROW if width >= _NARROW else _CODE_ROW
    room = size.height - 2 * edge - code_row * len(code)
    rows = _fitting(content.rows, room)
    unit = min(_LARGEST_ROW, room / sum(row.weight for row in rows))
    lines = []
    y = edge
    for row in rows:
        height = unit * row.weight
        lines.append(Line(text=row.text, x=x, y=y, width=width, height=height, size=height * _INK, is_bold=row.is_bold))
        y += height
    bottom = size.height - edge - code_row * len(code)
    lines += [
        Line(text=text, x=x, y=bottom + code_row * index, width=width, height=code_row, size=code_row * _INK, is_code=True)
        for index, text in enumerate(code)
    ]
    return Layout(
        width=size.width,
        height=size.height,
        symbol_x=left,
        symbol_y=(size.height - side) / 2,
        symbol_side=side,
        lines=tuple(lines),
    )


def _fitting(rows: tuple[Row, ...], room: float) -> list[Row]:
    """The rows that can be read in the room; the last of those that are not essential goes first."""
    kept = list(rows)
    while room / sum(row.weight for row in kept) < _SMALLEST_ROW:
        spare = [row for row in kept if not row.is_essential]
        if not spare:
            break
        kept.remove(spare[-1])
    return kept


def _below(content: Content, size: Size) -> Layout:
    groups = content.groups
    code = ["-".join(groups[:2]), "-".join(groups[2:])] if size.width < _NARROW else ["-".join(groups)]
    height = _CODE_ROW * len(code)
    side = min(size.width, size.height - height)
    top = (size.height - side - height) / 2
    lines = tuple(
        Line(
            text=text,
            x=0,
            y=top + side + _CODE_ROW * index - 0.3,
            width=size.width,
            height=_CODE_ROW,
            size=_CODE_ROW * _INK,
            is_code=True,
            is_centred=True,
        )
        for index, text in enumerate(code)
    )
    return Layout(
        width=size.width,
        height=size.height,
        symbol_x=(size.width - side) / 2,
        symbol_y=top,
        symbol_side=side,
        lines=lines,
    )
