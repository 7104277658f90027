"""Engines for SQLite and PostgreSQL, set up so that both keep the same promises.

Writers take turns on both: SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory lock that the transaction holds. Running
numbers of rows are therefore in the order of commits, and two imports of one file cannot meet half-way. Readers see one
consistent state and never wait.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from registry.errors import StoreError

BUSY_TIMEOUT = 30_000  # Milliseconds that a writer waits for its turn before it gives up.
_JOURNAL = 67_108_864  # Bytes to which the log is cut back after a large import.
_MOST_KEPT = 2  # Connections for reading; one does for the loop of a service.
_CACHE = -65_536  # KiB of page cache of a SQLite connection, negative by SQLite's convention.
_WRITER = 0x7472_6163_6561_6265  # The key of the advisory lock of writers: "traceabe" in ASCII.
# Every query of the store looks up a bounded number of rows through an index. PostgreSQL cannot know how few a recursive query
# meets, guesses thousands and reads whole tables; and planning anew, or compiling, costs more than the query.
_POSTGRESQL_SETTINGS = {
    "TimeZone": "UTC",
    "lock_timeout": BUSY_TIMEOUT,
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
TENANT = "registry_tenant"  # The role of readings for organizations; migration 0002 makes it.
_IS_WRITER = "is_writer"  # Name of the execution option that makes a transaction a writer's.
_WRITING: dict[str, Any] = {_IS_WRITER: True}
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def open_engine(url: str) -> Engine:
    """An engine for the database; StoreError when the URL is none that the registry can use."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("not a database URL", "不是合法的数据库地址") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed)
        case other:
            raise StoreError(f"databases of kind {other!r} are not supported", f"不支持 {other!r} 类数据库")


@contextmanager
def transaction(engine: Engine, *, is_writer: bool, viewers: list[str] | None = None) -> Iterator[Connection]:
    """A transaction, committed when the block ends well; foreign exceptions of the driver come out as StoreError.

    `viewers`: the organizations for which is read; PostgreSQL then keeps the rows of all others out, whatever a query asks.
    """
    options = _WRITING if is_writer else _READING[engine.dialect.name]
    with _errors_as_ours(engine), engine.connect() as connection, connection.execution_options(**options).begin():
        if viewers is not None and engine.dialect.name == "postgresql":
            _wall_in(connection, viewers)
        yield connection


class KeptConnections:
    """Connections for reading, where taking one from the pool costs more than what is read.

    To a file a few are kept; those to a server go back. None belongs to a thread: threads come and go with requests, and what
    they kept would be missing in the pool for ever.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._most = _MOST_KEPT if self._is_file else 0
        self._free: list[Connection] = []

    @contextmanager
    def statement(self) -> Iterator[Any]:
        """The driver's connection for one statement, all of whose rows are fetched: it is consistent by itself."""
        with self._taken() as connection:
            yield connection.connection.driver_connection

    @contextmanager
    def reading(self, viewers: list[str] | None) -> Iterator[Connection]:
        """A transaction that reads one state; as `transaction`, where nothing is kept."""
        if not self._is_file:
            with transaction(self._engine, is_writer=False, viewers=viewers) as connection:
                yield connection
            return
        with self._taken() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give back those that are kept."""
        self._most = 0
        while self._free:
            self._free.pop().close()

    def _opened(self) -> Connection:
        connection = self._engine.connect()
        if (
            not self._is_file
        ):  # A server is asked single statements: without a transaction it is waited for once, not three times.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        return connection

    @contextmanager
    def _taken(self) -> Iterator[Connection]:
        with _errors_as_ours(self._engine):
            try:
                connection = self._free.pop()  # In one step, whatever other threads do.
            except IndexError:
                connection = self._opened()
            try:
                yield connection
            finally:
                if len(self._free) < self._most and not connection.invalidated:
                    self._free.append(connection)
                else:
                    connection.close()


@contextmanager
def _errors_as_ours(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise _as_ours(error) from error


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("a SQLite store needs a file", "SQLite 存储需要一个文件")
    _make_folder(Path(url.database).parent)
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {folder} cannot be made", f"无法建立目录 {folder}") from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy says BEGIN, as the driver of Python 3.11 would say it too late; see "Enabling Non-Legacy SQLite
    # Transactional Modes" in the documentation of SQLAlchemy's SQLite dialect.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT}",  # First, as switching to WAL may have to wait for another process.
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # Or INSERT OR REPLACE would remove rows past the triggers that refuse it.
        f"cache_size = {_CACHE}",
        f"journal_size_limit = {_JOURNAL}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get(_IS_WRITER, False)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _postgresql(url: URL) -> Engine:
    settings = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL_SETTINGS.items())
    options = f"{settings} {url.query.get('options', '')}".strip()
    engine = create_engine(url.set(drivername="postgresql+psycopg"), connect_args={"options": options})
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_IS_WRITER, False):
        driver: Any = connection.connection.driver_connection
        driver.execute(f"SELECT pg_advisory_xact_lock({_WRITER})")


def _wall_in(connection: Connection, viewers: list[str]) -> None:
    """Take the role whose readings the policies of migration 0002 narrow, until the transaction ends."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SELECT set_config('registry.viewers', %s::text[]::text, true)", (viewers,))
    driver.execute(f"SET LOCAL ROLE {TENANT}")


def _as_ours(error: Any) -> StoreError:
    reason = str(getattr(error, "orig", error)).strip().splitlines()
    return StoreError(f"the database refused: {reason[0] if reason else error}", "数据库操作失败")
