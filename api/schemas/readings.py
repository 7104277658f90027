"""Readings of metering points as they are sent and answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from registry.exchange.monitoring_upload import Code, NumericValid, StatType, ValueKind
from registry.readings import MeterReading, Place, Sent, StoredReading, derived_id
from registry.usecases.record_readings import ReadingReport
from traceability.problems import InputError, InvalidValueError
from traceability.records import Identifier

ReadingText = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
UnitText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ReadingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """What a metering point measured from the first to the last day, both inside.

    `id` may be left out. A correction names in `replaces` what it corrects, and why; without `value` it only takes it back.
    """

    metering_point: Identifier
    start: date
    until: date
    value: Decimal | None = None
    unit: UnitText | None = None
    id: Identifier | None = None
    source: ReadingText | None = None
    replaces: Identifier | None = None
    reason: ReadingText | None = None


class ReadingsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Readings, recorded all or none."""

    readings: Annotated[tuple[ReadingBody, ...], msgspec.Meta(max_length=50_000)]


class CodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a data code of the monitoring system stands for.

    `multiplier`: what values are to be multiplied with, 1 where they are already. `kind`: used in the period, or the register's
    state at its end. `stat_type`: which periods count, where the file has several for the code.
    """

    data_code: str
    metering_point: Identifier
    unit: UnitText
    multiplier: Decimal
    kind: ValueKind
    stat_type: StatType | None = None


class UploadBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An upload of the monitoring system as it was sent, with what its codes stand for.

    `numeric_valid`: whether 0 or 1 means valid, where the upload has numbers there.
    """

    upload: dict[str, Any]
    codes: Annotated[tuple[CodeBody, ...], msgspec.Meta(max_length=2000)]
    numeric_valid: NumericValid | None = None


class ReadingProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something cannot be recorded; `row` and `column` of a table, `path` of a document."""

    path: str
    row: int | None
    column: str | None
    zh: str
    en: str


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds that is no reading to be recorded: why, and how often."""

    zh: str
    en: str
    count: int


class ReadingReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a submission came to: how many are new (or would be), how many on record already, and what is wrong.

    `recording`: the number of the recording, null where nothing was written.
    """

    new: int
    same: int
    recording: int | None
    is_dry_run: bool
    problems: tuple[ReadingProblem, ...]
    problems_in_all: int
    left_out: tuple[LeftOut, ...]


class ReadingAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """A reading on record. `replaced_by`: the id of the one that counts in its place."""

    id: str
    metering_point: str
    start: date
    until: date
    value: Decimal | None
    unit: str | None
    source: str
    replaces: str | None
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    replaced_by: str | None


class ReadingList(msgspec.Struct, frozen=True, kw_only=True):
    """Readings, the latest recorded first; `next` is the cursor of the following page."""

    readings: tuple[ReadingAnswer, ...]
    next: str | None


SCHEMAS: tuple[type, ...] = (ReadingsBody, UploadBody, ReadingReportAnswer, ReadingList)


def sent_readings(body: ReadingsBody, source: str) -> list[Sent]:
    """The readings of a body, each with its place; InputError with the place of what makes no sense."""
    return [_sent(index, each, source) for index, each in enumerate(body.readings)]


def codes_of(body: UploadBody) -> list[Code]:
    """What the codes of a body stand for; InputError with the place of what makes no sense."""
    found = []
    for index, each in enumerate(body.codes):
        try:
            found.append(Code(**msgspec.structs.asdict(each)))
        except InvalidValueError as error:
            raise InputError(f"$.codes[{index}]", error.en, error.zh) from error
    return found


def report_answer(report: ReadingReport) -> ReadingReportAnswer:
    """A report as it is answered."""
    return ReadingReportAnswer(
        new=report.new,
        same=report.same,
        recording=report.recording,
        is_dry_run=report.is_dry_run,
        problems=tuple(
            ReadingProblem(path=each.place.path, row=each.place.row, column=each.place.column, zh=each.zh, en=each.en)
            for each in report.problems
        ),
        problems_in_all=report.problems_in_all,
        left_out=tuple(LeftOut(zh=zh, en=en, count=count) for en, zh, count in report.left_out),
    )


def reading_answer(stored: StoredReading) -> ReadingAnswer:
    """A reading as it is answered."""
    reading = stored.reading
    return ReadingAnswer(
        id=reading.id,
        metering_point=reading.metering_point,
        start=reading.start,
        until=reading.until,
        value=reading.value,
        unit=reading.unit,
        source=reading.source,
        replaces=reading.replaces,
        reason=reading.reason,
        recorded_at=stored.recorded_at,
        recorded_by=stored.recorded_by,
        replaced_by=stored.replaced_by,
    )


def _sent(index: int, body: ReadingBody, source: str) -> Sent:
    place = Place(f"$.readings[{index}]")
    said = (body.metering_point, body.start, body.until, body.value, body.unit, body.replaces)
    try:
        reading = MeterReading(
            id=body.id or derived_id(*said),
            metering_point=body.metering_point,
            start=body.start,
            until=body.until,
            value=body.value,
            unit=body.unit,
            source=body.source or source,
            replaces=body.replaces,
            reason=body.reason,
        )
    except InvalidValueError as error:
        raise InputError(place.path, error.en, error.zh) from error
    return Sent(place, reading)
