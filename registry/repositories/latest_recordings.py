"""What an organization recorded last, what it was told then, and how much waits: a few rows, whatever the store holds."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, select

from registry.account_tables import RecordingOrigins
from registry.columns import instant_of
from registry.queries import Query, Spelling
from registry.recording_tables import RecordedContradictions, SubmissionDecisions, Submissions
from registry.repositories.flags import Flag
from registry.table_parts import table_of
from registry.tables import Recordings, RecordingSummaries
from registry.unit_of_work import UnitOfWork

_decisions = table_of(SubmissionDecisions)
_flags = table_of(RecordedContradictions)
_origins = table_of(RecordingOrigins)
_recordings = table_of(Recordings)
_submissions = table_of(Submissions)
_summaries = table_of(RecordingSummaries)


class RecordingLine(NamedTuple):
    """A recording: when, by whom, from what, why; how many records of each list it brought, where that was summed up."""

    recording: int
    stored_at: datetime
    recorded_by: str
    source: str
    reason: str | None
    new: dict[str, int]


def latest_recordings(work: UnitOfWork, organization: str | None, most: int) -> list[RecordingLine]:
    """What was recorded for an organization, the latest first; None: everything."""
    query = _RECORDINGS[organization is not None]
    return [_line(*row) for row in work.rows(query, organization=organization or "", most=most)]


def latest_flags(work: UnitOfWork, organization: str | None, most: int) -> list[Flag]:
    """The contradictions with which records of an organization were let in, those of the latest recording first; None: all."""
    rows = work.rows(_FLAGS[organization is not None], organization=organization or "", most=most)
    return [Flag._make((*row[:-1], msgspec.json.decode(row[-1]))) for row in rows]


def waiting_number(work: UnitOfWork, organization: str, most: int) -> int:
    """How many submissions wait in an organization; `most` for so many or more."""
    return len(work.rows(_WAITING, organization=organization, most=most))


def _line(entry: int, stored_at: int, by: str, source: str, reason: str | None, counts: str | None) -> RecordingLine:
    instant = instant_of(stored_at)
    assert instant is not None  # noqa: S101 - a recording has always been stored at an instant.
    told = {} if counts is None else msgspec.json.decode(counts, type=dict[str, dict[str, int]])
    return RecordingLine(entry, instant, by, source, reason, {name: each["new"] for name, each in told.items() if each["new"]})


def _recorded(*, is_of_one: bool) -> Select[Any]:
    joined = _recordings.outerjoin(_origins, _origins.c.recording == _recordings.c.entry)
    joined = joined.outerjoin(_summaries, _summaries.c.recording == _recordings.c.entry)
    columns = (
        _recordings.c.entry,
        _recordings.c.stored_at,
        _recordings.c.recorded_by,
        _recordings.c.source,
        _origins.c.reason,
        _summaries.c.counts,
    )
    wanted = select(*columns).select_from(joined)
    if is_of_one:
        own = _origins.c.organization == bindparam("organization")
        return wanted.where(own).order_by(_origins.c.recording.desc()).limit(bindparam("most"))
    return wanted.order_by(_recordings.c.entry.desc()).limit(bindparam("most"))


def _flagged(*, is_of_one: bool) -> Select[Any]:
    wanted = select(_flags)
    if is_of_one:
        joined = _flags.join(_origins, _origins.c.recording == _flags.c.recording)
        wanted = wanted.select_from(joined).where(_origins.c.organization == bindparam("organization"))
    return wanted.order_by(_flags.c.recording.desc(), _flags.c.position).limit(bindparam("most"))


def _both(build: Any) -> dict[bool, Query]:
    def query(is_of_one: bool) -> Query:  # noqa: FBT001
        def built(_: Spelling) -> Select[Any]:
            selected: Select[Any] = build(is_of_one=is_of_one)
            return selected

        return Query(built)

    return {is_of_one: query(is_of_one) for is_of_one in (False, True)}


def _waiting(_: Spelling) -> Select[Any]:
    joined = _submissions.outerjoin(_decisions, _decisions.c.submission_entry == _submissions.c.entry)
    wanted = select(_submissions.c.entry).select_from(joined)
    own = _submissions.c.organization == bindparam("organization")
    return wanted.where(own, _decisions.c.submission_entry.is_(None)).limit(bindparam("most"))


_RECORDINGS = _both(_recorded)
_FLAGS = _both(_flagged)
_WAITING = Query(_waiting)
