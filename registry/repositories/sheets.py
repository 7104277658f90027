"""The whole registry as Arrow tables, straight from the database: what the fleet engine reads (traceability.fleet.sheets).

Through ADBC, on one connection and in one transaction, so that all tables tell of one state.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import numpy as np
import pyarrow as pa
from sqlalchemy import ColumnElement, Engine, func, literal_column, select
from sqlmodel import col

from registry.columns import ALWAYS
from registry.errors import StoreError
from registry.import_tables import RetractedRows
from registry.repositories.retractions import is_kept
from registry.table_parts import Table, table_of
from registry.tables import (
    CertificateReferences,
    Certificates,
    Competences,
    Events,
    ItemQuantities,
    Items,
    RecognizedPeriods,
    Recordings,
    Results,
    ScopeRows,
    Suspensions,
    Withdrawals,
)
from traceability.fleet.sheets import SHEETS, Sheets

TABLES: dict[str, type[Table]] = {
    "items": Items,
    "item_quantities": ItemQuantities,
    "recognized_periods": RecognizedPeriods,
    "certificates": Certificates,
    "withdrawals": Withdrawals,
    "results": Results,
    "certificate_references": CertificateReferences,
    "events": Events,
    "competences": Competences,
    "suspensions": Suspensions,
    "scope_rows": ScopeRows,
}
_ORDER = {"results", "certificate_references"}  # Long lists: the database has them in order, PostgreSQL is asked for it.
_BATCH = 1_000_000_000  # Rows that ADBC's SQLite driver looks at before it says of what type a column is: all of them.


class Version(NamedTuple):
    """The state of a store: its last recording, and when it was stored. Equal versions hold equal records."""

    recording: int
    stored_at: int


class Reading:
    """An open transaction through which whole tables come as Arrow."""

    def __init__(self, connection: Any, dialect: Any) -> None:
        self._connection = connection
        self._dialect = dialect

    def version(self) -> Version:
        """The state that this transaction sees; zeros for an empty store."""
        last = select(func.coalesce(func.max(Recordings.entry), 0), func.coalesce(func.max(Recordings.stored_at), 0))
        table = self._table(last)
        return Version(*(int(table.column(place)[0].as_py()) for place in range(2)))

    def latest(self) -> int:
        """The largest `recorded_at` of any record, or instant of a taking back: from then on what is known stays as it is."""
        largest = [
            select(func.coalesce(func.max(col(table.recorded_at)), literal_column(str(ALWAYS))))
            for table in (Items, Certificates, Withdrawals, Events, Competences)
        ]
        largest.append(select(func.coalesce(func.max(col(RetractedRows.retracted_at)), literal_column(str(ALWAYS)))))
        return max(int(self._table(each).column(0)[0].as_py()) for each in largest)

    def sheets(self, known_at: int) -> Sheets:
        """All records known at an instant (as stored), in their latest versions."""
        return {name: self.sheet(name, known_at) for name in SHEETS}

    def sheet(self, name: str, known_at: int) -> pa.Table:
        """One table of those known at an instant; rows of lists come whether or not their record is known."""
        table, schema = TABLES[name], SHEETS[name]
        has_versions = name in {"items", "competences"}
        names = [*schema.names, *(("recorded_at",) if has_versions else ())]
        if name == "competences":
            names.append("id")
        statement = select(*(getattr(table, each) for each in names))
        if hasattr(table, "recorded_at"):
            moment: ColumnElement[int] = literal_column(str(known_at))
            statement = statement.where(table.recorded_at <= moment)
            if name != "withdrawals":  # Which are no records of their own.
                statement = statement.where(is_kept(name, table_of(table).c.entry, moment))
        if name in _ORDER and self._dialect.name == "postgresql":
            statement = statement.order_by(table.certificate_entry, table.position)  # type: ignore[attr-defined]
        rows = self._table(statement)
        if has_versions:
            rows = latest_versions(rows)
        return rows.select(schema.names).cast(schema)

    def _table(self, statement: Any) -> pa.Table:
        return self.ask(str(statement.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True})))

    def ask(self, text: str) -> pa.Table:
        """What a statement answers."""
        with self._connection.cursor() as cursor:
            if self._dialect.name == "sqlite":
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _BATCH})
            cursor.execute(text)
            return cursor.fetch_arrow_table()


@contextmanager
def reading(engine: Engine) -> Iterator[Reading]:
    """A transaction of its own on the database of an engine; errors of the driver come out as StoreError."""
    try:
        with _connected(engine) as connection:
            yield Reading(connection, engine.dialect)
    except adbc_driver_manager.Error as error:
        raise StoreError(f"the database cannot be read: {error}", f"无法读取数据库：{error}") from error


def _connected(engine: Engine) -> Any:
    if engine.dialect.name == "sqlite":
        return adbc_driver_sqlite.dbapi.connect(f"file:{engine.url.database}?mode=ro")
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = adbc_driver_postgresql.dbapi.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    return connection


def latest_versions(rows: pa.Table) -> pa.Table:
    """One row for each id, the latest recorded."""
    ids = rows["id"].combine_chunks().dictionary_encode()
    if len(ids.dictionary) == len(ids):
        return rows
    codes, recorded = ids.indices.to_numpy(), rows["recorded_at"].to_numpy()
    order = np.lexsort((recorded, codes))
    is_last = np.append(np.diff(codes[order]) != 0, True)
    return rows.take(pa.array(np.sort(order[is_last])))
