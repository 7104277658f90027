"""Reports as PDF/A-2b: facts, then tables, then lines to sign on, in one look."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import typst

from api.language import Language, text
from api.render.fonts import fonts
from api.render.labels.typesetting import CHINESE_FONTS, check_text

_TEMPLATE = Path(__file__).with_name("report.typ")
_LATIN_FONTS = ("DejaVu Sans", "Arial", "Helvetica", "Libertinus Serif")  # The last one comes with typst.


class Part(TypedDict):
    """A table with its title; `empty` is said where it has no rows, `widths` are those of its columns to each other."""

    title: str
    empty: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


class Report(TypedDict):
    """What a report says, in the language of its reader. `address`: where it comes from, on every page; `qr`: the same, SVG.

    `checkpoint`: of the ledger, as it leaves the machine (api.checkpoints).
    """

    title: str
    address: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    signers: Sequence[str]
    checkpoint: str
    qr: NotRequired[str]


def report_pdf(report: Report, language: Language, at: datetime) -> bytes:
    """A report as PDF/A-2b. RefusedError on a machine without a Chinese typeface where there is Chinese to write."""
    check_text(_texts(report))
    families = set(fonts().families())
    at_hand = [family for family in (*CHINESE_FONTS, *_LATIN_FONTS) if family in families][:2]
    told = json.dumps({**report, "checkpoint_title": text(language, "账本检查点"), "lang": language.value, "fonts": at_hand})
    compiler = typst.Compiler(_TEMPLATE, font_paths=fonts(), sys_inputs={"record": told})
    made = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=int(at.timestamp()))
    if not isinstance(made, bytes):  # pragma: no cover - a list comes back for several pages of pictures only.
        raise TypeError("one document was asked for")
    return made


def _texts(told: Any) -> Iterable[str]:
    """Every text of the data."""
    match told:
        case str():
            yield told
        case dict():
            yield from _texts(list(told.values()))
        case list() | tuple():
            for each in told:
                yield from _texts(each)
