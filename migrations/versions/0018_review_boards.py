"""The figures of units on days, kept for boards; pilots and carbon-metering centres as registers of facts."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RATES = ("equipped", "good", "in_force", "accurate", "traceable", "connected")
_CACHES = ("review_boards", "review_reckonings", "review_rates")
_REGISTERS = ("register_entries", "register_steps", "register_capabilities")


def upgrade() -> None:
    _create(
        "review_boards",
        ("policy",),
        _number("as_of", whole()),
        _number("recording", long()),
        _number("known_at", long()),
    )
    _create(
        "review_reckonings",
        ("policy", "as_of", "organization"),
        *_texts("edition", "edition_in_force", is_needed=False),
        _number("meters", whole()),
        _number("overdue", whole()),
    )
    _create(
        "review_rates",
        ("policy", "as_of", "organization", "energy", "level"),
        *_texts("asked", is_needed=False),
        *_texts("conclusion"),
        *(_number(name, whole()) for rate in _RATES for name in (rate, f"{rate}_of")),
        one_of("review_rates", "level", 0, 1, 2, 3),
        one_of("review_rates", "conclusion", "met", "not_met", "undecided", "not_asked"),
        sa.CheckConstraint("equipped <= equipped_of", name=op.f("ck_review_rates_equipped")),
    )
    # No tenant reads figures: which units a reader sees is asked behind the wall, then figures of these are read.
    _append(
        "register_entries",
        *_texts("id", "kind", "title", "organization", "area", "sectors"),
        filled("register_entries", "id"),
        filled("register_entries", "title"),
        filled("register_entries", "organization"),
        one_of("register_entries", "kind", "energy_pilot", "carbon_pilot", "carbon_centre"),
        sa.UniqueConstraint("id", name="uq_register_entries_id"),
    )
    index("register_entries", "organization")
    _append(
        "register_steps",
        _number("register_entry", long()),
        _number("number", whole()),
        *_texts("state"),
        _number("happened_on", whole()),
        *_texts("document", "note"),
        filled("register_steps", "document"),
        one_of("register_steps", "state", "cultivated", "building", "approved", "ended"),
        sa.UniqueConstraint("register_entry", "number", name="uq_register_steps_register_entry_number"),
        _of_entry("register_steps"),
    )
    _append(
        "register_capabilities",
        _number("register_entry", long()),
        *_texts("content"),
        _of_entry("register_capabilities"),
    )
    index("register_capabilities", "register_entry")
    make_append_only(_REGISTERS)


def downgrade() -> None:
    drop_tables((*_CACHES, *_REGISTERS))


def _append(name: str, *parts: sa.schema.SchemaItem) -> None:
    columns = [part for part in parts if isinstance(part, sa.Column)]
    others = [part for part in parts if not isinstance(part, sa.Column)]
    op.create_table(
        name,
        sa.Column("entry", long(), nullable=False, autoincrement=False),
        *columns,
        _number("recording", long()),
        sa.PrimaryKeyConstraint("entry", name=f"pk_{name}"),
        *others,
        by_recording(name),
        sqlite_strict=True,
    )


def _of_entry(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["register_entry"], ["register_entries.entry"], name=f"fk_{name}_register_entry", ondelete="RESTRICT"
    )


def _create(name: str, key: tuple[str, ...], *parts: sa.schema.SchemaItem) -> None:
    of_key = {"as_of": whole(), "level": whole()}
    columns = [sa.Column(each, of_key.get(each, text()), nullable=False, autoincrement=False) for each in key]
    op.create_table(
        name,
        *columns,
        *parts,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _number(name: str, type_: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, type_, nullable=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]
