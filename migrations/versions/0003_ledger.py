"""The ledger: leaves, kept subtrees, checkpoints. Facts recorded before get their leaves from `registry migrate`."""

import sqlalchemy as sa
from alembic import op

from migrations.building import drop_tables, filled, long, make_append_only, text, whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("ledger_leaves", "ledger_tiles", "ledger_checkpoints")


def upgrade() -> None:
    op.create_table(
        "ledger_leaves",
        sa.Column("entry", long(), nullable=False, autoincrement=False),
        sa.Column("section", text(), nullable=False),
        sa.Column("record", long(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_leaves"),
        filled("ledger_leaves", "section"),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_ledger_leaves_salt")),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_ledger_leaves_leaf_hash")),
        sa.UniqueConstraint("section", "record", name="uq_ledger_leaves_section_record"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_tiles",
        sa.Column("level", whole(), nullable=False, autoincrement=False),
        sa.Column("position", long(), nullable=False, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_ledger_tiles"),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_ledger_tiles_hash")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column("entry", long(), nullable=False, autoincrement=False),
        sa.Column("size", long(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("made_at", long(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_checkpoints"),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_ledger_checkpoints_root")),
        sqlite_strict=True,
    )
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)
