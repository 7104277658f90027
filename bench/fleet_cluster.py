"""Every item on a cluster (issue 5): Dask over Parquet parts beside the same parts in series, and the plan of a whole country.

    python -m bench.fleet_cluster [--meters 10000000] [--items-a-part 1250000] [--workers 2] [--folder F]
    python -m bench.fleet_cluster --plan 600000000 [--sample 200000] [--machines 20] [--memory 32] [--network 10] [--price 0.4]

The first answers the whole on one machine, the parts one after the other, and the parts on so many worker processes of this
machine, and compares the digests of all answers. With `--folder` the parts and the digest of the whole are kept there, and
taken from there the next time.

The second measures parts of two sizes in processes of their own, and from these figures alone works out what so many meters
need: room, broadcast, parts, and, by a simulation of the schedule with lost workers, time and cost. `--price` is of a machine
and hour.
"""

import argparse
import heapq
import math
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pyarrow as pa

from bench import machine
from bench.fleet_city import TODAY, sheets
from bench.fleet_sizes import memory
from registry.exchange.partitions import Manifest, manifest_of, read_part, write_parts
from registry.usecases.assess_on_cluster import LOCAL, answer_part, assess_on_cluster, connected
from traceability.fleet.answers import assess_all
from traceability.fleet.digests import Digest, digest_of
from traceability.fleet.encode import encode
from traceability.fleet.partitions import Standards
from traceability.fleet.sheets import Sheets
from traceability.policy import policy_named

