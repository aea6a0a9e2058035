"""The first schema: recorded time, canonical tables, derived facts, ledger, guards."""

from pathlib import Path

from alembic import context, op

revision = "0001"
down_revision = None

FOLDER = Path(__file__).resolve().parents[1] / "0001_initial"


def upgrade() -> None:
    """Run the folder's scripts in name order. `{ns}` is the namespace's own name."""
    namespace = context.config.attributes["namespace"]
    for script in sorted(FOLDER.glob("*.sql")):
        statements = script.read_text(encoding="utf-8").replace("{ns}", namespace)
        op.get_bind().connection.driver_connection.execute(statements)
