"""What two walks of the same period must agree on, and how much there is of everything."""

from sqlalchemy import text

from tasks.core.database import Database

LEDGER = {
    "message": "touchpoint, subject_id, customer_id, order_id, class, channel, language, variant, priority, due_at,"
    " valid_until, planned_at, state, reason, state_at",
    "message_content": "touchpoint, subject_id, context, recipient",
    "waiting": "touchpoint, subject_id, customer_id, reason, due_at, valid_until",
    "covers": "touchpoint, member, subject_id",
    "told": "order_id, until_on, from_on, cause, told_at, times",
    "delay": "order_id, cause, first_seen_at, changed_at, lifted_at, new_from_on, new_until_on",
    "outbox": "touchpoint, subject_id",
}
"""All but ids of runs, loads and batches."""

BOOKS = ("load", "run", "feed")
"""Tables that say that a run happened: a second pass is one."""


def ledger(database: Database) -> dict[str, list[str]]:
    """Every row that matters, as text, sorted."""
    with database.transaction() as connection:
        return {
            table: sorted(str(row) for row in connection.execute(text(f"select {columns} from {table}")))  # noqa: S608
            for table, columns in LEDGER.items()
        }


def rows_of(database: Database) -> dict[str, int]:
    """Rows of every table but the books, old rows of recorded history included."""
    with database.transaction() as connection:
        tables = connection.execute(
            text("select schemaname, tablename from pg_tables where schemaname = any(:schemas) order by 1, 2"),
            {"schemas": [database.namespace, f"{database.namespace}_rec"]},
        )
        names = [f'"{schema}"."{table}"' for schema, table in tables if table not in BOOKS]
        return {name: connection.scalar(text(f"select count(*) from only {name}")) or 0 for name in names}  # noqa: S608
