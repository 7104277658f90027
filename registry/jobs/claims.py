"""One job, one worker at a time: a lock that the system gives back when the process that holds it dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text

_JOBS = 0x6A6F_6273  # The first half of the advisory locks of jobs, "jobs" in ASCII; the second is the job's number.


@contextmanager
def claimed(engine: Engine, entry: int) -> Iterator[bool]:
    """Whether the job is this worker's, until the block ends; False when another holds it."""
    claim = _by_file if engine.dialect.name == "sqlite" else _by_database
    with claim(engine, entry) as is_ours:
        yield is_ours


@contextmanager
def _by_file(engine: Engine, entry: int) -> Iterator[bool]:
    folder = Path(f"{engine.url.database}-claims")
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / f"{entry}.lock", thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def _by_database(engine: Engine, entry: int) -> Iterator[bool]:
    """By a lock of a session of its own, on PostgreSQL."""
    key = {"kind": _JOBS, "job": entry % 2**31}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = bool(connection.execute(text("SELECT pg_try_advisory_lock(:kind, :job)"), key).scalar())
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :job)"), key)
