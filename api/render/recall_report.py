"""The report of a recall on paper (PDF/A-2b): why, what was reached, what was done about each item. Texts go in as data."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import typst

from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.render import words
from api.render.dossier import FONTS
from api.render.recall_words import CAUSES, STANDINGS, STATES, STEPS
from api.schemas.recalls import RecallAnswer, RecallDeed
from traceability.periods import SHANGHAI

_TEMPLATE = Path(__file__).parents[1] / "templates" / "recall.typ"
_COMPILE: Any = typst.compile  # Its stubs leave out that it takes files by name.


def recall_report(recall: RecallAnswer, language: Language, at: datetime, checkpoint: str) -> bytes:
    """The report as PDF, of the recall as its reader sees it, with the checkpoint of the ledger."""
    data = _data(recall, language, at) | {"checkpoint": checkpoint, "checkpoint_title": text(language, "账本检查点")}
    files = {"main": _TEMPLATE.read_bytes(), "data.json": msgspec.json.encode(data)}
    try:
        made: bytes = _COMPILE(files, format="pdf", pdf_standards=["a-2b"], timestamp=int(at.timestamp()))
    except typst.TypstError as error:  # What PDF/A does not allow: in practice a character that no font at hand has.
        reason = str(error)[:300]
        raise ParameterError(
            "format",
            Bilingual(f"无法排版，可能缺少中文字体（{reason}）", f"cannot be set; is a Chinese font missing? ({reason})"),
        ) from error
    return made


def _data(recall: RecallAnswer, language: Language, at: datetime) -> dict[str, Any]:
    say = partial(text, language)
    names = {each.item: each.name for each in recall.items}
    facts = [
        (say("召回"), recall.id),
        (say("状态"), STATES[recall.state].in_(language)),
        (say("标准器"), f"{recall.name} · {recall.item}"),
        (say("起因"), f"{CAUSES[recall.cause].in_(language)} · {recall.evidence}"),
        (say("起算日"), str(recall.counts_from)),
        (say("此前最后一次良好证据"), str(recall.last_good_on or "—")),
        (say("理由"), recall.reason),
        (say("开案"), " · ".join(filter(None, [_moment(recall.opened_at), recall.opened_by]))),
        (say("已处理"), f"{recall.settled} / {len(recall.items)}"),
    ]
    return {
        "language": language.value,
        "fonts": FONTS,
        "title": say("召回报告"),
        "facts": facts,
        "levels_title": say("按级别"),
        "levels_head": [say("级"), say("受影响器具"), say("所见"), say("待处理")],
        "levels": [
            [str(each.level), "—" if each.affected is None else str(each.affected), str(each.seen), str(each.open)]
            for each in recall.levels
        ],
        "items_title": say("器具"),
        "items_head": [say("级"), say("器具"), say("发现"), say("使用期间"), say("处理状态")],
        "items": [
            [
                str(each.level),
                f"{each.name} · {each.item}",
                f"{words.SEVERITIES[each.severity].in_(language)} {each.code.value}",
                f"{each.used_from} – {each.used_until}",
                " · ".join(filter(None, [STANDINGS[each.standing].in_(language), each.settled_by, _why(each.justification)])),
            ]
            for each in recall.items
        ],
        "deeds_title": say("经过"),
        "deeds_head": [say("时间"), say("事项"), say("器具"), say("理由"), say("人员")],
        "deeds": [
            [
                _moment(each.at),
                STEPS[each.step].in_(language),
                names.get(each.item or "", each.item or ""),
                each.reason,
                each.by or "",
            ]
            for each in recall.deeds
        ],
        "made": say("制作于 {moment}", moment=_moment(at)),
    }


def _why(justification: RecallDeed | None) -> str:
    return "" if justification is None else justification.reason


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
