"""What became of what was sent: every five minutes, from the places where providers' requests are laid down."""

from prefect import flow

from tasks.core.settings import Settings
from tasks.outcomes import Outcomes, are_in_doubt, settle, take_outcomes
from tasks.prepare import open_namespace, open_run


@flow(name="outcomes")
def outcomes() -> Outcomes:
    """Read TODOKE_FEEDBACK_URL and TODOKE_FEEDBACK_SQS_URL once, then settle what hours left in doubt.

    Reading again changes nothing, and a doubt is settled once, beside a running hour too.
    """
    settings = Settings()
    database = open_namespace(settings)
    found = take_outcomes(settings, database.url)
    if are_in_doubt(database):
        found["settled"] = settle(open_run(settings=settings))
    return found
