"""What waits for a second person of an organization, and what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, select

from registry.columns import instant_number, instant_of
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.recording_tables import SubmissionDecisions, Submissions
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork
from traceability.interchange import Entry, dump_records, parse_records
from traceability.records import SECTIONS, Record, Records

_submissions = table_of(Submissions)
_decisions = table_of(SubmissionDecisions)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction as it was found when the submission came in; see registry.usecases.contradictions."""

    code: str
    severity: str
    path: str
    subject: str
    facts: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Records that wait, with who submitted them for which organization, and what they contradicted then."""

    organization: str
    submitted_by: str
    person: str | None
    client: str | None
    submitted_at: datetime
    source: str
    reason: str | None
    root: str | None
    entries: tuple[Entry, ...]
    contradictions: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the second person decided; `recording` is what was recorded."""

    is_approved: bool
    decided_by: str
    person: str
    decided_at: datetime
    reason: str | None
    recording: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A submission with its number, and the decision once there is one."""

    number: int
    submission: Submission
    decision: Decision | None


def submit(work: UnitOfWork, submission: Submission) -> int:
    """Let records wait; the number of the submission."""
    entry = work.allot(Submissions)
    row = (
        entry,
        submission.organization,
        submission.submitted_by,
        submission.person,
        submission.client,
        instant_number(submission.submitted_at),
        submission.source,
        submission.reason,
        submission.root,
        _written(submission.entries),
        msgspec.json.encode(submission.contradictions).decode(),
    )
    work.append(Submissions, [row])
    return entry


def decide(work: UnitOfWork, number: int, decision: Decision) -> None:
    """Write the decision on a submission that has none."""
    row = (
        number,
        int(decision.is_approved),
        decision.decided_by,
        decision.person,
        instant_number(decision.decided_at),
        decision.reason,
        decision.recording,
    )
    work.append(SubmissionDecisions, [row])


def submission_of(work: UnitOfWork, organization: str, number: int) -> Numbered | None:
    """A submission of an organization; None where it has none of that number."""
    return next(map(_numbered, work.rows(_ONE, organization=organization, number=number)), None)


def waiting(work: UnitOfWork, organization: str, after: int, most: int) -> list[Numbered]:
    """What waits in an organization, the oldest first, from a number on."""
    return [_numbered(row) for row in work.rows(_WAITING, organization=organization, after=after, most=most)]


def decided(work: UnitOfWork, organization: str, before: int, most: int) -> list[Numbered]:
    """What was decided in an organization, the latest submission first, before a number."""
    return [_numbered(row) for row in work.rows(_DECIDED, organization=organization, before=before, most=most)]


def _written(entries: tuple[Entry, ...]) -> str:
    lists: dict[str, list[Record]] = {section: [] for section in SECTIONS}
    for entry in entries:
        lists[entry.section].append(entry.record)
    return dump_records(Records(**{section: tuple(values) for section, values in lists.items()})).decode()  # type: ignore[arg-type]


def _read(document: str) -> tuple[Entry, ...]:
    records = parse_records(document)
    return tuple(
        Entry(section, index, record) for section in SECTIONS for index, record in enumerate(getattr(records, section))
    )


def _numbered(row: Row) -> Numbered:
    entry, organization, name, person, client, at, source, reason, root, document, contradictions, *decision = row
    submission = Submission(
        organization=organization,
        submitted_by=name,
        person=person,
        client=client,
        submitted_at=_instant(at),
        source=source,
        reason=reason,
        root=root,
        entries=_read(document),
        contradictions=msgspec.json.decode(contradictions, type=tuple[Said, ...]),
    )
    return Numbered(number=entry, submission=submission, decision=None if decision[0] is None else _decision(decision[1:]))


def _decision(columns: list[Any]) -> Decision:
    is_approved, decided_by, person, at, reason, recording = columns
    return Decision(
        is_approved=bool(is_approved),
        decided_by=decided_by,
        person=person,
        decided_at=_instant(at),
        reason=reason,
        recording=recording,
    )


def _instant(number: int) -> datetime:
    instant = instant_of(number)
    assert instant is not None  # noqa: S101 - the column is never "always".
    return instant


def _of(*conditions: ColumnElement[bool]) -> Select[Any]:
    joined = _submissions.outerjoin(_decisions, _decisions.c.submission_entry == _submissions.c.entry)
    return (
        select(_submissions, _decisions)
        .select_from(joined)
        .where(_submissions.c.organization == bindparam("organization"), *conditions)
    )


def _one(_: Spelling) -> Select[Any]:
    return _of(_submissions.c.entry == bindparam("number"))


def _waiting(_: Spelling) -> Select[Any]:
    wanted = _of(_submissions.c.entry > bindparam("after"), _decisions.c.submission_entry.is_(None))
    return wanted.order_by(_submissions.c.entry).limit(bindparam("most"))


def _decided(_: Spelling) -> Select[Any]:
    wanted = _of(_submissions.c.entry < bindparam("before"), _decisions.c.submission_entry.is_not(None))
    return wanted.order_by(_submissions.c.entry.desc()).limit(bindparam("most"))


_ONE = Query(_one)
_WAITING = Query(_waiting)
_DECIDED = Query(_decided)
