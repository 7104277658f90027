"""Months to come: told from whole months alone, with errors of months that were held back, and nothing from too few."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from unittest.mock import patch

import pytest

from registry.monitoring.forecasting import Forecast, forecast, whole_months_of
from registry.monitoring.months import last_of, month_after
from registry.monitoring.rules import MonitoringRule
from registry.monitoring.uploads import Use
from registry.review.editions import of_kind, shipped

(EDITION,) = of_kind(shipped(), MonitoringRule)
RULE = EDITION.forecast
FIRST = date(2023, 1, 1)


def months(values: list[float]) -> list[tuple[date, float]]:
    return list(zip(_firsts(), values, strict=False))


def seasonal(count: int) -> list[float]:
    """Two parts of a year that differ by half, with a small disturbance that repeats in no year."""
    return [100 + 25 * math.sin(math.pi * number / 6) + (number * 7 % 5) / 2 for number in range(count)]


@pytest.fixture(scope="module")
def of_years() -> Forecast:
    return forecast(months(seasonal(36)), RULE)


def test_too_few_months_in_a_row_tell_nothing() -> None:
    """A forecast from half a year would look as good as one from three years; a gap would be taken for a month."""
    short = forecast(months(seasonal(RULE.least_months - 1)), RULE)
    assert (short.is_too_short, short.told, short.model) == (True, (), None)
    with_gap = months(seasonal(30))
    del with_gap[20]
    found = forecast(with_gap, RULE)
    assert (found.is_too_short, found.history[0][0]) == (True, with_gap[20][0])


def test_the_shape_of_a_year_is_told_with_its_interval_and_errors(of_years: Forecast) -> None:
    """Winter would be forecast in summer, or an interval promise what it does not hold."""
    assert (of_years.is_seasonal, of_years.is_seasonal_guess, len(of_years.told)) == (True, True, RULE.ahead)
    truth = seasonal(36 + RULE.ahead)[36:]
    for told, happens in zip(of_years.told, truth, strict=True):
        assert told.low <= told.value <= told.high
        assert abs(told.value - happens) < 8
    assert of_years.told[0].first == date(2026, 1, 1)
    assert of_years.model is not None
    assert of_years.guess is not None
    assert of_years.model.months == of_years.guess.months == RULE.held_back
    assert 0 < (of_years.model.mape or 0) < 8


def test_the_guess_beside_it_is_the_month_of_the_year_before_and_its_errors_are_exact() -> None:
    """Nobody could tell whether the model is worth anything."""
    values = [100.0] * 12 + [110.0] * 12
    found = forecast(months(values), RULE)
    assert [each.guess for each in found.told] == [110.0] * RULE.ahead
    assert found.guess is not None
    # Each of the last six months was 110 and guessed as 100; inside what was before, the guess was off by 10 as well.
    assert (round(found.guess.mape or 0, 6), found.guess.mase) == (round(1000 / 110, 6), 1.0)


def test_what_never_changes_is_told_as_it_is() -> None:
    """A constant would crash the fit, or come with an interval from nowhere."""
    found = forecast(months([5.0] * 14), RULE)
    assert [(each.value, each.low, each.high) for each in found.told] == [(5.0, 5.0, 5.0)] * RULE.ahead
    assert found.model is not None
    assert (found.model.mape, found.model.mase) == (0.0, None)


def test_without_the_library_it_is_said() -> None:
    """A page would fail where the extra is not installed."""
    with patch("importlib.util.find_spec", lambda _: None):
        found = forecast(months(seasonal(20)), RULE)
    assert (found.is_installed, found.is_too_short, found.told) == (False, False, ())


def test_only_months_of_which_each_day_was_read_count() -> None:
    """A month with a gap would be a month of less use."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(89)]
    uses = [Use(start=day, until=day, use=Fraction(2)) for day in days if day != date(2026, 2, 10)]
    across = Use(start=date(2026, 4, 1), until=last_of(date(2026, 5, 1)), use=Fraction(9))
    assert whole_months_of([*uses, across]) == [(date(2026, 1, 1), 62.0)]


def _firsts() -> Iterator[date]:
    first = FIRST
    while True:
        yield first
        first = month_after(first)
