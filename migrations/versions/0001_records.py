"""The records, and who recorded them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "recordings",
    "certificates",
    "competences",
    "documents",
    "events",
    "items",
    "metering_points",
    "organizations",
    "recording_summaries",
    "branches",
    "certificate_references",
    "item_quantities",
    "read_numbers",
    "readings",
    "recognized_periods",
    "results",
    "scope_rows",
    "suspensions",
    "withdrawals",
    "cited_certificates",
    "read_items",
)


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("recorded_by", _text(), nullable=False),
        sa.Column("stored_at", _long(), nullable=False),
        sa.Column("source", _text(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_recordings"),
        sa.CheckConstraint("recorded_by <> ''", name=op.f("ck_recordings_recorded_by")),
        sqlite_strict=True,
    )
    op.create_table(
        "certificates",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("number", _text(), nullable=False),
        sa.Column("number_key", _text(), nullable=False),
        sa.Column("kind", _text(), nullable=False),
        sa.Column("issuer", _text(), nullable=False),
        sa.Column("item", _text(), nullable=False),
        sa.Column("serial", _text(), nullable=True),
        sa.Column("calibrated_on", _whole(), nullable=False),
        sa.Column("issued_on", _whole(), nullable=False),
        sa.Column("valid_until", _whole(), nullable=True),
        sa.Column("outcome", _text(), nullable=False),
        sa.Column("adjusted", _whole(), nullable=False),
        sa.Column("as_found", _text(), nullable=True),
        sa.Column("replaces", _text(), nullable=True),
        sa.Column("opened_on", _whole(), nullable=True),
        sa.Column("use_within_days", _whole(), nullable=True),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_certificates"),
        sa.CheckConstraint("adjusted IN (0, 1)", name=op.f("ck_certificates_adjusted")),
        _one_of("ck_certificates_as_found", "as_found", "in_tolerance", "out_of_tolerance"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_certificates_id")),
        _one_of("ck_certificates_kind", "kind", "verification", "calibration", "reference_material"),
        _one_of("ck_certificates_outcome", "outcome", "pass", "fail", "limited"),
        sa.CheckConstraint("use_within_days >= 0", name=op.f("ck_certificates_use_within_days")),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_certificates_recording", ondelete="RESTRICT"),
        sa.UniqueConstraint("id", name="uq_certificates_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_certificates_item_issuer", "certificates", ["item", "issuer"])
    op.create_index("ix_certificates_number_key", "certificates", ["number_key"])
    op.create_index(
        "ix_certificates_replaces",
        "certificates",
        ["replaces"],
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "competences",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("organization", _text(), nullable=False),
        sa.Column("scheme", _text(), nullable=False),
        sa.Column("number", _text(), nullable=False),
        sa.Column("valid_from", _whole(), nullable=False),
        sa.Column("valid_until", _whole(), nullable=True),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_competences"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_competences_id")),
        _one_of(
            "ck_competences_scheme",
            "scheme",
            "national_standard",
            "measurement_standard",
            "legal_authorization",
            "accreditation",
            "cmc",
            "reference_material",
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_competences_recording", ondelete="RESTRICT"),
        sa.UniqueConstraint("id", "recorded_at", name="uq_competences_id_recorded_at"),
        sqlite_strict=True,
    )
    op.create_index("ix_competences_organization", "competences", ["organization"])
    op.create_table(
        "documents",
        sa.Column("sha256", _text(), nullable=False),
        sa.Column("media_type", _text(), nullable=False),
        sa.Column("content", _bytes(), nullable=False),
        sa.Column("recording", _long(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_documents"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_documents_sha256")),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_documents_recording", ondelete="RESTRICT"),
        sqlite_strict=True,
    )
    op.create_index("ix_documents_recording", "documents", ["recording"])
    op.create_table(
        "events",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("item", _text(), nullable=False),
        sa.Column("kind", _text(), nullable=False),
        sa.Column("happened_on", _whole(), nullable=False),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_events"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_events_id")),
        _one_of(
            "ck_events_kind",
            "kind",
            "repaired",
            "adjusted",
            "seal_broken",
            "damaged",
            "interim_check_passed",
            "interim_check_failed",
            "reinstalled",
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_events_recording", ondelete="RESTRICT"),
        sa.UniqueConstraint("id", name="uq_events_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_events_item", "events", ["item"])
    op.create_table(
        "items",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("kind", _text(), nullable=False),
        sa.Column("name", _text(), nullable=True),
        sa.Column("serial", _text(), nullable=True),
        sa.Column("serial_key", _text(), nullable=True),
        sa.Column("country", _text(), nullable=False),
        sa.Column("interval_months", _whole(), nullable=True),
        sa.Column("retired_on", _whole(), nullable=True),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_items"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_items_id")),
        sa.CheckConstraint("interval_months >= 1", name=op.f("ck_items_interval_months")),
        _one_of(
            "ck_items_kind",
            "kind",
            "meter",
            "instrument",
            "transformer",
            "measurement_standard",
            "reference_material",
            "national_standard",
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_items_recording", ondelete="RESTRICT"),
        sa.UniqueConstraint("id", "recorded_at", name="uq_items_id_recorded_at"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_items_serial_key",
        "items",
        ["serial_key"],
        sqlite_where=sa.text("serial_key IS NOT NULL"),
        postgresql_where=sa.text("serial_key IS NOT NULL"),
    )
    op.create_table(
        "metering_points",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("organization", _text(), nullable=False),
        sa.Column("level", _whole(), nullable=False),
        sa.Column("energy", _text(), nullable=True),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_metering_points"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_metering_points_id")),
        sa.CheckConstraint("level IN (1, 2, 3)", name=op.f("ck_metering_points_level")),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_metering_points_recording", ondelete="RESTRICT"),
        sa.UniqueConstraint("id", "recorded_at", name="uq_metering_points_id_recorded_at"),
        sqlite_strict=True,
    )
    op.create_index("ix_metering_points_organization", "metering_points", ["organization"])
    op.create_table(
        "organizations",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("id", _text(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("kind", _text(), nullable=False),
        sa.Column("country", _text(), nullable=True),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_organizations"),
        sa.CheckConstraint("id <> ''", name=op.f("ck_organizations_id")),
        _one_of(
            "ck_organizations_kind",
            "kind",
            "national_metrology_institute",
            "legal_metrology_institute",
            "calibration_laboratory",
            "reference_material_producer",
            "carbon_metering_centre",
            "energy_user",
            "energy_supplier",
            "regulator",
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_organizations_recording", ondelete="RESTRICT"),
        sqlite_strict=True,
    )
    op.create_index("ix_organizations_id", "organizations", ["id"])
    op.create_table(
        "recording_summaries",
        sa.Column("recording", _long(), nullable=False, autoincrement=False),
        sa.Column("sha256", _text(), nullable=False),
        sa.Column("counts", _text(), nullable=False),
        sa.PrimaryKeyConstraint("recording", name="pk_recording_summaries"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_recording_summaries_sha256")),
        sa.ForeignKeyConstraint(
            ["recording"], ["recordings.entry"], name="fk_recording_summaries_recording", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "branches",
        sa.Column("metering_point_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("item", _text(), nullable=True),
        sa.Column("quantity", _text(), nullable=True),
        sa.Column("unit", _text(), nullable=True),
        sa.Column("low", _plain(), nullable=True),
        sa.Column("high", _plain(), nullable=True),
        sa.Column("start", _whole(), nullable=True),
        sa.Column("until", _whole(), nullable=True),
        sa.PrimaryKeyConstraint("metering_point_entry", "position", name="pk_branches"),
        sa.ForeignKeyConstraint(
            ["metering_point_entry"], ["metering_points.entry"], name="fk_branches_metering_point_entry", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_branches_item",
        "branches",
        ["item"],
        sqlite_where=sa.text("item IS NOT NULL"),
        postgresql_where=sa.text("item IS NOT NULL"),
    )
    op.create_table(
        "certificate_references",
        sa.Column("certificate_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("item", _text(), nullable=False),
        sa.Column("certificate", _text(), nullable=True),
        sa.Column("quantity", _text(), nullable=True),
        sa.Column("unit", _text(), nullable=True),
        sa.Column("low", _plain(), nullable=True),
        sa.Column("high", _plain(), nullable=True),
        sa.PrimaryKeyConstraint("certificate_entry", "position", name="pk_certificate_references"),
        sa.ForeignKeyConstraint(
            ["certificate_entry"],
            ["certificates.entry"],
            name="fk_certificate_references_certificate_entry",
            ondelete="RESTRICT",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_certificate_references_item", "certificate_references", ["item"])
    op.create_table(
        "item_quantities",
        sa.Column("item_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("quantity", _text(), nullable=False),
        sa.PrimaryKeyConstraint("item_entry", "position", name="pk_item_quantities"),
        sa.ForeignKeyConstraint(["item_entry"], ["items.entry"], name="fk_item_quantities_item_entry", ondelete="RESTRICT"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "read_numbers",
        sa.Column("number_key", _text(), nullable=False),
        sa.Column("role", _text(), nullable=False),
        sa.Column("document", _text(), nullable=False),
        sa.PrimaryKeyConstraint("number_key", "role", "document", name="pk_read_numbers"),
        _one_of("ck_read_numbers_role", "role", "certificate", "citation"),
        sa.ForeignKeyConstraint(["document"], ["documents.sha256"], name="fk_read_numbers_document", ondelete="RESTRICT"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "readings",
        sa.Column("entry", _long(), nullable=False, autoincrement=False),
        sa.Column("document", _text(), nullable=False),
        sa.Column("content", _text(), nullable=False),
        sa.Column("recording", _long(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_readings"),
        sa.ForeignKeyConstraint(["document"], ["documents.sha256"], name="fk_readings_document", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_readings_recording", ondelete="RESTRICT"),
        sqlite_strict=True,
    )
    op.create_index("ix_readings_document", "readings", ["document"])
    op.create_table(
        "recognized_periods",
        sa.Column("item_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("start", _whole(), nullable=False),
        sa.Column("until", _whole(), nullable=True),
        sa.PrimaryKeyConstraint("item_entry", "position", name="pk_recognized_periods"),
        sa.ForeignKeyConstraint(["item_entry"], ["items.entry"], name="fk_recognized_periods_item_entry", ondelete="RESTRICT"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "results",
        sa.Column("certificate_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("quantity", _text(), nullable=False),
        sa.Column("unit", _text(), nullable=False),
        sa.Column("low", _plain(), nullable=True),
        sa.Column("high", _plain(), nullable=True),
        sa.Column("uncertainty_value", _plain(), nullable=True),
        sa.Column("uncertainty_unit", _text(), nullable=True),
        sa.Column("uncertainty_k", _plain(), nullable=True),
        sa.Column("error_value", _plain(), nullable=True),
        sa.Column("error_unit", _text(), nullable=True),
        sa.Column("max_permissible_error_value", _plain(), nullable=True),
        sa.Column("max_permissible_error_unit", _text(), nullable=True),
        sa.PrimaryKeyConstraint("certificate_entry", "position", name="pk_results"),
        sa.ForeignKeyConstraint(
            ["certificate_entry"], ["certificates.entry"], name="fk_results_certificate_entry", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scope_rows",
        sa.Column("competence_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("quantity", _text(), nullable=False),
        sa.Column("unit", _text(), nullable=True),
        sa.Column("low", _plain(), nullable=True),
        sa.Column("high", _plain(), nullable=True),
        sa.Column("best_value", _plain(), nullable=True),
        sa.Column("best_unit", _text(), nullable=True),
        sa.Column("best_k", _plain(), nullable=True),
        sa.PrimaryKeyConstraint("competence_entry", "position", name="pk_scope_rows"),
        sa.ForeignKeyConstraint(
            ["competence_entry"], ["competences.entry"], name="fk_scope_rows_competence_entry", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suspensions",
        sa.Column("competence_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("start", _whole(), nullable=False),
        sa.Column("until", _whole(), nullable=True),
        sa.PrimaryKeyConstraint("competence_entry", "position", name="pk_suspensions"),
        sa.ForeignKeyConstraint(
            ["competence_entry"], ["competences.entry"], name="fk_suspensions_competence_entry", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawals",
        sa.Column("certificate_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("recorded_at", _long(), nullable=False),
        sa.Column("declared_on", _whole(), nullable=False),
        sa.Column("void_from", _whole(), nullable=False),
        sa.Column("recording", _long(), nullable=False),
        sa.Column("place", _whole(), nullable=False),
        sa.PrimaryKeyConstraint("certificate_entry", name="pk_withdrawals"),
        sa.ForeignKeyConstraint(
            ["certificate_entry"], ["certificates.entry"], name="fk_withdrawals_certificate_entry", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.entry"], name="fk_withdrawals_recording", ondelete="RESTRICT"),
        sqlite_strict=True,
    )
    op.create_table(
        "cited_certificates",
        sa.Column("reading_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("number", _text(), nullable=True),
        sa.Column("item", _text(), nullable=False),
        sa.Column("name", _text(), nullable=False),
        sa.Column("issuer", _text(), nullable=True),
        sa.Column("locator", _text(), nullable=True),
        sa.Column("sha256", _text(), nullable=True),
        sa.Column("standing", _text(), nullable=False),
        sa.PrimaryKeyConstraint("reading_entry", "position", name="pk_cited_certificates"),
        sa.ForeignKeyConstraint(
            ["reading_entry"], ["readings.entry"], name="fk_cited_certificates_reading_entry", ondelete="RESTRICT"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cited_certificates_standing", "cited_certificates", ["standing"])
    op.create_table(
        "read_items",
        sa.Column("reading_entry", _long(), nullable=False, autoincrement=False),
        sa.Column("position", _whole(), nullable=False, autoincrement=False),
        sa.Column("item", _text(), nullable=False),
        sa.Column("content", _text(), nullable=False),
        sa.PrimaryKeyConstraint("reading_entry", "position", name="pk_read_items"),
        sa.ForeignKeyConstraint(["reading_entry"], ["readings.entry"], name="fk_read_items_reading_entry", ondelete="RESTRICT"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_read_items_item", "read_items", ["item"])
    _make_append_only()


def downgrade() -> None:
    _drop_triggers()
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_append_only() -> None:
    """Refuse every UPDATE, DELETE and TRUNCATE: records are corrected by replacing or withdrawing."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are appended, never changed', TG_TABLE_NAME; END $$"
        )
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER append_only_{table}_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are appended, never changed'); END"
            )


def _drop_triggers() -> None:
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER append_only ON {table}")
            continue
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER append_only_{table}_{change}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _long() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _whole() -> sa.types.TypeEngine[int]:
    return sa.Integer()


def _text() -> sa.types.TypeEngine[str]:
    """Text compared by code point."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _plain() -> sa.types.TypeEngine[str]:
    return sa.Text()


def _bytes() -> sa.types.TypeEngine[bytes]:
    return sa.LargeBinary()


def _one_of(name: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))
