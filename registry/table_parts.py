"""What every table is made of: names for all constraints, and the columns that many tables share.

Rows are appended, never changed or removed. `entry` is the store's running number of a row: short, and in the order in which
rows were recorded.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import Index, Integer, MetaData, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from registry.columns import CivilDate, CodePointText, ExactDecimal, Instant, WholeNumber

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
metadata = MetaData(naming_convention=NAMES)

STRICT = {"sqlite_strict": True}
# A list inside a record lies together, in the order of its key: one place to read for one certificate.
CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


# Rows of one parent that have numbers of their own in the ledger. More of them would meet those of the next parent, which the
# ledger refuses as a second leaf for one row; together with 2^29 parents the numbers are exact in a browser.
PLACES = 1 << 24


class Table(SQLModel, registry=registry(metadata=metadata)):
    """What all tables share: one set of metadata with names for all constraints.

    `is_fact`: whether each row is a leaf of the ledger in its own right; records are by way of the recorder. The key of such a
    table is a running number, or one and a place.
    `sealed_columns`: those that a proof of such a row can withhold (registry.ledger.facts).
    `is_cache`: whether rows are computed from others and may be replaced; the database refuses to change all others.
    """

    is_fact: ClassVar[bool] = False
    sealed_columns: ClassVar[tuple[str, ...]] = ()
    is_cache: ClassVar[bool] = False


def table_of(model: type[Table]) -> SqlTable:
    """The columns of a table, as queries need them."""
    table: SqlTable = model.metadata.tables[str(model.__tablename__)]
    return table


def row_numbers(table: type[Table], rows: Iterable[Sequence[Any]]) -> list[int]:
    """By what numbers the ledger knows rows: their keys, or of two numbers in the key both in one."""
    if len(table_of(table).primary_key) == 1:
        return [row[0] for row in rows]
    return [row[0] * PLACES + row[1] for row in rows]


def index_of_few(column: str) -> Index:
    """An index of a column that is mostly empty."""
    is_filled = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=is_filled, postgresql_where=is_filled)


def entry_column() -> Any:
    """The running number of a row."""
    return Field(primary_key=True, sa_type=WholeNumber, sa_column_kwargs={"autoincrement": False})


def part_of(parent: str) -> Any:
    """The running number of the row that this one is a part of, as the first column of the key."""
    return Field(primary_key=True, foreign_key=f"{parent}.entry", ondelete="RESTRICT", sa_type=WholeNumber)


def position_column() -> Any:
    """The place in a list inside a record."""
    return Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})


def key_column() -> Any:
    """A text that is the key, or a part of it."""
    return Field(primary_key=True, sa_type=CodePointText)


def recording_column() -> Any:
    """The recording that brought the row."""
    return Field(foreign_key="recordings.entry", ondelete="RESTRICT", sa_type=WholeNumber)


def whole_column() -> Any:
    """A whole number of 32 bits."""
    return Field(sa_type=Integer)


def text_column() -> Any:
    """A text, compared by code point."""
    return Field(sa_type=CodePointText)


def day_column() -> Any:
    """A civil date."""
    return Field(sa_type=CivilDate)


def instant_column() -> Any:
    """An instant."""
    return Field(sa_type=Instant, nullable=False)


def decimal_column() -> Any:
    """An exact decimal."""
    return Field(sa_type=ExactDecimal)
