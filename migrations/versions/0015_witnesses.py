"""Witnesses of the ledger's checkpoints, what they and time stamping authorities signed, and tries that failed."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = ("witnesses", "checkpoint_attestations", "attestation_tries")


def upgrade() -> None:
    op.create_table(
        "witnesses",
        _number("entry"),
        *(_text(name) for name in ("name", "key", "url")),
        sa.Column("is_active", whole(), nullable=False),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_witnesses"),
        filled("witnesses", "name"),
        filled("witnesses", "url"),
        one_of("witnesses", "is_active", 0, 1),
        by_recording("witnesses"),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoint_attestations",
        _number("entry"),
        _number("checkpoint_entry"),
        *(_text(name) for name in ("kind", "source", "content")),
        _number("signed_at"),
        _number("received_at"),
        sa.PrimaryKeyConstraint("entry", name="pk_checkpoint_attestations"),
        one_of("checkpoint_attestations", "kind", "cosignature", "timestamp"),
        filled("checkpoint_attestations", "source"),
        _of_checkpoint("checkpoint_attestations"),
        sqlite_strict=True,
    )
    index("checkpoint_attestations", "checkpoint_entry")
    index("checkpoint_attestations", "source", "entry")
    op.create_table(
        "attestation_tries",
        _number("entry"),
        _number("checkpoint_entry"),
        _text("source"),
        _number("tried_at"),
        _text("said"),
        sa.PrimaryKeyConstraint("entry", name="pk_attestation_tries"),
        filled("attestation_tries", "source"),
        _of_checkpoint("attestation_tries"),
        sqlite_strict=True,
    )
    index("attestation_tries", "source", "entry")
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=False)


def _of_checkpoint(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_checkpoint_entry"
    return sa.ForeignKeyConstraint(["checkpoint_entry"], ["ledger_checkpoints.entry"], name=name, ondelete="RESTRICT")
