"""Kept answers for everything brought up to date: what was recorded since a run is the queue of what is to be answered again.

Only what the new records can reach is read and answered (traceability.fleet.reach). Nothing else needs to be remembered: a run
names the last recording that it takes into account, and rows lie in the order of recordings.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from registry.access import OPERATOR
from registry.columns import day_number, instant_number
from registry.fleet_tables import TargetKind
from registry.repositories import fleet_answers, fleet_movements, fleet_runs
from registry.repositories.fleet_changes import Since, StoredRecords, changes_since, last_stored
from registry.repositories.fleet_movements import Moment
from registry.repositories.fleet_runs import FleetRun
from registry.repositories.scans import latest_recording
from registry.unit_of_work import Store, UnitOfWork
from registry.usecases import fleet_sums
from registry.usecases.fleet_runs import ask_for_run
from registry.usecases.fleet_summaries import AHEAD
from registry.usecases.fleet_sums import Sums, Touched
from traceability.fleet.engines import engine_of
from traceability.fleet.reach import Changes, reached, reached_points, reassess
from traceability.policy import policy_named
from traceability.verdict import Status

_MOST_USERS = 200_000  # Items that are looked through for those that lapse soon.
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
        # Nobody looks later for what was stored since `at`, or by a clock that is ahead: it is known from now on.
        known_at = max(at, run.known_at, last_stored(work, run.recording) or at)
        found = _answered_again(work, run, Moment(recording, known_at))
    if found is None:
        return _run_anew(store, run, recording, at)
    with store.writing() as work:
        if not fleet_runs.move_on(work, run, recording=recording, known_at=known_at, at=at):
            return None
        replace_answers(work, run, found.rows)
        fleet_sums.carry(work, run.entry, found.sums)
    return CaughtUp(run=run.entry, recording=recording, targets=len(found.rows))


class _Again(NamedTuple):
    """The answers that take the place of those kept, and how the sums move with that."""

    rows: pa.Table
    sums: dict[str, Sums]


def _answered_again(work: UnitOfWork, run: FleetRun, now: Moment) -> _Again | None:
    """The answers for all that was reached since the run; None when that is too much."""
    at = now.known_at
    known_at, policy = instant_number(at), policy_named(run.policy)
    changes = changes_since(work, Since(run.recording, instant_number(run.known_at)), known_at)
    if changes is None:
        return None
    around = StoredRecords(work, known_at)
    items = reached(changes, around, policy, MOST)
    points = None if items is None else reached_points(changes, items, around)
    if items is None or points is None or len(items) + len(points) > MOST:
        return None
    lapsing = _lapsing_users(work, run, changes, around)
    if lapsing is None or len(items | lapsing) + len(points) > MOST:
        return None
    items |= lapsing
    # The loops that answer the whole: in a city they are compiled already, and a part of it is large enough for them.
    answers, carriers = reassess(items, points, around, run.as_of, policy, engine_of(run.written), AHEAD)
    rows = fleet_answers.rows_of_everything(answers, run.entry, carriers)
    sums = fleet_sums.moves(work, run, now, Touched(items, points, changes.points), rows, around, MOST)
    return None if sums is None else _Again(rows, sums)


def _lapsing_users(work: UnitOfWork, run: FleetRun, changes: Changes, around: StoredRecords) -> set[str] | None:
    """The items that lapse soon and were calibrated with what changed: another standard may carry that. None: too many.

    Their answers are as before, unless they were reached as well.
    """
    touched = {item for item, _ in (*changes.items, *changes.certificates, *changes.events)}
    users: set[str] = set()
    for use in around.using(touched):
        users.add(use.item)
        if len(users) > _MOST_USERS:
            return None
    soon = day_number(run.as_of) + AHEAD
    kept = fleet_movements.answered(work, run.entry, users)
    return {item for item, answer in kept.items() if answer.until is not None and answer.until < soon}


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
