"""What lists and searches need: days of what is held, names that items are called by, and indices."""

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

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_VIEWED = "organization = ANY (current_setting('registry.viewers')::text[])"
_OF_ITEM = "holdings.section = 'items' AND holdings.id = item_aliases.item"
_INDICES = (("items", "kind", "id"), ("certificates", "calibrated_on", "id"), ("events", "happened_on", "id"))
_BY_DAY = "ix_holdings_organization_section_day_id"


def upgrade() -> None:
    _create_aliases()
    op.add_column("holdings", sa.Column("day", whole(), nullable=True))
    _tell_days()
    is_dated = sa.text("day IS NOT NULL")
    columns = ["organization", "section", "day", "id"]
    op.create_index(_BY_DAY, "holdings", columns, sqlite_where=is_dated, postgresql_where=is_dated)
    for table, *indexed in _INDICES:
        index(table, *indexed)


def downgrade() -> None:
    for table, *indexed in reversed(_INDICES):
        op.drop_index(f"ix_{table}_{'_'.join(indexed)}", table)
    op.drop_index(_BY_DAY, "holdings")
    op.drop_column("holdings", "day")
    keep_tenants_out("item_aliases")
    drop_tables(["item_aliases"])


def _create_aliases() -> None:
    op.create_table(
        "item_aliases",
        sa.Column("entry", long(), nullable=False, autoincrement=False),
        sa.Column("item", text(), nullable=False),
        sa.Column("scheme", text(), nullable=False),
        sa.Column("value", text(), nullable=False),
        sa.Column("value_key", text(), nullable=False),
        sa.Column("recording", long(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_item_aliases"),
        sa.UniqueConstraint("item", "scheme", "value", name="uq_item_aliases_item_scheme_value"),
        by_recording("item_aliases"),
        filled("item_aliases", "item"),
        filled("item_aliases", "value_key"),
        one_of("item_aliases", "scheme", "asset_number"),
        sqlite_strict=True,
    )
    index("item_aliases", "value_key")
    make_append_only(["item_aliases"])
    let_tenants_read("item_aliases", f"EXISTS (SELECT FROM holdings WHERE {_VIEWED} AND {_OF_ITEM})")


def _tell_days() -> None:
    """Give what is held already its day: the one time that rows change, as the column is new to them."""
    if is_postgresql():
        op.execute("ALTER TABLE holdings DISABLE TRIGGER append_only")
    else:
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER append_only_holdings_{change}")
    for section, day in (("certificates", "calibrated_on"), ("events", "happened_on")):
        op.execute(
            f"UPDATE holdings SET day = (SELECT {day} FROM {section} WHERE {section}.id = holdings.id) "
            f"WHERE section = '{section}'"
        )
    if is_postgresql():
        op.execute("ALTER TABLE holdings ENABLE TRIGGER append_only")
    else:
        make_append_only(["holdings"])
