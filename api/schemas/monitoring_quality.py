"""The quality of what metering points sent, and the months to come, as they are answered."""

from datetime import date

import msgspec

from registry.monitoring.uploads import Mark
from registry.usecases.monitoring_quality import DataSource, PointForecast, PointQuality
from traceability.verdict import Status


class QualityRow(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """A point over a period. `good`: days with a value and nothing the matter; `sound`: those of them of a traceable meter.

    `marks`: on how many days what is the matter. `source`: whether uploads were looked at, or readings on record.
    """

    metering_point: str
    level: int
    energy: str | None
    start: date
    until: date
    days: int
    good: int
    sound: int
    marks: dict[str, int]
    source: DataSource
    data_code: str
    unit: str | None


class QualityList(msgspec.Struct, frozen=True, kw_only=True):
    """The points of a unit, by level and id, by an edition of thresholds."""

    organization: str
    edition: str
    points: tuple[QualityRow, ...]


class QualityDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day: what was used (of a value of several days its part), what is the matter, and how the meter stood."""

    day: date
    use: float | None
    is_daily: bool
    is_good: bool
    marks: tuple[Mark, ...]
    status: Status | None


class QualityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A point day by day."""

    summary: QualityRow
    edition: str
    days: tuple[QualityDay, ...]


class ForecastMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month to come: what the model says with its interval, and what the plain guess says."""

    month: str
    value: float
    low: float
    high: float
    guess: float


class ForecastErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of so many months that were held back: in percent (MAPE), and against the guess inside what is before (MASE)."""

    months: int
    mape: float | None
    mase: float | None


class ForecastPast(msgspec.Struct, frozen=True, kw_only=True):
    """A month that counts: each of its days was read."""

    month: str
    use: float


class ForecastAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The months to come of a point. `is_too_short`: there are fewer whole months in a row than `needed`, so nothing is told.

    `is_installed`: whether the library of forecasts is there. `model` and `guess`: how far each was off.
    """

    metering_point: str
    unit: str | None
    source: DataSource
    edition: str
    confidence_percent: float
    needed: int
    is_too_short: bool
    is_installed: bool
    is_seasonal: bool
    history: tuple[ForecastPast, ...]
    months: tuple[ForecastMonth, ...]
    model: ForecastErrors | None
    guess: ForecastErrors | None


def quality_row(each: PointQuality) -> QualityRow:
    """A point over its period."""
    return QualityRow(
        metering_point=each.point.id,
        level=each.point.level,
        energy=each.point.energy,
        start=each.asked.start,
        until=each.asked.until,
        days=len(each.quality.days),
        good=each.quality.good,
        sound=each.sound,
        marks={mark.value: count for mark, count in each.quality.counts.items()},
        source=each.source,
        data_code=each.data_code,
        unit=each.unit,
    )


def quality_answer(each: PointQuality) -> QualityAnswer:
    """A point day by day."""
    statuses = iter(each.spans)
    span = next(statuses, None)
    days = []
    for day in each.quality.days:
        while span is not None and span.until < day.day:
            span = next(statuses, None)
        days.append(
            QualityDay(
                day=day.day,
                use=None if day.use is None else float(day.use),
                is_daily=day.is_daily,
                is_good=day.is_good,
                marks=tuple(sorted(day.marks)),
                status=None if span is None else span.status,
            )
        )
    return QualityAnswer(summary=quality_row(each), edition=each.rule.id, days=tuple(days))


def forecast_answer(each: PointForecast) -> ForecastAnswer:
    """The months to come of a point."""
    found = each.forecast
    model, guess = (
        None if errors is None else ForecastErrors(months=errors.months, mape=errors.mape, mase=errors.mase)
        for errors in (found.model, found.guess)
    )
    return ForecastAnswer(
        metering_point=each.point.id,
        unit=each.unit,
        source=each.source,
        edition=each.rule.id,
        confidence_percent=float(each.rule.forecast.confidence_percent),
        needed=found.needed,
        is_too_short=found.is_too_short,
        is_installed=found.is_installed,
        is_seasonal=found.is_seasonal,
        history=tuple(ForecastPast(month=f"{first:%Y-%m}", use=use) for first, use in found.history),
        months=tuple(
            ForecastMonth(month=f"{told.first:%Y-%m}", value=told.value, low=told.low, high=told.high, guess=told.guess)
            for told in found.told
        ),
        model=model,
        guess=guess,
    )


SCHEMAS: tuple[type, ...] = (QualityList, QualityAnswer, ForecastAnswer)
