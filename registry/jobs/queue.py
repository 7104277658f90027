"""What wakes workers, and what passes between them and those who wait: huey, in a store of its own.

On SQLite it is a file beside the database, on PostgreSQL a schema of it. Nothing here is needed to know what happened: lost, it
is made anew, and workers find unfinished jobs in our own tables.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import psycopg
from huey.api import Huey, PostgresHuey, SqliteHuey, crontab
from huey.constants import EmptyData
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import Engine

_SCHEMA = "registry_queue"  # Of huey's tables on PostgreSQL, which are none of ours.
_LONGEST_WAIT = 1.0  # Seconds after which an idle worker looks again, on SQLite; PostgreSQL calls it.
_PATIENCE = 5.0  # Seconds for which a stopping service waits for its workers; what they leave is taken up again.


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is: `done` of `total` of what its phase counts; None where nobody knows how much there is."""

    phase: str
    done: int = 0
    total: int | None = None


class JobQueue:
    """Wakes workers for jobs, by their running number; keeps what running jobs tell, and whom to stop."""

    def __init__(self, huey: Huey) -> None:
        self.huey = huey
        self._task: Any = None
        self._closing = Lock()

    def wake(self, entry: int) -> None:
        """Have a worker look at a job, soon; harmless for one that runs or has ended."""
        self._wake_up()(entry)

    def work_with(self, run: Callable[[int], None], find: Callable[[], None], threads: int = 1) -> "Workers":
        """Workers, not started yet: `run` does a job, `find` wakes for all that are unfinished, now and each minute."""

        # Both are known to other processes by this module's name and their own.
        def run_job(entry: int) -> None:
            run(entry)

        def find_jobs() -> None:
            find()

        self._task = self.huey.task()(run_job)
        self.huey.periodic_task(crontab())(find_jobs)
        self.huey.on_shutdown("close")(self.close)  # What each thread holds open to listen.
        return Workers(self.huey, threads)

    def tell(self, entry: int, told: Told) -> None:
        """Let others know how far a job is."""
        self.huey.storage.put_data(f"told-{entry}", msgspec.json.encode(told))

    def told(self, entry: int) -> Told | None:
        """How far a running job said that it is."""
        said = self._peek(f"told-{entry}")
        return None if said is None else msgspec.json.decode(said, type=Told)

    def ask_to_stop(self, entry: int, by: str) -> None:
        """Have a job stop where it can."""
        self.huey.storage.put_data(f"stop-{entry}", by.encode())

    def asked_to_stop(self, entry: int) -> str | None:
        """Who wants the job to stop, if anybody."""
        by = self._peek(f"stop-{entry}")
        return None if by is None else by.decode()

    def forget(self, entry: int) -> None:
        """Nothing more is to be said of a job."""
        self.huey.storage.delete_data(f"told-{entry}")
        self.huey.storage.delete_data(f"stop-{entry}")

    def close(self) -> None:
        """Give the connections of this thread back."""
        with self._closing:
            self.huey.storage.close()

    def _peek(self, key: str) -> bytes | None:
        value = self.huey.storage.peek_data(key)
        return None if value is EmptyData else bytes(value)

    def _wake_up(self) -> Any:
        """The task by which a worker is woken; who only wakes never runs it."""
        if self._task is None:

            def run_job(_: int) -> None:
                raise NotImplementedError

            self._task = self.huey.task()(run_job)
        return self._task


def open_queue(engine: Engine) -> JobQueue:
    """The queue that belongs to a store."""
    if engine.dialect.name == "sqlite":
        database = Path(str(engine.url.database))
        return JobQueue(SqliteHuey("registry", filename=str(database) + "-jobs", results=False, serializer=_Json()))
    dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(dsn, autocommit=True, options=f"-c search_path={_SCHEMA}")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
        return connection

    return JobQueue(PostgresHuey("registry", connection=connect, results=False, serializer=_Json()))


class Workers:
    """Threads that do jobs until they are stopped."""

    def __init__(self, huey: Huey, threads: int) -> None:
        self._consumer = _Quiet(
            huey, workers=threads, initial_delay=0.05, max_delay=_LONGEST_WAIT, shutdown_timeout=_PATIENCE, flush_locks=True
        )

    def start(self) -> None:
        """Begin to work, beside whatever else the process does."""
        self._consumer.start()

    def stop(self) -> None:
        """Take up nothing more, and wait a little for what is at work."""
        self._consumer.stop(graceful=True)


class _Quiet(Consumer):  # type: ignore[misc]  # huey has no types.
    """A consumer that leaves the process's signals to the process."""

    def _set_signal_handlers(self) -> None:
        """Nothing: see above."""


class _Json(Serializer):  # type: ignore[misc]
    """Messages as JSON: what comes out of a queue runs no code of its own, as pickles would."""

    def _serialize(self, data: Any) -> bytes:
        return msgspec.json.encode(data)

    def _deserialize(self, data: bytes) -> Message:
        return Message(*msgspec.json.decode(data))
