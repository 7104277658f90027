"""Readings of metering points: appended, found by id, by point and period, and listed as far as they are held."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from registry.columns import LATEST, day_number, day_of, instant_number, instant_of
from registry.errors import TooManyRecordsError
from registry.mapping import Row
from registry.queries import Query, Spelling
from registry.reading_tables import MeterReadings
from registry.readings import MeterReading, StoredReading
from registry.repositories.holdings import is_held
from registry.repositories.latest import latest_points
from registry.spelling import is_storable, storable
from registry.table_parts import table_of
from registry.tables import MeteringPoints
from registry.unit_of_work import UnitOfWork
from traceability.json_text import positional
from traceability.records import MeteringPoint

MOST_READINGS = 200_000  # Of one account: 500 points with a reading on each day of a year.
MOST_POINTS = 2_000  # Of one account.
_FIRST_DAY, _LAST_DAY = day_number(date.min), day_number(date.max)

_readings = table_of(MeterReadings)
_points = table_of(MeteringPoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFilters:
    """Which readings are listed: of a point, that touch a period; `is_current`: only those that nothing replaces."""

    metering_point: str | None = None
    start: date | None = None
    until: date | None = None
    is_current: bool = False


def append_readings(work: UnitOfWork, readings: Sequence[MeterReading], *, by: str, at: datetime, recording: int) -> None:
    """Write readings down; each becomes a leaf of the ledger."""
    origin = (instant_number(at), storable(by), recording)
    entries = work.allot_many(MeterReadings, len(readings))
    work.append(MeterReadings, [(*_row(each, entry), *origin) for entry, each in zip(entries, readings, strict=True)])


def readings_with(work: UnitOfWork, ids: Iterable[str]) -> dict[str, StoredReading]:
    """The readings that are on record under the ids."""
    wanted = sorted(filter(is_storable, set(ids)))
    return {each.reading.id: each for each in map(_stored, work.rows(_WITH_IDS, ids=wanted, known_at=LATEST))} if wanted else {}


def current_readings(
    work: UnitOfWork, points: Iterable[str], start: date, until: date, known_at: datetime | None = None
) -> list[StoredReading]:
    """The readings of points that touch a period and that nothing replaced, by point and day; `known_at` None: now.

    TooManyRecordsError for more than MOST_READINGS.
    """
    wanted = sorted(set(points))
    if not wanted:
        return []
    moment = LATEST if known_at is None else instant_number(known_at)
    period = {"first": day_number(start), "last": day_number(until)}
    rows = work.rows(_CURRENT, points=wanted, known_at=moment, most=MOST_READINGS + 1, **period)
    if len(rows) > MOST_READINGS:
        raise TooManyRecordsError(wanted[0], MOST_READINGS)
    return list(map(_stored, rows))


def units_of(work: UnitOfWork, points: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many readings of points that nothing replaced are in which unit, by point and unit."""
    wanted = sorted(set(points))
    rows = work.rows(_UNITS, points=wanted, known_at=LATEST) if wanted else []
    return {(point, unit): count for point, unit, count in rows}


def listed_readings(
    work: UnitOfWork, viewers: list[str] | None, filters: ReadingFilters, before: int, most: int
) -> list[StoredReading]:
    """The readings of points that one of the viewers holds (None: all), the latest recorded first, from before a row on."""
    values: dict[str, Any] = {
        "before": before,
        "most": most,
        "known_at": LATEST,
        "point": storable(filters.metering_point or ""),
        "first": _FIRST_DAY if filters.start is None else day_number(filters.start),
        "last": _LAST_DAY if filters.until is None else day_number(filters.until),
        "is_current": int(filters.is_current),
    }
    if viewers is None:
        return list(map(_stored, work.rows(_LISTED, **values)))
    return list(map(_stored, work.rows(_LISTED_HELD, viewers=viewers, **values)))


def points_of(work: UnitOfWork, organization: str, viewers: list[str] | None, known_at: datetime) -> dict[str, MeteringPoint]:
    """The metering points of an organization that one of the viewers holds (None: all), as known at an instant, by id.

    TooManyRecordsError for more than MOST_POINTS.
    """
    if not is_storable(organization):
        return {}
    values = {"organization": organization, "most": MOST_POINTS + 1}
    rows = work.rows(_OF_ALL, **values) if viewers is None else work.rows(_OF_HELD, viewers=viewers, **values)
    if len(rows) > MOST_POINTS:
        raise TooManyRecordsError(organization, MOST_POINTS)
    found = latest_points(work, [id_ for (id_,) in rows], known_at)
    return {id_: point for id_, point in found.items() if point.organization == organization}


