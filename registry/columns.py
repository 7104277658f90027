"""The column types and constraints that every table is made of, the same on SQLite and PostgreSQL.

Days are whole numbers since 1970-01-01, instants whole microseconds since then in UTC, exact decimals plain positional text:
equal on both engines, ordered as they should be, and quick to load as Arrow columns. Text is compared by code point.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from traceability.json_text import positional

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WIDEST_OFFSET = timedelta(hours=23, minutes=59)  # RFC 3339.

# Stands for "has always been known": smaller than every instant, so that one comparison with `known_at` is enough, and
# never NULL, so that (id, recorded_at) is unique.
ALWAYS = -(2**63)
LATEST = 2**63 - 1  # Later than every instant.


def day_number(day: date) -> int:
    """The day as stored."""
    return day.toordinal() - _EPOCH_DAY


def day_of(number: int) -> date:
    """The day that is stored as a number."""
    return date.fromordinal(number + _EPOCH_DAY)


def instant_number(instant: datetime | None) -> int:
    """The aware instant as stored; None, a record without `recorded_at`, as the smallest."""
    return ALWAYS if instant is None else (instant - _EPOCH) // _MICROSECOND


def instant_of(number: int) -> datetime | None:
    """The instant that is stored as a number, in UTC; None for a record that has always been known.

    An instant of the calendar's first or last hours, which only an offset keeps inside year 1 to 9999, comes with an offset.
    """
    if number == ALWAYS:
        return None
    try:
        return _EPOCH + timedelta(microseconds=number)
    except OverflowError:
        zone = timezone(_WIDEST_OFFSET if number < 0 else -_WIDEST_OFFSET)
        return (_EPOCH.replace(tzinfo=None) + (timedelta(microseconds=number) + zone.utcoffset(None))).replace(tzinfo=zone)


class WholeNumber(TypeDecorator[int]):
    """64 bits on both engines. On SQLite it is spelled INTEGER, which alone may be the row's own number."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """INTEGER or BIGINT."""
        return Integer() if dialect.name == "sqlite" else BigInteger()


class CodePointText(TypeDecorator[str]):
    """Text ordered by code point (SEMANTICS 3.1 step 5), whatever the locale of the server."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """On PostgreSQL with its collation by bytes of UTF-8; SQLite compares so by itself."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class CivilDate(TypeDecorator[date]):
    """A civil date as days since 1970-01-01."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature.
        """The day as stored."""
        return None if value is None else day_number(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        """The day."""
        return None if value is None else day_of(value)


class Instant(TypeDecorator[datetime | None]):
    """An instant as microseconds since 1970-01-01 UTC; "always" (None) as the smallest number, never NULL."""

    impl = WholeNumber
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:  # noqa: ARG002
        """The instant as stored."""
        return instant_number(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The instant in UTC."""
        return None if value is None else instant_of(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """An exact decimal as plain positional text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The number as stored."""
        return None if value is None else positional(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """The number."""
        return None if value is None else Decimal(value)


def one_of(column: str, values: Iterable[str | int]) -> CheckConstraint:
    """The constraint that a column holds one of the values of a closed set."""
    listed = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def filled(column: str) -> CheckConstraint:
    """The constraint that a text is not empty."""
    return CheckConstraint(f"{column} <> ''", name=column)
