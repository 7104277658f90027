"""Rows are appended: the database itself refuses to change or remove them, and refuses values that the format does not have."""

import pytest
from sqlalchemy.exc import DBAPIError

from registry.errors import StoreError
from registry.every_table import TABLES
from registry.table_parts import table_of
from registry.unit_of_work import Store, UnitOfWork
from tests.registry.worlds import fingerprint, full, recorded

_CHANGES = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "TRUNCATE {table} CASCADE",
)


# Caches alone are computed from others, and replaced as they go out of date.
_RECORDS = [table_of(each) for each in TABLES if not each.is_cache]


def test_only_kept_answers_are_caches() -> None:
    """A record that is called a cache can be rewritten, and no test says so."""
    of_fleet = {"fleet_runs", "fleet_counts", "fleet_answers", "fleet_summaries", "fleet_lapses"}
    of_reviews = {"review_boards", "review_reckonings", "review_rates"}
    assert {str(each.__tablename__) for each in TABLES if each.is_cache} == of_fleet | of_reviews


@pytest.mark.parametrize("change", _CHANGES)
def test_no_row_is_changed_or_removed(store: Store, change: str) -> None:
    """History that can be rewritten proves nothing; not even by someone with a database console."""
    statement = change.partition(" ")[0]
    only_on = {"INSERT": "sqlite", "TRUNCATE": "postgresql"}.get(statement, store.engine.dialect.name)
    if only_on != store.engine.dialect.name:
        pytest.skip(f"{statement} of this form exists only on {only_on}")
    recorded(store, full())
    if store.engine.dialect.name == "sqlite":
        _fill_every_table(store)  # SQLite's triggers look at rows, those of PostgreSQL at statements.
    before = fingerprint(store)
    for table in _RECORDS:
        with store.engine.connect() as connection:
            if store.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")  # Nothing but the triggers is to refuse.
            with pytest.raises(DBAPIError, match="appended, never changed"):
                connection.exec_driver_sql(change.format(table=table.name, column=next(iter(table.columns)).name))
    assert fingerprint(store) == before


def _fill_every_table(store: Store) -> None:
    """A row in each table, whatever it says: it is there to be changed."""
    values = {"INTEGER": 1 << 52, "TEXT": "x", "BLOB": b"x"}  # As an instant, of the year 2112: no scan to be forgotten.
    with store.engine.begin() as connection:
        for statement in ("ROLLBACK", "PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", "BEGIN IMMEDIATE"):
            connection.exec_driver_sql(statement)
        for table in _RECORDS:
            kinds = {column.name: column.type.compile(dialect=store.engine.dialect) for column in table.columns}
            places = ", ".join("?" * len(kinds))
            row = tuple(values[kind] for kind in kinds.values())
            connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(kinds)}) VALUES ({places})", row)
    store.engine.dispose()


_ITEM: dict[str, object] = {
    "entry": 1,
    "id": "A",
    "recorded_at": 0,
    "kind": "meter",
    "country": "CN",
    "recording": 1,
    "place": 0,
}
_RESULT: dict[str, object] = {"certificate_entry": 7, "position": 0, "quantity": "energy", "unit": "kW*h"}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("items", [{**_ITEM, "id": ""}]),
        ("items", [{**_ITEM, "kind": "spaceship"}]),
        ("items", [{**_ITEM, "recorded_at": None}]),
        ("items", [{**_ITEM, "interval_months": 0}]),
        ("items", [{**_ITEM, "recording": 99}]),
        ("items", [{**_ITEM, "retired_on": "soon"}]),
        ("items", [_ITEM, {**_ITEM, "entry": 2}]),
        ("items", [_ITEM, {**_ITEM, "id": "B"}]),
        ("results", [_RESULT]),
        ("recording_summaries", [{"recording": 1, "sha256": "short", "counts": "{}"}]),
    ],
)
def test_the_tables_refuse_what_the_format_does_not_have(store: Store, table: str, rows: list[dict[str, object]]) -> None:
    """Constrain inside as well: what comes past the use cases must not become a record."""
    with pytest.raises(StoreError), store.writing() as work:
        work.connection.exec_driver_sql("INSERT INTO recordings VALUES (1, 'tester', 0, 'test')")
        for row in rows:
            _insert(work, table, row)
    with store.writing() as work:  # The row that the others differ from is one that the table takes.
        work.connection.exec_driver_sql("INSERT INTO recordings VALUES (1, 'tester', 0, 'test')")
        _insert(work, "items", _ITEM)


def _insert(work: UnitOfWork, table: str, row: dict[str, object]) -> None:
    values = ", ".join("NULL" if value is None else repr(value) for value in row.values())
    work.connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})")
