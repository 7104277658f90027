"""Kept answers for everything brought up to date: what was recorded since a run is the queue of what is to be answered again.

Only what the new records can reach is read and answered (traceability.fleet.reach). Nothing else needs to be remembered: a run
names the last recording that it takes into account, and rows lie in the order of recordings.
"""

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from registry.access import OPERATOR
from registry.columns import instant_number
from registry.fleet_tables import TargetKind
from registry.repositories import fleet_answers, fleet_runs
from registry.repositories.fleet_changes import Since, StoredRecords, changes_since
from registry.repositories.fleet_runs import FleetRun
from registry.repositories.scans import latest_recording
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases.fleet_runs import ask_for_run
from traceability.fleet.engines import engine_of
from traceability.fleet.point_answers import Everything
from traceability.fleet.reach import reached, reached_points, reassess
from traceability.policy import policy_named
from traceability.verdict import Status

MOST = 50_000  # Items and metering points that are answered again; for more of them a full run costs less.


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What came of a run: up to which recording its answers go now, and how many were looked at again.

    `job`: the number of a job for a full run, where there is too much to be brought up to date.
    """

    run: int
    recording: int
    targets: int
    job: int | None = None


def catch_up(store: Store, at: datetime) -> list[CaughtUp]:
    """Bring the current answers under all policies up to what is recorded; nothing for those that are."""
    with store.reading() as work:
        runs = [each for each in fleet_runs.current_runs(work) if each.recording != latest_recording(work)]
    return [each for run in runs if (each := _caught_up(store, run, at)) is not None]


def _caught_up(store: Store, run: FleetRun, at: datetime) -> CaughtUp | None:
    """None when somebody else was quicker."""
    with store.reading() as work:
        recording = latest_recording(work)
        answers = _answered_again(work, run, at)
    if answers is None:
        return _run_anew(store, run, recording, at)
    rows = fleet_answers.rows_of_everything(answers, run.entry)
    with store.writing() as work:
        if not fleet_runs.move_on(work, run, recording=recording, known_at=at, at=at):
            return None
        replace_answers(work, run, rows)
    return CaughtUp(run=run.entry, recording=recording, targets=len(rows))


def _answered_again(work: UnitOfWork, run: FleetRun, at: datetime) -> Everything | None:
    """The answers for all that was reached since the run; None when that is too much."""
    known_at, policy = instant_number(at), policy_named(run.policy)
    changes = changes_since(work, Since(run.recording, instant_number(run.known_at)), known_at)
    if changes is None:
        return None
    around = StoredRecords(work, known_at)
    items = reached(changes, around, policy, MOST)
    points = None if items is None else reached_points(changes, items, around)
    if items is None or points is None or len(items) + len(points) > MOST:
        return None
    # The loops that answer the whole: in a city they are compiled already, and a part of it is large enough for them.
    return reassess(items, points, around, run.as_of, policy, engine_of(run.written))


def replace_answers(work: UnitOfWork, run: FleetRun, rows: pa.Table) -> None:
    """Write the answers, and move the counts with them."""
    moved = fleet_answers.replace(work, run.entry, rows)
    counts = fleet_runs.counts_of(work, run.entry)
    keys: set[tuple[TargetKind, Status]] = {*moved, *counts}
    fleet_runs.set_counts(work, run.entry, {key: counts.get(key, 0) + moved.get(key, 0) for key in keys})


def _run_anew(store: Store, run: FleetRun, recording: int, at: datetime) -> CaughtUp | None:
    """Have a full run done, once for a state of the store."""
    with store.writing() as work:
        occasion = f"after-{recording}"
        _, job = ask_for_run(work, policy=run.policy, as_of=run.as_of, party=OPERATOR, at=at, occasion=occasion)
    return None if job is None else CaughtUp(run=run.entry, recording=run.recording, targets=0, job=job)
