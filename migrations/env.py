"""Runs the migrations on the connection that registry.schema hands over, inside its transaction."""

from alembic import context

import registry.account_tables
import registry.import_tables
import registry.recording_tables
import registry.tables  # noqa: F401
from registry.table_parts import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,  # On SQLite too: the engine says BEGIN itself.
)
with context.begin_transaction():
    context.run_migrations()
