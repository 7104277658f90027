"""Photos of items, disputes over labels, and the history of scans, which alone may be forgotten."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    by_recording,
    drop_tables,
    filled,
    index,
    is_postgresql,
    long,
    make_append_only,
    one_of,
    text,
    whole,
)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FACTS = ("item_photos", "label_disputes", "scan_purges")
_TABLES = ("item_photos", "label_disputes", "scans", "scan_purges")


def upgrade() -> None:
    _create(
        "item_photos",
        _number("entry"),
        *_texts("item", "photo", "preview"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_item_photos"),
        filled("item_photos", "item"),
        _to("item_photos", "photo", "documents.sha256"),
        _to("item_photos", "preview", "documents.sha256"),
        by_recording("item_photos"),
    )
    index("item_photos", "item")
    _create(
        "label_disputes",
        *(_number(name) for name in ("entry", "label_entry")),
        sa.Column("is_disputed", whole(), nullable=False),
        *_texts("reason"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_label_disputes"),
        one_of("label_disputes", "is_disputed", 0, 1),
        _to("label_disputes", "label_entry", "labels.entry"),
        by_recording("label_disputes"),
    )
    index("label_disputes", "label_entry")
    _create(
        "scans",
        _number("entry"),
        sa.Column("hour", whole(), nullable=False),
        *_texts("code", "state", "client"),
        *_texts("place", "seen_serial", "round", "site", is_needed=False),
        sa.PrimaryKeyConstraint("entry", name="pk_scans"),
        sa.CheckConstraint("length(code) = 16", name=op.f("ck_scans_code")),
        one_of("scans", "state", "active", "replaced", "revoked", "lost"),
    )
    index("scans", "code")
    index("scans", "hour")
    _create(
        "scan_purges",
        _number("entry"),
        sa.Column("before_hour", whole(), nullable=False),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_scan_purges"),
        by_recording("scan_purges"),
    )
    make_append_only(_FACTS)
    _let_purges_alone_remove()


def downgrade() -> None:
    drop_tables(_TABLES)
    if is_postgresql():
        op.execute("DROP FUNCTION refuse_scan_change()")


def _let_purges_alone_remove() -> None:
    """Refuse every change of scans but the removal of those that a purge, written down before, is about."""
    if not is_postgresql():
        refusal = "BEGIN SELECT RAISE(ABORT, 'rows of scans are appended, never changed'); END"
        older = "OLD.hour >= coalesce((SELECT max(before_hour) FROM scan_purges), 0)"
        op.execute(f"CREATE TRIGGER append_only_scans_update BEFORE UPDATE ON scans {refusal}")
        op.execute(f"CREATE TRIGGER append_only_scans_delete BEFORE DELETE ON scans WHEN {older} {refusal}")
        return
    op.execute(
        "CREATE FUNCTION refuse_scan_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' AND TG_LEVEL = 'STATEMENT' AND EXISTS (SELECT FROM scan_purges) THEN RETURN NULL; END IF; "
        "IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' AND OLD.hour < (SELECT max(before_hour) FROM scan_purges) "
        "THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'rows of % are appended, never changed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON scans "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_scan_change()"
    )
    op.execute("CREATE TRIGGER append_only_rows BEFORE DELETE ON scans FOR EACH ROW EXECUTE FUNCTION refuse_scan_change()")


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, sqlite_strict=True)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=f"fk_{table}_{column}", ondelete="RESTRICT")
