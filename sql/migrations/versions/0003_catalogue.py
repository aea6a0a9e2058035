"""What the whole catalogue of touchpoints needs: campaigns, coupon codes, mentions."""

from tasks.core.migrations import run_scripts

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_scripts("0003_catalogue")
