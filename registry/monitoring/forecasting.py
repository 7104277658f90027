"""The months to come of a point, by exponential smoothing, beside a plain guess: with errors, and no more than it knows.

1. Of the months the last run without a gap counts; with fewer than the edition asks for nothing is told.
2. The model is ETS (Hyndman and others): a level, and with two years and a month of it the shape of a year. The guess
   beside it is the same month of the year before, or the last month where there is no such.
3. Errors are of months that were held back: each was forecast from those before it alone. MAPE in percent of what was used;
   MASE against the guess inside the months before: below one is better than it.
4. The interval is the model's own; it knows nothing of a plant that closes or of a new line.
"""

import importlib.util
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import fmean
from typing import Any

from registry.monitoring.months import last_of, month_after
from registry.monitoring.rules import ForecastRule
from registry.monitoring.uploads import Use

_YEAR = 12  # Months.


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTold:
    """A month to come: what the model says with its interval, and what the guess says."""

    first: date
    value: float
    low: float
    high: float
    guess: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How far forecasts of months that were held back were off. None where nothing was used, or nothing ever changed."""

    months: int
    mape: float | None
    mase: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`history`: the months that count; `told`: none where they are too few (`needed`) or the library is not installed."""

    history: tuple[tuple[date, float], ...]
    needed: int
    is_installed: bool = True
    is_seasonal: bool = False
    is_seasonal_guess: bool = False
    told: tuple[MonthTold, ...] = ()
    model: Errors | None = None
    guess: Errors | None = None

    @property
    def is_too_short(self) -> bool:
        """Whether there are too few months."""
        return len(self.history) < self.needed


def is_installed() -> bool:
    """Whether the library of forecasts is there: `pip install traceability-registry[forecast]`."""
    return importlib.util.find_spec("statsmodels") is not None


def whole_months_of(uses: Sequence[Use]) -> list[tuple[date, float]]:
    """The months of which each day has a use, in order."""
    sums: dict[date, Fraction] = {}
    days: dict[date, int] = {}
    for use in uses:
        first = use.start.replace(day=1)
        if use.use is not None and first == use.until.replace(day=1):
            sums[first] = sums.get(first, Fraction(0)) + use.use
            days[first] = days.get(first, 0) + use.days
    return [(first, float(sums[first])) for first in sorted(sums) if days[first] == last_of(first).day]


def forecast(months: Sequence[tuple[date, float]], rule: ForecastRule) -> Forecast:
    """What the months to come will use, from whole months in order."""
    history = _last_run(months)
    if len(history) < rule.least_months or not is_installed():
        return Forecast(history=tuple(history), needed=rule.least_months, is_installed=is_installed())
    values = [value for _, value in history]
    is_seasonal = len(values) >= rule.seasonal_months
    first = history[-1][0]
    told = []
    for (value, low, high), guess in zip(_ets(values, rule.ahead, rule), _guesses(values, rule.ahead), strict=True):
        first = month_after(first)
        told.append(MonthTold(first=first, value=value, low=low, high=high, guess=guess))
    held = min(rule.held_back, len(values) - rule.least_months)
    origins = range(len(values) - held, len(values))
    by_model = _one_ahead(values, origins, rule) if held else []
    by_guess = [_guesses(values[:origin], 1)[0] for origin in origins]
    return Forecast(
        history=tuple(history),
        needed=rule.least_months,
        is_seasonal=is_seasonal,
        is_seasonal_guess=len(values) > _YEAR,
        told=tuple(told),
        model=_errors(values, by_model),
        guess=_errors(values, by_guess),
    )


def _last_run(months: Sequence[tuple[date, float]]) -> list[tuple[date, float]]:
    run: list[tuple[date, float]] = []
    for month in months:
        if run and month_after(run[-1][0]) != month[0]:
            run = []
        run.append(month)
    return run


def _guesses(values: Sequence[float], ahead: int) -> list[float]:
    """The same month of the year before, or the last month."""
    known = list(values)
    for _ in range(ahead):
        known.append(known[-_YEAR] if len(known) > _YEAR else known[-1])
    return known[len(values) :]


def _model(values: Sequence[float], rule: ForecastRule, length: int) -> Any:
    """The model of values; its season is that of `length` values, so that a shorter beginning has the same shape."""
    import pandas as pd  # noqa: PLC0415 - comes with the extra, too.
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - an optional extra, and slow to load.

    seasonal = {"seasonal": "add", "seasonal_periods": _YEAR} if length >= rule.seasonal_months else {}
    return ETSModel(pd.Series(values), error="add", **seasonal)


def _one_ahead(values: Sequence[float], origins: range, rule: ForecastRule) -> list[float]:
    """Each month after an origin as told from those before it, by a model that was fitted to what is before all of them."""
    before = values[: origins.start]
    if len(set(before)) == 1:
        return [values[origin - 1] for origin in origins]
    scale = max(abs(value) for value in before)
    scaled = [value / scale for value in values]
    with warnings.catch_warnings(action="ignore"):
        fitted = _model(scaled[: origins.start], rule, origins.start).fit(disp=False)
        told = [
            float(_model(scaled[:origin], rule, origins.start).smooth(fitted.params).forecast(1).iloc[0]) for origin in origins
        ]
    return [max(each, 0.0) * scale for each in told]


def _ets(values: Sequence[float], ahead: int, rule: ForecastRule) -> list[tuple[float, float, float]]:
    """The months ahead with the bounds of their intervals; less than nothing is never used."""
    if len(set(values)) == 1:  # There is nothing to be fitted.
        return [(values[0], values[0], values[0])] * ahead
    scale = max(abs(value) for value in values)
    with warnings.catch_warnings(action="ignore"):  # Of fits that did not converge: the errors below say what they are worth.
        fitted = _model([value / scale for value in values], rule, len(values)).fit(disp=False)
        found = fitted.get_prediction(start=len(values), end=len(values) + ahead - 1)
        frame = found.summary_frame(alpha=1 - float(rule.confidence_percent) / 100)
    rows = zip(frame["mean"], frame["pi_lower"], frame["pi_upper"], strict=True)
    return [(max(mean, 0.0) * scale, max(low, 0.0) * scale, max(high, 0.0) * scale) for mean, low, high in rows]


def _errors(values: Sequence[float], told: Sequence[float]) -> Errors | None:
    """The errors of the last months, each told from what was before it."""
    if not told:
        return None
    happened = values[-len(told) :]
    before = values[: -len(told)]
    off = [abs(was - said) for was, said in zip(happened, told, strict=True)]
    lag = _YEAR if len(before) > _YEAR else 1
    steps = [abs(now - then) for now, then in zip(before[lag:], before[:-lag], strict=True)]
    scale = fmean(steps) if steps else 0.0
    shares = [each / was for each, was in zip(off, happened, strict=True) if was]
    return Errors(
        months=len(told),
        mape=100 * fmean(shares) if len(shares) == len(off) else None,
        mase=fmean(off) / scale if scale else None,
    )
