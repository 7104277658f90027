"""Yearly plans of the review: the register of inspectors, conflicts of interest, plans with their steps, who was drawn."""

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
    one_of,
    text,
    whole,
)

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = ("review_register", "review_conflicts", "review_plans", "review_plan_steps", "review_assignments")
_VIEWERS = "ANY (current_setting('registry.viewers')::text[])"
# A regulator sees what is of its area, one of the city everything (as in migration 0013).
_REGULATED = (
    "EXISTS (SELECT FROM review_regulators regulator WHERE regulator.organization = {viewers} "
    "AND regulator.area IN ('*', {area}) AND NOT EXISTS (SELECT FROM review_regulators later "
    "WHERE later.organization = regulator.organization AND later.entry > regulator.entry))"
)


def upgrade() -> None:
    _create("review_register", "area", "number", "person", "organization", "content")
    _create("review_conflicts", "area", "number", "organization", "content")
    _create("review_plans", "id", "area", "content")
    _create(
        "review_plan_steps",
        *("plan", "step", "content"),
        parts=(
            one_of("review_plan_steps", "step", "closed", "drawn", "published", "abandoned"),
            sa.UniqueConstraint("plan", "step", name="uq_review_plan_steps_plan_step"),
        ),
    )
    op.create_table(
        "review_assignments",
        _number("step_entry"),
        sa.Column("position", whole(), nullable=False, autoincrement=False),
        *(_text(name) for name in ("plan", "organization", "inspectors")),
        sa.PrimaryKeyConstraint("step_entry", "position", name="pk_review_assignments"),
        filled("review_assignments", "organization"),
        sa.ForeignKeyConstraint(
            ["step_entry"],
            ["review_plan_steps.entry"],
            name="fk_review_assignments_step_entry",
            ondelete="RESTRICT",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for table, *columns in (
        ("review_register", "area", "number"),
        ("review_register", "person"),
        ("review_conflicts", "area", "number"),
        ("review_plans", "id"),
        ("review_plans", "area"),
        ("review_assignments", "organization"),
        ("review_assignments", "plan"),
    ):
        index(table, *columns)
    make_append_only(_TABLES)
    own = f"organization = {_VIEWERS}"
    let_tenants_read("review_register", f"{own} OR {_regulated('review_register.area')}")
    let_tenants_read(
        "review_conflicts",
        f"{_regulated('review_conflicts.area')} OR EXISTS (SELECT FROM review_register inspector "
        "WHERE inspector.area = review_conflicts.area AND inspector.number = review_conflicts.number)",
    )
    let_tenants_read("review_plans", _regulated("review_plans.area"))
    let_tenants_read("review_plan_steps", "EXISTS (SELECT FROM review_plans plan WHERE plan.id = review_plan_steps.plan)")
    let_tenants_read(
        "review_assignments", f"{own} OR EXISTS (SELECT FROM review_plans plan WHERE plan.id = review_assignments.plan)"
    )


def downgrade() -> None:
    for table in reversed(_TABLES):
        keep_tenants_out(table)
    drop_tables(_TABLES)


def _regulated(area: str) -> str:
    return _REGULATED.format(viewers=_VIEWERS, area=area)


def _create(name: str, *texts: str, parts: tuple[sa.schema.SchemaItem, ...] = ()) -> None:
    needed = [filled(name, each) for each in ("area", "number", "id", "plan") if each in texts]
    op.create_table(
        name,
        _number("entry"),
        *map(_text, texts),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name=f"pk_{name}"),
        *needed,
        *parts,
        by_recording(name),
        sqlite_strict=True,
    )


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=False)
