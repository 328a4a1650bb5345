"""Runs migrations on the connection that `cordboard.schema` hands over, inside its transaction."""

from alembic import context

from kernel.db import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
