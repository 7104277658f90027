"""The tables of the energy-metering review: organizations as the review sees them, and what is told of their meters. Appended.

Each row counts from `since` on, as known from `recorded_at` on; of rows about one thing the latest day counts, and of one day
the row recorded last. What a regulator may see hangs on areas, so those are columns; everything else a fact says is its
`content` (registry.review.facts, as JSON).
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from registry.columns import filled, one_of
from registry.review.facts import KINDS, KeyStatus
from registry.table_parts import (
    STRICT,
    Table,
    day_column,
    entry_column,
    instant_column,
    recording_column,
    text_column,
)


class ReviewUnits(Table, table=True):
    """Energy-using organizations and energy suppliers."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_units"
    __table_args__ = (
        filled("organization"),
        filled("area"),
        one_of("key_status", KeyStatus),
        CheckConstraint("length(credit_code) = 18", name="credit_code"),
        Index(None, "organization", "since"),
        Index(None, "area"),
        STRICT,
    )

    entry: int = entry_column()
    organization: str = text_column()
    since: date = day_column()
    recorded_at: datetime = instant_column()
    credit_code: str = text_column()
    area: str = text_column()
    industry: str = text_column()
    key_status: str = text_column()
    institute: str | None = text_column()
    recording: int = recording_column()


class ReviewRegulators(Table, table=True):
    """Of which area a regulator sees all units: one district or special bureau, `*` for the city, empty for none any more."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_regulators"
    __table_args__ = (filled("organization"), Index(None, "organization", "since"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    since: date = day_column()
    recorded_at: datetime = instant_column()
    area: str = text_column()
    recording: int = recording_column()


class ReviewFacts(Table, table=True):
    """What is told of a unit. `subject`: what of it, as a year, an item, a metering point or a place."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_facts"
    __table_args__ = (
        one_of("kind", KINDS),
        filled("organization"),
        filled("subject"),
        Index(None, "organization", "kind", "subject"),
        STRICT,
    )

    entry: int = entry_column()
    kind: str = text_column()
    organization: str = text_column()
    subject: str = text_column()
    since: date = day_column()
    recorded_at: datetime = instant_column()
    content: str = text_column()
    recording: int = recording_column()


class ReviewEditions(Table, table=True):
    """Rule tables that the operator brought besides those that come along; `content` is the file."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_editions"
    __table_args__ = (filled("id"), UniqueConstraint("id", "recorded_at"), STRICT)

    entry: int = entry_column()
    id: str = text_column()
    recorded_at: datetime = instant_column()
    content: str = text_column()
    recording: int = recording_column()
