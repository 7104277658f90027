"""The tables of reviews of units: that a case was opened, its inspectors, every step since, and files. Appended like records.

What a step says is its `content` (registry.review.steps, as JSON). `stage`, `awaits` and `due_on` are what it led to by the
procedure as it was when the step was taken, so that lists find what waits for whom without reading all steps. Who and when
stand in each row (the recording says it too), so that whoever sees a case sees them.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.review.jurisdiction import Organizer
from registry.review.procedure import Stage
from registry.review.steps import KINDS, Actor
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    entry_column,
    instant_column,
    key_column,
    part_of,
    position_column,
    recording_column,
    text_column,
    whole_column,
)


class ReviewCases(Table, table=True):
    """A review of a unit in a year. `reviewer`: the bureau that organizes it, none for the operator; `plan`: what drew it.

    `organizer` and `area` are what the rule in force made of the unit when the case was opened.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_cases"
    __table_args__ = (
        filled("id"),
        filled("organization"),
        filled("area"),
        one_of("organizer", Organizer),
        UniqueConstraint("id"),
        Index(None, "organization"),
        Index(None, "year", "area"),
        Index(None, "plan"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    organization: str = text_column()
    year: int = whole_column()
    reviewer: str | None = text_column()
    organizer: str = text_column()
    area: str = text_column()
    plan: str | None = text_column()
    reason: str = text_column()
    taken_by: str = text_column()
    person: str | None = text_column()
    taken_at: datetime = instant_column()
    recording: int = recording_column()


class ReviewInspectors(Table, table=True):
    """Who inspects in a case, the first leads; for which organization."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_inspectors"
    __table_args__ = (filled("person"), filled("organization"), Index(None, "person"), CLUSTERED)

    case_entry: int = part_of("review_cases")
    position: int = position_column()
    person: str = text_column()
    organization: str = text_column()


class ReviewSteps(Table, table=True):
    """A step of a case, by its number in it: no two people take the same one."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_steps"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("actor", Actor),
        one_of("stage", Stage),
        CheckConstraint("number >= 1", name="number"),
        UniqueConstraint("case_entry", "number"),
        Index(None, "awaits", "due_on"),
        STRICT,
    )

    entry: int = entry_column()
    case_entry: int = Field(foreign_key="review_cases.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    number: int = whole_column()
    kind: str = text_column()
    actor: str = text_column()
    content: str = text_column()
    stage: str = text_column()
    awaits: str | None = text_column()
    due_on: date | None = day_column()
    taken_by: str = text_column()
    person: str | None = text_column()
    taken_at: datetime = instant_column()
    recording: int = recording_column()


class ReviewFiles(Table, table=True):
    """Files that were brought to a case, by the SHA-256 of their bytes; `side`: in which capacity somebody brought them."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "review_files"
    __table_args__ = (
        filled("name"),
        one_of("side", Actor),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        UniqueConstraint("case_entry", "sha256"),
        STRICT,
    )

    entry: int = entry_column()
    case_entry: int = Field(foreign_key="review_cases.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    sha256: str = text_column()
    name: str = text_column()
    media_type: str = text_column()
    side: str = text_column()
    taken_by: str = text_column()
    person: str | None = text_column()
    taken_at: datetime = instant_column()
    recording: int = recording_column()


class ReviewNotices(Table, table=True):
    """Of which deadline of a case an organization was reminded, and in which warning window (days; -1 when overdue)."""

    __tablename__ = "review_notices"
    __table_args__ = (filled("organization"), filled("case_id"), CLUSTERED)

    organization: str = key_column()
    case_id: str = key_column()
    due_day: int = Field(primary_key=True, sa_type=WholeNumber)
    window_days: int = Field(primary_key=True, sa_type=WholeNumber)
    noted_at: datetime = instant_column()
