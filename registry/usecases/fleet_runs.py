"""Runs over everything, whose answers are kept (docs/fleet.md): asked for, done by a worker, taken up again after a crash.

1. The columns of the registry are loaded, and everything is answered for the day.
2. The answers are written some ten thousand at a time, so that nobody waits long for a turn; nobody reads them yet.
3. What they come to is summed up for all who see something of it (registry.usecases.fleet_summaries).
4. They take the place of those before, in the transaction in which the job ends; those before are removed.

A worker that takes the job up again goes on after the last answers written, unless something was recorded meanwhile.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from registry.access import Party
from registry.columns import instant_of
from registry.errors import UnknownError
from registry.fleet_tables import RunState, TargetKind
from registry.jobs.running import Handler, Running
from registry.repositories import fleet_answers, fleet_runs, jobs
from registry.repositories.fleet_runs import Counts, FleetRun
from registry.repositories.jobs import Job
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases import fleet_summaries
from registry.usecases.assess_all import LoadedPoints, load_points
from traceability.fleet.forecast import carried, carriers
from traceability.fleet.point_answers import assess_everything
from traceability.policy import policy_named
from traceability.verdict import Status

FLEET = "fleet"  # The kind of the jobs.
BATCH = 50_000  # Answers written in one turn of a writer: a fraction of a second.
_MOST_LEFT = 100  # Past runs whose answers are removed by one job.


def ask_for_run(
    work: UnitOfWork, *, policy: str, as_of: date, party: Party, at: datetime, occasion: str | None = None
) -> tuple[str, int | None]:
    """Have everything answered under a named policy for a day; the id of the job, and the number to wake it by.

    `occasion`: what the run is for, where one is enough: the number is None when that was asked for before.
    """
    policy_named(policy)
    id_ = secrets.token_urlsafe(12) if occasion is None else id_of(policy, as_of, occasion)
    if occasion is not None and jobs.job_with(work, id_) is not None:
        return id_, None
    arguments = {"policy": policy, "as_of": str(as_of)}
    return id_, jobs.ask_for(work, id_, FLEET, arguments, party=party, at=at)


def id_of(policy: str, as_of: date, occasion: str) -> str:
    """The id of a job that is asked for once."""
    return f"fleet-{policy.replace('/', '-')}-{as_of}-{occasion}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """A run as it was asked for, and what is there of it: None while it waits or loads."""

    job: Job
    run: FleetRun | None


def status_of(work: UnitOfWork, id_: str, party: Party) -> RunStatus:
    """Where a run stands that the party's organization or the registry itself asked for; UnknownError for all others."""
    job = jobs.job_with(work, id_)
    if job is None or job.kind != FLEET or not (party.is_operator or job.party.organization in {None, party.organization}):
        raise UnknownError(id_)
    return RunStatus(job=job, run=fleet_runs.run_of_job(work, job.entry))


def handlers(snapshots: Path | None = None) -> dict[str, Handler]:
    """What workers do for such jobs. `snapshots`: where the columns of the registry are kept for the next question."""
    return {FLEET: lambda running: run(running, snapshots)}


def run(running: Running, snapshots: Path | None = None) -> None:
    """Answer everything and keep the answers."""
    asked = running.job
    policy, as_of = policy_named(asked.arguments["policy"]), date.fromisoformat(asked.arguments["as_of"])
    with running.store.reading() as work:
        begun = _unfinished(work, asked)
    started_at = running.clock()
    loaded, known_at = _loaded(running, started_at if begun is None else begun.known_at, snapshots)
    if begun is not None and begun.recording != loaded.version.recording:
        _give_up(running.store, begun)
        begun = None
        loaded, known_at = _loaded(running, started_at, snapshots)
    running.step("assess")
    answers = assess_everything(loaded.points, as_of, policy)
    at_hand = begun or _begun(running, policy.name, as_of, loaded.version.recording, known_at)
    lapsing = carried(loaded.points.fleet, as_of, fleet_summaries.AHEAD, policy)
    rows = fleet_answers.rows_of_everything(answers, at_hand.entry, carriers(loaded.points.fleet, lapsing))
    _write(running, at_hand, rows)
    running.step("summarize")
    question = fleet_summaries.Question(as_of, at_hand.known_at, policy, at_hand.recording)
    sums = list(fleet_summaries.summaries(running.store, loaded.points, answers, question, lapsing))
    counts = _all_counts(fleet_answers.counted(rows))
    with running.store.writing() as work:
        at = running.clock()
        fleet_runs.make_current(work, at_hand, counts, at)
        fleet_summaries.keep(work, at_hand.entry, sums)
        running.end(work, {"run": at_hand.entry, "targets": len(rows), "recording": at_hand.recording})
    clear_leftovers(running.store, running.step)


def _loaded(running: Running, known_at: datetime, snapshots: Path | None) -> tuple[LoadedPoints, datetime]:
    """Everything stored, and as of when it is known: nobody looks later for what was stored before it was read."""
    while True:
        loaded = load_points(running.store, known_at, snapshots, running.step)
        stored_at = instant_of(loaded.version.stored_at)
        if stored_at is None or stored_at <= known_at:
            return loaded, known_at
        known_at = stored_at


def clear_leftovers(store: Store, tell: Callable[[str], None]) -> None:
    """Remove the answers of past runs, some in each turn of a writer."""
    with store.reading() as work:
        past = fleet_runs.with_leftovers(work, _MOST_LEFT)
    for entry in past:
        has_more = True
        while has_more:
            tell("clear")
            with store.writing() as work:
                has_more = fleet_answers.forget(work, entry)


def _unfinished(work: UnitOfWork, job: Job) -> FleetRun | None:
    """The run that an earlier worker began for the job."""
    found = fleet_runs.run_of_job(work, job.entry)
    return found if found is not None and found.state is RunState.WRITING else None


def _give_up(store: Store, begun: FleetRun) -> None:
    with store.writing() as work:
        fleet_runs.give_up(work, begun)


def _begun(running: Running, policy: str, as_of: date, recording: int, known_at: datetime) -> FleetRun:
    new = FleetRun(
        entry=0,
        job_entry=running.job.entry,
        policy=policy,
        as_of=as_of,
        state=RunState.WRITING,
        recording=recording,
        known_at=known_at,
        started_at=known_at,
        changed_at=known_at,
        written=0,
    )
    with running.store.writing() as work:
        return fleet_runs.begin(work, new)


def _write(running: Running, run: FleetRun, rows: pa.Table) -> None:
    for start in range(run.written, len(rows), BATCH):
        running.step("write", start, len(rows))
        part = rows.slice(start, BATCH)
        with running.store.writing() as work:
            fleet_answers.write(work, part)
            fleet_runs.advance(work, run, start + len(part))


def _all_counts(counts: Counts) -> Counts:
    """The counts with those of statuses that nothing has, for each kind that there is."""
    kinds = {kind for kind, _ in counts} | {TargetKind.ITEM}
    return {(kind, status): counts.get((kind, status), 0) for kind in kinds for status in Status}
