"""What a metering point measured, as it is recorded, corrected and told. Values only."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from registry.exact_numbers import shortest
from traceability.accounting import Reading
from traceability.json_text import positional
from traceability.problems import InvalidValueError

_ID_LENGTH = 24  # Hexadecimal digits; 96 bits, so that two readings do not meet.


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """A reading of a point from the first to the last day, both inside.

    `id` is that of whoever recorded it, else derived from what it says, so that sending it again changes nothing.
    `replaces`: the id of the reading that it corrects, for a `reason`; without `value` and `unit` it only takes that one back.
    """

    id: str
    metering_point: str
    start: date
    until: date
    value: Decimal | None
    unit: str | None
    source: str
    replaces: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) is not (self.unit is None):
            raise InvalidValueError("a value needs a unit, and a unit a value", "数值与单位须同时给出")
        if self.value is None and self.replaces is None:
            raise InvalidValueError("there is no value", "缺少数值")
        if (self.replaces is None) is not (self.reason is None):
            raise InvalidValueError("a correction names what it replaces, and why", "更正须写明所替换的读数及理由")
        if self.until < self.start:
            raise InvalidValueError("the period ends before it begins", "时段的结束早于开始")
        self.measured()

    def measured(self) -> Reading | None:
        """What counts in an account; None for a reading that only takes another one back. InvalidValueError for a bad one."""
        if self.value is None or self.unit is None:
            return None
        return Reading(id=self.id, start=self.start, until=self.until, value=self.value, unit=self.unit)

    def says_the_same(self, other: "MeterReading") -> bool:
        """Whether both say the same, whatever their sources are called."""
        return _said(self) == _said(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """A reading on record: the running number of its row, when and by whom it was recorded, and what replaces it."""

    entry: int
    reading: MeterReading
    recorded_at: datetime
    recorded_by: str
    replaced_by: str | None


# The heads of columns by the names of fields, as tables have them.
COLUMN_HEADS = {
    "metering_point": "计量点",
    "from": "自",
    "until": "至",
    "value": "数值",
    "unit": "单位",
    "id": "标识",
    "replaces": "替换",
    "reason": "理由",
}


class Place(NamedTuple):
    """Where something stands in what was sent: a path for programs, and a row and a column for people, where there are."""

    path: str
    row: int | None = None
    column: str | None = None

    def at(self, field_name: str) -> "Place":
        """The place of a field: of a row its column, of a document the path below."""
        if self.row is None:
            return Place(f"{self.path}.{field_name}")
        return Place(self.path, self.row, COLUMN_HEADS.get(field_name, field_name))


class Sent(NamedTuple):
    """A reading as it was sent, with its place."""

    place: Place
    reading: MeterReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something cannot be recorded, in both languages, and where it stands."""

    place: Place
    en: str
    zh: str


def derived_id(
    metering_point: str, start: date, until: date, value: Decimal | None, unit: str | None, replaces: str | None
) -> str:
    """The id of a reading that was given none: the same for the same content."""
    number = "" if value is None else positional(shortest(value))
    said = "\x1f".join((metering_point, str(start), str(until), number, unit or "", replaces or ""))
    return f"r-{hashlib.sha256(said.encode()).hexdigest()[:_ID_LENGTH]}"


def told(place: Place) -> str:
    """A place in one text."""
    if place.row is None:
        return place.path
    return f"{place.path}:{place.row}" + (f":{place.column}" if place.column else "")


def _said(reading: MeterReading) -> tuple[object, ...]:
    number = None if reading.value is None else shortest(reading.value)
    period = (reading.metering_point, reading.start, reading.until)
    return (reading.id, *period, number, reading.unit, reading.replaces, reading.reason)
