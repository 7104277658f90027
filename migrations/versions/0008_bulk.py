"""Jobs, uploads and imports; certificates and events whose import was undone can come again under their ids."""

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

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (
    "uploads",
    "uploaded_pieces",
    "jobs",
    "job_starts",
    "job_ends",
    "imports",
    "import_mappings",
    "import_jobs",
    "import_findings",
    "imported_rows",
    "retracted_rows",
    "header_mappings",
)
_ONCE = ("certificates", "events")  # The lists whose ids had one row each.


def upgrade() -> None:
    _create_tables()
    make_append_only(_TABLES)
    for table in _ONCE:
        _let_come_again(table)
    let_tenants_read("retracted_rows", "true")  # Running numbers alone; the rows themselves stay walled.


def downgrade() -> None:
    keep_tenants_out("retracted_rows")
    for table in _ONCE:
        _let_come_once(table)
    drop_tables(_TABLES)


def _let_come_again(table: str) -> None:
    """Make the id unique together with `recorded_at`, as it is for records with versions."""
    if is_postgresql():
        op.drop_constraint(f"uq_{table}_id", table)
    else:
        _edit_schema(
            f"UPDATE sqlite_schema SET sql = replace(sql, {_clause(table)}, '') WHERE type = 'table' AND name = '{table}'",
            f"UPDATE sqlite_schema SET name = 'ix_{table}_id', sql = 'CREATE INDEX ix_{table}_id ON {table} (id)' "
            f"WHERE name = 'sqlite_autoindex_{table}_1'",
        )
        op.drop_index(f"ix_{table}_id", table)
    op.create_index(f"uq_{table}_id_recorded_at", table, ["id", "recorded_at"], unique=True)


def _let_come_once(table: str) -> None:
    """The reverse; refused by the database when something did come again."""
    op.drop_index(f"uq_{table}_id_recorded_at", table)
    if is_postgresql():
        op.create_unique_constraint(f"uq_{table}_id", table, ["id"])
        return
    op.create_index(f"ix_{table}_id", table, ["id"], unique=True)
    first = f"\n\tCONSTRAINT pk_{table} "
    _edit_schema(
        f"UPDATE sqlite_schema SET sql = replace(sql, '{first}', substr({_clause(table)}, 2) || ', ' || '{first}') "
        f"WHERE type = 'table' AND name = '{table}'",
        f"UPDATE sqlite_schema SET name = 'sqlite_autoindex_{table}_1', sql = NULL WHERE name = 'ix_{table}_id'",
    )


def _clause(table: str) -> str:
    """The constraint as migration 0001 wrote it."""
    return f"', \n\tCONSTRAINT uq_{table}_id UNIQUE (id)'"


def _edit_schema(*statements: str) -> None:
    """Let go of a constraint of a table that others refer to, without writing millions of rows anew.

    An index that a constraint made lies in the file as one that was asked for does: only its name and text differ. SQLite's
    own way, a new table in the place of the old one, needs foreign keys switched off, which no transaction can do.
    """
    op.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        op.execute(statement)
    (version,) = op.get_bind().exec_driver_sql("PRAGMA schema_version").one()
    op.execute(f"PRAGMA schema_version = {version + 1}")  # Every connection reads the definitions anew.
    op.execute("PRAGMA writable_schema = RESET")


