"""What the registry tells by itself: calendar feeds, webhooks, reminders by mail, and what is on its way."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, digest, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "calendar_feeds",
    "calendar_feed_ends",
    "webhook_endpoints",
    "webhook_secrets",
    "announcements",
    "outgoing",
    "outgoing_tries",
    "outgoing_outcomes",
    "due_notices",
)


def upgrade() -> None:
    _create_calendars()
    _create_webhooks()
    _create_outgoing()
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)


def _create_calendars() -> None:
    _create(
        "calendar_feeds",
        _number("entry"),
        *_texts("id", "token_sha256"),
        *_texts("organization", "person", is_needed=False),
        *_texts("name", "language"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_calendar_feeds"),
        by_recording("calendar_feeds"),
        filled("calendar_feeds", "id"),
        one_of("calendar_feeds", "language", "zh", "en"),
        sa.UniqueConstraint("id", name="uq_calendar_feeds_id"),
        sa.UniqueConstraint("token_sha256", name="uq_calendar_feeds_token_sha256"),
        digest("calendar_feeds", "token_sha256"),
    )
    index("calendar_feeds", "organization")
    _create(
        "calendar_feed_ends",
        _number("feed_entry"),
        _number("recording"),
        sa.PrimaryKeyConstraint("feed_entry", name="pk_calendar_feed_ends"),
        by_recording("calendar_feed_ends"),
        _part("calendar_feed_ends", "feed_entry", "calendar_feeds"),
    )


def _create_webhooks() -> None:
    _create(
        "webhook_endpoints",
        _number("entry"),
        *_texts("id"),
        *_texts("organization", is_needed=False),
        *_texts("url", "event_types", "name"),
        sa.Column("is_active", whole(), nullable=False),
        *_texts("ended_by", is_needed=False),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_webhook_endpoints"),
        by_recording("webhook_endpoints"),
        filled("webhook_endpoints", "id"),
        filled("webhook_endpoints", "url"),
        one_of("webhook_endpoints", "is_active", 0, 1),
    )
    index("webhook_endpoints", "id")
    index("webhook_endpoints", "organization")
    _create(
        "webhook_secrets",
        _number("entry"),
        *_texts("endpoint", "sealed"),
        _number("previous_until"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_webhook_secrets"),
        by_recording("webhook_secrets"),
        filled("webhook_secrets", "sealed"),
    )
    index("webhook_secrets", "endpoint")
    _create(
        "announcements",
        _number("entry"),
        *_texts("id", "event_type", "subject", "data"),
        _number("happened_at"),
        sa.PrimaryKeyConstraint("entry", name="pk_announcements"),
        sa.UniqueConstraint("id", name="uq_announcements_id"),
        filled("announcements", "id"),
        filled("announcements", "event_type"),
    )


def _create_outgoing() -> None:
    _create(
        "outgoing",
        _number("entry"),
        *_texts("channel"),
        *_texts("organization", is_needed=False),
        *_texts("address"),
        sa.Column("announcement_entry", long(), nullable=True),
        *_texts("content", is_needed=False),
        _number("made_at"),
        sa.PrimaryKeyConstraint("entry", name="pk_outgoing"),
        _part("outgoing", "announcement_entry", "announcements"),
        one_of("outgoing", "channel", "mail", "webhook"),
        filled("outgoing", "address"),
    )
    index("outgoing", "channel", "made_at")
    index("outgoing", "address", "entry")
    _create(
        "outgoing_tries",
        *(_number(name) for name in ("entry", "outgoing_entry")),
        sa.Column("number", whole(), nullable=False),
        *(_number(name) for name in ("begun_at", "lease_until")),
        sa.PrimaryKeyConstraint("entry", name="pk_outgoing_tries"),
        _part("outgoing_tries", "outgoing_entry", "outgoing"),
        sa.UniqueConstraint("outgoing_entry", "number", name="uq_outgoing_tries_outgoing_entry_number"),
    )
    _create(
        "outgoing_outcomes",
        *(_number(name) for name in ("try_entry", "ended_at")),
        *_texts("outcome"),
        sa.Column("status", whole(), nullable=True),
        *_texts("said", is_needed=False),
        _number("next_at"),
        sa.PrimaryKeyConstraint("try_entry", name="pk_outgoing_outcomes"),
        _part("outgoing_outcomes", "try_entry", "outgoing_tries"),
        one_of("outgoing_outcomes", "outcome", "done", "retry", "given_up"),
    )
    _create(
        "due_notices",
        *_texts("organization", "item", "certificate"),
        *(_number(name) for name in ("window_days", "noted_at")),
        sa.PrimaryKeyConstraint("organization", "item", "certificate", "window_days", name="pk_due_notices"),
        filled("due_notices", "organization"),
        filled("due_notices", "item"),
        sqlite_with_rowid=False,
    )


def _create(name: str, *columns: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *columns, sqlite_strict=True, **options)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _part(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.entry"], name=f"fk_{table}_{column}", ondelete="RESTRICT")
