"""Operations' notices, their audit, and versions of a parcel's promise."""

from tasks.core.migrations import run_scripts

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_scripts("0002_notices")
