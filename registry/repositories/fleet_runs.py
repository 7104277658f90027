"""Runs over everything, and how many targets came out how (registry.fleet_tables)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Update, bindparam, delete, select, update

from registry.columns import day_number, day_of, instant_number, instant_of
from registry.fleet_tables import FleetAnswers, FleetCounts, FleetRuns, RunState, TargetKind
from registry.import_tables import JobEnds
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.table_parts import table_of
from registry.unit_of_work import UnitOfWork
from traceability.verdict import Status

Counts = Mapping[tuple[TargetKind, Status], int]

_runs = table_of(FleetRuns)
_counts = table_of(FleetCounts)
_answers = table_of(FleetAnswers)
_ends = table_of(JobEnds)


class FleetRun(NamedTuple):
    """A run: under which policy, for which day, and up to which recording its answers take everything into account."""

    entry: int
    job_entry: int
    policy: str
    as_of: date
    state: RunState
    recording: int
    known_at: datetime
    started_at: datetime
    changed_at: datetime
    written: int


def current_run(work: UnitOfWork, policy: str) -> FleetRun | None:
    """The run whose answers are to be read under a policy."""
    return next((_run(row) for row in work.rows(_CURRENT, policy=policy, state=RunState.CURRENT.value)), None)


def current_runs(work: UnitOfWork) -> list[FleetRun]:
    """The current runs of all policies; there are few."""
    return [_run(row) for row in work.rows(_ALL_CURRENT, state=RunState.CURRENT.value)]


def run_of_job(work: UnitOfWork, job_entry: int) -> FleetRun | None:
    """The run that a job last began."""
    return next((_run(row) for row in work.rows(_OF_JOB, job_entry=job_entry)), None)


def begin(work: UnitOfWork, run: FleetRun) -> FleetRun:
    """Write down a new run; with its running number."""
    numbered = run._replace(entry=work.allot(FleetRuns))
    work.append(FleetRuns, [_row(numbered)])
    return numbered


def advance(work: UnitOfWork, run: FleetRun, written: int) -> None:
    """Write down how many answers of a run are there."""
    work.run(_ADVANCE, run=run.entry, so_many=written)


def make_current(work: UnitOfWork, run: FleetRun, counts: Counts, at: datetime) -> None:
    """Let the answers of a run take the place of those before."""
    work.run(_RETIRE, of_policy=run.policy, old=RunState.CURRENT.value, new=RunState.PAST.value)
    work.run(_FINISH, run=run.entry, new=RunState.CURRENT.value, at=instant_number(at))
    set_counts(work, run.entry, counts)


def give_up(work: UnitOfWork, run: FleetRun) -> None:
    """A run that will not be finished."""
    work.run(_GIVE_UP, run=run.entry, new=RunState.PAST.value)


def move_on(work: UnitOfWork, run: FleetRun, *, recording: int, known_at: datetime, at: datetime) -> bool:
    """Let a current run stand for a later recording; False, and nothing is done, when somebody else did or it is past."""
    asked = {"run": run.entry, "before": run.recording, "state": RunState.CURRENT.value}
    if not work.rows(_UNMOVED, **asked):
        return False
    work.run(_MOVE, run=run.entry, to=recording, known=instant_number(known_at), at=instant_number(at))
    return True


def counts_of(work: UnitOfWork, run: int) -> dict[tuple[TargetKind, Status], int]:
    """How many targets of each kind have each status, over everything."""
    return {(TargetKind(kind), Status(status)): targets for kind, status, targets in work.rows(_COUNTS, run=run)}


def set_counts(work: UnitOfWork, run: int, counts: Counts) -> None:
    """Write down how many targets of each kind have each status."""
    work.run(_FORGET_COUNTS, run=run)
    work.append(FleetCounts, [(run, kind.value, status.value, number) for (kind, status), number in sorted(counts.items())])


def with_leftovers(work: UnitOfWork, most: int) -> list[int]:
    """Runs that are past, or whose job ended over them, and still have answers."""
    return [run for (run,) in work.rows(_LEFTOVERS, most=most, past=RunState.PAST.value, writing=RunState.WRITING.value)]


def _row(run: FleetRun) -> Row:
    instants = map(instant_number, (run.known_at, run.started_at, run.changed_at))
    day, state = day_number(run.as_of), run.state.value
    return (run.entry, run.job_entry, run.policy, day, state, run.recording, *instants, run.written)


def _run(row: Row) -> FleetRun:
    entry, job_entry, policy, day, state, recording, *instants, written = row
    known_at, started_at, changed_at = (_instant(each) for each in instants)
    return FleetRun(
        entry, job_entry, policy, day_of(day), RunState(state), recording, known_at, started_at, changed_at, written
    )


def _instant(number: int) -> datetime:
    instant = instant_of(number)
    if instant is None:  # pragma: no cover - what we write down has an instant.
        raise ValueError(number)
    return instant


def _change(**values: Any) -> Update:
    return update(_runs).where(_runs.c.entry == bindparam("run")).values(**values)


def _leftovers(_: Spelling) -> Select[Any]:
    has_answers = select(_answers.c.run).where(_answers.c.run == _runs.c.entry).exists()
    has_ended = select(_ends.c.job_entry).where(_ends.c.job_entry == _runs.c.job_entry).exists()
    is_over = (_runs.c.state == bindparam("past")) | ((_runs.c.state == bindparam("writing")) & has_ended)
    return select(_runs.c.entry).where(is_over, has_answers).order_by(_runs.c.entry).limit(bindparam("most"))


_CURRENT = Query(
    lambda _: (
        select(_runs)
        .where(_runs.c.policy == bindparam("policy"), _runs.c.state == bindparam("state"))
        .order_by(_runs.c.entry.desc())
        .limit(1)
    )
)
_ALL_CURRENT = Query(lambda _: select(_runs).where(_runs.c.state == bindparam("state")).order_by(_runs.c.policy))
_OF_JOB = Query(
    lambda _: select(_runs).where(_runs.c.job_entry == bindparam("job_entry")).order_by(_runs.c.entry.desc()).limit(1)
)
_ADVANCE = Query(lambda _: _change(written=bindparam("so_many")))
_FINISH = Query(lambda _: _change(state=bindparam("new"), changed_at=bindparam("at")))
_GIVE_UP = Query(lambda _: _change(state=bindparam("new")))
_RETIRE = Query(
    lambda _: (
        update(_runs)
        .where(_runs.c.policy == bindparam("of_policy"), _runs.c.state == bindparam("old"))
        .values(state=bindparam("new"))
    )
)
_UNMOVED = Query(
    lambda _: select(_runs.c.entry).where(
        _runs.c.entry == bindparam("run"), _runs.c.recording == bindparam("before"), _runs.c.state == bindparam("state")
    )
)
_MOVE = Query(lambda _: _change(recording=bindparam("to"), known_at=bindparam("known"), changed_at=bindparam("at")))
_COUNTS = Query(
    lambda _: (
        select(_counts.c.kind, _counts.c.status, _counts.c.targets)
        .where(_counts.c.run == bindparam("run"))
        .order_by(_counts.c.kind, _counts.c.status)
    )
)
_FORGET_COUNTS = Query(lambda _: delete(_counts).where(_counts.c.run == bindparam("run")))
_LEFTOVERS = Query(_leftovers)
