"""Reviews of units: cases, their inspectors, steps and files, and of which deadlines somebody was reminded."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    by_recording,
    drop_tables,
    filled,
    index,
    is_postgresql,
    keep_tenants_out,
    let_tenants_read,
    long,
    make_append_only,
    one_of,
    text,
    whole,
)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLES = ("review_cases", "review_inspectors", "review_steps", "review_files", "review_notices")
_KINDS = (
    *("notified", "self_checked", "documents_reviewed", "visited", "findings_issued", "rectified", "revisited"),
    *("closed", "referred", "published"),
)
_ACTORS = ("regulator", "area", "inspector", "unit")
_STAGES = (
    *("drawn", "notified", "self_checked", "documents_reviewed", "visited", "conforming", "rectifying", "closed"),
    *("referred", "published"),
)
_VIEWERS = "ANY (current_setting('registry.viewers')::text[])"
# The unit, the bureau that organizes the review, those of the area and of the city, and the organizations of the inspectors.
# Which person of them, and whether the unit was told already, the queries say.
_SEEN = (
    f"organization = {_VIEWERS} OR reviewer = {_VIEWERS} "
    f"OR EXISTS (SELECT FROM review_regulators regulator WHERE regulator.organization = {_VIEWERS} "
    "AND regulator.area IN ('*', review_cases.area) AND NOT EXISTS (SELECT FROM review_regulators later "
    "WHERE later.organization = regulator.organization AND later.entry > regulator.entry)) "
    "OR EXISTS (SELECT FROM review_inspectors inspector WHERE inspector.case_entry = review_cases.entry "
    f"AND inspector.organization = {_VIEWERS})"
)


def upgrade() -> None:
    op.create_table(
        "review_cases",
        _number("entry"),
        *(_text(name) for name in ("id", "organization")),
        sa.Column("year", whole(), nullable=False),
        _text("reviewer", is_needed=False),
        *(_text(name) for name in ("organizer", "area")),
        _text("plan", is_needed=False),
        _text("reason"),
        *_taken(),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_review_cases"),
        filled("review_cases", "id"),
        filled("review_cases", "organization"),
        filled("review_cases", "area"),
        one_of("review_cases", "organizer", "city", "area", "nobody", "undecided"),
        sa.UniqueConstraint("id", name="uq_review_cases_id"),
        by_recording("review_cases"),
        sqlite_strict=True,
    )
    index("review_cases", "organization")
    index("review_cases", "year", "area")
    index("review_cases", "plan")
    op.create_table(
        "review_inspectors",
        _number("case_entry"),
        sa.Column("position", whole(), nullable=False, autoincrement=False),
        *(_text(name) for name in ("person", "organization")),
        sa.PrimaryKeyConstraint("case_entry", "position", name="pk_review_inspectors"),
        filled("review_inspectors", "person"),
        filled("review_inspectors", "organization"),
        _of_case("review_inspectors"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    index("review_inspectors", "person")
    op.create_table(
        "review_steps",
        *(_number(name) for name in ("entry", "case_entry")),
        sa.Column("number", whole(), nullable=False),
        *(_text(name) for name in ("kind", "actor", "content", "stage")),
        _text("awaits", is_needed=False),
        sa.Column("due_on", whole(), nullable=True),
        *_taken(),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_review_steps"),
        one_of("review_steps", "kind", *_KINDS),
        one_of("review_steps", "actor", *_ACTORS),
        one_of("review_steps", "stage", *_STAGES),
        sa.CheckConstraint("number >= 1", name=op.f("ck_review_steps_number")),
        sa.UniqueConstraint("case_entry", "number", name="uq_review_steps_case_entry_number"),
        _of_case("review_steps"),
        by_recording("review_steps"),
        sqlite_strict=True,
    )
    index("review_steps", "awaits", "due_on")
    op.create_table(
        "review_files",
        *(_number(name) for name in ("entry", "case_entry")),
        *(_text(name) for name in ("sha256", "name", "media_type", "side")),
        *_taken(),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_review_files"),
        filled("review_files", "name"),
        one_of("review_files", "side", *_ACTORS),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_review_files_sha256")),
        sa.UniqueConstraint("case_entry", "sha256", name="uq_review_files_case_entry_sha256"),
        _of_case("review_files"),
        by_recording("review_files"),
        sqlite_strict=True,
    )
    op.create_table(
        "review_notices",
        *(_text(name) for name in ("organization", "case_id")),
        *(_number(name) for name in ("due_day", "window_days", "noted_at")),
        sa.PrimaryKeyConstraint("organization", "case_id", "due_day", "window_days", name="pk_review_notices"),
        filled("review_notices", "organization"),
        filled("review_notices", "case_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    make_append_only(_TABLES)
    let_tenants_read("review_inspectors", "true")  # Ids alone; whose case it is, the case says.
    let_tenants_read("review_cases", _SEEN)
    for table in ("review_steps", "review_files"):
        let_tenants_read(table, f"EXISTS (SELECT FROM review_cases own WHERE own.entry = {table}.case_entry)")
    if is_postgresql():  # Who sees a case sees what its unit is called.
        op.execute(
            "CREATE POLICY inspected ON organizations FOR SELECT TO registry_tenant "
            "USING (EXISTS (SELECT FROM review_cases own WHERE own.organization = organizations.id))"
        )


def downgrade() -> None:
    if is_postgresql():
        op.execute("DROP POLICY inspected ON organizations")
    for table in ("review_files", "review_steps", "review_cases", "review_inspectors"):
        keep_tenants_out(table)
    drop_tables(_TABLES)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=not is_needed)


def _taken() -> list[sa.Column[str] | sa.Column[int]]:
    """Who did it, and when."""
    return [_text("taken_by"), _text("person", is_needed=False), _number("taken_at")]


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_entry"], ["review_cases.entry"], name=f"fk_{table}_case_entry", ondelete="RESTRICT")
