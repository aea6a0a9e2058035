"""What order systems and the express lane keep."""

from tasks.core.migrations import run_scripts

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_scripts("0005_order_systems")
