"""Alembic's entry point. `Database.migrate` hands over connection and namespace; there is no offline mode."""

from alembic import context

connection = context.config.attributes["connection"]
namespace = context.config.attributes["namespace"]

context.configure(
    connection=connection,
    version_table="schema_version",
    version_table_schema=namespace,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
