"""People, machines, and what organizations hold; on PostgreSQL rows of other organizations are kept out a second time."""

import sqlalchemy as sa
from alembic import op

from migrations.building import (
    by_recording,
    digest,
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

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROLES = ("laboratory", "auditor", "centre", "regulator", "energy_user", "administrator")
_TABLES = (
    "recording_origins",
    "holdings",
    "people",
    "passwords",
    "password_tokens",
    "memberships",
    "mandates",
    "sessions",
    "session_ends",
    "sign_in_attempts",
    "used_states",
    "clients",
    "client_keys",
    "key_revocations",
    "first_tokens",
    "organization_settings",
)
_VIEWED = "organization = ANY (current_setting('registry.viewers')::text[])"
_SECTIONS = ("organizations", "competences", "items", "certificates", "events", "metering_points")
# The lists inside records, with the column that names the record, and the table of the record.
_PARTS = (
    ("suspensions", "competence_entry", "competences"),
    ("scope_rows", "competence_entry", "competences"),
    ("item_quantities", "item_entry", "items"),
    ("recognized_periods", "item_entry", "items"),
    ("results", "certificate_entry", "certificates"),
    ("certificate_references", "certificate_entry", "certificates"),
    ("withdrawals", "certificate_entry", "certificates"),
    ("branches", "metering_point_entry", "metering_points"),
)


def upgrade() -> None:
    _create_tables()
    make_append_only(_TABLES)
    if is_postgresql():
        _make_role()
    let_tenants_read("holdings", _VIEWED)
    for section in _SECTIONS:
        of_record = f"holdings.section = '{section}' AND holdings.id = {section}.id"
        let_tenants_read(section, f"EXISTS (SELECT FROM holdings WHERE {_VIEWED} AND {of_record})")
    for part, entry, section in _PARTS:
        let_tenants_read(part, f"EXISTS (SELECT FROM {section} WHERE {section}.entry = {part}.{entry})")


def downgrade() -> None:
    for part, _, _ in reversed(_PARTS):
        keep_tenants_out(part)
    for section in reversed(_SECTIONS):
        keep_tenants_out(section)
    keep_tenants_out("holdings")
    drop_tables(_TABLES)


def _make_role() -> None:
    """The role of readings for organizations: of the whole server, so another database of ours may have made it."""
    op.execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_tenant') THEN "
        "CREATE ROLE registry_tenant NOLOGIN; END IF; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute(
        "DO $$ BEGIN IF NOT pg_has_role(current_user, 'registry_tenant', 'MEMBER') THEN "
        "EXECUTE format('GRANT registry_tenant TO %I', current_user); END IF; END $$"
    )