DAY = date(1970, 1, 1) + timedelta(days=TODAY)
POLICY = policy_named("cn-legal/1")
_GIB = 2**30
_COPIES = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=10_000_000)
    parser.add_argument("--items-a-part", type=int, default=1_250_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only-prepare", action="store_true")
    parser.add_argument("--plan", type=int, metavar="METERS")
    parser.add_argument("--sample", type=int, default=200_000, help="meters of the smaller parts that a plan is measured on")
    parser.add_argument("--machines", type=int, default=20)
    parser.add_argument("--memory", type=float, default=32, help="GiB of a machine")
    parser.add_argument("--network", type=float, default=10, help="Gbit/s of a machine")
    parser.add_argument("--price", type=float, default=0.4, help="of a machine and hour")
    parser.add_argument("--losses", type=float, default=0.01, help="share of parts whose worker is lost")
    given = parser.parse_args()
    print(machine.describe())
    folder = given.folder or Path(tempfile.mkdtemp(prefix="parts-"))
    try:
        if given.plan:
            _planned(given, _measured(folder, (given.sample, 2 * given.sample)))
            return
        one_machine = _prepared(folder / "parts", given.meters, given.items_a_part)
        if not given.only_prepare:
            _compared(folder / "parts", one_machine, given.workers)
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


class OneMachine(msgspec.Struct, frozen=True):
    """The whole answered at once, and how long that and the writing of parts took."""

    digest: str
    items: int
    encoding: float
    answering: float
    writing: float


def _prepared(parts: Path, meters: int, items_a_part: int) -> OneMachine:
    kept = parts.with_name("one_machine.json")
    manifest = manifest_of(parts)
    if manifest is not None and kept.exists() and manifest.items_a_part == items_a_part:
        return msgspec.json.decode(kept.read_bytes(), type=OneMachine)
    tables = sheets(meters, is_local=True)
    begun = time.perf_counter()
    write_parts(parts, tables.__getitem__, items_a_part=items_a_part)
    writing = time.perf_counter() - begun
    begun = time.perf_counter()
    fleet = encode(tables)
    encoding = time.perf_counter() - begun
    del tables
    begun = time.perf_counter()
    answers = assess_all(fleet, DAY, POLICY)
    answering = time.perf_counter() - begun
    found = OneMachine(digest_of(answers), len(answers), encoding, answering, writing)
    kept.write_bytes(msgspec.json.encode(found))
    return found


def _compared(parts: Path, one_machine: OneMachine, workers: int) -> None:
    manifest = _manifest(parts)
    size = sum(path.stat().st_size for path in parts.rglob("*.parquet"))
    print(
        f"{one_machine.items:,} items in {len(manifest.items)} parts, {size / one_machine.items:.0f} bytes an item;"
        f" written in {one_machine.writing:.0f} s"
    )
    print(f"one machine, columns in memory: encoded in {one_machine.encoding:.1f} s, answered in {one_machine.answering:.1f} s")
    begun = time.perf_counter()
    standards = Standards.of(read_part(parts, 0))
    reading = time.perf_counter() - begun
    answers = parts / "answers-in-series"
    answers.mkdir()
    seconds = list(_in_series(standards, parts, answers))
    series = sum(seconds)
    shutil.rmtree(answers)
    print(f"in series: {reading:.1f} s for the standards, {series:.1f} s for the parts, a part {machine.spread(seconds)} s")
    begun = time.perf_counter()
    with connected(f"{LOCAL}{workers}") as client:
        starting = time.perf_counter() - begun
        begun = time.perf_counter()
        digest, marks = Digest(), dict[str, float]()
        pieces = assess_on_cluster(client, parts, DAY, POLICY, partial(_tell, marks))
        for piece in pieces:
            digest.add(piece)
        whole = time.perf_counter() - begun
    done = marks[f"{len(manifest.items)}/{len(manifest.items)}"] - begun
    assert digest.rows == one_machine.items
    assert digest.hexdigest() == one_machine.digest, "the cluster answers otherwise"
    print(
        f"Dask, {workers} workers: started in {starting:.1f} s, standards sent and all parts answered after {done:.1f} s,"
        f" gathered after {whole:.1f} s"
    )
    print(
        f"    series / Dask {(reading + series) / done:.2f}; overhead {done * workers / (reading + series) - 1:+.0%} of worker"
        f" time, {(done - (reading + series) / workers) / len(manifest.items):+.2f} s a part"
    )
    print(f"digest of all {digest.rows:,} answers, on one machine and on the cluster: {one_machine.digest}")


def _tell(marks: dict[str, float], step: str) -> None:
    marks[step] = time.perf_counter()


def _in_series(standards: Standards, parts: Path, answers: Path) -> Iterator[float]:
    """The seconds of each part, after one run to compile or load the loops."""
    answer_part(1, folder=parts, standards=standards, day=DAY, policy=POLICY, answers=answers)
    for number in range(len(_manifest(parts).items)):
        begun = time.perf_counter()
        answer_part(number, folder=parts, standards=standards, day=DAY, policy=POLICY, answers=answers)
        yield time.perf_counter() - begun


def _manifest(parts: Path) -> Manifest:
    manifest = manifest_of(parts)
    assert manifest is not None
    return manifest


class Sample(msgspec.Struct, frozen=True):
    """One part answered in a process of its own: items, standards met, seconds, and the most memory taken beyond the start."""

    items: int
    seconds: float
    reading: float
    grown: int


@dataclass(frozen=True)
class Figures:
    """What the plan is made of. Seconds, bytes; an item is a meter, a standard an item that something refers to."""

    item_seconds: float
    part_seconds: float
    spread: tuple[float, ...]
    item_memory: float
    part_memory: float
    item_disk: float
    item_writing: float
    standard_memory: float
    standard_seconds: float


def _measured(folder: Path, sizes: tuple[int, int]) -> Figures:
    samples: list[list[Sample]] = []
    for meters in sizes:
        tables = sheets(2 * meters, is_local=True)
        begun = time.perf_counter()
        parts = folder / f"parts-{meters}"
        write_parts(parts, tables.__getitem__, items_a_part=meters)
        writing = time.perf_counter() - begun
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
            samples.append([pool.submit(_sampled, parts, 1 + number % 2).result() for number in range(4)])
    disk = sum(path.stat().st_size for path in parts.rglob("*.parquet"))
    standards = Standards.of(read_part(parts, 0))
    reached = _reaching(standards, read_part(parts, 1))
    room = sum(table.nbytes for table in standards.sheets.values()) + sum(
        array.nbytes for array in [*standards.owners.values(), standards.lower, standards.upper]
    )
    count = len(standards.sheets["items"])
    (small, large) = [statistics.median(each.seconds for each in some) for some in samples]
    (little, much) = [statistics.median(each.grown for each in some) for some in samples]
    step = sizes[1] - sizes[0]
    item_seconds = max((large - small) / step, 0.0)
    item_memory = (much - little) / step
    figures = Figures(
        item_seconds=item_seconds,
        part_seconds=max(large - item_seconds * sizes[1], 0.0),
        spread=tuple(each.seconds / statistics.median(s.seconds for s in some) for some in samples for each in some),
        item_memory=item_memory,
        part_memory=max(much - item_memory * sizes[1], 0.0),
        item_disk=disk / (2 * sizes[-1]),
        item_writing=writing / (2 * sizes[-1]),
        standard_memory=room / count,
        standard_seconds=reached,
    )
    print(
        f"measured on parts of {sizes[0]:,} and {sizes[1]:,} meters: {small:.2f} and {large:.2f} s,"
        f" {little / 1e6:.0f} and {much / 1e6:.0f} MB; {figures.item_disk:.0f} bytes an item on disk, written at"
        f" {1 / figures.item_writing / 1e3:.0f} thousand a second; {figures.standard_memory:.0f} bytes a standard in memory"
    )
    return figures


def _reaching(standards: Standards, part: Sheets) -> float:
    """Seconds that finding what a part reaches takes for each standard more: beside as many standards again and again."""
    more = Standards.of({name: pa.concat_tables([table] * _COPIES) for name, table in standards.sheets.items()})
    few, many = (min(_timed(each, part) for _ in range(5)) for each in (standards, more))
    return max(many - few, 0.0) / ((_COPIES - 1) * len(standards.sheets["items"]))


def _timed(standards: Standards, part: Sheets) -> float:
    begun = time.perf_counter()
    standards.reached_from(part)
    return time.perf_counter() - begun


def _sampled(parts: Path, number: int) -> Sample:
    """Answer a part twice, the second time with loops that are loaded."""
    standards = Standards.of(read_part(parts, 0))
    answers = Path(tempfile.mkdtemp(dir=parts))
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Forget the peak that came before.
    answer_part(number, folder=parts, standards=standards, day=DAY, policy=POLICY, answers=answers)
    grown = memory("VmHWM") - before
    begun = time.perf_counter()
    read_part(parts, number)
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    items = answer_part(number, folder=parts, standards=standards, day=DAY, policy=POLICY, answers=answers)
    return Sample(items, time.perf_counter() - begun, reading, grown)


def _planned(given: argparse.Namespace, figures: Figures) -> None:
    meters, standards = given.plan, given.plan // 100
    room = given.memory * _GIB * 0.7  # The rest is for the system and for what Dask holds.
    broadcast = standards * figures.standard_memory
    left = room - broadcast - figures.part_memory
    if left <= 0:
        print(f"the standards take {broadcast / _GIB:.1f} GiB: more than a machine has room for")
        return
    items = min(int(left / figures.item_memory), 1_000_000)
    parts = math.ceil(meters / items)
    seconds = figures.part_seconds + items * figures.item_seconds + standards * figures.standard_seconds
    sending = broadcast * 8 / (given.network * 1e9) * (1 + math.ceil(math.log2(given.machines)))
    runs = sorted(
        _scheduled(random.Random(seed), parts, seconds, figures.spread, given.machines, given.losses) for seed in range(21)
    )
    hours = (sending + runs[10]) / 3600
    print(f"plan for {meters:,} meters and {standards:,} standards on {given.machines} machines of {given.memory:g} GiB")
    rows: Mapping[str, str] = {
        "columns on disk, shared": f"{meters * figures.item_disk / 1e9:.0f} GB",
        "written by one process in": f"{meters * figures.item_writing / 3600:.1f} h",
        "broadcast to every machine": f"{broadcast / _GIB:.1f} GiB, {sending:.0f} s at {given.network:g} Gbit/s",
        "parts": f"{parts:,} of {items:,} items",
        "memory of a machine at work": f"{(broadcast + figures.part_memory + items * figures.item_memory) / _GIB:.1f} GiB",
        "a part": f"{seconds:.1f} s",
        "all parts": f"{runs[10] / 60:.1f} min (of 21 draws {runs[0] / 60:.1f} to {runs[-1] / 60:.1f})",
        "machine hours": f"{hours * given.machines:.1f}",
        "cost": f"{hours * given.machines * given.price:.2f} at {given.price:g} a machine and hour",
    }
    for name, value in rows.items():
        print(f"    {name}: {value}")


def _scheduled(
    chance: random.Random, parts: int, seconds: float, spread: tuple[float, ...], machines: int, losses: float
) -> float:
    """When the last part is answered: each goes to the machine that is free first; of lost workers half the work is lost."""
    free = [0.0] * machines
    last = 0.0
    for _ in range(parts):
        begun = heapq.heappop(free)
        took = seconds * chance.choice(spread)
        while chance.random() < losses:
            took += seconds / 2
        heapq.heappush(free, begun + took)
        last = max(last, begun + took)
    return last


if __name__ == "__main__":
    main()
