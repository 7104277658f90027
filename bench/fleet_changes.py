"""Kept answers brought up to date after changes (issue 5), and what their writing costs.

    python -m bench.fleet_changes [--meters 100000] [--engine sqlite|postgresql] [--draws 5] [--soak 10000]

A city in a database with the answers of a run (policy cn-legal/1). In turn: a change to a random standard is recorded, kept
answers are brought up to date (what it can reach is found, read, answered and written), and everything is answered anew. All
kept answers are compared with the latter, on every draw. Beside both the compiled pass alone over columns in memory. Then
10,000 random answers are replaced in one transaction. `--soak` makes so many random changes of every kind, without a database.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from msgspec.structs import replace

from bench import bars, machine
from bench.fleet import DAY, POLICY
from bench.fleet_city import sheets
from bench.fleet_load import NOW, filled
from registry.access import OPERATOR
from registry.fleet_tables import RunState
from registry.repositories import fleet_answers, fleet_runs, stored
from registry.repositories.fleet_runs import FleetRun
from registry.repositories.fleet_summaries import summary_of
from registry.repositories.scans import latest_recording
from registry.repositories.sheets import reading
from registry.unit_of_work import Store
from registry.usecases import fleet_summaries
from registry.usecases.assess_all import LoadedPoints, load_fleet, load_points
from registry.usecases.fleet_catching_up import catch_up, replace_answers
from registry.usecases.import_records import import_records
from tests.strategies import Sizes
from tests.traceability.fleet.growing import soak
from traceability.fleet.forecast import Carried, carried, carriers
from traceability.fleet.point_answers import Everything, assess_everything
from traceability.fleet.solve import solve
from traceability.interchange import dump_records
from traceability.policy import policy_named
from traceability.records import Event, EventKind, Period, Records, Withdrawal
from traceability.verdict import Status

AFFECTED = 10_000
BARS = {"cheaper": 10, "seconds": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=100_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--draws", type=int, default=machine.REPETITIONS)
    parser.add_argument("--soak", type=int, default=0)
    given = parser.parse_args()
    print(machine.describe())
    if given.soak:
        _soak(given.soak)
        return
    drawn = sheets(given.meters, is_local=True)
    for engine in given.engine or ("sqlite", "postgresql"):
        with filled(engine, drawn) as store, tempfile.TemporaryDirectory() as folder:
            _City(store, engine, Path(folder)).measure(given.draws)


class _Whole(NamedTuple):
    """A full run: the registry, its answers, and what lapses soon."""

    loaded: LoadedPoints
    answers: Everything
    lapsing: Carried

    def rows(self, run: int) -> pa.Table:
        return fleet_answers.rows_of_everything(self.answers, run, carriers(self.loaded.points.fleet, self.lapsing))

    def sums(self, store: Store) -> list[fleet_summaries.Sums]:
        question = fleet_summaries.Question(DAY, NOW, POLICY, self.loaded.version.recording)
        return list(fleet_summaries.summaries(store, self.loaded.points, self.answers, question, self.lapsing))


class _City:
    def __init__(self, store: Store, engine: str, folder: Path) -> None:
        self.store, self.engine, self.folder = store, engine, folder
        self.choice = random.Random(5)
        fleet = load_fleet(store, NOW, folder)
        self.standards = [id_ for id_ in fleet.item_ids[: fleet.standards].to_pylist() if not id_.startswith("NS-")]
        with reading(store.engine) as opened:
            self.competences = opened.ask("SELECT DISTINCT id FROM competences ORDER BY id").column(0).to_pylist()
        self.numbers = count(1)
        self.withdrawn: set[str] = set()
        self.run = self._kept()

    def measure(self, draws: int) -> None:
        """Changes of each kind, then the writing alone."""
        for kind, change in {
            "withdrawal": self.withdrawal,
            "certificate": self.certificate,
            "event": self.event,
            "competence": self.competence,
        }.items():
            taken: dict[str, list[float]] = {name: [] for name in ("up to date", "anew", "pass")}
            sizes = []
            for _ in range(draws):
                self._record(change())
                seconds, caught_up = _timed(lambda: catch_up(self.store, NOW))
                taken["up to date"].append(seconds)
                sizes.append(sum(each.targets for each in caught_up))
                seconds, whole = _timed(self._anew)
                taken["anew"].append(seconds)
                fleet = load_fleet(self.store, NOW, self.folder)
                taken["pass"].append(_timed(partial(solve, fleet, DAY, POLICY))[0])
                self._compare(whole)
            middle = {name: statistics.median(values) for name, values in taken.items()}
            print(
                f"{self.engine} {kind} of a random standard: {machine.spread(taken['up to date'])} s,"
                f" {machine.spread(sizes)} items"
            )
            print(
                f"    anew {machine.spread(taken['anew'])} s: {middle['anew'] / middle['up to date']:.1f} times as much"
                f" (bar {BARS['cheaper']}); the pass alone {middle['pass']:.3f} s; all answers equal on all {draws} draws"
            )
            ratio = middle["anew"] / middle["up to date"]
            bars.at_least(f"{self.engine}: times cheaper than anew, after a {kind}", ratio, BARS["cheaper"])
        written = [self._write_affected() for _ in range(max(draws, machine.REPETITIONS))]
        bar = f"bar {BARS['seconds']} s" if self.engine == "postgresql" else "no bar"
        print(f"{self.engine}: {AFFECTED:,} affected items written in {machine.spread(written)} s ({bar})")
        if self.engine == "postgresql":
            bars.at_most(f"s to write {AFFECTED:,} affected items to PostgreSQL", statistics.median(written), BARS["seconds"])

    def withdrawal(self) -> Records:
        """A certificate of any age is void from a random day of the last year on."""
        id_ = ""
        while not id_ or id_ in self.withdrawn:
            id_ = f"{self.choice.choice(self.standards)}/{self.choice.randrange(4)}"
        self.withdrawn.add(id_)
        day = DAY - timedelta(days=self.choice.randrange(400))
        certificate = self._stored("certificates", id_)
        return Records(certificates=(replace(certificate, withdrawal=Withdrawal(on=day, void_from=day)),))

    def certificate(self) -> Records:
        """A standard is calibrated again, with what it was calibrated with last."""
        before = self._stored("certificates", f"{self.choice.choice(self.standards)}/3")
        day = DAY - timedelta(days=self.choice.randrange(60))
        name = f"X-{next(self.numbers)}"
        new = replace(
            before, id=name, number=name, calibrated_on=day, issued_on=day, valid_until=None, withdrawal=None, recorded_at=None
        )
        return Records(certificates=(new,))

    def event(self) -> Records:
        """A standard is damaged."""
        day = DAY - timedelta(days=self.choice.randrange(400))
        standard = self.choice.choice(self.standards)
        return Records(events=(Event(id=f"X-{next(self.numbers)}", item=standard, kind=EventKind.DAMAGED, on=day),))

    def competence(self) -> Records:
        """A laboratory is suspended for a month of the last year."""
        start = DAY - timedelta(days=self.choice.randrange(30, 400))
        suspended = Period(start=start, until=start + timedelta(days=30))
        before = self._stored("competences", self.choice.choice(self.competences))
        recorded_at = NOW - timedelta(days=1) + timedelta(seconds=next(self.numbers))
        return Records(competences=(replace(before, suspensions=(suspended,), recorded_at=recorded_at),))

    def _stored(self, section: str, id_: str) -> Any:
        with self.store.reading() as work:
            return stored.with_ids(work, section, [id_])[-1].record

    def _record(self, records: Records) -> None:
        with self.store.writing() as work:
            import_records(work, [dump_records(records).decode()], party=OPERATOR, at=NOW, source="bench")

    def _anew(self) -> "_Whole":
        """Everything answered, and what carries the lapses, as the nightly job does it."""
        loaded = load_points(self.store, NOW, self.folder)
        answers = assess_everything(loaded.points, DAY, POLICY)
        return _Whole(loaded, answers, carried(loaded.points.fleet, DAY, fleet_summaries.AHEAD, POLICY))

    def _kept(self) -> FleetRun:
        """The answers and sums of a full run, written as its job does."""
        whole = self._anew()
        rows, sums = whole.rows(1), whole.sums(self.store)
        with self.store.writing() as work:
            recording = latest_recording(work)
            run = fleet_runs.begin(
                work, FleetRun(0, 0, POLICY.name, DAY, RunState.WRITING, recording, NOW, NOW, NOW, len(rows))
            )
            fleet_answers.write(work, rows)
            fleet_runs.make_current(work, run, fleet_answers.counted(rows), NOW)
            fleet_summaries.keep(work, run.entry, sums)
            return run

    def _compare(self, whole: "_Whole") -> None:
        """Refuse to measure what answers or adds up otherwise than a full run."""
        expected = whole.rows(self.run.entry).combine_chunks()
        with reading(self.store.engine) as opened:
            kept = opened.ask(f"SELECT {', '.join(expected.column_names)} FROM fleet_answers ORDER BY target")
        assert kept.cast(expected.schema).combine_chunks().equals(expected), "kept answers differ from those of a full run"
        with self.store.reading() as work:
            summary = summary_of(work, self.run.entry)
        assert summary is not None
        (everything,) = whole.sums(self.store)
        counts = everything.summary.statuses, set(everything.summary.cells)
        assert (summary.statuses, set(summary.cells)) == counts, "carried sums differ from those of a full run"

    def _write_affected(self) -> float:
        """The transaction that replaces some thousand answers, with the counts, as after a recall."""
        with reading(self.store.engine) as opened:
            kept = opened.ask("SELECT * FROM fleet_answers ORDER BY target")
        places = self.choice.sample(range(len(kept)), min(AFFECTED, len(kept)))
        status = pa.array([self.choice.choice(list(Status)).value for _ in places])
        rows = kept.take(pa.array(sorted(places))).set_column(kept.schema.get_field_index("status"), "status", status)
        with self.store.reading() as work:
            run = fleet_runs.current_runs(work)[0]
        start = time.perf_counter()
        with self.store.writing() as work:
            assert fleet_runs.move_on(work, run, recording=run.recording, known_at=NOW, at=NOW)
            replace_answers(work, run, rows)
        return time.perf_counter() - start


def _soak(changes: int) -> None:
    """Many changes under two policies, one registry each; all answers are compared with a full run now and then."""
    for name in ("cn-legal/1", "cn-supervision/1"):
        start = time.perf_counter()
        sizes = Sizes(anchors=2, items=6, competences=4, trouble=0.15)
        reached = soak(policy_named(name), sizes, worlds=40, changes=changes, every=max(1, changes // 20))
        seconds = time.perf_counter() - start
        print(f"{name}: {changes:,} changes in {seconds:.0f} s, each reached {machine.spread(reached)} items; answers equal")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


if __name__ == "__main__":
    main()
    print(bars.told())
