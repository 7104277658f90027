"""Labels set by typst: PDF sheets and SVG with vectors alone, and the text of bitmaps."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from api.failures import USAGE, RefusedError
from api.language import Bilingual, Language
from api.render.fonts import fonts
from api.render.labels.layout import Layout, Size
from api.render.labels.symbol import QUIET_ZONE, Symbol

_TEMPLATE = Path(__file__).with_name("sheet.typ")
_HAN = re.compile("[㐀-鿿豈-﫿]")
# Typefaces with Chinese characters, as Linux, Windows and macOS have them; the first at hand is taken.
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "Droid Sans Fallback",
)
_LATIN_FONTS = ("DejaVu Sans", "Arial", "Helvetica", "Libertinus Serif")  # The last one comes with typst.
_CODE_FONTS = ("DejaVu Sans Mono",)  # Comes with typst; its zero has a dot in it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A label in its place on a page; without a symbol where that is drawn otherwise."""

    layout: Layout
    symbol: Symbol | None


def pdf_of(labels: Sequence[Drawn], size: Size, language: Language, at: datetime) -> bytes:
    """The labels as PDF/A-2b: sheets of the size's grid, or a page each. `at` is written into the file."""
    pages = [labels[start : start + size.per_page] for start in range(0, len(labels), size.per_page)]
    is_sheet = size.per_page > 1
    page = (size.page_width, size.page_height) if is_sheet else (size.width, size.height)
    left, top = (page[0] - size.columns * size.width) / 2, (page[1] - size.rows * size.height) / 2
    placed = [
        [
            _label(label, left + size.width * (index % size.columns), top + size.height * (index // size.columns))
            for index, label in enumerate(each)
        ]
        for each in pages
    ]
    return _compiled(placed, page, language, format="pdf", pdf_standards=["a-2b"], timestamp=int(at.timestamp()))


def svg_of(label: Drawn, language: Language) -> bytes:
    """One label as SVG: letters are outlines too, so it looks the same without our fonts."""
    page = (label.layout.width, label.layout.height)
    return _compiled([[_label(label, 0, 0)]], page, language, format="svg")


def text_png_of(label: Drawn, language: Language, dpi: int) -> bytes:
    """What is not symbol on one label, as PNG."""
    page = (label.layout.width, label.layout.height)
    return _compiled([[_label(label, 0, 0)]], page, language, format="png", ppi=float(dpi))


def has_chinese_font(families: Iterable[str] | None = None) -> bool:
    """Whether Chinese can be drawn on this machine."""
    return any(family in CHINESE_FONTS for family in (_families() if families is None else families))


def check_text(texts: Iterable[str], families: Iterable[str] | None = None) -> None:
    """Refuse Chinese text on a machine without a typeface for it: a label of empty boxes would be printed."""
    if has_chinese_font(families):
        return
    chinese = next((text for text in texts if _HAN.search(text)), None)
    if chinese is not None:
        raise RefusedError(
            USAGE,
            Bilingual(
                f"本机没有中文字体，无法绘制“{chinese[:20]}”；请安装 fonts-noto-cjk 等字体，或用 --lang en 输出英文标签",
                f"no Chinese typeface on this machine for {chinese[:20]!r}: install one, such as fonts-noto-cjk",
            ),
        )


def _families() -> list[str]:
    return fonts().families()


def _compiled(pages: list[list[dict[str, Any]]], page: tuple[float, float], language: Language, **options: Any) -> bytes:
    check_text(line["text"] for labels in pages for label in labels for line in label["lines"])
    families = set(_families())
    at_hand = [family for family in (*CHINESE_FONTS, *_LATIN_FONTS) if family in families]
    sheet = {
        "title": "标签 / Labels",
        "width": page[0],
        "height": page[1],
        "lang": language.value,
        "fonts": at_hand[:2],
        "code_fonts": list(_CODE_FONTS),
        "pages": pages,
    }
    compiler = typst.Compiler(_TEMPLATE, font_paths=fonts(), sys_inputs={"sheet": json.dumps(sheet)})
    made = compiler.compile(**options)
    if not isinstance(made, bytes):  # pragma: no cover - a list comes back for several pages of pictures only.
        raise TypeError("one page was asked for")
    return made


def _label(label: Drawn, x: float, y: float) -> dict[str, Any]:
    lines = [
        {
            "text": line.text,
            "x": line.x,
            "y": line.y,
            "width": line.width,
            "height": line.height,
            "size": line.size,
            "bold": line.is_bold,
            "code": line.is_code,
            "centred": line.is_centred,
        }
        for line in label.layout.lines
    ]
    return {"x": x, "y": y, "lines": lines, "symbol": None if label.symbol is None else _symbol(label.layout, label.symbol)}


def _symbol(layout: Layout, symbol: Symbol) -> dict[str, Any]:
    side = symbol.module * symbol.across
    return {
        "x": layout.symbol_x + (layout.symbol_side - side) / 2,
        "y": layout.symbol_y + (layout.symbol_side - side) / 2,
        "module": symbol.module,
        "runs": list(_runs(symbol)),
    }


def _runs(symbol: Symbol) -> Iterable[tuple[int, int, int]]:
    """The dark modules, row by row, as runs: place, row and length in modules, the quiet zone counted."""
    for row, modules in enumerate(symbol.modules):
        start: int | None = None
        for place, is_dark in enumerate((*modules, False)):
            if is_dark and start is None:
                start = place
            elif not is_dark and start is not None:
                yield start + QUIET_ZONE, row + QUIET_ZONE, place - start
                start = None
