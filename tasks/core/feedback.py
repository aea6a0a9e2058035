"""What providers and people say after a message left: kept as it came, each event once, then made into facts.

Two steps, two transactions. `keep` commits the words at once and waits for nobody; the claim reads them from there on
(sql/ledger/check.sql). `settle` makes facts of them (suppression, consents, preferences, tickets) under a load, which
may have to wait for another load; whatever it could not settle, the next call does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.identity import address_key
from tasks.core.outgoing import message_key
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load

KEY_TAG = "todoke_key"
"""Tag, metadata field or custom argument that carries our key (hex) through every provider."""

LOCK_MILLISECONDS = 4000
"""How long an opt-out waits for a running load before it leaves the facts to the next call."""


class Kind(StrEnum):
    """What an event means. A word nobody mapped is UNKNOWN: kept, counted, never guessed."""

    QUEUED = "queued"
    SENT = "sent"
    DELAYED = "delayed"
    FAILED = "failed"  # not delivered this time; says nothing bad about the address
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    BOUNCED = "bounced"  # the address is dead
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    RESUBSCRIBED = "resubscribed"
    REPLIED = "replied"
    PREFERENCE = "preference"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Event:
    """One event of one provider. `address` is only hashed, `raw` is kept as it came."""

    provider: str
    event_id: str
    kind: Kind
    at: datetime
    channel: ChannelName = ChannelName.EMAIL
    message_key: UUID | None = None
    address: str | None = None
    address_key: str | None = None
    reason: str | None = None
    raw: Any = field(default_factory=dict)


def key_of(value: Any) -> UUID | None:
    """Our key out of a tag; None for anything else: other tools send through the same account."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def keep(connection: Connection, secret: bytes, events: Sequence[Event]) -> int:
    """Write events; the number of those that were new."""
    if not events:
        return 0
    rows = [_row(secret, event) for event in events]
    return len(query("feedback/insert_events").rows(connection, events=orjson.dumps(rows).decode()))


def keep_gone(connection: Connection, members: Sequence[tuple[str, str]], reason: str) -> None:
    """Addresses of posted messages are dead, as their provider answered: it will say so in no event. Once a message."""
    query("feedback/keep_gone").run(
        connection,
        touchpoints=[touchpoint for touchpoint, _ in members],
        subjects=[subject_id for _, subject_id in members],
        keys=[str(message_key(*member)) for member in members],
        reason=reason,
    )


def _row(secret: bytes, event: Event) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "event_id": event.event_id[:300],
        "kind": event.kind,
        "channel": event.channel,
        "message_key": event.message_key,
        "address_key": event.address_key or address_key(secret, event.address),
        "reason": _clean(event.reason[:300]) if event.reason else None,
        "at": event.at,
        "raw": _clean(event.raw),
    }


def _clean(value: Any) -> Any:
    """Without NUL, which PostgreSQL does not store, and unpaired surrogates, which no encoding holds."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(str(name)): _clean(inner) for name, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def count_refused(connection: Connection, provider: str, reason: str) -> None:
    """What was refused is kept nowhere but counted, by provider, reason and day."""
    query("feedback/count_refused").run(connection, provider=provider, reason=reason)


def settle(database: Database, wait_milliseconds: int = 0) -> bool:
    """Make facts of what was said. False: another load held the lock for too long; say it again later.

    `wait_milliseconds`: 0 waits as long as it takes.
    """
    try:
        with database.transaction() as connection:
            ids = [row["feedback_id"] for row in query("feedback/unsettled").rows(connection)]
            if ids or query("feedback/to_settle").scalar(connection):
                _settle(
                    connection, Run("feedback", datetime.now(UTC), database.url, database.namespace), wait_milliseconds
                )
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":  # lock_not_available
            return False
        raise
    return True


def _settle(connection: Connection, run: Run, wait_milliseconds: int) -> None:
    query("feedback/wait_briefly").run(connection, milliseconds=str(wait_milliseconds))
    begin_load(connection, run, "feedback")
    ids = [row["feedback_id"] for row in query("feedback/unsettled").rows(connection)]  # again, under the lock
    for name in ("suppress", "lift"):
        query(f"feedback/{name}").run(connection)
    if ids:
        for name in ("record_consents", "record_preferences", "record_permissions"):
            query(f"feedback/{name}").run(connection, ids=ids)
        _open_tickets(connection, ids)
        query("feedback/mark_settled").run(connection, ids=ids)


def _open_tickets(connection: Connection, ids: list[int]) -> None:
    rows = [dict(row) for row in query("feedback/replies").rows(connection, ids=ids)]
    tickets = [_ticket(list(found)) for _, found in groupby(rows, key=lambda row: row["event_id"])]
    if tickets:
        query("feedback/open_tickets").run(connection, tickets=orjson.dumps(tickets).decode())


def _ticket(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The ticket of one reply; `found`: its customer's messages, among them perhaps the one it answers."""
    answered = [
        row
        for row in found
        if row["touchpoint"] and message_key(row["touchpoint"], row["subject_id"]) == row["message_key"]
    ]
    first = found[0]
    return {
        "ticket_id": f"reply:{first['event_id']}",
        "customer_id": first["customer_id"],
        "order_id": answered[0]["order_id"] if answered else None,
        "opened_at": first["at"],
    }


def fold(connection: Connection, keys: Sequence[UUID], channel: ChannelName) -> dict[UUID, dict[str, Any]]:
    """What became of messages on a channel, by our key.

    Each has state, delivered_at, opened_at, clicked_at, was_taken, events.
    """
    rows = query("feedback/fold").rows(connection, keys=[str(key) for key in keys], channel=channel)
    return {row["message_key"]: dict(row) for row in rows}
