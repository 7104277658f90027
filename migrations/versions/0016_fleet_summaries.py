"""What the kept answers come to, for everything and for each set of organizations whose holdings somebody may see: caches."""

import sqlalchemy as sa
from alembic import op

from migrations.building import drop_tables, keep_tenants_out, let_tenants_read, long, text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Sums tell of every row in them: they are for those alone who see exactly these holdings.
_EXACTLY = "viewers = to_json(current_setting('registry.viewers')::text[])::text"


def upgrade() -> None:
    op.create_table(
        "fleet_summaries",
        sa.Column("run", long(), nullable=False, autoincrement=False),
        sa.Column("viewers", text(), nullable=False),
        sa.Column("content", text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "viewers", name="pk_fleet_summaries"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    let_tenants_read("fleet_summaries", _EXACTLY)


def downgrade() -> None:
    keep_tenants_out("fleet_summaries")
    drop_tables(("fleet_summaries",))
