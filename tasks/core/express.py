"""The express lane: what a run between two hours reads, and what it decides.

It exists so that a confirmation does not wait for the full hour. It reads the feeds below alone, as far as they
changed, and decides the transactional touchpoints that need no other; parcels and everything else are the hour's.
"""

from collections.abc import Mapping

from tasks.core.domain import TouchpointClass
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.suites import FEEDS, Feed
from tasks.core.touchpoints import load_all

READ = ("customers", "orders", "payments")
"""Feeds of a new order: who bought, what, and whether it is paid."""


def feeds(run: Run) -> Mapping[str, Feed]:
    """The feeds this run reads and gates."""
    return {name: FEEDS[name] for name in READ} if run.is_express else FEEDS


def touchpoints() -> list[str]:
    """What an express run decides: class T, and nothing needed that it does not read."""
    chosen = (one for one in load_all().values() if one.touchpoint_class is TouchpointClass.TRANSACTIONAL)
    return sorted(one.name for one in chosen if set(one.needs) <= set(READ))


def is_pending(run: Run) -> bool:
    """Whether an express run has anything to do: orders that changed since its touchpoints were decided, or messages of
    theirs that a cut-off run left behind."""
    with run.database.transaction() as connection:
        return bool(query("decide/is_pending").scalar(connection, touchpoints=touchpoints()))
