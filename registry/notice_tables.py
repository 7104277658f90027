"""The tables of what the registry tells by itself: calendar feeds, webhooks, mails. Appended like records.

What is to be sent lies in `outgoing`, written in the transaction of what it tells. A try to send it is a row when it begins,
with the instant until which nobody else tries, and a row when it ended: so a crash loses nothing and two processes do not
send the same thing at once.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
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
    recording_column,
    text_column,
    whole_column,
)


class Channel(StrEnum):
    """The ways in which something is sent."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class Outcome(StrEnum):
    """How a try to send ended."""

    DONE = "done"
    RETRY = "retry"
    GIVEN_UP = "given_up"


class CalendarFeeds(Table, table=True):
    """Secret addresses of calendars, by the SHA-256 of the secret. `organization` is empty for the operator's own."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "calendar_feeds"
    __table_args__ = (
        filled("id"),
        one_of("language", ("zh", "en")),
        UniqueConstraint("id"),
        UniqueConstraint("token_sha256"),
        CheckConstraint("length(token_sha256) = 64", name="token_sha256"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    token_sha256: str = text_column()
    organization: str | None = text_column()
    person: str | None = text_column()
    name: str = text_column()
    language: str = text_column()
    recording: int = recording_column()


class CalendarFeedEnds(Table, table=True):
    """Calendar feeds that are no longer good."""

    is_fact: ClassVar[bool] = True
    __tablename__ = "calendar_feed_ends"
    __table_args__ = (STRICT,)

    feed_entry: int = part_of("calendar_feeds")
    recording: int = recording_column()


class WebhookEndpoints(Table, table=True):
    """Where webhooks go, and for which types of events (JSON list); the latest row of an id counts.

    `organization` is empty for the operator's own. `ended_by` says why one is not active: a person, or failures for days.
    """

    is_fact: ClassVar[bool] = True
    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        filled("id"),
        filled("url"),
        one_of("is_active", (0, 1)),
        Index(None, "id"),
        Index(None, "organization"),
        STRICT,
    )

    entry: int = entry_column()
    id: str = text_column()
    organization: str | None = text_column()
    url: str = text_column()
    event_types: str = text_column()
    name: str = text_column()
    is_active: int = whole_column()
    ended_by: str | None = text_column()
    recording: int = recording_column()


class WebhookSecrets(Table, table=True):
    """The secrets of endpoints, encrypted; the latest signs, and the one before it as well until `previous_until`."""

    __tablename__ = "webhook_secrets"
    __table_args__ = (filled("sealed"), Index(None, "endpoint"), STRICT)

    entry: int = entry_column()
    endpoint: str = text_column()
    sealed: str = text_column()
    previous_until: datetime | None = instant_column()
    recording: int = recording_column()


class Announcements(Table, table=True):
    """What happened, as webhooks tell it. `id` is the same in every delivery; `data` is JSON."""

    __tablename__ = "announcements"
    __table_args__ = (filled("id"), filled("event_type"), UniqueConstraint("id"), STRICT)

    entry: int = entry_column()
    id: str = text_column()
    event_type: str = text_column()
    subject: str = text_column()
    data: str = text_column()
    happened_at: datetime = instant_column()


class Outgoing(Table, table=True):
    """What is to be sent. `address` is the id of an endpoint or a mail address; `content` of a mail is JSON."""

    __tablename__ = "outgoing"
    __table_args__ = (
        one_of("channel", Channel),
        filled("address"),
        Index(None, "channel", "made_at"),
        Index(None, "address", "entry"),
        STRICT,
    )

    entry: int = entry_column()
    channel: str = text_column()
    organization: str | None = text_column()
    address: str = text_column()
    announcement_entry: int | None = Field(foreign_key="announcements.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    content: str | None = text_column()
    made_at: datetime = instant_column()


class OutgoingTries(Table, table=True):
    """Tries to send: begun, and nobody else's until `lease_until`."""

    __tablename__ = "outgoing_tries"
    __table_args__ = (UniqueConstraint("outgoing_entry", "number"), STRICT)

    entry: int = entry_column()
    outgoing_entry: int = Field(foreign_key="outgoing.entry", ondelete="RESTRICT", sa_type=WholeNumber)
    number: int = whole_column()
    begun_at: datetime = instant_column()
    lease_until: datetime = instant_column()


class OutgoingOutcomes(Table, table=True):
    """How tries ended; `next_at` is when the next one is due, where there is one. `status` is HTTP's or SMTP's."""

    __tablename__ = "outgoing_outcomes"
    __table_args__ = (one_of("outcome", Outcome), STRICT)

    try_entry: int = part_of("outgoing_tries")
    ended_at: datetime = instant_column()
    outcome: str = text_column()
    status: int | None = whole_column()
    said: str | None = text_column()
    next_at: datetime | None = instant_column()


class DueNotices(Table, table=True):
    """What an organization was reminded of: an item with its certificate, in a warning window (days; -1 when overdue)."""

    __tablename__ = "due_notices"
    __table_args__ = (filled("organization"), filled("item"), CLUSTERED)

    organization: str = key_column()
    item: str = key_column()
    certificate: str = key_column()
    window_days: int = Field(primary_key=True, sa_type=WholeNumber)
    noted_at: datetime = instant_column()
