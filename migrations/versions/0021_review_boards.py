"""The figures of units on days, kept for boards; pilots and carbon-metering centres as registers of facts."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    drop_tables,
    long,
    one_of,
    text,
    whole,
)

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None

_RATES = ("equipped", "good", "in_force", "accurate", "traceable", "connected")
_CACHES = ("review_boards", "review_reckonings", "review_rates")


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


def downgrade() -> None:
    drop_tables(_CACHES)


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
