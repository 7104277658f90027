"""Time and memory of the verdict on every item as registries grow (issue 5).

    python -m bench.fleet_sizes [--meters 1000000 10000000] [--random] [--repetitions 5]

Each size in processes of its own: one draws a city (laboratories' meters rest on their own standards, a few on hubs;
`--random`: on any), encodes it and writes the snapshot; another maps that, answers everything (policy cn-legal/1) several
times, and says how much more memory it held at most than before, taken apart: columns in memory, answers, and what is left for
all else. Before, it answers a small city, so that loops are loaded.
"""

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from bench import bars, machine
from bench.fleet import DAY, POLICY
from bench.fleet_city import sheets
from traceability.fleet.columns import Fleet
from traceability.fleet.encode import encode
from traceability.fleet.snapshot import batch_of, fleet_of
from traceability.fleet.solve import solve

SIZES = (1_000_000, 10_000_000)
BARS = {"items a second": 2e6, "MB a million": 200, "growth": 20}
_WARM = 20_000  # Meters of the city that loads the loops.


class Measured(NamedTuple):
    """Seconds of each run; bytes of the columns that are read, of the answers, and of the peak over the start."""

    items: int
    seconds: list[float]
    columns: int
    answers: int
    peak: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, nargs="+", default=SIZES)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--repetitions", type=int, default=machine.REPETITIONS)
    given = parser.parse_args()
    print(machine.describe())
    measured = [_alone(meters, given.repetitions, is_local=not given.random) for meters in given.meters]
    for each in measured:
        middle = statistics.median(each.seconds)
        rest = each.peak - each.columns - each.answers
        million = each.items / 1e6
        print(
            f"{each.items:,} items: {machine.spread(each.seconds)} s, {each.items / middle / 1e6:.2f} M items/s (bar"
            f" {BARS['items a second'] / 1e6:g}); peak {each.peak / 1e6 / million:.0f} MB a million items (bar"
            f" {BARS['MB a million']}): columns {each.columns / 1e6 / million:.0f}, answers {each.answers / 1e6 / million:.0f},"
            f" all else {rest / 1e6 / million:.0f}"
        )
        bars.at_least(f"M items a second at {each.items:,}", each.items / middle / 1e6, BARS["items a second"] / 1e6)
        bars.at_most(f"MB a million items at {each.items:,}", each.peak / 1e6 / million, BARS["MB a million"])
    if len(measured) > 1:
        first, last = measured[0], measured[-1]
        growth = statistics.median(last.seconds) / statistics.median(first.seconds)
        print(
            f"{last.items / first.items:.1f} times the items: {growth:.1f} times the time (bar {BARS['growth']} at ten times)"
        )


def _alone(meters: int, repetitions: int, *, is_local: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        for number in (_WARM, meters):
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                pool.submit(_prepare, number, Path(folder) / f"{number}.arrow", is_local).result()
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            small, large = (Path(folder) / f"{number}.arrow" for number in (_WARM, meters))
            return pool.submit(_measure, small, large, repetitions).result()


def _prepare(meters: int, path: Path, is_local: bool) -> None:  # noqa: FBT001 - a process pool calls it.
    batch = batch_of(encode(sheets(meters, is_local=is_local)))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def _measure(small: Path, large: Path, repetitions: int) -> Measured:
    solve(_mapped(small), DAY, POLICY)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Forget the peak that came before.
    fleet, seconds, answers = _mapped(large), [], 0
    for _ in range(repetitions):
        start = time.perf_counter()
        answers = solve(fleet, DAY, POLICY)[1].nbytes
        seconds.append(time.perf_counter() - start)
    columns = sum(array.nbytes for array in fleet.columns)
    return Measured(fleet.items, seconds, columns, answers, memory("VmHWM") - before)


def _mapped(path: Path) -> Fleet:
    with pa.memory_map(str(path)) as source:
        fleet = fleet_of(pa.ipc.open_file(source).get_batch(0))
    assert fleet is not None
    return fleet


def memory(name: str) -> int:
    """Bytes that this process holds (VmRSS), or held at most (VmHWM); Linux."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
    print(bars.told())
