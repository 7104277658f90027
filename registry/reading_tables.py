"""The table of what metering points measured: a row for each reading, corrections included, appended and never changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index

from registry.columns import filled
from registry.table_parts import (
    STRICT,
    Table,
    day_column,
    decimal_column,
    entry_column,
    index_of_few,
    instant_column,
    recording_column,
    text_column,
)


class MeterReadings(Table, table=True):
    """What a point measured from the first to the last day, both inside.

    `replaces`: the id of the reading that this one corrects, for the `reason`; without `value` it only takes it back.
    `recorded_at` and `recorded_by` are those of the recording, which those who hold a point may not read themselves.
    """

    is_fact: ClassVar[bool] = True
    sealed_columns: ClassVar[tuple[str, ...]] = ("reason", "recorded_by", "source")
    __tablename__ = "meter_readings"
    __table_args__ = (
        filled("id"),
        filled("metering_point"),
        filled("source"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("(value IS NULL) = (unit IS NULL)", name="unit"),
        CheckConstraint("value IS NOT NULL OR replaces IS NOT NULL", name="value"),
        CheckConstraint("(replaces IS NULL) = (reason IS NULL)", name="reason"),
        Index("uq_meter_readings_id", "id", unique=True),
        Index(None, "metering_point", "first_day"),
        index_of_few("replaces"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    metering_point: str = text_column()
    first_day: date = day_column()
    last_day: date = day_column()
    value: Decimal | None = decimal_column()
    unit: str | None = text_column()
    source: str = text_column()
    replaces: str | None = text_column()
    reason: str | None = text_column()
    recorded_at: datetime = instant_column()
    recorded_by: str = text_column()
    recording: int = recording_column()
