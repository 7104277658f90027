"""Jobs as they were asked for, taken up and ended."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, bindparam, exists, func, select

from registry.access import Party
from registry.columns import instant_number, instant_of
from registry.import_tables import JobEnds, Jobs, JobStarts, Outcome
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork

_ends = table_of(JobEnds)
_jobs = table_of(Jobs)
_MOST_OPEN = 10_000  # Jobs back to which unfinished ones are looked for.
_RECENT = select(func.max(_jobs.c.entry) - _MOST_OPEN).scalar_subquery()
_starts = table_of(JobStarts)


class JobEnd(NamedTuple):
    """How a job ended, and what it came to."""

    outcome: Outcome
    ended_at: datetime
    answer: dict[str, Any]


class Job(NamedTuple):
    """A job; `end` is None while it waits or runs."""

    entry: int
    id: str
    kind: str
    arguments: dict[str, Any]
    created_at: datetime
    party: Party
    end: JobEnd | None


def ask_for(work: UnitOfWork, id_: str, kind: str, arguments: dict[str, Any], *, party: Party, at: datetime) -> int:
    """Write down a job to be done; its running number, by which workers are woken after the commit."""
    entry = work.allot(Jobs)
    row = (entry, id_, kind, text_of(arguments), instant_number(at), text_of(party), party.organization)
    work.append(Jobs, [row])
    return entry


def job_of(work: UnitOfWork, entry: int) -> Job | None:
    """The job with a running number."""
    return next(iter(jobs_of(work, [entry])), None)


def jobs_of(work: UnitOfWork, entries: list[int]) -> list[Job]:
    """The jobs with these running numbers, in their order."""
    return [_job(row) for row in work.rows(_JOBS, entries=entries)] if entries else []


def job_with(work: UnitOfWork, id_: str) -> Job | None:
    """The job with an id."""
    found = work.rows(_WITH_ID, id=id_)
    return job_of(work, found[0][0]) if found else None


def unfinished(work: UnitOfWork, most: int) -> list[int]:
    """The running numbers of jobs that have not ended, the oldest first."""
    return [entry for (entry,) in work.rows(_UNFINISHED, most=most)]


def has_ended(work: UnitOfWork, entry: int) -> bool:
    """Whether a job has ended."""
    return bool(work.rows(_ENDED, entry=entry))


def start(work: UnitOfWork, entry: int, worker: str, at: datetime) -> int:
    """Write down that a worker takes a job up; how many did before."""
    before = len(work.rows(_STARTS, entry=entry))
    work.append(JobStarts, [(entry, before, instant_number(at), worker)])
    return before


def end(work: UnitOfWork, entry: int, outcome: Outcome, answer: dict[str, Any], at: datetime) -> None:
    """Write down what a job came to."""
    work.append(JobEnds, [(entry, instant_number(at), outcome.value, text_of(answer))])


def text_of(value: Any) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


def _job(row: Row) -> Job:
    entry, id_, kind, arguments, created_at, party, ended_at, outcome, answer = row
    ended = None
    if outcome is not None:
        ended = JobEnd(Outcome(outcome), _instant(ended_at), msgspec.json.decode(answer))
    return Job(entry, id_, kind, msgspec.json.decode(arguments), _instant(created_at), party_of(party), ended)


def party_of(text: str) -> Party:
    """The party that was written down."""
    return msgspec.json.decode(text, type=Party)


def _instant(number: int) -> datetime:
    instant = instant_of(number)
    if instant is None:  # pragma: no cover - what we write down has an instant.
        raise ValueError(number)
    return instant


def _jobs_of(spelling: Spelling) -> Select[Any]:
    asked = (_jobs.c.entry, _jobs.c.id, _jobs.c.kind, _jobs.c.arguments, _jobs.c.created_at, _jobs.c.party)
    ended = (_ends.c.ended_at, _ends.c.outcome, _ends.c.answer)
    joined = _jobs.outerjoin(_ends, _ends.c.job_entry == _jobs.c.entry)
    return select(*asked, *ended).select_from(joined).where(spelling.among(_jobs.c.entry, "entries")).order_by(_jobs.c.entry)


_JOBS = Query(_jobs_of)
_WITH_ID = Query(lambda _: select(_jobs.c.entry).where(_jobs.c.id == bindparam("id")))
_ENDED = Query(lambda _: select(_ends.c.outcome).where(_ends.c.job_entry == bindparam("entry")))
_STARTS = Query(lambda _: select(_starts.c.position).where(_starts.c.job_entry == bindparam("entry")))
_UNFINISHED = Query(
    lambda _: (
        select(_jobs.c.entry)
        .where(_jobs.c.entry > _RECENT, ~exists().where(_ends.c.job_entry == _jobs.c.entry))
        .order_by(_jobs.c.entry)
        .limit(bindparam("most"))
    )
)
