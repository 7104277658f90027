"""The whole registry as Arrow tables, straight from the database: what the fleet engine reads (traceability.fleet.sheets).

In one transaction, so that all tables tell of one state; whole tables of PostgreSQL over a second connection that sees the same
state as well, as reading takes a processor and most machines have two.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Engine, func, literal_column, select
from sqlmodel import col

from registry.columns import ALWAYS
from registry.import_tables import RetractedRows
from registry.repositories.arrow import Asked, connected
from registry.repositories.retractions import is_kept
from registry.table_parts import Table, table_of
from registry.tables import (
    Branches,
    CertificateReferences,
    Certificates,
    Competences,
    Events,
    ItemQuantities,
    Items,
    MeteringPoints,
    RecognizedPeriods,
    Recordings,
    Results,
    ScopeRows,
    Suspensions,
    Withdrawals,
)
from traceability.fleet.compiler import has_compiler
from traceability.fleet.points import POINT_SHEETS
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
    "metering_points": MeteringPoints,
    "branches": Branches,
}
# The lists inside records, and the list of the record.
OWNERS = {
    "item_quantities": "items",
    "recognized_periods": "items",
    "results": "certificates",
    "certificate_references": "certificates",
    "suspensions": "competences",
    "scope_rows": "competences",
    "branches": "metering_points",
}
# What tells versions apart, besides what the sheet has.
MORE_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "items": {"recorded_at": pa.int64()},
    "competences": {"recorded_at": pa.int64(), "id": pa.string()},
    "metering_points": {"recorded_at": pa.int64()},
}
_ALL_SHEETS = SHEETS | POINT_SHEETS
# The long tables, the longest to read first, so that two connections end together.
_LONGEST = ("certificates", "results", "certificate_references", "items")
_ORDER = {"results", "certificate_references"}  # Long lists: the database has them in order, PostgreSQL is asked for it.
_SMALL = 2**25  # Bytes; a smaller file is read sooner than loops are loaded.


class Version(NamedTuple):
    """The state of a store: its last recording, and when it was stored. Equal versions hold equal records."""

    recording: int
    stored_at: int


class Ends(NamedTuple):
    """The last running numbers of the tables of records."""

    items: int
    certificates: int
    events: int
    competences: int


class Since(NamedTuple):
    """What was there: up to which recording, and up to which rows."""

    version: Version
    ends: Ends


class Reading:
    """An open transaction through which whole tables come as Arrow."""

    def __init__(self, connection: Asked, engine: Engine) -> None:
        self.ask = connection.ask
        self._engine = engine
        self._dialect = engine.dialect

    def version(self) -> Version:
        """The state that this transaction sees; zeros for an empty store."""
        last = select(func.coalesce(func.max(Recordings.entry), 0), func.coalesce(func.max(Recordings.stored_at), 0))
        table = self._table(last)
        return Version(*(int(table.column(place)[0].as_py()) for place in range(2)))

    def is_after(self, version: Version) -> bool:
        """Whether the store was once in a state, and nothing that was there then was taken back since."""
        at = select(col(Recordings.stored_at)).where(col(Recordings.entry) == literal_column(str(version.recording)))
        undone = select(col(RetractedRows.entry)).where(col(RetractedRows.recording) > literal_column(str(version.recording)))
        return self._table(at).column(0).to_pylist() == [version.stored_at] and not len(self._table(undone.limit(1)))

    def ends(self) -> Ends:
        """Where the tables of records end."""
        last = [select(func.max(table_of(TABLES[name]).c.entry)).scalar_subquery() for name in Ends._fields]
        named = (func.coalesce(each, 0).label(name) for each, name in zip(last, Ends._fields, strict=True))
        found = self._table(select(*named))
        return Ends(*(int(column[0].as_py()) for column in found.columns))

    def latest(self, since: Since | None = None) -> int:
        """The largest `recorded_at` of any record, or instant of a taking back: from then on what is known stays as it is."""
        always: ColumnElement[int] = literal_column(str(ALWAYS))
        largest = [
            select(func.coalesce(func.max(col(TABLES[name].recorded_at)), always)).where(*_later(name, since))  # type: ignore[attr-defined]
            for name in (*Ends._fields, "withdrawals")
        ]
        largest.append(select(func.coalesce(func.max(col(RetractedRows.retracted_at)), always)))
        return max(int(self._table(each).column(0)[0].as_py()) for each in largest)

    def sheets(self, known_at: int) -> Sheets:
        """All records known at an instant (as stored), in their latest versions."""
        return {name: sheet_of(name, rows) for name, rows in self.all_rows(known_at).items()}

    def sheet(self, name: str, known_at: int) -> pa.Table:
        """One table of those known at an instant; rows of lists come whether or not their record is known."""
        return sheet_of(name, self.rows(name, known_at))

    def point_sheets(self, known_at: int) -> Sheets:
        """The same of metering points (traceability.fleet.points)."""
        return {name: self.sheet(name, known_at) for name in POINT_SHEETS}

    def all_rows(self, known_at: int, since: Since | None = None) -> dict[str, pa.Table]:
        """The rows of all tables, as `rows` has them; texts may be dictionaries."""
        of_file = None if since else self._of_file(known_at)
        if of_file is not None:
            return of_file
        waiting: SimpleQueue[str] = SimpleQueue()
        for name in [*_LONGEST, *(each for each in SHEETS if each not in _LONGEST)]:
            waiting.put(name)
        found: dict[str, pa.Table] = {}
        # What was recorded since is soon read; and Python makes values of SQLite's rows one after the other anyway.
        is_alone = since or self._dialect.name == "sqlite"
        with nullcontext() if is_alone else self._beside() as other, ThreadPoolExecutor(1) as pool:
            helping = pool.submit(_read_all, other, waiting, found, known_at, since)
            _read_all(self, waiting, found, known_at, since)
            helping.result()
        return {name: found[name] for name in SHEETS}

    def _of_file(self, known_at: int) -> dict[str, pa.Table] | None:
        """The same from the pages of a file; None where there is none, it is small, or not to be read so."""
        path = Path(self._engine.url.database or "")
        if self._dialect.name != "sqlite" or path.stat().st_size < _SMALL or not has_compiler():
            return None
        from registry.repositories.sheets_of_file import rows_of_file  # noqa: PLC0415 - imports the compiler.
        from registry.sqlite_pages.file import UnfitError  # noqa: PLC0415

        tables = {name: (str(TABLES[name].__tablename__), _types_to_know(name)) for name in (*_LONGEST, *SHEETS)}
        try:
            rows = rows_of_file(path, tables, known_at, self.ask)
        except UnfitError:
            return None
        with self._beside() as other:  # Nothing was recorded until after the pages were looked up.
            return None if other is None else {name: rows[name].select(_types(name).names) for name in SHEETS}

    @contextmanager
    def _beside(self) -> "Iterator[Reading | None]":
        """Another connection in the state of this one; None where there is none, as something was recorded since."""
        with connected(self._engine, self._shared()) as connection:
            other = Reading(connection, self._engine)
            yield other if other.version() == self.version() else None

    def _shared(self) -> str | None:
        """The name under which PostgreSQL gives this state to other connections."""
        if self._dialect.name == "sqlite":
            return None
        return str(self.ask("SELECT pg_export_snapshot()").column(0)[0].as_py())

    def rows(self, name: str, known_at: int, since: Since | None = None) -> pa.Table:
        """The same in all versions, with what tells these apart; `since`: of what was recorded later alone."""
        table, types = TABLES[name], _types(name)
        statement = select(*(getattr(table, each) for each in types.names)).where(*_later(name, since))
        if hasattr(table, "recorded_at"):
            moment: ColumnElement[int] = literal_column(str(known_at))
            statement = statement.where(table.recorded_at <= moment)
            if name != "withdrawals":  # Which are no records of their own.
                statement = statement.where(is_kept(name, table_of(table).c.entry, moment))
        if name in _ORDER and self._dialect.name == "postgresql":
            statement = statement.order_by(table.certificate_entry, table.position)  # type: ignore[attr-defined]
        return self._table(statement).cast(types)

    def _table(self, statement: Any) -> pa.Table:
        return self.ask(str(statement.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True})))


@contextmanager
def reading(engine: Engine) -> Iterator[Reading]:
    """A transaction of its own on the database of an engine; errors of the driver come out as StoreError."""
    with connected(engine) as connection:
        yield Reading(connection, engine)


def _read_all(
    opened: Reading | None, waiting: SimpleQueue[str], found: dict[str, pa.Table], known_at: int, since: Since | None
) -> None:
    """Read tables that wait, one after the other, until none waits any more."""
    while opened is not None:
        try:
            name = waiting.get_nowait()
        except Empty:
            return
        found[name] = opened.rows(name, known_at, since)


def _types(name: str) -> pa.Schema:
    """The columns of the rows of a table in all versions."""
    more = MORE_COLUMNS.get(name, {})
    return pa.schema([*_ALL_SHEETS[name], *(pa.field(each, type_) for each, type_ in more.items())])


def _types_to_know(name: str) -> pa.Schema:
    """The same, with what tells which rows are known."""
    types = _types(name)
    if not hasattr(TABLES[name], "recorded_at"):
        return types
    more = [each for each in ("entry", "recorded_at") if each in table_of(TABLES[name]).c and each not in types.names]
    return pa.schema([*types, *(pa.field(each, pa.int64()) for each in more)])


def sheet_of(name: str, rows: pa.Table) -> pa.Table:
    """The table as the encoder reads it, from its rows in all versions."""
    rows = latest_versions(rows) if name in MORE_COLUMNS else rows
    return rows.select(_ALL_SHEETS[name].names)


def _later(name: str, since: Since | None) -> list[ColumnElement[bool]]:
    """The condition that rows of a table, or their records, came later; rows lie in the order of their recordings."""
    if since is None:
        return []
    table = table_of(TABLES[name])
    if name == "withdrawals":
        return [table.c.recording > literal_column(str(since.version.recording))]
    owner = OWNERS.get(name, name)
    column = table.c.entry if owner == name else next(iter(table.primary_key))
    return [column > literal_column(str(getattr(since.ends, owner)))]


def latest_versions(rows: pa.Table) -> pa.Table:
    """One row for each id, the latest recorded."""
    bounds = pc.min_max(rows["recorded_at"]).as_py()
    if bounds["min"] == bounds["max"]:  # No two of one id are of one instant.
        return rows
    ids = rows["id"].combine_chunks().dictionary_encode()
    if len(ids.dictionary) == len(ids):
        return rows
    codes, recorded = ids.indices.to_numpy(), rows["recorded_at"].to_numpy()
    order = np.lexsort((recorded, codes))
    is_last = np.append(np.diff(codes[order]) != 0, True)
    return rows.take(pa.array(np.sort(order[is_last])))