def _create_tables() -> None:
    _create(
        "recording_origins",
        _entry("recording"),
        *_texts("organization", "role"),
        *_texts("person", "client", "reason", is_needed=False),
        sa.PrimaryKeyConstraint("recording", name="pk_recording_origins"),
        by_recording("recording_origins"),
        filled("recording_origins", "organization"),
        one_of("recording_origins", "role", *_ROLES),
        sqlite_with_rowid=False,
    )
    index("recording_origins", "organization", "recording")
    _create(
        "holdings",
        *_texts("organization", "section", "id"),
        _recording(),
        sa.PrimaryKeyConstraint("organization", "section", "id", name="pk_holdings"),
        by_recording("holdings"),
        filled("holdings", "organization"),
        filled("holdings", "id"),
        sqlite_with_rowid=False,
    )
    index("holdings", "section", "id")
    _create(
        "people",
        _entry(),
        *_texts("id", "sign_in", "sign_in_key", "name"),
        *_texts("email", "subject", is_needed=False),
        _flag("is_active"),
        _recording(),
        _key("people"),
        by_recording("people"),
        filled("people", "id"),
        filled("people", "sign_in_key"),
        one_of("people", "is_active", 0, 1),
    )
    index("people", "id")
    index("people", "sign_in_key")
    _create(
        "passwords",
        _entry(),
        *_texts("person", "hash"),
        _recording(),
        _key("passwords"),
        by_recording("passwords"),
        filled("passwords", "hash"),
    )
    index("passwords", "person")
    _create(
        "password_tokens",
        _entry(),
        *_texts("person", "token_sha256"),
        *_instants("expires_at"),
        _recording(),
        _key("password_tokens"),
        by_recording("password_tokens"),
        sa.UniqueConstraint("token_sha256", name="uq_password_tokens_token_sha256"),
        digest("password_tokens", "token_sha256"),
    )
    index("password_tokens", "person")
    _create(
        "memberships",
        _entry(),
        *_texts("person", "organization", "role"),
        _flag("is_active"),
        _recording(),
        _key("memberships"),
        by_recording("memberships"),
        filled("memberships", "person"),
        filled("memberships", "organization"),
        one_of("memberships", "role", *_ROLES),
        one_of("memberships", "is_active", 0, 1),
    )
    index("memberships", "person")
    index("memberships", "organization")
    _create(
        "mandates",
        _entry(),
        *_texts("id", "holder", "over"),
        sa.Column("valid_from", whole(), nullable=False),
        sa.Column("valid_until", whole(), nullable=True),
        _flag("is_active"),
        _recording(),
        _key("mandates"),
        by_recording("mandates"),
        filled("mandates", "id"),
        one_of("mandates", "is_active", 0, 1),
    )
    index("mandates", "holder")
    index("mandates", "id")
    index("mandates", "over")
    _create(
        "sessions",
        _entry(),
        *_texts("token_sha256", "csrf", "person", "organization", "role"),
        *_instants("begun_at", "expires_at"),
        _key("sessions"),
        sa.UniqueConstraint("token_sha256", name="uq_sessions_token_sha256"),
        digest("sessions", "token_sha256"),
    )
    index("sessions", "person")
    _create(
        "session_ends",
        _entry("session_entry"),
        *_instants("ended_at"),
        sa.PrimaryKeyConstraint("session_entry", name="pk_session_ends"),
        sa.ForeignKeyConstraint(
            ["session_entry"], ["sessions.entry"], name="fk_session_ends_session_entry", ondelete="RESTRICT"
        ),
    )
    _create(
        "sign_in_attempts",
        _entry(),
        *_texts("sign_in_key"),
        *_instants("tried_at"),
        _flag("was_good"),
        _key("sign_in_attempts"),
        one_of("sign_in_attempts", "was_good", 0, 1),
    )
    index("sign_in_attempts", "sign_in_key", "entry")
    _create(
        "used_states",
        *_texts("state_sha256"),
        *_instants("used_at"),
        sa.PrimaryKeyConstraint("state_sha256", name="pk_used_states"),
        digest("used_states", "state_sha256"),
        sqlite_with_rowid=False,
    )
    _create(
        "clients",
        _entry(),
        *_texts("id", "organization", "name", "role", "scopes"),
        _flag("is_active"),
        _recording(),
        _key("clients"),
        by_recording("clients"),
        filled("clients", "id"),
        one_of("clients", "role", *_ROLES),
        one_of("clients", "is_active", 0, 1),
    )
    index("clients", "id")
    index("clients", "organization")
    _create(
        "client_keys",
        _entry(),
        *_texts("client", "hint", "secret_sha256"),
        *_instants("expires_at"),
        _recording(),
        _key("client_keys"),
        by_recording("client_keys"),
        sa.UniqueConstraint("secret_sha256", name="uq_client_keys_secret_sha256"),
        digest("client_keys", "secret_sha256"),
    )
    index("client_keys", "client")
    _create(
        "key_revocations",
        _entry("key_entry"),
        _recording(),
        sa.PrimaryKeyConstraint("key_entry", name="pk_key_revocations"),
        by_recording("key_revocations"),
        sa.ForeignKeyConstraint(["key_entry"], ["client_keys.entry"], name="fk_key_revocations_key_entry", ondelete="RESTRICT"),
    )
    _create(
        "first_tokens",
        _entry(),
        *_texts("token_sha256"),
        *_instants("made_at"),
        _key("first_tokens"),
        digest("first_tokens", "token_sha256"),
    )
    _create(
        "organization_settings",
        _entry(),
        *_texts("organization", "settings"),
        _recording(),
        _key("organization_settings"),
        by_recording("organization_settings"),
        filled("organization_settings", "organization"),
    )
    index("organization_settings", "organization")


def _create(name: str, *columns: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *columns, sqlite_strict=True, **options)


def _entry(name: str = "entry") -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("entry", name=f"pk_{table}")


def _recording() -> sa.Column[int]:
    return sa.Column("recording", long(), nullable=False)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, whole(), nullable=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _instants(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, long(), nullable=False) for name in names]
