"""What migrations are made of: column types, checks, and the triggers that keep rows as they were written."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op


def is_postgresql() -> bool:
    """Whether the migration runs on PostgreSQL, the other being SQLite."""
    return bool(op.get_bind().dialect.name == "postgresql")


def long() -> sa.types.TypeEngine[int]:
    """64 bits."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def whole() -> sa.types.TypeEngine[int]:
    """32 bits."""
    return sa.Integer()


def text() -> sa.types.TypeEngine[str]:
    """Text compared by code point."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def one_of(table: str, column: str, *values: str | int) -> sa.CheckConstraint:
    """The constraint that a column holds one of the values."""
    listed = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def filled(table: str, column: str) -> sa.CheckConstraint:
    """The constraint that a text is not empty."""
    return sa.CheckConstraint(f"{column} <> ''", name=op.f(f"ck_{table}_{column}"))


def digest(table: str, column: str) -> sa.CheckConstraint:
    """The constraint that a text has the length of a SHA-256 in hexadecimal."""
    return sa.CheckConstraint(f"length({column}) = 64", name=op.f(f"ck_{table}_{column}"))


def by_recording(table: str) -> sa.ForeignKeyConstraint:
    """The reference to the recording that brought a row."""
    return sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name=f"fk_{table}_recording", ondelete="RESTRICT")


def index(table: str, *columns: str) -> None:
    """An index with the name that the models give it."""
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def make_append_only(tables: Iterable[str]) -> None:
    """Refuse every UPDATE, DELETE and TRUNCATE; the function that refuses is of migration 0001."""
    for table in tables:
        if is_postgresql():
            op.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER append_only_{table}_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are appended, never changed'); END"
            )


def drop_tables(tables: Iterable[str]) -> None:
    """Take tables away, the last first, with their triggers."""
    for table in reversed(list(tables)):
        op.drop_table(table)


def let_tenants_read(table: str, condition: str) -> None:
    """The second wall, on PostgreSQL: rows that a reading for organizations sees besides what its queries ask for.

    Such a reading takes the role `registry_tenant` and names its organizations in `registry.viewers` (registry.engine).
    """
    if is_postgresql():
        op.execute(f"GRANT SELECT ON {table} TO registry_tenant")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY held ON {table} FOR SELECT TO registry_tenant USING ({condition})")


def keep_tenants_out(table: str) -> None:
    """Take back what `let_tenants_read` gave."""
    if is_postgresql():
        op.execute(f"DROP POLICY held ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE SELECT ON {table} FROM registry_tenant")
