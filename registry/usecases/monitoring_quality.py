"""The quality of what metering points sent, with the standing of their meters at the time; and the months to come.

What was uploaded is looked at as the monitoring system has it, where somebody brought that and told what the code stands for;
else the readings on record. A point is seen by whoever holds it, and by whoever sees the unit that it is of.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.access import Party
from registry.errors import UnknownError
from registry.monitoring.forecasting import Forecast, forecast, whole_months_of
from registry.monitoring.months import unit_for
from registry.monitoring.quality import Quality, Trouble, judged, troubles
from registry.monitoring.rules import MonitoringRule
from registry.monitoring.uploads import RawValue, Use, uses_of, uses_of_readings
from registry.readings import StoredReading
from registry.repositories import monitoring, review
from registry.repositories.chains import load_above
from registry.repositories.holdings import held_among
from registry.repositories.latest import latest_points
from registry.repositories.meter_readings import current_readings, points_of
from registry.review.facts import Connection
from registry.spelling import is_storable
from registry.unit_of_work import UnitOfWork
from registry.usecases.monitoring import rule_for
from registry.usecases.units import of_type, seen_unit
from traceability.accounting import Span, spans
from traceability.examination import Examiner
from traceability.inquiry import Inquiry
from traceability.known import known_records
from traceability.policy import Policy
from traceability.problems import QuestionError
from traceability.records import MeteringPoint

MOST_DAYS = 800  # Of one answer.
_HISTORY = timedelta(days=3700)  # Of months for a forecast.


class DataSource(StrEnum):
    """What was looked at."""

    UPLOADS = "uploads"
    READINGS = "readings"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAsked:
    """Over which days, both inside; as known when, under which policy."""

    start: date
    until: date
    known_at: datetime
    policy: Policy

    def __post_init__(self) -> None:
        if self.until < self.start:
            raise QuestionError("the period ends before it begins", "时段的结束早于开始")
        if (self.until - self.start).days >= MOST_DAYS:
            raise QuestionError(f"a period of more than {MOST_DAYS} days", f"时段超过 {MOST_DAYS} 天")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointQuality:
    """A point day by day: its data, what is the matter, and how its meters stood (`spans`)."""

    point: MeteringPoint
    asked: QualityAsked
    source: DataSource
    data_code: str
    unit: str | None
    quality: Quality
    troubles: tuple[Trouble, ...]
    spans: tuple[Span, ...]
    rule: MonitoringRule

    @property
    def sound(self) -> int:
        """How many days have good data from meters that were traceable, or under conditions."""
        good = [span for span in self.spans if span.status.is_good]
        return sum(day.is_good and any(span.start <= day.day <= span.until for span in good) for day in self.quality.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointForecast:
    """The months to come of a point."""

    point: MeteringPoint
    unit: str | None
    source: DataSource
    forecast: Forecast
    rule: MonitoringRule


def seen_point(work: UnitOfWork, party: Party, point_id: str, known_at: datetime, now: datetime) -> MeteringPoint:
    """A metering point that the party holds, or whose unit it sees; UnknownError for any other."""
    point = latest_points(work, [point_id], known_at).get(point_id) if is_storable(point_id) else None
    if point is None:
        raise UnknownError(point_id)
    if not held_among(work, "metering_points", [point_id], party.viewers):
        try:
            seen_unit(work, party, point.organization, now)
        except UnknownError as error:
            raise UnknownError(point_id) from error
    return point


def point_quality(work: UnitOfWork, party: Party, point_id: str, asked: QualityAsked, now: datetime) -> PointQuality:
    """The quality of one point. `work` reads everything."""
    point = seen_point(work, party, point_id, asked.known_at, now)
    return _qualities(work, point.organization, {point_id: point}, asked)[0]


def unit_quality(
    work: UnitOfWork, party: Party, organization: str, asked: QualityAsked, now: datetime
) -> tuple[PointQuality, ...]:
    """The quality of all points of a unit that the party sees, by level and id. `work` reads everything."""
    seen_unit(work, party, organization, now)
    return _qualities(work, organization, points_of(work, organization, None, asked.known_at), asked)


def point_forecast(
    work: UnitOfWork, party: Party, point_id: str, day: date, known_at: datetime, now: datetime
) -> PointForecast:
    """The months to come of one point, as seen from a day: from uploads or readings, whichever has more whole months."""
    point = seen_point(work, party, point_id, known_at, now)
    rule = rule_for(work, day, known_at)
    data = _Data(work, point.organization, [point_id], (day - _HISTORY, day), known_at)
    series = (data.readings_of(point_id), data.uploads_of(point_id, rule))
    months = [whole_months_of(each.uses) for each in series]
    longest = max((0, 1), key=lambda place: len(months[place]))
    return PointForecast(
        point=point,
        unit=series[longest].unit,
        source=series[longest].source,
        forecast=forecast(months[longest], rule.forecast),
        rule=rule,
    )


class Series(NamedTuple):
    """The uses of a point in a unit, where they are from, and under which code."""

    uses: list[Use]
    unit: str | None
    source: DataSource
    data_code: str


class _Data:
    """What points sent in a period, loaded together."""

    def __init__(
        self, work: UnitOfWork, organization: str, points: Iterable[str], period: tuple[date, date], known_at: datetime
    ) -> None:
        start, until = period
        facts = review.facts_of(work, [organization], (until, known_at), ["connection"])
        wanted = set(points)
        self._connections: Mapping[str, Connection] = {
            each.metering_point: each for each in of_type(facts, Connection) if each.metering_point in wanted
        }
        codes = {each.data_code for each in self._connections.values() if each.data_code and each.unit}
        self._raw: Mapping[str, Sequence[RawValue]] = (
            monitoring.raw_values(work, organization, codes, start, until, known_at) if codes else {}
        )
        self._readings: dict[str, list[StoredReading]] = {}
        for each in current_readings(work, wanted, start, until, known_at):
            self._readings.setdefault(each.reading.metering_point, []).append(each)

    def of(self, point: str, rule: MonitoringRule) -> Series:
        """What is looked at day by day: uploads where there are any, else readings."""
        found = self.uploads_of(point, rule)
        return found if found.uses else self.readings_of(point)

    def uploads_of(self, point: str, rule: MonitoringRule) -> Series:
        """What was uploaded, where the code says in which unit."""
        connection = self._connections.get(point)
        values = () if connection is None else self._raw.get(connection.data_code, ())
        if connection is None or not values:
            return Series([], None, DataSource.UPLOADS, "")
        return Series(uses_of(values, connection, rule.quality), connection.unit, DataSource.UPLOADS, connection.data_code)

    def readings_of(self, point: str) -> Series:
        """What is on record. When it was recorded says nothing of an upload: an old meter book may be typed in today."""
        measured = [each.reading.measured() for each in self._readings.get(point, ())]
        readings = [each for each in measured if each is not None]
        unit = unit_for(each.unit for each in readings)
        uses = [] if unit is None else uses_of_readings([(each, None) for each in readings], unit)
        connection = self._connections.get(point)
        return Series(uses, unit, DataSource.READINGS, "" if connection is None else connection.data_code)


def _qualities(
    work: UnitOfWork, organization: str, points: Mapping[str, MeteringPoint], asked: QualityAsked
) -> tuple[PointQuality, ...]:
    rule = rule_for(work, asked.until, asked.known_at)
    around = timedelta(days=rule.quality.jump_window)
    data = _Data(work, organization, points, (asked.start - around, asked.until + around), asked.known_at)
    items = {branch.item for point in points.values() for branch in point.branches if branch.item is not None}
    known = known_records(load_above(work, [*points, *items], (), known_at=asked.known_at), asked.known_at)
    examiner = Examiner(known, asked.policy)
    found = []
    for id_, point in sorted(points.items(), key=lambda each: (each[1].level, each[0])):
        series = data.of(id_, rule)
        quality = judged(series.uses, rule.quality, asked.start, asked.until)
        found.append(
            PointQuality(
                point=point,
                asked=asked,
                source=series.source,
                data_code=series.data_code,
                unit=series.unit,
                quality=quality,
                troubles=troubles(quality),
                spans=spans(Inquiry(examiner, id_), asked.start, asked.until) if id_ in known.metering_points else (),
                rule=rule,
            )
        )
    return tuple(found)
