"""Steps `post` and `acknowledge`: one attempt, what its outcome proves, and what of it may be written down."""

import time
from typing import Protocol

from sqlalchemy import Connection

from tasks.core import ledger
from tasks.core.claims import Scope
from tasks.core.errors import AddressGone, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.feedback import keep_gone
from tasks.core.ledger import Posting
from tasks.core.outgoing import Result
from tasks.core.sealing import storable


class Poster(Protocol):
    """The part of a channel adapter that posts (tasks/channels/base.py)."""

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]: ...


Outcome = list[Result] | DeliveryError


def attempt(channel: Poster, posting: Posting, deadline: float) -> Outcome:
    """Exactly one attempt. An error nobody foresaw proves nothing, so it is unknown."""
    if time.monotonic() > deadline:
        return NotWritten("this worker slept longer than its lease and posted nothing")
    try:
        results = channel.post(posting.body, str(posting.batch_id), deadline)
    except DeliveryError as error:
        return error
    except Exception as error:
        return UnknownOutcome(storable(error))
    if len(results) != len(posting.members):
        return UnknownOutcome(f"{len(results)} results for {len(posting.members)} messages")
    if posting.in_doubt and any(result.failure for result in results):
        return UnknownOutcome("not taken now, which says nothing about the first post")
    return results


def conclude(connection: Connection, scope: Scope, posting: Posting, outcome: Outcome) -> bool:
    """Acknowledge, or what the error allows. False when a newer worker owns the batch."""
    if not isinstance(outcome, DeliveryError):
        return ledger.acknowledge(connection, scope, posting, outcome)
    reason = storable(outcome)
    if posting.in_doubt or not isinstance(outcome, NotWritten | Rejected):
        return ledger.doubt(connection, scope, posting, reason)
    if isinstance(outcome, AddressGone):
        keep_gone(connection, posting.members, reason)  # before a fallback gives the message another address
    if isinstance(outcome, Rejected):
        return ledger.refuse(connection, scope, posting, reason)
    return ledger.give_back(connection, scope, posting, reason, outcome.retry_after_seconds)
