"""The verdict on every item of a registry, beside other ways to a part of it (issue 5).

    python -m bench.fleet [--meters 1000000] [--local] [--repetitions 5] [--peer NAME …] [--only-ours]

One process, runs interleaved, medians. Our run answers everything (policy cn-legal/1: status, all finding codes, failing link,
certificate, depth, traceable_until). So do the two peers `… all outputs`, under the same policy; the others answer whether any
link fails (policy structure/1, whose failures are those). Every answer of every run is compared with ours item by item. All
start from what is in memory: we from columns, they from prepared arrays, lists or loaded tables. CPU seconds are told too, as a
shared machine gives fewer than two cores. A part of the peers (`--peer`, more than once) is measured beside ours as well.
"""

import argparse
import gc
import random
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa

from bench import bars, machine
from bench.fleet_city import TODAY, sheets
from bench.fleet_peers import databases, frames, graphs, whole
from bench.fleet_peers.question import Question, question_of
from traceability.fleet.answers import assess_all
from traceability.fleet.columns import Array, Fleet
from traceability.fleet.encode import encode
from traceability.fleet.snapshot import batch_of, fleet_of
from traceability.fleet.solve import solve
from traceability.fleet.watch import Watch
from traceability.policy import policy_named

DAY = date(1970, 1, 1) + timedelta(days=TODAY)
POLICY, STRUCTURE = policy_named("cn-legal/1"), policy_named("structure/1")
NOT_TRACEABLE = 3
BARS = {
    "networkx, all outputs": 200, "networkx": 200, "rustworkx, all outputs": 80, "rustworkx": 80, "SQLite": 15, "DuckDB": 3,
    "polars": 3,
}  # fmt: skip

Runner = Callable[[], Array]
PEERS: dict[str, Callable[[Question], Runner]] = {
    "polars": frames.Polars,
    "DuckDB": databases.Duckdb,
    "SQLite": databases.Sqlite,
    "rustworkx": lambda question: partial(graphs.rustworkx_pass, question),
    "networkx": lambda question: partial(graphs.networkx_pass, question),
}
EQUAL: dict[str, Callable[[whole.Whole], Array]] = {
    "rustworkx, all outputs": whole.rustworkx_whole,
    "networkx, all outputs": whole.networkx_whole,
}


