"""The energy-metering review: units, regulators' areas, what is told of meters, and editions of rule tables."""

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

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = ("review_units", "review_regulators", "review_facts", "review_editions")
_VIEWERS = "ANY (current_setting('registry.viewers')::text[])"
# A regulator sees its area; which day's area counts, and that of a unit, the queries say: this wall takes the latest row of one
# and any of the other.
_REGULATED = (
    "EXISTS (SELECT FROM review_regulators regulator WHERE regulator.organization = {viewers} "
    "AND regulator.area IN ('*', review_units.area) AND NOT EXISTS (SELECT FROM review_regulators later "
    "WHERE later.organization = regulator.organization AND later.entry > regulator.entry))"
)


def upgrade() -> None:
    _create(
        "review_units",
        *_head("organization"),
        *_texts("credit_code", "area", "industry", "key_status"),
        *_texts("institute", is_needed=False),
        filled("review_units", "organization"),
        filled("review_units", "area"),
        one_of("review_units", "key_status", "none", "city", "national"),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_review_units_credit_code")),
    )
    index("review_units", "organization", "since")
    index("review_units", "area")
    _create("review_regulators", *_head("organization"), *_texts("area"), filled("review_regulators", "organization"))
    index("review_regulators", "organization", "since")
    _create(
        "review_facts",
        *_head("kind", "organization", "subject"),
        *_texts("content"),
        one_of("review_facts", "kind", "consumption", "supply", "place", "item", "connection"),
        filled("review_facts", "organization"),
        filled("review_facts", "subject"),
    )
    index("review_facts", "organization", "kind", "subject")
    _create(
        "review_editions",
        _number("entry"),
        *_texts("id"),
        _number("recorded_at"),
        *_texts("content"),
        filled("review_editions", "id"),
        sa.UniqueConstraint("id", "recorded_at", name="uq_review_editions_id_recorded_at"),
    )
    make_append_only(_TABLES)
    let_tenants_read("review_regulators", f"organization = {_VIEWERS}")
    let_tenants_read("review_units", f"organization = {_VIEWERS} OR {_REGULATED.format(viewers=_VIEWERS)}")
    let_tenants_read(
        "review_facts", "EXISTS (SELECT FROM review_units unit WHERE unit.organization = review_facts.organization)"
    )
    let_tenants_read("review_editions", "true")  # Rules are no secret.
    if is_postgresql():  # Who sees a unit sees what its organization is called.
        op.execute(
            "CREATE POLICY reviewed ON organizations FOR SELECT TO registry_tenant "
            "USING (EXISTS (SELECT FROM review_units unit WHERE unit.organization = organizations.id))"
        )


def downgrade() -> None:
    if is_postgresql():
        op.execute("DROP POLICY reviewed ON organizations")
    for table in ("review_editions", "review_facts", "review_units", "review_regulators"):
        keep_tenants_out(table)
    drop_tables(_TABLES)


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    columns = [part for part in parts if isinstance(part, sa.Column)]
    others = [part for part in parts if not isinstance(part, sa.Column)]
    key = sa.PrimaryKeyConstraint("entry", name=f"pk_{name}")
    op.create_table(name, *columns, _number("recording"), key, *others, by_recording(name), sqlite_strict=True)


def _head(*names: str) -> list[sa.Column[int] | sa.Column[str]]:
    """The running number, what a row is about, and from when on it counts and is known."""
    since = sa.Column("since", whole(), nullable=False)
    return [_number("entry"), *_texts(*names), since, _number("recorded_at")]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]
