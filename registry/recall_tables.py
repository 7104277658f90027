"""The tables of recalls: that a case was opened, which items it reached then, and every step since. Appended like records."""

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.recalls import RecallCause, RecallStep
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    day_column,
    entry_column,
    part_of,
    position_column,
    recording_column,
    text_column,
    whole_column,
)
from traceability.verdict import Code, Severity


class Recalls(Table, table=True):
    """A case: for which organization (none: the operator), of which item, because of which record of a list, and why."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recalls"
    __table_args__ = (
        filled("id"),
        filled("item"),
        one_of("section", ("certificates", "events")),
        one_of("cause", RecallCause),
        UniqueConstraint("id"),
        Index(None, "organization"),
        Index(None, "evidence"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    organization: str | None = text_column()
    cause: str = text_column()
    section: str = text_column()
    evidence: str = text_column()
    item: str = text_column()
    counts_from: date = day_column()
    last_good_on: date | None = day_column()
    reason: str = text_column()
    recording: int = recording_column()


class RecallItems(Table, table=True):
    """The items that a case reached when it was opened; see registry.recalls.Reached."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recall_items"
    __table_args__ = (
        filled("item"),
        one_of("severity", Severity),
        one_of("code", Code),
        Index(None, "item"),
        CLUSTERED,
    )

    recall_entry: int = part_of("recalls")
    position: int = position_column()
    item: str = text_column()
    level: int = whole_column()
    certificate: str = text_column()
    severity: str = text_column()
    code: str = text_column()
    used_from: date = day_column()
    used_until: date = day_column()


class RecallSteps(Table, table=True):
    """What was done in a case; who did it and when says the recording."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recall_steps"
    __table_args__ = (one_of("step", RecallStep), Index(None, "recall_entry"), STRICT)

    entry: int = entry_column()
    recall_entry: int = Field(foreign_key="recalls.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    step: str = text_column()
    item: str | None = text_column()
    reason: str = text_column()
    recording: int = recording_column()
