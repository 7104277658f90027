"""Answers given under a key, submissions that wait for a second person, and the contradictions that were let in."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    digest,
    drop_tables,
    filled,
    index,
    keep_tenants_out,
    let_tenants_read,
    long,
    make_append_only,
    one_of,
    text,
    whole,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("idempotency_keys", "recorded_contradictions", "submissions", "submission_decisions")
_VIEWED = "organization = ANY (current_setting('registry.viewers')::text[])"
_HELD = (
    f"EXISTS (SELECT FROM holdings WHERE {_VIEWED} AND holdings.section = recorded_contradictions.section "
    "AND holdings.id = recorded_contradictions.id)"
)


def upgrade() -> None:
    index("withdrawals", "recording")
    _create(
        "idempotency_keys",
        *_texts("owner", "key", "request_sha256", "answer"),
        sa.Column("answered_at", long(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
        filled("idempotency_keys", "owner"),
        filled("idempotency_keys", "key"),
        digest("idempotency_keys", "request_sha256"),
        sqlite_with_rowid=False,
    )
    _create(
        "recorded_contradictions",
        _number("recording"),
        sa.Column("position", whole(), nullable=False, autoincrement=False),
        *_texts("section", "id", "code", "severity", "path", "subject", "facts"),
        sa.PrimaryKeyConstraint("recording", "position", name="pk_recorded_contradictions"),
        _part_of("recorded_contradictions", "recording", "recordings"),
        filled("recorded_contradictions", "code"),
        one_of("recorded_contradictions", "severity", "fail", "indeterminate", "condition", "note"),
        sqlite_with_rowid=False,
    )
    index("recorded_contradictions", "section", "id")
    _create(
        "submissions",
        _number("entry"),
        *_texts("organization", "submitted_by"),
        *_texts("person", "client", is_needed=False),
        sa.Column("submitted_at", long(), nullable=False),
        *_texts("source"),
        *_texts("reason", "root", is_needed=False),
        *_texts("document", "contradictions"),
        sa.PrimaryKeyConstraint("entry", name="pk_submissions"),
        filled("submissions", "organization"),
    )
    index("submissions", "organization", "entry")
    _create(
        "submission_decisions",
        _number("submission_entry"),
        sa.Column("is_approved", whole(), nullable=False),
        *_texts("decided_by", "person"),
        sa.Column("decided_at", long(), nullable=False),
        *_texts("reason", is_needed=False),
        sa.Column("recording", long(), nullable=True),
        sa.PrimaryKeyConstraint("submission_entry", name="pk_submission_decisions"),
        _part_of("submission_decisions", "submission_entry", "submissions"),
        one_of("submission_decisions", "is_approved", 0, 1),
        filled("submission_decisions", "person"),
    )
    make_append_only(_TABLES)
    let_tenants_read("recorded_contradictions", _HELD)
    let_tenants_read("submissions", _VIEWED)
    let_tenants_read(
        "submission_decisions",
        "EXISTS (SELECT FROM submissions WHERE submissions.entry = submission_decisions.submission_entry)",
    )


def downgrade() -> None:
    for table in ("submission_decisions", "submissions", "recorded_contradictions"):
        keep_tenants_out(table)
    drop_tables(_TABLES)
    op.drop_index("ix_withdrawals_recording", "withdrawals")


def _create(name: str, *columns: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *columns, sqlite_strict=True, **options)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _part_of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.entry"], name=f"fk_{table}_{column}", ondelete="RESTRICT")


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]
