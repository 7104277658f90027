"""Labels, certificate stickers and the keys that sign them, and the codes of others."""

import sqlalchemy as sa
from alembic import op

from migrations.building import by_recording, drop_tables, filled, index, long, make_append_only, one_of, text, whole

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = ("active", "replaced", "revoked", "lost")
_SCHEMES = ("gs1_digital_link", "iec_61406", "state_grid", "gb_t_36377")
_TABLES = (
    "labels",
    "label_bindings",
    "label_facts",
    "label_keys",
    "label_key_revocations",
    "stickers",
    "sticker_facts",
    "label_aliases",
)


def upgrade() -> None:
    _create_labels()
    _create_stickers()
    _create(
        "label_aliases",
        _long("entry"),
        *_texts("scheme", "key", "value", "item"),
        _whole("is_active"),
        _key("label_aliases"),
        one_of("label_aliases", "scheme", *_SCHEMES),
        filled("label_aliases", "key"),
        filled("label_aliases", "item"),
        one_of("label_aliases", "is_active", 0, 1),
    )
    index("label_aliases", "key", "scheme")
    index("label_aliases", "item")
    make_append_only(_TABLES)


def downgrade() -> None:
    drop_tables(_TABLES)


def _create_labels() -> None:
    _create(
        "labels",
        _long("entry"),
        *_texts("code"),
        _key("labels"),
        sa.UniqueConstraint("code", name="uq_labels_code"),
        _check("labels", "code", "length(code) = 16"),
    )
    _create(
        "label_bindings",
        _long("label_entry"),
        *_texts("item"),
        _whole("issue"),
        *_texts("serial", "seal", is_needed=False),
        _key("label_bindings", "label_entry"),
        _to("label_bindings", "label_entry", "labels"),
        sa.UniqueConstraint("item", "issue", name="uq_label_bindings_item_issue"),
        filled("label_bindings", "item"),
        _check("label_bindings", "issue", "issue >= 1"),
    )
    _create(
        "label_facts",
        _long("entry"),
        _long("label_entry"),
        *_texts("state", "reason"),
        *_texts("replaced_by", is_needed=False),
        _key("label_facts"),
        _to("label_facts", "label_entry", "labels"),
        one_of("label_facts", "state", *_STATES),
        _check("label_facts", "replaced_by", "(state = 'replaced') = (replaced_by IS NOT NULL)"),
    )
    index("label_facts", "label_entry")


def _create_stickers() -> None:
    _create(
        "label_keys",
        _long("entry"),
        *_texts("id", "public_key"),
        _whole("valid_from"),
        _whole("valid_until"),
        _key("label_keys"),
        sa.UniqueConstraint("id", name="uq_label_keys_id"),
        _check("label_keys", "id", "length(id) = 4"),
        _check("label_keys", "public_key", "length(public_key) = 64"),
    )
    _create(
        "label_key_revocations",
        _long("key_entry"),
        *_texts("reason"),
        _key("label_key_revocations", "key_entry"),
        _to("label_key_revocations", "key_entry", "label_keys"),
    )
    _create(
        "stickers",
        _long("entry"),
        _long("label_entry"),
        _whole("issue"),
        *_texts("certificate"),
        _whole("issued_on"),
        _whole("valid_until"),
        *_texts("serial"),
        _long("key_entry"),
        *_texts("signed"),
        _key("stickers"),
        _to("stickers", "label_entry", "labels"),
        _to("stickers", "key_entry", "label_keys"),
        sa.UniqueConstraint("label_entry", "issue", name="uq_stickers_label_entry_issue"),
        _check("stickers", "issue", "issue >= 1"),
        _check("stickers", "valid_until", "issued_on <= valid_until"),
    )
    _create(
        "sticker_facts",
        _long("entry"),
        _long("sticker_entry"),
        *_texts("state", "reason"),
        _key("sticker_facts"),
        _to("sticker_facts", "sticker_entry", "stickers"),
        one_of("sticker_facts", "state", *_STATES),
    )
    index("sticker_facts", "sticker_entry")


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table whose last column says which recording brought a row."""
    columns = [part for part in parts if isinstance(part, sa.Column)]
    others = [part for part in parts if not isinstance(part, sa.Column)]
    op.create_table(name, *columns, _long("recording"), *others, by_recording(name), sqlite_strict=True)


def _long(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, whole(), nullable=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _key(table: str, column: str = "entry") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.entry"], name=f"fk_{table}_{column}", ondelete="RESTRICT")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
