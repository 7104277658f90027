"""Places inside a round, what a nameplate says instead, and what the authority makes of that."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, long, make_append_only, one_of, text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = (("rounds", "sites"), ("round_scans", "site"), ("round_observations", "seen_serial"))
_TABLE = "round_nameplate_decisions"


def upgrade() -> None:
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(column, text(), nullable=True))
    op.create_table(
        _TABLE,
        sa.Column("observation_entry", long(), nullable=False, autoincrement=False),
        sa.Column("decision", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("label", text(), nullable=True),
        sa.Column("decided_at", long(), nullable=False),
        sa.Column("recording", long(), nullable=False),
        sa.PrimaryKeyConstraint("observation_entry", name=f"pk_{_TABLE}"),
        sa.ForeignKeyConstraint(
            ["observation_entry"], ["round_observations.entry"], name=f"fk_{_TABLE}_observation_entry", ondelete="RESTRICT"
        ),
        one_of(_TABLE, "decision", "confirmed", "rejected"),
        by_recording(_TABLE),
        sqlite_strict=True,
    )
    make_append_only([_TABLE])


def downgrade() -> None:
    drop_tables([_TABLE])
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column)
