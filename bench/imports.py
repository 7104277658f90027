"""Import of a records document against a bare executemany of the same rows, on SQLite (issue 2: at least 0.25 of its rate).

    python -m bench.imports [--certificates 200000] [--rounds 5]

The baseline writes the same rows, made beforehand, into the same tables (indices, foreign keys and triggers included) with the
same settings, in one transaction. Both run in turn, in fresh files, each in a process of its own, so that the memory of the
import shows. The document is read from a file.
"""

import argparse
import multiprocessing
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine
from bench.synthetic import document
from registry import schema
from registry.access import Party
from registry.engine import open_engine
from registry.table_parts import metadata
from registry.unit_of_work import Store, open_store
from registry.usecases.import_records import import_records

CERTIFICATES_A_METER = 2.33  # Of the synthetic registry.
AT = datetime(2026, 11, 22, tzinfo=UTC)
PIECE = 1 << 20  # Characters read at once.


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--certificates", type=int, default=200_000)
    arguments.add_argument("--rounds", type=int, default=machine.REPETITIONS)
    given = arguments.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        measure(Path(folder), given.certificates, given.rounds)


def measure(folder: Path, certificates: int, rounds: int) -> None:
    """Print the figures."""
    source = folder / "records.json"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(document(round(certificates / CERTIFICATES_A_METER)))
    first = folder / "first.sqlite"
    counts = in_process(run_import, source, first)["counts"]
    print(f"document: {source.stat().st_size / 1e6:.0f} MB, {counts}")
    imports, bare, peaks = [], [], []
    for number in range(rounds):
        measured = in_process(run_import, source, folder / f"import-{number}.sqlite")
        imports.append(measured["seconds"])
        peaks.append(measured["grown_mb"])
        bare.append(in_process(run_bare, first, folder / f"bare-{number}.sqlite")["seconds"])
        for left in folder.glob("*-*.sqlite*"):
            left.unlink()
    ratios = [one / other for one, other in zip(bare, imports, strict=True)]
    rate = counts["certificates"] / statistics.median(imports)
    print(f"import      s: {machine.spread(imports)}, {rate:,.0f} certificates a second")
    print(f"executemany s: {machine.spread(bare)}")
    print(f"rate of import / rate of executemany: {machine.spread(ratios)}   bar: >= 0.25")
    print(f"memory grown by the import, MB: {machine.spread(peaks)}")
    with source.open("w", encoding="utf-8") as file:
        file.writelines(document(2 * round(certificates / CERTIFICATES_A_METER)))
    twice = in_process(run_import, source, folder / "twice.sqlite")
    print(f"memory grown by the import of twice as many, MB: {twice['grown_mb']:.0f}")


def run_import(source: Path, target: Path) -> dict[str, Any]:
    """Import a document into a fresh store."""
    store = fresh(target)
    before = peak()
    start = time.perf_counter()
    with store.writing() as work, source.open(encoding="utf-8") as file:
        report = import_records(work, iter(lambda: file.read(PIECE), ""), party=Party(name="bench"), at=AT, source=source.name)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "grown_mb": (peak() - before) / 1024,
        "counts": {name: count.new for name, count in report.counts.items()},
    }


def run_bare(source: Path, target: Path) -> dict[str, Any]:
    """Write the rows of a store into a fresh one by the driver alone."""
    tables = [table.name for table in metadata.sorted_tables]
    with sqlite3.connect(source) as held:
        rows = {name: held.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    fresh(target).close()
    engine = open_engine(f"sqlite:///{target}")
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    start = time.perf_counter()
    driver.execute("BEGIN IMMEDIATE")
    for name in tables:
        if rows[name]:
            driver.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[name][0]))})", rows[name])
    driver.execute("COMMIT")
    return {"seconds": time.perf_counter() - start}


def fresh(target: Path) -> Store:
    """An empty store in a file."""
    store = open_store(f"sqlite:///{target}")
    schema.upgrade(store)
    return store


def peak() -> float:
    """The largest resident memory of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_process(work: Callable[..., dict[str, Any]], *arguments: Path) -> dict[str, Any]:
    """What a function returns that runs in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


if __name__ == "__main__":
    main()
