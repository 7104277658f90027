"""Lists as CSV for spreadsheets: UTF-8 with a byte order mark, headers in the language asked for, no cell that computes."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import Any, NamedTuple

from api.language import Bilingual, Language
from traceability.json_text import positional
from traceability.records import Certificate, Competence, Scope

_MARK = "\ufeff"  # Without it Excel takes UTF-8 for the code page of the machine.
# A cell that begins like this is a formula to a spreadsheet (OWASP, CSV injection); a plain number is none.
_COMPUTES = re.compile(r"[\s]*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_BETWEEN = "; "


class Column(NamedTuple):
    """A column: its header, and what a row has there."""

    header: Bilingual
    value: Callable[[Any], object]


def csv_lines(columns: Sequence[Column], batches: Iterable[Iterable[Any]], language: Language) -> Iterator[bytes]:
    """The head, then the lines of one batch after the other; lines end as RFC 4180 says."""
    yield (_MARK + _written([[column.header.in_(language) for column in columns]])).encode()
    for batch in batches:
        yield _written([[_cell(column.value(record)) for column in columns] for record in batch]).encode()


def _written(lines: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case tuple() | list():
            text = _BETWEEN.join(map(str, value))
        case _:
            text = str(value)
    return f"'{text}" if _COMPUTES.match(text) and not _NUMBER.fullmatch(text) else text


def _plain(name: str, zh: str, en: str) -> Column:
    return Column(Bilingual(zh, en), lambda record: getattr(record, name))


def _scope(scope: Scope) -> str:
    """A row of a scope in one line: quantity, range, smallest uncertainty."""
    bounds = [positional(bound) if bound is not None else "" for bound in (scope.low, scope.high)]
    text = f"{scope.quantity} [{bounds[0]}, {bounds[1]}] {scope.unit or ''}".strip() if any(bounds) else scope.quantity
    best = scope.best_uncertainty
    return text if best is None else f"{text} U={positional(best.value)} {best.unit}"


def _withdrawn(name: str) -> Callable[[Certificate], object]:
    return lambda record: None if record.withdrawal is None else getattr(record.withdrawal, name)


def _suspensions(record: Competence) -> list[str]:
    return [f"{period.start}/{period.until or ''}" for period in record.suspensions]


_ID = _plain("id", "标识", "Id")
_KIND = _plain("kind", "类别", "Kind")
_ITEM = _plain("item", "器具标识", "Item")
_KNOWN = _plain("recorded_at", "记录时刻", "Recorded at")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "organizations": (_ID, _plain("name", "名称", "Name"), _KIND, _plain("country", "国别", "Country")),
    "competences": (
        _ID,
        _plain("organization", "机构标识", "Organization"),
        _plain("scheme", "资质类型", "Scheme"),
        _plain("number", "证号", "Number"),
        _plain("valid_from", "有效期自", "Valid from"),
        _plain("valid_until", "有效期至", "Valid until"),
        Column(Bilingual("暂停时段", "Suspensions"), _suspensions),
        Column(Bilingual("能力范围", "Scope"), lambda record: [_scope(scope) for scope in record.scope]),
        _KNOWN,
    ),
    "items": (
        _ID,
        _KIND,
        _plain("name", "名称", "Name"),
        _plain("serial", "出厂编号", "Serial number"),
        _plain("country", "国别", "Country"),
        _plain("quantities", "用于的量", "Quantities"),
        _plain("interval_months", "复校间隔（月）", "Interval (months)"),
        _plain("retired_on", "停用日", "Retired on"),
        _KNOWN,
    ),
    "certificates": (
        _ID,
        _plain("number", "证书编号", "Certificate number"),
        _KIND,
        _plain("issuer", "出证机构", "Issuer"),
        _ITEM,
        _plain("serial", "出厂编号", "Serial number"),
        _plain("calibrated_on", "检定或校准日", "Calibrated on"),
        _plain("issued_on", "签发日", "Issued on"),
        _plain("valid_until", "有效期至", "Valid until"),
        _plain("outcome", "结论", "Outcome"),
        _plain("adjusted", "经调整", "Adjusted"),
        _plain("as_found", "调整前", "As found"),
        Column(Bilingual("量", "Quantities"), lambda record: list(dict.fromkeys(each.quantity for each in record.results))),
        Column(Bilingual("所用标准器", "References"), lambda record: [each.item for each in record.references]),
        _plain("replaces", "替换的证书", "Replaces"),
        Column(Bilingual("撤销日", "Withdrawn on"), _withdrawn("on")),
        Column(Bilingual("撤销自", "Void from"), _withdrawn("void_from")),
        _KNOWN,
    ),
    "events": (_ID, _ITEM, _KIND, _plain("on", "发生日", "On"), _KNOWN),
    "metering_points": (
        _ID,
        _plain("organization", "用能单位标识", "Organization"),
        _plain("level", "级别", "Level"),
        _plain("energy", "能源品种", "Energy"),
        Column(Bilingual("支路", "Branches"), lambda record: list(dict.fromkeys(branch.name for branch in record.branches))),
        Column(Bilingual("器具", "Items"), lambda record: [branch.item for branch in record.branches if branch.item]),
        _KNOWN,
    ),
}
