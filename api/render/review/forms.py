"""The tables of JJF 1356-2012 annex B of a unit, as a workbook or as PDF with the traceability diagram."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import typst

from api.language import Bilingual, Language, text
from api.render.fonts import fonts
from api.render.labels.typesetting import CHINESE_FONTS, check_text
from api.render.review.diagram import energies_of, unit_diagram
from registry.exchange.review_forms import forms_workbook
from registry.review.forms import STANDARD, Form, Text, forms_of
from registry.review.jurisdiction import Words
from registry.usecases.review_equipping import UnitReview

_TEMPLATE = Path(__file__).with_name("forms.typ")
_FONTS = [*CHINESE_FONTS[:4], "Microsoft YaHei", "PingFang SC", "SimHei", "DejaVu Sans"]
_NOT_COMPARED = Bilingual(
    "B.8、B.9 的栏目未与规范原文核对", "The columns of B.8 and B.9 were not compared with the text of the specification"
)
_COMPILE: Any = typst.compile  # Its stubs leave out that it takes files by name.


def forms_xlsx(review: UnitReview, language: Language) -> bytes:
    """B.3 to B.9 as a workbook, a sheet for each."""
    say = said_in(language)
    return forms_workbook(forms_of(review.equipping, say), notes_of(review, language), say)


def forms_pdf(review: UnitReview, language: Language, checkpoint: str) -> bytes:
    """The same as PDF/A-2b, with the traceability diagram of each energy and the checkpoint of the ledger.

    RefusedError without a Chinese typeface.
    """
    say = said_in(language)
    diagrams = [(energy, unit_diagram(review, language, energy)) for energy in energies_of(review)]
    data = {
        "title": f"{STANDARD} {review.name or review.unit.organization}",
        "lang": language.value,
        "fonts": _FONTS,
        "notes": notes_of(review, language),
        "forms": [_form(form, say) for form in forms_of(review.equipping, say)],
        "checkpoint_title": text(language, "账本检查点"),
        "checkpoint": checkpoint,
        "diagrams": [f"{text(language, '量值溯源图')} · {energy}" for energy, _ in diagrams],
    }
    check_text(_texts(data))
    pictures = {f"diagram-{place}.svg": (picture or "").encode() for place, (_, picture) in enumerate(diagrams)}
    files = {"main": _TEMPLATE.read_bytes(), "data.json": msgspec.json.encode(data), **pictures}
    at = int(review.known.known_at.timestamp())
    # Without tags: they would take a second for hundreds of rows and six times the size, and the workbook holds the same.
    made: bytes = _COMPILE(files, format="pdf", pdf_standards=["a-2b"], timestamp=at, font_paths=fonts(), pdf_tags=False)
    return made


def said_in(language: Language) -> Text:
    """What gives a text in one language."""

    def say(words: Words) -> str:
        return words.zh if language is Language.ZH else words.en

    return say


def notes_of(review: UnitReview, language: Language) -> list[str]:
    """What stands above the tables: whose, of which day, by which edition, and how sure we are of it."""
    say, choice = said_in(language), review.equipping.choice
    unit = review.unit
    notes = [
        f"{review.name or unit.organization} · {unit.organization} · {unit.credit_code}",
        text(language, "截至 {day} · 判定规则 {policy}", day=review.equipping.day, policy=review.policy.name),
        text(language, "按 {standard} 计算：{title}", standard=choice.used.standard, title=say(choice.used.title)),
        text(language, "表格来源的可靠性：{confidence}", confidence=say(choice.used.confidence)),
    ]
    if not choice.decides:
        notes.append(
            text(
                language,
                "当日施行的是 {standard}，其表格尚未载入：以下数字仅供参考，结论待定",
                standard=choice.in_force.standard,
            )
        )
    return [*notes, _NOT_COMPARED.in_(language)]


def _form(form: Form, say: Text) -> dict[str, Any]:
    return {
        "title": f"{form.code} {say(form.title)}",
        "heads": [say(column.heading) for column in form.columns],
        "widths": [column.width for column in form.columns],
        "rows": form.rows,
    }


def _texts(told: Any) -> Iterator[str]:
    """Every text of the data but the names of typefaces."""
    match told:
        case str():
            yield told
        case dict():
            for name, each in told.items():
                if name != "fonts":
                    yield from _texts(each)
        case Sequence():
            for each in told:
                yield from _texts(each)