class Taken(NamedTuple):
    """Seconds on the wall and of all processors."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--repetitions", type=int, default=machine.REPETITIONS)
    parser.add_argument("--peer", choices=[*PEERS, *EQUAL], action="append")
    parser.add_argument("--only-ours", action="store_true")
    given = parser.parse_args()
    print(machine.describe())
    before = _peak()
    taken, fleet = _timed(partial(encode, sheets(given.meters, is_local=given.local)))
    gc.collect()
    size = sum(array.nbytes for array in fleet.columns) / 1e6
    certificates, references = len(fleet.columns.certificates), len(fleet.columns.references)
    print(f"{fleet.items:,} items, {certificates:,} certificates, {references:,} references")
    print(f"columns {size / fleet.items * 1e6:.0f} MB a million items; encoded in {_said(taken)}")
    solve(fleet, DAY, POLICY)
    names = [] if given.only_ours else given.peer or [*PEERS, *EQUAL]
    runners = _runners(fleet, names)
    _measure(fleet, runners, given.repetitions)
    if not given.peer:
        _warm_snapshot(fleet, given.repetitions)
        _withdrawals(fleet, 10 * given.repetitions)
    print(f"peak memory of the whole process {_peak() - before:.0f} MB more than at the start, drawing and peers included")


def _runners(fleet: Fleet, names: list[str]) -> dict[str, Runner]:
    question = question_of(fleet, TODAY)
    runners: dict[str, Runner] = {name: PEERS[name](question) for name in names if name in PEERS}
    if any(name in EQUAL for name in names):
        lists = whole.Whole(fleet, DAY, POLICY)
        runners |= {name: partial(EQUAL[name], lists) for name in names if name in EQUAL}
    return runners


def _measure(fleet: Fleet, runners: dict[str, Runner], repetitions: int) -> None:
    is_good = solve(fleet, DAY, STRUCTURE)[1]["status"] != NOT_TRACEABLE
    everything = solve(fleet, DAY, POLICY)[1]
    print(f"{int(is_good.sum()):,} items without a failing link")
    ours: list[Taken] = []
    theirs: dict[str, list[Taken]] = {name: [] for name in runners}
    for _ in range(repetitions):
        for name, run in runners.items():
            taken, answer = _timed(run)
            differing = int((answer != (everything if name in EQUAL else is_good)).sum())
            assert differing == 0, f"{name} differs on {differing} items"
            theirs[name].append(taken)
            ours.append(_timed(lambda: solve(fleet, DAY, POLICY))[0])
        if not runners:
            ours.append(_timed(lambda: solve(fleet, DAY, POLICY))[0])
    wall, cpu = (statistics.median(values) for values in zip(*ours, strict=True))
    print(f"ours: wall {machine.spread([each.wall for each in ours])} s, {fleet.items / wall / 1e6:.2f} M items/s")
    print(f"      cpu {machine.spread([each.cpu for each in ours])} s, {fleet.items / cpu / 1e6:.2f} M items a CPU second")
    bars.at_least("M items a second, from columns to all answers", fleet.items / wall / 1e6, 2)
    for name, values in theirs.items():
        their_wall, their_cpu = (statistics.median(each) for each in zip(*values, strict=True))
        print(
            f"{name}: {len(values)} runs, wall {their_wall:.3g} s, cpu {their_cpu:.3g} s; ratio wall {their_wall / wall:.1f},"
            f" cpu {their_cpu / cpu:.1f} (bar {BARS[name]}); equal item by item"
        )
        bars.at_least(f"times as fast as {name}", their_wall / wall, BARS[name])


def _warm_snapshot(fleet: Fleet, repetitions: int) -> None:
    """From a snapshot in the page cache to the answers for all items, and to the table in words."""
    sink = pa.BufferOutputStream()
    batch = batch_of(fleet)
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content = sink.getvalue()

    def kept() -> Fleet:
        found = fleet_of(pa.ipc.open_file(content).get_batch(0))
        assert found is not None
        return found

    solved = [_timed(lambda: solve(kept(), DAY, POLICY))[0] for _ in range(repetitions)]
    told = [_timed(lambda: assess_all(kept(), DAY, POLICY))[0] for _ in range(repetitions)]
    print(f"warm snapshot to answers: wall {machine.spread([each.wall for each in solved])} s (bar 0.5 at a million)")
    print(f"                          cpu {machine.spread([each.cpu for each in solved])} s")
    bars.at_most("s from a warm snapshot to all answers", statistics.median(each.wall for each in solved), 0.5)
    print(f"and to a table in words: wall {machine.spread([each.wall for each in told])} s")


def _withdrawals(fleet: Fleet, draws: int) -> None:
    """Withdrawals of random certificates of standards, each compared with a full run on the same columns."""
    watch = Watch(fleet, DAY, POLICY)
    choice = random.Random(5)
    ours: list[float] = []
    full: list[float] = []
    sizes: list[int] = []
    watch.withdraw(0, DAY)
    while len(ours) < draws:
        place = choice.randrange(len(watch.solved.standing))
        taken, items = _timed(partial(watch.withdraw, place, DAY - timedelta(days=choice.randrange(400))))
        if items is None:
            continue
        ours.append(taken.wall)
        sizes.append(len(items))
        again, (solved, answers) = _timed(partial(solve, watch.fleet, DAY, POLICY))
        full.append(again.wall)
        assert (answers == watch.answers).all()
        assert (solved.standing == watch.solved.standing).all()
    ratios = [whole / part for whole, part in zip(full, ours, strict=True)]
    print(f"withdrawal of a standard's certificate: {machine.spread(ours)} s, items looked at {machine.spread(sizes)}")
    print(f"    full run / withdrawal: {machine.spread(ratios)} (bar 10 at the median); state equal on all {draws} draws")
    bars.at_least("times cheaper than a full run: a withdrawal, in memory", statistics.median(ratios), 10)


def _timed(work: Callable[[], Any]) -> tuple[Taken, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu), answer


def _said(taken: Taken) -> str:
    return f"{taken.wall:.2f} s ({taken.cpu:.2f} s CPU)"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
    print(bars.told())
