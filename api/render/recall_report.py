"""The report of a recall on paper: why, what was reached, what was done about each item (api.render.reports)."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from api.language import Language, text
from api.render import words
from api.render.qr import qr_svg
from api.render.recall_words import CAUSES, STANDINGS, STATES, STEPS
from api.render.reports import Part, Report, report_pdf
from api.render.sentences import title
from api.schemas.recalls import RecallAnswer, RecallDeed, RecallItem, RecallPoint
from traceability.periods import SHANGHAI

_LONG = re.compile(r"[!-~]{15,}")  # Ids that are wider than a column; they may break anywhere, words do not.


def recall_report(
    recall: RecallAnswer, address: str, language: Language, at: datetime, checkpoint: str, who: Callable[[str | None], str]
) -> bytes:
    """The report as PDF/A-2b, of the recall as its reader sees it, with the checkpoint of the ledger.

    `address`: where the case is followed; `who`: how whoever did something is called.
    """
    say = partial(text, language)
    facts = [
        (say("召回"), recall.id),
        (say("状态"), STATES[recall.state].in_(language)),
        (say("标准器"), f"{recall.name} · {recall.item}"),
        (say("起因"), f"{CAUSES[recall.cause].in_(language)} · {recall.evidence}"),
        (say("起算日"), str(recall.counts_from)),
        (say("此前最后一次良好证据"), str(recall.last_good_on or "—")),
        (say("理由"), recall.reason),
        (say("开案"), " · ".join(filter(None, [_moment(recall.opened_at), who(recall.opened_by)]))),
        (say("已处理"), f"{recall.settled} / {len(recall.items)}"),
        (say("制作时间"), _moment(at)),
    ]
    parts = [_levels(recall, language), _items(recall, language), _points(recall, language), _deeds(recall, language, who)]
    report = Report(
        title=say("召回报告"),
        address=address,
        facts=facts,
        parts=parts,
        signers=[say("负责人"), say("日期")],
        checkpoint=checkpoint,
        qr=qr_svg(address).decode(),
    )
    return report_pdf(report, language, at)


def _levels(recall: RecallAnswer, language: Language) -> Part:
    say = partial(text, language)
    return Part(
        title=say("按级别"),
        empty=say("没有受影响的器具。"),
        heads=[say("级"), say("受影响器具"), say("所见"), say("待处理"), say("计量点")],
        widths=[1, 1, 1, 1, 1],
        rows=[
            [str(each.level), _counted(each.affected), str(each.seen), str(each.open), str(each.points)]
            for each in recall.levels
        ],
    )


def _items(recall: RecallAnswer, language: Language) -> Part:
    say = partial(text, language)
    return Part(
        title=say("器具"),
        empty=say("没有受影响的器具。"),
        heads=[say("级"), say("器具"), say("发现"), say("使用期间"), say("处理状态")],
        widths=[2, 9, 7, 6, 8],
        rows=_broken(
            [
                str(each.level),
                f"{each.name} · {each.item}",
                _finding(each, language),
                f"{each.used_from} – {each.used_until}",
                " · ".join(filter(None, [STANDINGS[each.standing].in_(language), each.settled_by, _why(each.justification)])),
            ]
            for each in recall.items
        ),
    )


def _points(recall: RecallAnswer, language: Language) -> Part:
    say = partial(text, language)
    return Part(
        title=say("计量点"),
        empty=say("没有受影响的计量点。"),
        heads=[say("级"), say("计量点"), say("器具"), say("发现"), say("使用期间"), say("仍在依赖")],
        widths=[2, 8, 8, 7, 6, 3],
        rows=_broken(
            [
                str(each.level),
                each.metering_point,
                each.name,
                _finding(each, language),
                f"{each.used_from} – {each.used_until}",
                say("是") if each.is_in_force else say("否"),
            ]
            for each in recall.points
        ),
    )


def _deeds(recall: RecallAnswer, language: Language, who: Callable[[str | None], str]) -> Part:
    say = partial(text, language)
    names = {each.item: each.name for each in recall.items}
    return Part(
        title=say("经过"),
        empty=say("尚无。"),
        heads=[say("时间"), say("事项"), say("器具"), say("理由"), say("人员")],
        widths=[5, 5, 7, 9, 5],
        rows=_broken(
            [
                _moment(each.at),
                STEPS[each.step].in_(language),
                names.get(each.item or "", each.item or ""),
                each.reason,
                who(each.by),
            ]
            for each in recall.deeds
        ),
    )


def _finding(row: RecallItem | RecallPoint, language: Language) -> str:
    return f"{words.SEVERITIES[row.severity].in_(language)} · {title(row.code, language)}"


def _counted(number: int | None) -> str:
    return "—" if number is None else str(number)


def _broken(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """The rows with places at which long ids may break."""
    return [[_LONG.sub(lambda found: "\u200b".join(found.group()), cell) for cell in row] for row in rows]


def _why(justification: RecallDeed | None) -> str:
    return "" if justification is None else justification.reason


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
