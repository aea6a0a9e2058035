"""What backfills, explanations, simulations and diffs keep."""

from tasks.core.migrations import run_scripts

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_scripts("0004_time_machine")
