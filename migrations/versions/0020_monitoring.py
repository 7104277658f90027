"""The monitoring system beside the registry: its registers and uploads, reconciliations, tickets, and how we send to it."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    by_recording,
    digest,
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

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = (
    "monitoring_registers",
    "monitoring_meters",
    "monitoring_uploads",
    "monitoring_values",
    "monitoring_reconciliations",
    "monitoring_tickets",
    "monitoring_ticket_steps",
    "monitoring_links",
    "monitoring_secrets",
    "monitoring_sendings",
)
_CODES = (
    "MISSING_IN_REGISTER",
    "MISSING_IN_RECORDS",
    "SERIAL_ALIKE",
    "SERIAL_DOUBLED",
    "CLASS_DIFFERS",
    "LEVEL_DIFFERS",
    "MANUFACTURER_DIFFERS",
    "CALIBRATION_STATE_DIFFERS",
    "STATE_DIFFERS",
    "LAST_DATE_DIFFERS",
    "NEXT_DATE_DIFFERS",
    "MULTIPLIER_DIFFERS",
    "MULTIPLIER_NOT_CT_PT",
    "DATA_CODE_DIFFERS",
    "DATA_CODE_FORM",
    "ENERGY_DIFFERS",
    "POINT_DIFFERS",
    "NO_UPLOAD",
    "CODE_UNKNOWN",
    "UPLOAD_DIFFERS",
    "GATE_DIFFERS",
)
_STEPS = ("answered", "corrected", "closed", "assigned", "settled", "changed", "found_again")
_VIEWERS = "ANY (current_setting('registry.viewers')::text[])"
_SEEN = "EXISTS (SELECT FROM review_units unit WHERE unit.organization = {table}.organization)"
# Whoever sees the unit, and the first owner; that one was given it later, the queries say.
_OWNED = f"{_SEEN.format(table='monitoring_tickets')} OR owner = {_VIEWERS}"


def upgrade() -> None:
    _registers()
    _uploads()
    _tickets()
    _links()
    make_append_only(_TABLES)
    for table in ("monitoring_registers", "monitoring_uploads", "monitoring_values", "monitoring_reconciliations"):
        let_tenants_read(table, _SEEN.format(table=table))
    let_tenants_read(
        "monitoring_meters",
        "EXISTS (SELECT FROM monitoring_registers register WHERE register.entry = monitoring_meters.register_entry)",
    )
    let_tenants_read("monitoring_links", _SEEN.format(table="monitoring_links"))
    let_tenants_read("monitoring_sendings", _SEEN.format(table="monitoring_sendings"))
    let_tenants_read("monitoring_tickets", _OWNED)
    let_tenants_read(
        "monitoring_ticket_steps",
        "EXISTS (SELECT FROM monitoring_tickets ticket WHERE ticket.entry = monitoring_ticket_steps.ticket_entry)",
    )


def downgrade() -> None:
    for table in reversed(_TABLES):
        if table != "monitoring_secrets":
            keep_tenants_out(table)
    drop_tables(_TABLES)


def _registers() -> None:
    _create(
        "monitoring_registers",
        *_texts("organization"),
        _whole("as_of"),
        *_texts("source"),
        _whole("meters"),
        *_by(),
        filled("monitoring_registers", "organization"),
    )
    index("monitoring_registers", "organization", "as_of")
    _create_part(
        "monitoring_meters",
        _long("register_entry"),
        _whole("position"),
        *_texts("serial", "content"),
        filled("monitoring_meters", "serial"),
        _to("monitoring_meters", "register_entry", "monitoring_registers"),
        keys=("register_entry", "position"),
    )


def _uploads() -> None:
    _create(
        "monitoring_uploads",
        *_texts("organization", "device", "sha256"),
        *_by(),
        filled("monitoring_uploads", "organization"),
        digest("monitoring_uploads", "sha256"),
        sa.UniqueConstraint("organization", "sha256", name="uq_monitoring_uploads_organization_sha256"),
    )
    _create_part(
        "monitoring_values",
        _long("upload_entry"),
        _whole("position"),
        *_texts("organization", "data_code"),
        _whole("stat_type"),
        _whole("stat_day"),
        sa.Column("value", sa.Text(), nullable=False),
        _whole("is_valid"),
        _long("uploaded_at"),
        filled("monitoring_values", "data_code"),
        one_of("monitoring_values", "stat_type", 1, 2, 3),
        one_of("monitoring_values", "is_valid", 0, 1),
        _to("monitoring_values", "upload_entry", "monitoring_uploads"),
        keys=("upload_entry", "position"),
    )
    index("monitoring_values", "organization", "data_code", "stat_day")


def _tickets() -> None:
    _create(
        "monitoring_reconciliations",
        *_texts("organization"),
        _whole("as_of"),
        _long("register_entry", is_needed=False),
        *_texts("edition", "content"),
        *_by(),
        filled("monitoring_reconciliations", "organization"),
        _to("monitoring_reconciliations", "register_entry", "monitoring_registers"),
    )
    index("monitoring_reconciliations", "organization")
    _create(
        "monitoring_tickets",
        *_texts("id", "organization", "code", "subject", "owner"),
        _whole("due_on"),
        *_texts("content"),
        *_by(),
        *(filled("monitoring_tickets", each) for each in ("id", "organization", "subject", "owner")),
        one_of("monitoring_tickets", "code", *_CODES),
        sa.UniqueConstraint("id", name="uq_monitoring_tickets_id"),
    )
    index("monitoring_tickets", "organization")
    index("monitoring_tickets", "owner")
    _create(
        "monitoring_ticket_steps",
        _long("ticket_entry"),
        *_texts("step", "reason"),
        *_texts("content", "owner", is_needed=False),
        _whole("due_on", is_needed=False),
        *_by(),
        one_of("monitoring_ticket_steps", "step", *_STEPS),
        _to("monitoring_ticket_steps", "ticket_entry", "monitoring_tickets"),
    )
    index("monitoring_ticket_steps", "ticket_entry")
    index("monitoring_ticket_steps", "owner")


def _links() -> None:
    _create(
        "monitoring_links",
        *_texts("organization", "url", "region"),
        _whole("is_active"),
        *_by(),
        *(filled("monitoring_links", each) for each in ("organization", "url")),
        one_of("monitoring_links", "is_active", 0, 1),
    )
    index("monitoring_links", "organization")
    op.create_table(
        "monitoring_secrets",
        _long("entry"),
        _long("link_entry"),
        *_texts("sealed"),
        _long("recorded_at"),
        sa.PrimaryKeyConstraint("entry", name="pk_monitoring_secrets"),
        _to("monitoring_secrets", "link_entry", "monitoring_links"),
        sqlite_strict=True,
    )
    index("monitoring_secrets", "link_entry")
    _create_part(
        "monitoring_sendings",
        *_texts("organization"),
        _long("up_to"),
        _whole("readings"),
        _long("recorded_at"),
        filled("monitoring_sendings", "organization"),
        keys=("organization", "up_to"),
    )


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    """A table of rows with running numbers and the recording that brought them."""
    columns = [part for part in parts if isinstance(part, sa.Column)]
    others = [part for part in parts if not isinstance(part, sa.Column)]
    key = sa.PrimaryKeyConstraint("entry", name=f"pk_{name}")
    op.create_table(name, _long("entry"), *columns, _long("recording"), key, *others, by_recording(name), sqlite_strict=True)


def _create_part(name: str, *parts: sa.schema.SchemaItem, keys: tuple[str, str]) -> None:
    key = sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}")
    op.create_table(name, *parts, key, sqlite_strict=True, sqlite_with_rowid=False)


def _by() -> tuple[sa.Column[int], sa.Column[str]]:
    return _long("recorded_at"), *_texts("recorded_by")  # type: ignore[return-value]


def _long(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=not is_needed, autoincrement=False)


def _whole(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, whole(), nullable=not is_needed, autoincrement=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.entry"], name=f"fk_{table}_{column}", ondelete="RESTRICT")
