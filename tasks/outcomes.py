"""What became of what we sent: read from where providers' requests were laid down, made into facts.

Then doubts are settled, which need not wait for the next hour: a key may be used again for some minutes only.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from typing import TypedDict
from urllib.parse import urlsplit

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.channels import channels_of
from tasks.channels.base import Channel
from tasks.core import due
from tasks.core.accounts import FeedbackSettings
from tasks.core.claims import StillDue
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.steps import Hook, reached
from tasks.core.stores import Store
from tasks.core.thresholds import DeliverySettings, PaceSettings
from tasks.delivery.settler import Settler, pace_of
from tasks.feedback.base import Incoming
from tasks.feedback.landed import incoming_of, is_mail
from tasks.feedback.receive import Receiver
from tasks.feedback.replies import read
from tasks.feedback.sqs import Queue
from tasks.oms import order_webhooks
from tasks.stores import feedback_store
from tasks.tracking import webhooks

_log = logging.getLogger(__name__)

SETTLING_MINUTES = 4
"""How long doubts are settled at most: the next reading begins after five minutes and goes on."""


class Outcomes(TypedDict):
    """Counts of one reading. `refused`: reason -> requests, kept nowhere. `left`: reason -> requests left in place.

    `settled`: what became of messages of unknown outcome, state -> messages, and what was done for it.
    """

    requests: int
    new_events: int
    refused: dict[str, int]
    left: dict[str, int]
    settled: dict[str, int]


class Reading:
    """One reading: a request is taken away once it is kept or refused, and stays where it is for anything else."""

    def __init__(self, receiver: Receiver, settings: Settings) -> None:
        self.receiver, self.settings = receiver, settings
        self.requests = self.new = 0
        self.refused: Counter[str] = Counter()
        self.left: Counter[str] = Counter()

    def take(self, keep: Callable[[], int], remove: Callable[[], None]) -> None:
        """Keep one request, then remove it from where it lay."""
        self.requests += 1
        try:
            self.new += keep()
        except FeedbackRefused as error:
            self.refused[error.reason] += 1
        except ConfigurationError as error:
            _log.warning("left in place: %s", error)
            self.left["not_configured"] += 1
            return
        remove()

    def store(self, store: Store) -> None:
        """Every object of a folder or bucket."""
        for name, written_at in store.names():
            content = store.read(name)
            if content is not None:  # else another reader was first
                self.take(partial(self._landed, name, content, written_at), partial(store.remove, name))

    def _landed(self, name: str, content: bytes, written_at: datetime) -> int:
        try:
            incoming = incoming_of(name, content, written_at)
            if is_mail(name):
                return self.receiver.keep(read(incoming))
        except FeedbackRefused as error:
            self.receiver.count("landed", error)
            raise
        return self._received(incoming)

    def _received(self, incoming: Incoming) -> int:
        is_order = urlsplit(incoming.path).path in order_webhooks.WEBHOOKS
        if not is_order and not webhooks.is_tracking(incoming):
            return self.receiver.receive(incoming)
        try:
            if is_order:
                return int(order_webhooks.receive(self.settings, incoming))
            return webhooks.receive(self.receiver.database, incoming)
        except FeedbackRefused as error:
            self.receiver.count(webhooks.source_of(incoming), error)
            raise

    def queue(self, queue: Queue) -> None:
        """Every message of a queue."""
        for receipt, incoming in queue.messages():
            self.take(partial(self.receiver.receive, incoming), partial(queue.delete, receipt))

    def counts(self) -> Outcomes:
        """What was done."""
        return {
            "requests": self.requests,
            "new_events": self.new,
            "refused": dict(self.refused),
            "left": dict(self.left),
            "settled": {},
        }


def read_outcomes(receiver: Receiver, settings: FeedbackSettings, own: Settings | None = None) -> Outcomes:
    """Read every place the settings name once, then settle what is not settled. Raises StoreError.

    `own`: where webhooks of shop systems go; default the environment's.
    """
    reading = Reading(receiver, own or Settings())
    if settings.url:
        reading.store(feedback_store(settings))
    if settings.sqs_url:
        reading.queue(Queue(settings.sqs_url))
    receiver.settle()
    return reading.counts()


@task(name="outcomes", timeout_seconds=1800, tags=["outcomes"], cache_policy=NO_CACHE, persist_result=False)
def take_outcomes(settings: Settings, database_url: str) -> Outcomes:
    """Read what providers said since the last reading into the live namespace of a migrated database."""
    return read_outcomes(Receiver.of(settings, Database(database_url)), FeedbackSettings(), settings)


def are_in_doubt(database: Database) -> bool:
    """Is there a message of unknown outcome, or one whose worker is gone?"""
    with database.transaction() as connection:
        return bool(query("ledger/are_in_doubt").scalar(connection))


def settle_doubts(
    run: Run,
    channels: Sequence[Channel],
    still_due: StillDue = due.still_due,
    times: DeliverySettings | None = None,
    hook: Hook = lambda _: None,
    pace: PaceSettings | None = None,
) -> dict[str, int]:
    """Settle what runs left open, whatever else runs; nothing is sent for the first time. Returns counts.

    What the provider did not take waits, planned again, for the next hour.
    """
    counts: Counter[str] = Counter()
    limits = (pace or PaceSettings()).model_copy(update={"patience_minutes": SETTLING_MINUTES / 2})
    for channel in channels:
        one = Settler(run, channel, still_due, times or DeliverySettings(), hook, pace_of(run, channel, limits))
        one.settle(SETTLING_MINUTES * 60 / len(channels))
        counts += one.counts
        for note in one.notes:
            _log.warning("%s", note)
    return dict(sorted(counts.items()))


def settle_run(run: Run) -> dict[str, int]:
    """The same on every channel of this installation. Raises ConfigurationError where one lacks its settings."""
    with ExitStack() as opened:
        channels = [opened.enter_context(closing(channel)) for channel in channels_of(run)]
        return settle_doubts(run, channels, hook=reached)


@task(name="settle", timeout_seconds=600, tags=["deliver"], cache_policy=NO_CACHE, persist_result=False)
def settle(run: Run) -> dict[str, int]:
    """Settle doubts between hours."""
    return settle_run(run)
