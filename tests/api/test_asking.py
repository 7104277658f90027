"""Questions that come as text."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api.asking import asked, day
from api.failures import ParameterError
from tests.api.worlds import NOW, TODAY


def test_nothing_said_asks_for_today_in_shanghai_as_known_now_under_the_default_policy() -> None:
    """Otherwise a page opened at night would show yesterday."""
    late = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # Midnight in Shanghai.
    question = asked(now=late)
    assert (question.as_of, question.known_at, question.policy.name, question.is_now) == (TODAY, late, "cn-legal/1", True)


def test_everything_said_is_heard() -> None:
    """Otherwise a parameter would be ignored in silence."""
    question = asked(
        now=NOW,
        as_of=" 2026-03-03 ",
        known_at="2026-03-04T08:00:00+08:00",
        policy="ilac-p10/1",
        quantity="mass",
        unit="kg",
        low="1",
        high="2.50",
    )
    assert question.as_of == date(2026, 3, 3)
    assert question.known_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert question.known_at.utcoffset() == timedelta(0)
    assert question.policy.name == "ilac-p10/1"
    assert (question.purpose.quantity, question.purpose.unit) == ("mass", "kg")
    assert (question.purpose.low, question.purpose.high) == (Decimal(1), Decimal("2.50"))
    assert not question.is_now


def test_an_instant_is_taken_as_its_day_in_shanghai() -> None:
    """Otherwise the same moment would be judged on two days."""
    assert asked(now=NOW, as_of="2026-03-02T17:00:00Z").as_of == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "2026-02-30"),
        ("as_of", "20260303"),
        ("as_of", "2026-03-02T17:00:00"),
        ("as_of", "9999-12-31T23:00:00Z"),
        ("as_of", "0001-01-01T00:00:00+14:00"),
        ("known_at", "2026-03-02"),
        ("known_at", "0001-01-01T00:00:00+08:00"),
        ("policy", "cn-legal"),
        ("low", "one"),
        ("low", "1e999999999"),
        ("high", "NaN"),
        ("high", "9" * 200),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(name: str, value: str) -> None:
    """Otherwise a user would look for the mistake in the wrong place."""
    with pytest.raises(ParameterError) as refusal:
        asked(now=NOW, unit="kg", **{name: value})
    assert refusal.value.name == name


@pytest.mark.parametrize(
    "given", [{"low": "1"}, {"unit": "furlongs per cow", "low": "1"}, {"unit": "kg", "low": "2", "high": "1"}]
)
def test_a_range_that_is_none_is_refused(given: dict[str, str]) -> None:
    """Otherwise the verdict would be about a range that nobody meant."""
    with pytest.raises(ParameterError):
        asked(now=NOW, **given)


def test_the_ends_of_a_period_must_be_given() -> None:
    """Otherwise coverage would be asked for an unknown period."""
    assert day("--from", "2026-01-01") == date(2026, 1, 1)
    with pytest.raises(ParameterError):
        day("--from", " ")
