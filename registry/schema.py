"""The schema of a store: brought up to date, taken back, and compared with what this release needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from registry.errors import SchemaVersionError
from registry.unit_of_work import Store

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction; nothing happens when it is there already."""
    with store.writing() as work:
        command.upgrade(_config(work.connection), revision)


def downgrade(store: Store, revision: str) -> None:
    """Take the schema back to a revision, with the data that only the later ones can hold."""
    with store.writing() as work:
        command.downgrade(_config(work.connection), revision)
    store.cache.clear()


def current_revision(store: Store) -> str | None:
    """The revision of the database; None when it is empty."""
    with store.reading() as work:
        return MigrationContext.configure(work.connection).get_current_revision()


def needed_revision() -> str:
    """The revision that this release works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:  # pragma: no cover - a package without migrations is broken.
        raise SchemaVersionError(None, "head")
    return revision


def check_schema(store: Store) -> None:
    """Refuse with SchemaVersionError a database that is not at the revision of this release."""
    found, needed = current_revision(store), needed_revision()
    if found != needed:
        raise SchemaVersionError(found, needed)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
