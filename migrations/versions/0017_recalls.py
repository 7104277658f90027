"""Recalls: cases, the items that they reach, and what was done."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = ("recalls", "recall_items", "recall_steps")
_CAUSES = ("certificate_withdrawn", "outcome_failed", "found_out_of_tolerance", "interim_check_failed", "damaged")
_STEPS = ("confirmed", "rejected", "justified", "justification_withdrawn")
_SEVERITIES = ("fail", "indeterminate", "condition", "note")
_CODES = (
    "WITHDRAWN",
    "QUANTITY_MISMATCH",
    "NO_CERTIFICATE",
    "FAILED",
    "ID_MISMATCH",
    "DATE_ORDER",
    "RETIRED",
    "EVENT_AFTER_CALIBRATION",
    "EXPIRED",
    "NO_INTERVAL",
    "INTERVAL_COMPUTED",
    "OUT_OF_RANGE",
    "LIMITED",
    "ISSUED_LATER",
    "SUSPECT",
    "NO_RESULTS",
    "NO_REFERENCES",
    "REFERENCE_UNKNOWN",
    "CYCLE",
    "ANCHOR_NOT_RECOGNIZED",
    "FOREIGN_ANCHOR",
    "NAMED_CERTIFICATE_NOT_IN_FORCE",
    "ITEM_REVISITED",
    "CHAIN_TOO_LONG",
    "REFERENCE_LAPSED",
    "NO_COMPETENCE",
    "OUT_OF_SCOPE",
    "UNCERTAINTY_BELOW_CMC",
    "NO_UNCERTAINTY",
    "NO_COVERAGE_FACTOR",
    "UNCERTAINTY_NOT_INCREASING",
    "UNCERTAINTY_EQUAL",
    "NOT_COMPARED",
    "ACCURACY_RATIO",
    "ERROR_EXCEEDS_MPE",
    "BRANCH_MISSING",
    "INSTALLATION_OVERLAP",
)


def upgrade() -> None:
    op.create_table(
        "recalls",
        _number("entry"),
        _text("id"),
        _text("organization", is_needed=False),
        *(_text(name) for name in ("cause", "section", "evidence", "item")),
        _day("counts_from"),
        _day("last_good_on", is_needed=False),
        _text("reason"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_recalls"),
        filled("recalls", "id"),
        filled("recalls", "item"),
        one_of("recalls", "section", "certificates", "events"),
        one_of("recalls", "cause", *_CAUSES),
        sa.UniqueConstraint("id", name="uq_recalls_id"),
        by_recording("recalls"),
        sqlite_strict=True,
    )
    index("recalls", "organization")
    index("recalls", "evidence")
    op.create_table(
        "recall_items",
        _number("recall_entry"),
        sa.Column("position", whole(), nullable=False, autoincrement=False),
        _text("item"),
        sa.Column("level", whole(), nullable=False),
        *(_text(name) for name in ("certificate", "severity", "code")),
        _day("used_from"),
        _day("used_until"),
        sa.PrimaryKeyConstraint("recall_entry", "position", name="pk_recall_items"),
        filled("recall_items", "item"),
        one_of("recall_items", "severity", *_SEVERITIES),
        one_of("recall_items", "code", *_CODES),
        _to("recall_items", "recall_entry", "recalls.entry"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    index("recall_items", "item")
    op.create_table(
        "recall_steps",
        _number("entry"),
        _number("recall_entry"),
        _text("step"),
        _text("item", is_needed=False),
        _text("reason"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_recall_steps"),
        one_of("recall_steps", "step", *_STEPS),
        _to("recall_steps", "recall_entry", "recalls.entry"),
        by_recording("recall_steps"),
        sqlite_strict=True,
    )
    index("recall_steps", "recall_entry")
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _day(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, whole(), nullable=not is_needed)


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=not is_needed)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}", ondelete="RESTRICT")
