"""The delivery protocol where proof is missing: take over, repost, resolve (docs/delivery.md)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from tasks.core.claims import Key, Scope, StillDue, end, failures
from tasks.core.database import Database
from tasks.core.domain import State, TouchpointClass
from tasks.core.feedback import fold
from tasks.core.ledger import OPEN, conclude, end_batch, members, move, plan_again
from tasks.core.outgoing import Result, message_key
from tasks.core.queries import query
from tasks.core.thresholds import DeliverySettings


class LooksUp(Protocol):
    """The part of a channel adapter that can be asked (tasks/channels/base.py)."""

    @property
    def keyed(self) -> bool: ...
    @property
    def can_look_up(self) -> bool: ...
    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]: ...


class Events(StrEnum):
    """What may be expected of a provider's events about a batch (sql/ledger/in_doubt.sql)."""

    NONE = "none"  # this provider never told of a message of ours
    EARLY = "early"
    DUE = "due"
    OVERDUE = "overdue"


NOT_FOUND, NOT_HEARD_OF, CANNOT_ASK = "not_found_at_provider", "not_found_in_events", "cannot_ask_provider"


@dataclass(frozen=True)
class Answer:
    """What a provider said it took, with its own id where it gave one, and why the rest is missing."""

    found: Mapping[Key, str | None]
    missing: str

    @property
    def proves_absence(self) -> bool:
        """Was every message asked about?"""
        return self.missing != CANNOT_ASK


@dataclass(frozen=True)
class Doubt:
    """A batch without proof either way."""

    batch_id: UUID
    fence: int
    message_class: TouchpointClass
    may_repost: bool
    may_ask: bool
    events: Events

    def may_look_into(self, provider: LooksUp) -> bool:
        """Is it time to ask, or might events say already what a search cannot?"""
        return self.may_ask or (self.events is not Events.NONE and not provider.can_look_up)


def take_over(connection: Connection, scope: Scope) -> int:
    """Batches whose lease ended are in doubt; their number."""
    taken = query("ledger/take_over").rows(connection)
    for row in taken:
        move(connection, row["batch_id"], State.UNKNOWN, "lease_ended", (State.POSTING,), scope.as_of)
    return len(taken)


def in_doubt(connection: Connection, scope: Scope, provider: str, times: DeliverySettings) -> list[Doubt]:
    """Every batch in doubt and what its age allows."""
    post_seconds = times.lease_seconds + times.timeout_seconds
    rows = query("ledger/in_doubt").rows(
        connection,
        channel=scope.channel,
        provider=provider,
        repost_seconds=times.repost_minutes * 60,
        horizon_seconds=post_seconds + times.horizon_minutes * 60,
        event_seconds=post_seconds + times.event_horizon_minutes * 60,
    )
    return [Doubt(row["batch_id"], row["fence"], TouchpointClass(row["class"]), *_allowed(row)) for row in rows]


def _allowed(row: RowMapping) -> tuple[bool, bool, Events]:
    return row["may_repost"], row["may_ask"], Events(row["events"])


def may_repost(connection: Connection, scope: Scope, doubted: Doubt, still_due: StillDue) -> bool:
    """Does every member still pass the claim checks? Locks the batch; False also when another worker has it."""
    if not query("ledger/lock_batch").rows(
        connection, batch_id=doubted.batch_id, fence=doubted.fence, state=State.UNKNOWN
    ):
        return False
    return not failures(connection, scope, members(connection, doubted.batch_id), still_due)


def ask(
    database: Database,
    scope: Scope,
    doubted: Doubt,
    provider: LooksUp,
    times: DeliverySettings,
    hook: Callable[[str], None],
) -> dict[Key, State]:
    """Ask the provider which messages it took, and settle them; the batch is not posted again in between (fence).

    What its events said counts like an answer. Empty where they may still come. Raises DeliveryError where the provider
    does not answer.
    """
    with database.transaction() as connection:
        keys = {message_key(*key): key for key in members(connection, doubted.batch_id)}
        missing = NOT_FOUND if provider.can_look_up else _silence(connection, scope, doubted, provider.keyed, times)
        found: dict[UUID, str | None] = dict.fromkeys(_spoken_of(connection, scope, keys))  # after the others
    if provider.can_look_up:
        found |= provider.look_up(list(keys))
    if missing is None and len(found) < len(keys):
        return {}
    hook("ask")
    with database.transaction() as connection:
        answer = Answer({keys[key]: provider_id for key, provider_id in found.items()}, missing or CANNOT_ASK)
        return resolve(connection, scope, doubted, answer)


def _spoken_of(connection: Connection, scope: Scope, keys: Iterable[UUID]) -> list[UUID]:
    told = fold(connection, list(keys), scope.channel)
    return [key for key, one in told.items() if one["was_taken"]]


def _silence(
    connection: Connection, scope: Scope, doubted: Doubt, is_keyed: bool, times: DeliverySettings
) -> str | None:
    """Why no event speaks of a message; None: too early to say.

    It was not taken only if events spoke of everything else the provider took right after. One of those missing, or
    none there, proves nothing: the reader may be late, or the shop subscribed to bounces alone. While a key may be used
    again nothing is given up: what keeps this run from it (a stop of the account) need not keep the next.
    """
    if is_keyed and doubted.may_repost:
        return None
    if doubted.events is Events.NONE:
        return CANNOT_ASK
    if doubted.events is Events.EARLY:
        return None
    seconds = times.lease_seconds + times.timeout_seconds
    since = query("ledger/taken_since").rows(connection, batch_id=doubted.batch_id, post_seconds=seconds)
    others = [message_key(row["touchpoint"], row["subject_id"]) for row in since]
    if others and len(_spoken_of(connection, scope, others)) == len(others):
        return NOT_HEARD_OF
    return None if doubted.events is Events.DUE else CANNOT_ASK


def resolve(connection: Connection, scope: Scope, doubted: Doubt, answer: Answer) -> dict[Key, State]:
    """End a doubt with what the provider said.

    Found is accepted. Not found: transactional goes back to planned, the others are parked. Where nobody can be asked
    the rest is parked: sending again would be blind.
    """
    outcome = {"found": len(answer.found), "missing": answer.missing}
    if not end_batch(connection, doubted.batch_id, doubted.fence, State.UNKNOWN, "done", outcome):
        return {}
    asked = members(connection, doubted.batch_id)
    taken = {key: Result(True, provider_id=answer.found[key]) for key in asked if key in answer.found}
    conclude(connection, scope, doubted.batch_id, taken)
    again = answer.proves_absence and doubted.message_class is TouchpointClass.TRANSACTIONAL
    missing = [key for key in asked if key not in taken]
    if again:
        plan_again(connection, doubted.batch_id, answer.missing, None, scope.as_of)
    else:
        end(connection, scope.as_of, dict.fromkeys(missing, (State.PARKED, answer.missing)), OPEN)
    return dict.fromkeys(taken, State.ACCEPTED) | dict.fromkeys(missing, State.PLANNED if again else State.PARKED)
