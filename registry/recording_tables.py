"""The tables around recording: answers given under a key, what waits for a second person, contradictions let in.

Appended like records.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from registry.columns import WholeNumber, filled, one_of
from registry.table_parts import (
    CLUSTERED,
    STRICT,
    Table,
    entry_column,
    instant_column,
    key_column,
    part_of,
    position_column,
    text_column,
    whole_column,
)
from traceability.verdict import Severity


class IdempotencyKeys(Table, table=True):
    """The first answer to a request that carried a key, written in the transaction of what it tells.

    `owner`: on whose behalf, so that keys of different parties do not meet. `request_sha256`: of everything in the request.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        filled("owner"),
        filled("key"),
        CheckConstraint("length(request_sha256) = 64", name="request_sha256"),
        CLUSTERED,
    )

    owner: str = key_column()
    key: str = key_column()
    request_sha256: str = text_column()
    answer: str = text_column()
    answered_at: datetime = instant_column()


class RecordedContradictions(Table, table=True):
    """What records contradicted when they were recorded, where their organization accepts that: `facts` as JSON."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "recorded_contradictions"
    __table_args__ = (filled("code"), one_of("severity", Severity), Index(None, "section", "id"), CLUSTERED)

    recording: int = part_of("recordings")
    position: int = position_column()
    section: str = text_column()
    id: str = text_column()
    code: str = text_column()
    severity: str = text_column()
    path: str = text_column()
    subject: str = text_column()
    facts: str = text_column()


class Submissions(Table, table=True):
    """What waits for a second person: the records as JSON, by whom, and what they contradicted when they were submitted."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "submissions"
    __table_args__ = (filled("organization"), Index(None, "organization", "entry"), STRICT)

    entry: int = entry_column()
    organization: str = text_column()
    submitted_by: str = text_column()
    person: str | None = text_column()
    client: str | None = text_column()
    submitted_at: datetime = instant_column()
    source: str = text_column()
    reason: str | None = text_column()
    root: str | None = text_column()
    document: str = text_column()
    contradictions: str = text_column()


class SubmissionDecisions(Table, table=True):
    """What the second person decided: once, and for good. `recording` is what was recorded, where it was approved."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "submission_decisions"
    __table_args__ = (one_of("is_approved", (0, 1)), filled("person"), STRICT)

    submission_entry: int = part_of("submissions")
    is_approved: int = whole_column()
    decided_by: str = text_column()
    person: str = text_column()
    decided_at: datetime = instant_column()
    reason: str | None = text_column()
    recording: int | None = Field(default=None, sa_type=WholeNumber)
