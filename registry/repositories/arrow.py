"""Answers of statements as Arrow tables, in one transaction: PostgreSQL's through ADBC, SQLite's through Python's own module.

A process never opens a SQLite file with a second copy of SQLite, such as ADBC's: what one copy closes gives up the locks of the
other, and then two writers meet (docs/decisions/0088).
"""

import sqlite3
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pyarrow as pa
from sqlalchemy import Engine

from registry.errors import StoreError

_ROWS = 100_000  # Rows of SQLite that become columns at once; bounds the values that Python holds.


class Asked(Protocol):
    """An open transaction that reads one state."""

    @abstractmethod
    def ask(self, text: str) -> pa.Table:
        """What a statement answers; a column without any value is of type null."""


@contextmanager
def connected(engine: Engine, state: str | None = None) -> Iterator[Asked]:
    """A transaction of its own on the database of an engine; errors of the driver come out as StoreError.

    `state`: the one that another transaction of PostgreSQL gave away.
    """
    try:
        if engine.dialect.name == "sqlite":
            with _sqlite(Path(str(engine.url.database))) as connection:
                yield _Sqlite(connection)
        else:
            with _postgresql(engine, state) as connection:
                yield _Postgresql(connection)
    except (adbc_driver_manager.Error, sqlite3.Error) as error:
        raise StoreError(f"the database cannot be read: {error}", f"无法读取数据库：{error}") from error


class _Postgresql:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def ask(self, text: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(text)
            table: pa.Table = cursor.fetch_arrow_table()
            return table


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ask(self, text: str) -> pa.Table:
        cursor = self._connection.execute(text)
        names = [column[0] for column in cursor.description]
        pieces = [pa.table([pa.nulls(0)] * len(names), names)]
        while rows := cursor.fetchmany(_ROWS):
            pieces.append(pa.table([pa.array(values) for values in zip(*rows, strict=True)], names))
        return pa.concat_tables(pieces, promote_options="default")


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def _postgresql(engine: Engine, state: str | None) -> Any:
    connection = adbc_driver_postgresql.dbapi.connect(
        engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if state is not None:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{state}'")
    return connection