def _row(reading: MeterReading, entry: int) -> Row:
    value = None if reading.value is None else positional(reading.value)
    days = (day_number(reading.start), day_number(reading.until))
    return (
        *(entry, reading.id, reading.metering_point, *days, value, reading.unit),
        *(storable(reading.source), reading.replaces, reading.reason),
    )


def _stored(row: Row) -> StoredReading:
    entry, id_, point, first, last, value, unit, source, replaces, reason, stored_at, by, replaced_by = row
    reading = MeterReading(
        id=id_,
        metering_point=point,
        start=day_of(first),
        until=day_of(last),
        value=None if value is None else Decimal(value),
        unit=unit,
        source=source,
        replaces=replaces,
        reason=reason,
    )
    at = instant_of(stored_at) or datetime.min.replace(tzinfo=UTC)
    return StoredReading(entry=entry, reading=reading, recorded_at=at, recorded_by=by, replaced_by=replaced_by)


def _known(*conditions: ColumnElement[bool]) -> tuple[Select[Any], ColumnElement[str | None]]:
    """Readings as known at an instant, and by what each is replaced."""
    later = _readings.alias("later")
    replacing = (
        select(later.c.id)
        .where(later.c.replaces == _readings.c.id, later.c.recorded_at <= bindparam("known_at"))
        .order_by(later.c.entry)
        .limit(1)
        .scalar_subquery()
    )
    columns = [column for column in _readings.c if column.name != "recording"]
    is_known = _readings.c.recorded_at <= bindparam("known_at")
    return select(*columns, replacing.label("replaced_by")).where(is_known, *conditions), replacing


def _touching() -> tuple[ColumnElement[bool], ...]:
    return (_readings.c.first_day <= bindparam("last"), _readings.c.last_day >= bindparam("first"))


def _current(spelling: Spelling) -> Select[Any]:
    known, replacing = _known(spelling.among(_readings.c.metering_point, "points"), *_touching())
    counting = known.where(replacing.is_(None), _readings.c.value.is_not(None))
    return counting.order_by(_readings.c.metering_point, _readings.c.first_day).limit(bindparam("most"))


def _units(spelling: Spelling) -> Select[Any]:
    known, replacing = _known(spelling.among(_readings.c.metering_point, "points"))
    counting = known.where(replacing.is_(None), _readings.c.value.is_not(None))
    columns = (_readings.c.metering_point, _readings.c.unit)
    return counting.with_only_columns(*columns, func.count()).group_by(*columns)


def _listed(spelling: Spelling, *, is_held_only: bool) -> Select[Any]:
    known, replacing = _known(*_touching(), _readings.c.entry < bindparam("before"))
    of_point = or_(spelling.given("point") == "", _readings.c.metering_point == spelling.given("point"))
    current = (replacing.is_(None)) & (_readings.c.value.is_not(None))
    chosen = known.where(of_point, or_(bindparam("is_current") == 0, current))
    if is_held_only:
        chosen = chosen.where(is_held(spelling, "metering_points", _readings.c.metering_point))
    return chosen.order_by(_readings.c.entry.desc()).limit(bindparam("most"))


def _points_of(spelling: Spelling, *, is_held_only: bool) -> Select[Any]:
    own = select(_points.c.id).where(_points.c.organization == bindparam("organization")).distinct()
    if is_held_only:
        own = own.where(is_held(spelling, "metering_points", _points.c.id))
    return own.order_by(_points.c.id).limit(bindparam("most"))


_WITH_IDS = Query(lambda spelling: _known(spelling.among(_readings.c.id, "ids"))[0])
_CURRENT = Query(_current)
_UNITS = Query(_units)
_LISTED = Query(lambda spelling: _listed(spelling, is_held_only=False))
_LISTED_HELD = Query(lambda spelling: _listed(spelling, is_held_only=True))
_OF_ALL = Query(lambda spelling: _points_of(spelling, is_held_only=False))
_OF_HELD = Query(lambda spelling: _points_of(spelling, is_held_only=True))
