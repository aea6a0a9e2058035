"""What became of what was sent: every five minutes, from the places where providers' requests are laid down."""

from prefect import flow

from tasks.core.settings import Settings
from tasks.outcomes import Outcomes, take_outcomes
from tasks.prepare import open_namespace


@flow(name="outcomes")
def outcomes() -> Outcomes:
    """Read TODOKE_FEEDBACK_URL and TODOKE_FEEDBACK_SQS_URL once. Reading again changes nothing."""
    settings = Settings()
    return take_outcomes(settings, open_namespace(settings).url)
