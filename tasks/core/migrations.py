"""What a revision in sql/migrations/versions does: run the SQL scripts of the folder that has its name."""

from typing import Any

from alembic import context, op

from tasks.core.paths import SQL


def run_scripts(revision: str) -> None:
    """Run sql/migrations/<revision>/*.sql in name order; `{ns}` in them is the namespace's own name.

    A folder that was released is never edited: what changes is a new revision.
    """
    namespace = context.config.attributes["namespace"]
    driver: Any = op.get_bind().connection.driver_connection
    for script in sorted((SQL / "migrations" / revision).glob("*.sql")):
        statements = script.read_text(encoding="utf-8").replace("{ns}", namespace)
        driver.execute(statements)  # SQLAlchemy would refuse several statements at once
