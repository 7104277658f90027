"""The schema: up and down with data on both engines, and equal to the models."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import op
from sqlalchemy import Engine, inspect, text

from registry import schema
from registry.errors import SchemaVersionError
from registry.table_parts import metadata
from registry.unit_of_work import Store, open_store
from tests.registry.worlds import exported, full, recorded


@pytest.fixture
def bare(empty_url: str) -> Iterator[Store]:
    """A store on a database without a schema."""
    store = open_store(empty_url)
    yield store
    store.close()


def test_an_empty_database_has_no_revision_and_is_refused(bare: Store) -> None:
    """A service that starts on the wrong schema would fail at the first question instead."""
    assert schema.current_revision(bare) is None
    with pytest.raises(SchemaVersionError) as caught:
        schema.check_schema(bare)
    assert (caught.value.found, caught.value.expected) == (None, schema.needed_revision())


def test_up_down_and_up_again_with_data(bare: Store) -> None:
    """A migration that only works on empty tables, or only once, is found out on the day it is needed."""
    schema.upgrade(bare)
    schema.check_schema(bare)
    recorded(bare, full())
    before = exported(bare)
    schema.upgrade(bare)
    assert exported(bare) == before
    schema.downgrade(bare, "base")
    assert schema.current_revision(bare) is None
    assert set(inspect(bare.engine).get_table_names()) == {"alembic_version"}
    assert _left_over(bare.engine) == []
    schema.upgrade(bare)
    recorded(bare, full())
    assert exported(bare) == before


def test_the_migrated_schema_is_that_of_the_models(bare: Store) -> None:
    """Compared as the databases tell it: columns, types, keys, checks, indices; autogenerate overlooks half of these."""
    schema.upgrade(bare)
    migrated = _described(bare.engine)
    with bare.writing() as work:
        work.connection.exec_driver_sql("DROP TABLE alembic_version")
    schema_of_models = _of_models(bare)
    assert migrated == schema_of_models


def _of_models(store: Store) -> dict[str, object]:
    """The same database, emptied and made from the models."""
    _drop_everything(store)
    with store.writing() as work:
        metadata.create_all(work.connection)
    return _described(store.engine)


def test_an_interrupted_migration_leaves_nothing(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a schema could neither be used nor migrated."""
    create: Any = op.create_table
    calls: list[object] = []

    def failing(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 5:
            raise ZeroDivisionError
        return create(*arguments, **options)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(bare)
    monkeypatch.undo()
    assert inspect(bare.engine).get_table_names() == []
    schema.upgrade(bare)
    schema.check_schema(bare)


def test_all_constraints_have_names(bare: Store) -> None:
    """A constraint without a name can be neither reported nor migrated."""
    for table in metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)


def _described(engine: Engine) -> dict[str, object]:
    """All that the database says of its tables."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql <> ''")
            )
            return {name: _normalized(sql) for name, sql in rows if name != "alembic_version"}
    queries = {
        "columns": "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, collation_name, column_default "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "indices": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    with engine.connect() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(text(query)) if "alembic" not in str(row))
            for name, query in queries.items()
        }


def _normalized(sql: str) -> list[str]:
    """The text of a definition without spacing, its clauses in an order that does not matter."""
    head, _, body = sql.partition("(")
    clauses, depth, clause = [], 0, ""
    for character in body:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            clauses.append(clause)
            clause = ""
        else:
            clause += character
    last, _, tail = clause.rpartition(")")
    return [" ".join(each.split()) for each in (head, *sorted(" ".join(one.split()) for one in (*clauses, last)), tail)]


def _drop_everything(store: Store) -> None:
    policies = " CASCADE" if store.engine.dialect.name == "postgresql" else ""
    with store.writing() as work:
        for table in reversed(metadata.sorted_tables):
            work.connection.exec_driver_sql(f"DROP TABLE {table.name}{policies}")


def _left_over(engine: Engine) -> list[str]:
    """Triggers and functions that a downgrade forgot."""
    query = (
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION SELECT policyname FROM pg_policies UNION "
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    with engine.connect() as connection:
        return [name for (name,) in connection.execute(text(query))]


def test_metadata_and_migration_know_the_same_tables(bare: Store) -> None:
    """A table without a migration exists only on the developer's machine."""
    schema.upgrade(bare)
    assert set(inspect(bare.engine).get_table_names()) == {*metadata.tables, "alembic_version"}
