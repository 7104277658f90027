"""What lapses when, as rows of its own, and which standard carries it, so that sums follow what is recorded: caches."""

import sqlalchemy as sa
from alembic import op

from migrations.building import drop_tables, keep_tenants_out, let_tenants_read, long, text, whole

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_EXACTLY = "viewers = to_json(current_setting('registry.viewers')::text[])::text"  # As for fleet_summaries.
_BY_CARRIER = "ix_fleet_answers_run_carrier"


def upgrade() -> None:
    op.add_column("fleet_answers", sa.Column("carrier", text(), nullable=True))
    is_carried = sa.text("carrier IS NOT NULL")
    columns = ["run", "carrier"]
    op.create_index(_BY_CARRIER, "fleet_answers", columns, sqlite_where=is_carried, postgresql_where=is_carried)
    op.create_table(
        "fleet_lapses",
        sa.Column("run", long(), nullable=False, autoincrement=False),
        sa.Column("viewers", text(), nullable=False),
        sa.Column("last_day", whole(), nullable=False, autoincrement=False),
        sa.Column("standard", text(), nullable=False),
        sa.Column("items", whole(), nullable=False),
        sa.PrimaryKeyConstraint("run", "viewers", "last_day", "standard", name="pk_fleet_lapses"),
        sa.CheckConstraint("items > 0", name=op.f("ck_fleet_lapses_items")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    let_tenants_read("fleet_lapses", _EXACTLY)
    # Sums of another form: there are none until the next run.
    op.execute("DELETE FROM fleet_summaries")


def downgrade() -> None:
    keep_tenants_out("fleet_lapses")
    drop_tables(("fleet_lapses",))
    op.drop_index(_BY_CARRIER, "fleet_answers")
    op.drop_column("fleet_answers", "carrier")
    op.execute("DELETE FROM fleet_summaries")
