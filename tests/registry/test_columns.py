"""Days, instants and decimals as stored: exact both ways, ordered as they should be, the same on both engines."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from registry.columns import (
    ALWAYS,
    LATEST,
    CivilDate,
    ExactDecimal,
    Instant,
    day_number,
    day_of,
    instant_number,
    instant_of,
)

_OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_INSTANTS = st.datetimes(timezones=_OFFSETS)


@given(st.dates())
def test_a_day_comes_back(day: date) -> None:
    """From year 1 to 9999."""
    assert day_of(day_number(day)) == day


@given(_INSTANTS)
def test_an_instant_comes_back_to_the_microsecond(instant: datetime) -> None:
    """Floats of seconds would lose the last digits."""
    assert instant_of(instant_number(instant)) == instant
    assert ALWAYS < instant_number(instant) < LATEST


@given(st.lists(_INSTANTS))
def test_instants_are_ordered_as_their_numbers(instants: list[datetime]) -> None:
    """`recorded_at <= known_at` is decided on the numbers."""
    assert sorted(instants) == [instant_of(number) for number in sorted(map(instant_number, instants))]


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-23:59", "9999-12-31T23:59:59Z"]
)
def test_the_ends_of_the_calendar_come_back(text: str) -> None:
    """Only an offset keeps some of them inside the years that dates have."""
    instant = datetime.fromisoformat(text)
    assert instant_of(instant_number(instant)) == instant


def test_known_values() -> None:
    """The numbers are part of the schema; other readers rely on them."""
    assert day_number(date(1970, 1, 2)) == 1
    assert instant_number(datetime(1970, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))) == 0
    assert instant_number(None) == ALWAYS
    assert instant_of(ALWAYS) is None


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (CivilDate(), date(1969, 12, 31), -1),
        (CivilDate(), None, None),
        (Instant(), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 1_000_000),
        (ExactDecimal(), Decimal("1E-5"), "0.00001"),
        (ExactDecimal(), Decimal("1.500"), "1.500"),
        (ExactDecimal(), None, None),
    ],
)
def test_column_types_convert(kind: CivilDate | Instant | ExactDecimal, value: object, stored: object) -> None:
    """What SQLAlchemy's expressions write and read is what mapping.py writes and reads."""
    dialect = sqlite.dialect()
    assert kind.process_bind_param(value, dialect) == stored  # type: ignore[arg-type]
    assert kind.process_result_value(stored, dialect) == value  # type: ignore[arg-type]


def test_an_instant_that_is_always_known_is_a_number_too() -> None:
    """NULL would be neither unique nor smaller than anything."""
    assert Instant().process_bind_param(None, sqlite.dialect()) == ALWAYS
    assert Instant().process_result_value(ALWAYS, sqlite.dialect()) is None
    assert Instant().process_result_value(None, sqlite.dialect()) is None
