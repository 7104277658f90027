"""What metering points measured, for accounting periods."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    by_recording,
    drop_tables,
    filled,
    index,
    keep_tenants_out,
    let_tenants_read,
    long,
    make_append_only,
    text,
    whole,
)

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLE = "meter_readings"
_VIEWED = "organization = ANY (current_setting('registry.viewers')::text[])"
_OF_POINT = "holdings.section = 'metering_points' AND holdings.id = meter_readings.metering_point"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("entry", long(), nullable=False, autoincrement=False),
        *(sa.Column(name, text(), nullable=False) for name in ("id", "metering_point")),
        *(sa.Column(name, whole(), nullable=False) for name in ("first_day", "last_day")),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("unit", text(), nullable=True),
        sa.Column("source", text(), nullable=False),
        *(sa.Column(name, text(), nullable=True) for name in ("replaces", "reason")),
        sa.Column("recorded_at", long(), nullable=False),
        sa.Column("recorded_by", text(), nullable=False),
        sa.Column("recording", long(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_meter_readings"),
        *(filled(_TABLE, column) for column in ("id", "metering_point", "source")),
        _check("days", "first_day <= last_day"),
        _check("unit", "(value IS NULL) = (unit IS NULL)"),
        _check("value", "value IS NOT NULL OR replaces IS NOT NULL"),
        _check("reason", "(replaces IS NULL) = (reason IS NULL)"),
        by_recording(_TABLE),
        sqlite_strict=True,
    )
    op.create_index("uq_meter_readings_id", _TABLE, ["id"], unique=True)
    index(_TABLE, "metering_point", "first_day")
    is_filled = sa.text("replaces IS NOT NULL")
    op.create_index("ix_meter_readings_replaces", _TABLE, ["replaces"], sqlite_where=is_filled, postgresql_where=is_filled)
    make_append_only([_TABLE])
    let_tenants_read(_TABLE, f"EXISTS (SELECT FROM holdings WHERE {_VIEWED} AND {_OF_POINT})")


def downgrade() -> None:
    keep_tenants_out(_TABLE)
    drop_tables([_TABLE])


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{_TABLE}_{name}"))
