"""The record of a round as PDF/A-2b, for paper and signatures; the JSON has the same facts."""

from datetime import datetime

from api.language import Bilingual, Language, text
from api.render import words
from api.render.names import Names
from api.render.reports import Part, Report, report_pdf
from api.schemas.rounds import RecordedItem, RecordedObservation, RoundRecord
from registry.rounds import ScanResult
from traceability.periods import SHANGHAI

_ITEM_HEADS = (
    Bilingual("器具", "Item"),
    Bilingual("出厂编号", "Serial number"),
    Bilingual("结果", "Result"),
    Bilingual("判定", "Verdict"),
    Bilingual("可溯源至", "Traceable until"),
)
_OBSERVATION_HEADS = (
    Bilingual("器具", "Item"),
    Bilingual("铭牌一致", "Nameplate matches"),
    Bilingual("封印完好", "Seal intact"),
    Bilingual("备注", "Remark"),
    Bilingual("主管部门", "Authority"),
)
_ITEM_RESULTS: dict[str, Bilingual] = {
    **{result.value: look for result, look in words.SCAN_RESULTS.items()},
    "missing": words.MISSING,
}


def record_pdf(record: RoundRecord, language: Language, base_url: str, checkpoint: str) -> bytes:
    """The record as PDF/A-2b. RefusedError on a machine without a Chinese typeface where there is Chinese to write."""
    return report_pdf(_told(record, language, base_url, checkpoint), language, record.known_at)


def _told(record: RoundRecord, language: Language, base_url: str, checkpoint: str) -> Report:
    return {
        "title": text(language, "计量器具现场核查记录"),
        "address": f"{base_url.rstrip('/')}/rounds/{record.round.id}",
        "facts": _facts(record, language),
        "parts": [_items(record, language), _observations(record, language), _unknown(record, language)],
        "signers": [text(language, "核查人员"), text(language, "被核查单位")],
        "checkpoint": checkpoint,
    }


def _facts(record: RoundRecord, language: Language) -> list[tuple[str, str]]:
    found, counts = record.round, record.counts
    signature = found.signature
    signed = text(language, "尚未签署") if signature is None else f"{_moment(signature.signed_at)} · {signature.signed_by}"
    came_to = (
        (words.SCAN_RESULTS[ScanResult.CORRECT], counts.correct),
        (words.MISSING, counts.missing),
        (words.SCAN_RESULTS[ScanResult.MISPLACED], counts.misplaced),
        (words.SCAN_RESULTS[ScanResult.UNKNOWN], counts.unknown),
    )
    return [
        (text(language, "编号"), found.id),
        (text(language, "被核查单位"), found.organization),
        (text(language, "地点"), " · ".join(filter(None, [found.site, "、".join(found.sites)])) or "—"),
        (text(language, "计划"), f"{_moment(found.planned_at)} · {found.planned_by}"),
        (text(language, "签署"), signed),
        (text(language, "备注"), signature.remark if signature is not None and signature.remark else "—"),
        (text(language, "结论"), f"{record.as_of} · {record.policy} · {_moment(record.known_at)}"),
        (text(language, "结果"), " · ".join(f"{look.in_(language)} {count}" for look, count in came_to)),
    ]


def _items(record: RoundRecord, language: Language) -> Part:
    return {
        "title": text(language, "器具"),
        "empty": "—",
        "heads": [head.in_(language) for head in _ITEM_HEADS],
        "widths": [4, 3, 2, 3, 3],
        "rows": [_item(each, language) for each in record.items],
    }


def _item(item: RecordedItem, language: Language) -> list[str]:
    verdict = item.verdict
    status = "—" if verdict is None else words.STATUSES[verdict.status].words.in_(language)
    until = "—" if verdict is None or verdict.traceable_until is None else str(verdict.traceable_until)
    result = " · ".join([_ITEM_RESULTS[item.result].in_(language), *item.sites])
    return [Names(language=language).shown(item.name) or item.id, item.serial or "—", result, status, until]


def _observations(record: RoundRecord, language: Language) -> Part:
    shown = Names(language=language).shown
    names = {item.id: shown(item.name) or item.id for item in record.items}
    return {
        "title": text(language, "观察"),
        "empty": text(language, "没有观察记录。"),
        "heads": [head.in_(language) for head in _OBSERVATION_HEADS],
        "widths": [4, 2, 2, 4, 3],
        "rows": [_observation(each, names, language) for each in record.observations],
    }


def _observation(each: RecordedObservation, names: dict[str, str], language: Language) -> list[str]:
    decisions = [
        f"{text(language, what)} {words.DECISIONS[made.decision].in_(language)}"
        for what, made in (("封印", each.decision), ("铭牌", each.nameplate_decision))
        if made is not None
    ]
    return [
        names.get(each.item, each.item),
        " · ".join(filter(None, [words.OBSERVED[each.nameplate_matches].in_(language), each.seen_serial])),
        words.OBSERVED[each.seal_intact].in_(language),
        " · ".join(filter(None, [each.remark, each.photo and f"SHA-256 {each.photo[:16]}…"])) or "—",
        " · ".join(decisions) or "—",
    ]


def _unknown(record: RoundRecord, language: Language) -> Part:
    return {
        "title": text(language, "未登记的标签"),
        "empty": "—",
        "heads": [text(language, "读到的内容")],
        "widths": [1],
        "rows": [[each[:200]] for each in record.unknown],
    }


def _moment(instant: datetime) -> str:
    """An instant as a clock in Shanghai shows it."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
