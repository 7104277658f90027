"""Rounds of auditors: plans, scans, observations with photos, sign-off, and the authority's decisions."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("rounds", "round_scans", "round_observations", "round_photos", "round_signatures", "round_decisions")
_FLAGS = (-1, 0, 1)


def upgrade() -> None:
    _create(
        "rounds",
        _long("entry"),
        _text("id"),
        _text("auditor", is_needed=False),
        *(_text(name) for name in ("organization", "site", "items")),
        _long("planned_at"),
        _key("rounds"),
        sa.UniqueConstraint("id", name="uq_rounds_id"),
        filled("rounds", "id"),
        filled("rounds", "organization"),
    )
    index("rounds", "auditor")
    index("rounds", "organization")
    _create(
        "round_scans",
        _long("entry"),
        _long("round_entry"),
        *(_text(name) for name in ("id", "text", "way")),
        *(_text(name, is_needed=False) for name in ("item", "label")),
        *(_long(name) for name in ("scanned_at", "package_at")),
        *_of_round("round_scans", "id"),
        filled("round_scans", "id"),
        one_of("round_scans", "way", "camera", "photo", "typed"),
    )
    _create(
        "round_observations",
        _long("entry"),
        _long("round_entry"),
        *(_text(name) for name in ("id", "item")),
        *(_whole(name) for name in ("nameplate", "seal")),
        *(_text(name) for name in ("photo", "remark")),
        _long("observed_at"),
        *_of_round("round_observations", "id"),
        filled("round_observations", "id"),
        filled("round_observations", "item"),
        one_of("round_observations", "nameplate", *_FLAGS),
        one_of("round_observations", "seal", *_FLAGS),
    )
    _create(
        "round_photos",
        _long("entry"),
        _long("round_entry"),
        _text("sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_of_round("round_photos", "sha256"),
        _check("round_photos", "sha256", "length(sha256) = 64"),
    )
    _create(
        "round_signatures",
        _long("round_entry"),
        *(_whole(name) for name in ("scans", "observations")),
        _text("remark"),
        _long("signed_at"),
        _key("round_signatures", "round_entry"),
        _to("round_signatures", "round_entry", "rounds"),
    )
    _create(
        "round_decisions",
        _long("observation_entry"),
        *(_text(name) for name in ("decision", "reason")),
        _text("event", is_needed=False),
        _long("decided_at"),
        _key("round_decisions", "observation_entry"),
        _to("round_decisions", "observation_entry", "round_observations"),
        one_of("round_decisions", "decision", "confirmed", "rejected"),
        _check("round_decisions", "event", "(decision = 'confirmed') = (event IS NOT NULL)"),
    )
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table whose last column says which recording brought a row."""
    columns = [part for part in parts if isinstance(part, sa.Column)]
    others = [part for part in parts if not isinstance(part, sa.Column)]
    op.create_table(name, *columns, _long("recording"), *others, by_recording(name), sqlite_strict=True)


def _of_round(table: str, unique: str) -> list[sa.schema.SchemaItem]:
    """The constraints of what a round has many of, each once."""
    return [
        _key(table),
        _to(table, "round_entry", "rounds"),
        sa.UniqueConstraint("round_entry", unique, name=f"uq_{table}_round_entry_{unique}"),
    ]


def _long(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, whole(), nullable=False)


def _text(name: str, *, is_needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, text(), nullable=not is_needed)


def _key(table: str, column: str = "entry") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.entry"], name=f"fk_{table}_{column}", ondelete="RESTRICT")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
