"""Runs the migrations on the connection that registry.schema hands over, inside its transaction."""

from alembic import context

import registry.every_table  # noqa: F401 - the metadata is to know all tables.
from registry.table_parts import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,  # On SQLite too: the engine says BEGIN itself.
)
with context.begin_transaction():
    context.run_migrations()
