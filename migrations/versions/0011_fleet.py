"""Kept verdicts on everything at once: caches, which are replaced as they go out of date."""

import sqlalchemy as sa
from alembic import op

from migrations.building import drop_tables, filled, index, keep_tenants_out, let_tenants_read, long, one_of, text, whole

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = ("item", "metering_point")
_STATUSES = ("traceable", "conditional", "indeterminate", "not_traceable")
_VIEWED = "organization = ANY (current_setting('registry.viewers')::text[])"
_OF_TARGET = (
    "holdings.id = fleet_answers.target AND holdings.section = "
    "CASE fleet_answers.kind WHEN 'item' THEN 'items' ELSE 'metering_points' END"
)


def upgrade() -> None:
    op.create_table(
        "fleet_runs",
        *(_long(name) for name in ("entry", "job_entry")),
        _text("policy"),
        sa.Column("as_of", whole(), nullable=False),
        _text("state"),
        *(_long(name) for name in ("recording", "known_at", "started_at", "changed_at")),
        sa.Column("written", whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_fleet_runs"),
        filled("fleet_runs", "policy"),
        one_of("fleet_runs", "state", "writing", "current", "past"),
        sqlite_strict=True,
    )
    index("fleet_runs", "policy", "state")
    op.create_table(
        "fleet_counts",
        _long("run"),
        *(_text(name) for name in ("kind", "status")),
        sa.Column("targets", whole(), nullable=False),
        sa.PrimaryKeyConstraint("run", "kind", "status", name="pk_fleet_counts"),
        one_of("fleet_counts", "kind", *_KINDS),
        one_of("fleet_counts", "status", *_STATUSES),
        sa.CheckConstraint("targets >= 0", name=op.f("ck_fleet_counts_targets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fleet_answers",
        _long("run"),
        *(_text(name) for name in ("target", "kind", "status")),
        _long("codes"),
        *(_text(name, is_needed=False) for name in ("failing", "certificate")),
        *(sa.Column(name, whole()) for name in ("depth", "traceable_until")),
        sa.PrimaryKeyConstraint("run", "target", name="pk_fleet_answers"),
        one_of("fleet_answers", "kind", *_KINDS),
        one_of("fleet_answers", "status", *_STATUSES),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    index("fleet_answers", "run", "status", "target")
    index("fleet_answers", "run", "traceable_until")
    let_tenants_read("fleet_runs", "true")  # For which day there are answers; how many there are stands elsewhere.
    let_tenants_read("fleet_answers", f"EXISTS (SELECT FROM holdings WHERE {_VIEWED} AND {_OF_TARGET})")


def downgrade() -> None:
    keep_tenants_out("fleet_answers")
    keep_tenants_out("fleet_runs")
    drop_tables(("fleet_runs", "fleet_counts", "fleet_answers"))


def _long(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=not is_needed)
