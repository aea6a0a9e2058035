"""One request from its bytes to the database, whichever way it came."""

import logging
from dataclasses import dataclass

from tasks.core.accounts import FeedbackSettings
from tasks.core.database import Database
from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import LOCK_MILLISECONDS, Event, Kind, count_refused, keep, settle
from tasks.core.secrets import link_secrets, secret
from tasks.core.settings import Settings
from tasks.feedback import parse, provider_of
from tasks.feedback.base import Incoming, Trust
from tasks.feedback.certificates import fetch

_log = logging.getLogger(__name__)
FACTS = frozenset({Kind.BOUNCED, Kind.COMPLAINED, Kind.UNSUBSCRIBED, Kind.RESUBSCRIBED, Kind.PREFERENCE, Kind.REPLIED})
"""Kinds that decide who may be written to: settled at once."""


@dataclass(frozen=True)
class Receiver:
    """Where words are kept, and whose we believe."""

    database: Database
    secret: bytes
    trust: Trust

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Receiver":
        """From the settings, with certificates from the network."""
        trust = Trust(FeedbackSettings(), link_secrets(settings), settings.listen_url or "", fetch)
        return cls(database, secret(settings), trust)

    def receive(self, incoming: Incoming) -> int:
        """Verify, read and keep one request; the number of new events. Facts follow at once where no load is running.

        Raises FeedbackRefused (already counted), ConfigurationError where the provider has no key here, StoreError.
        """
        try:
            found = parse(incoming, self.trust)
        except FeedbackRefused as error:
            self.count(provider_of(incoming.path), error)
            raise
        return self.keep(found)

    def keep(self, events: list[Event]) -> int:
        """Events of a trusted origin."""
        with self.database.transaction() as connection:
            new = keep(connection, self.secret, events)
        if new and any(event.kind in FACTS for event in events):
            self.settle(LOCK_MILLISECONDS)
        return new

    def settle(self, wait_milliseconds: int = 0) -> None:
        """Make facts of what was said. The claim does not wait for them."""
        if not settle(self.database, wait_milliseconds):
            _log.info("a load is running: what was just said becomes facts with the next call")

    def count(self, provider: str, error: FeedbackRefused) -> None:
        """Nothing of the request is kept or logged but why it was refused."""
        _log.warning("refused a request for %s: %s", provider, error)
        with self.database.transaction() as connection:
            count_refused(connection, provider, error.reason)
