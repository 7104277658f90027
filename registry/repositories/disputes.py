"""Labels that the authority doubts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from registry.columns import instant_of
from registry.label_tables import Labels
from registry.labels.records import LabelRecord
from registry.queries import Query
from registry.scan_tables import LabelDisputes
from registry.spelling import storable
from registry.table_parts import table_of
from registry.tables import Recordings
from registry.unit_of_work import UnitOfWork

_disputes = table_of(LabelDisputes)
_labels = table_of(Labels)
_recordings = table_of(Recordings)


class Dispute(NamedTuple):
    """A label that is disputed: since when, and why."""

    code: str
    reason: str
    since: datetime | None


def disputed_with_codes(work: UnitOfWork, codes: Iterable[str]) -> dict[str, Dispute]:
    """Those of the labels that are disputed now, by code."""
    wanted = sorted(set(codes))
    return _by_code(work.rows(_WITH_CODES, wanted=wanted)) if wanted else {}


def all_disputed(work: UnitOfWork, most: int) -> dict[str, Dispute]:
    """The labels that are disputed now, by code, the latest first, as many as asked for."""
    return _by_code(work.rows(_ALL, most=most))


def add_dispute(work: UnitOfWork, label: LabelRecord, reason: str, recording: int, *, is_disputed: bool) -> None:
    """The authority doubts a label, or no longer does."""
    row = (work.allot(LabelDisputes), label.entry, int(is_disputed), storable(reason), recording)
    work.append(LabelDisputes, [row])


def _by_code(rows: list[Any]) -> dict[str, Dispute]:
    return {code: Dispute(code, reason, instant_of(at)) for code, reason, at in rows}


def _latest(*conditions: ColumnElement[bool]) -> Select[Any]:
    own = _disputes.alias("own")
    latest = select(func.max(own.c.entry)).where(own.c.label_entry == _disputes.c.label_entry).scalar_subquery()
    source = _disputes.join(_labels, _labels.c.entry == _disputes.c.label_entry)
    source = source.join(_recordings, _recordings.c.entry == _disputes.c.recording)
    columns = (_labels.c.code, _disputes.c.reason, _recordings.c.stored_at)
    counting = (_disputes.c.entry == latest, _disputes.c.is_disputed == 1, *conditions)
    return select(*columns).select_from(source).where(*counting).order_by(_disputes.c.entry.desc())


_WITH_CODES = Query(lambda spelling: _latest(spelling.among(_labels.c.code, "wanted")))
_ALL = Query(lambda _: _latest().limit(bindparam("most")))
