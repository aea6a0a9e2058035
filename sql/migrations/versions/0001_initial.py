"""The first schema: recorded time, canonical tables, derived facts, ledger, guards."""

from tasks.core.migrations import run_scripts

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_scripts("0001_initial")
