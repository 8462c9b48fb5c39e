"""Alembic's entry: it runs the steps on the connection that `fleet.store.migrate` hands over."""

from alembic import context

from fleet.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