def _create_tables() -> None:
    _create(
        "uploads",
        *_texts("sha256"),
        sa.Column("size", long(), nullable=False),
        _instant("uploaded_at"),
        sa.PrimaryKeyConstraint("sha256", name="pk_uploads"),
        digest("uploads", "sha256"),
    )
    _create(
        "uploaded_pieces",
        *_texts("sha256"),
        _position(),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "position", name="pk_uploaded_pieces"),
        _refers("uploaded_pieces", "sha256", "uploads.sha256"),
    )
    _create(
        "jobs",
        _number("entry"),
        *_texts("id", "kind", "arguments"),
        _instant("created_at"),
        *_texts("party"),
        *_texts("organization", is_needed=False),
        sa.PrimaryKeyConstraint("entry", name="pk_jobs"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
        filled("jobs", "kind"),
    )
    _create(
        "job_starts",
        _number("job_entry"),
        _position(),
        _instant("started_at"),
        *_texts("worker"),
        sa.PrimaryKeyConstraint("job_entry", "position", name="pk_job_starts"),
        _refers("job_starts", "job_entry", "jobs.entry"),
        sqlite_with_rowid=False,
    )
    _create(
        "job_ends",
        _number("job_entry"),
        _instant("ended_at"),
        *_texts("outcome", "answer"),
        sa.PrimaryKeyConstraint("job_entry", name="pk_job_ends"),
        _refers("job_ends", "job_entry", "jobs.entry"),
        one_of("job_ends", "outcome", "done", "refused", "failed", "cancelled"),
    )
    _create(
        "imports",
        _number("entry"),
        *_texts("id", "sha256", "name", "format"),
        _instant("created_at"),
        *_texts("party"),
        *_texts("organization", is_needed=False),
        sa.PrimaryKeyConstraint("entry", name="pk_imports"),
        sa.UniqueConstraint("id", name="uq_imports_id"),
        _refers("imports", "sha256", "uploads.sha256"),
    )
    index("imports", "organization", "entry")
    _create(
        "import_mappings",
        _number("import_entry"),
        _position(),
        *_texts("mapping"),
        sa.PrimaryKeyConstraint("import_entry", "position", name="pk_import_mappings"),
        _refers("import_mappings", "import_entry", "imports.entry"),
        sqlite_with_rowid=False,
    )
    _create(
        "import_jobs",
        _number("import_entry"),
        _number("job_entry"),
        sa.PrimaryKeyConstraint("import_entry", "job_entry", name="pk_import_jobs"),
        _refers("import_jobs", "import_entry", "imports.entry"),
        _refers("import_jobs", "job_entry", "jobs.entry"),
        sqlite_with_rowid=False,
    )
    _create(
        "import_findings",
        _number("job_entry"),
        _position(),
        *_texts("findings"),
        sa.PrimaryKeyConstraint("job_entry", "position", name="pk_import_findings"),
        _refers("import_findings", "job_entry", "jobs.entry"),
    )
    _create(
        "imported_rows",
        _number("import_entry"),
        *_texts("section"),
        _number("first"),
        _number("last"),
        _number("recording"),
        sa.PrimaryKeyConstraint("import_entry", "section", "first", name="pk_imported_rows"),
        _refers("imported_rows", "import_entry", "imports.entry"),
        by_recording("imported_rows"),
        _ordered("imported_rows"),
        sqlite_with_rowid=False,
    )
    _create(
        "retracted_rows",
        _number("entry"),
        *_texts("section"),
        _number("first"),
        _number("last"),
        _instant("retracted_at"),
        _number("import_entry"),
        _number("recording"),
        sa.PrimaryKeyConstraint("entry", name="pk_retracted_rows"),
        sa.UniqueConstraint("section", "first", name="uq_retracted_rows_section_first"),
        _refers("retracted_rows", "import_entry", "imports.entry"),
        by_recording("retracted_rows"),
        _ordered("retracted_rows"),
    )
    index("retracted_rows", "import_entry")
    index("retracted_rows", "recording")
    _create(
        "header_mappings",
        _number("entry"),
        *_texts("organization", is_needed=False),
        *_texts("mapping"),
        _instant("remembered_at"),
        sa.PrimaryKeyConstraint("entry", name="pk_header_mappings"),
    )
    index("header_mappings", "organization")


def _create(name: str, *columns: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *columns, sqlite_strict=True, **options)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False, autoincrement=False)


def _position() -> sa.Column[int]:
    return sa.Column("position", whole(), nullable=False, autoincrement=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, long(), nullable=False)


def _texts(*names: str, is_needed: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, text(), nullable=not is_needed) for name in names]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", ondelete="RESTRICT")


def _ordered(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("first <= last", name=op.f(f"ck_{table}_first"))
