"""Days, intervals of months, and runs of days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.building import day
from traceability.periods import civil_day, day_after, day_before, days_later, joined, last_day_of_interval
from traceability.problems import InvalidValueError


def test_a_date_is_its_own_civil_day() -> None:
    """A date is taken for midnight somewhere and moves by a day."""
    assert civil_day(day("2025-06-01")) == day("2025-06-01")


@pytest.mark.parametrize(
    ("moment", "civil"),
    [
        ("2026-03-14T15:59:59.999999+00:00", "2026-03-14"),
        ("2026-03-14T16:00:00+00:00", "2026-03-15"),
        ("2026-03-14T00:00:00+14:00", "2026-03-13"),
        ("1988-06-30T15:00:00+00:00", "1988-07-01"),  # Summer time in Shanghai.
        ("1988-12-31T15:00:00+00:00", "1988-12-31"),
    ],
)
def test_an_instant_has_the_civil_day_of_shanghai(moment: str, civil: str) -> None:
    """The day of an instant is that of another zone."""
    assert civil_day(datetime.fromisoformat(moment)) == day(civil)


def test_a_naive_timestamp_has_no_civil_day() -> None:
    """A timestamp without offset is silently taken as local time."""
    with pytest.raises(InvalidValueError, match="without an offset"):
        civil_day(datetime(2025, 6, 1, 12))  # noqa: DTZ001 - a naive timestamp is what is refused.


@pytest.mark.parametrize(
    "moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))]
)
def test_an_instant_outside_the_calendar_is_refused(moment: datetime) -> None:
    """An OverflowError leaves the core for the last hours of the year 9999."""
    with pytest.raises(InvalidValueError, match="no civil date"):
        civil_day(moment)


def test_the_calendar_has_ends() -> None:
    """A record with the first or last date crashes the answer."""
    assert day_before(date.min) == date.min
    assert day_after(date.max) == date.max
    assert days_later(date.max, 1) == date.max
    assert last_day_of_interval(day("9999-06-01"), 12_000) == date.max
    assert last_day_of_interval(day("9998-12-02"), 12) == day("9999-12-01")


def test_neighbouring_days() -> None:
    """A day is skipped at the end of a month or year."""
    assert day_before(day("2025-03-01")) == day("2025-02-28")
    assert day_after(day("2024-02-28")) == day("2024-02-29")
    assert days_later(day("2025-03-01"), 90) == day("2025-05-30")
    assert days_later(day("2025-03-01"), 0) == day("2025-03-01")


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2025-03-15", 12, "2026-03-14"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2025-12-01", 1, "2025-12-31"),
        ("2025-11-30", 3, "2026-02-28"),
    ],
)
def test_an_interval_ends_on_the_day_before_or_at_the_end_of_the_month(start: str, months: int, last: str) -> None:
    """The computed validity is a day too long or too short."""
    assert last_day_of_interval(day(start), months) == day(last)


@given(st.dates(max_value=date(2200, 1, 1)), st.integers(1, 240), st.integers(1, 240))
def test_a_longer_interval_never_ends_earlier(start: date, months: int, more: int) -> None:
    """Month arithmetic jumps back at some month end."""
    assert start + timedelta(days=26) < last_day_of_interval(start, months)
    assert last_day_of_interval(start, months) < last_day_of_interval(start, months + more)


def test_touching_runs_are_joined() -> None:
    """Coverage lists two intervals where one would do, or swallows a gap."""
    runs = [("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-10"), ("2025-02-12", "2025-02-12")]
    expected = ((day("2025-01-01"), day("2025-02-10")), (day("2025-02-12"), day("2025-02-12")))
    assert joined((day(start), day(end)) for start, end in runs) == expected
    assert joined([]) == ()
