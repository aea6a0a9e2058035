"""The delivery protocol where proof is missing: take over, repost, resolve (docs/delivery.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from tasks.core.claims import Key, Scope, StillDue, end, failures
from tasks.core.database import Database
from tasks.core.domain import State, TouchpointClass
from tasks.core.ledger import OPEN, conclude, end_batch, members, move, plan_again
from tasks.core.outgoing import Result, message_key
from tasks.core.queries import query
from tasks.core.settings import DeliverySettings


class LooksUp(Protocol):
    """The part of a channel adapter that can be asked (tasks/channels/base.py)."""

    @property
    def can_look_up(self) -> bool: ...
    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]: ...


@dataclass(frozen=True)
class Doubt:
    """A batch without proof either way."""

    batch_id: UUID
    fence: int
    message_class: TouchpointClass
    may_repost: bool
    may_ask: bool


def take_over(connection: Connection, scope: Scope) -> int:
    """Batches whose lease ended are in doubt; their number."""
    taken = query("ledger/take_over").rows(connection)
    for row in taken:
        move(connection, row["batch_id"], State.UNKNOWN, "lease_ended", (State.POSTING,), scope.as_of)
    return len(taken)


def in_doubt(connection: Connection, scope: Scope, provider: str, times: DeliverySettings) -> list[Doubt]:
    """Every batch in doubt and what its age allows."""
    rows = query("ledger/in_doubt").rows(
        connection,
        channel=scope.channel,
        provider=provider,
        repost_seconds=times.repost_minutes * 60,
        horizon_seconds=times.lease_seconds + times.timeout_seconds + times.horizon_minutes * 60,
    )
    return [
        Doubt(row["batch_id"], row["fence"], TouchpointClass(row["class"]), row["may_repost"], row["may_ask"])
        for row in rows
    ]


def may_repost(connection: Connection, scope: Scope, doubted: Doubt, still_due: StillDue) -> bool:
    """Does every member still pass the claim checks? Locks the batch; False also when another worker has it."""
    if not query("ledger/lock_batch").rows(
        connection, batch_id=doubted.batch_id, fence=doubted.fence, state=State.UNKNOWN
    ):
        return False
    return not failures(connection, scope, members(connection, doubted.batch_id), still_due)


def ask(
    database: Database, scope: Scope, doubted: Doubt, provider: LooksUp, hook: Callable[[str], None]
) -> dict[Key, State]:
    """Ask the provider which messages it took, and settle them; the batch is not posted again in between (fence).

    Raises DeliveryError where it does not answer.
    """
    with database.transaction() as connection:
        keys = {message_key(*key): key for key in members(connection, doubted.batch_id)}
    found = provider.look_up(list(keys)) if provider.can_look_up else None
    hook("ask")
    known = None if found is None else {keys[key]: provider_id for key, provider_id in found.items()}
    with database.transaction() as connection:
        return resolve(connection, scope, doubted, known)


def resolve(connection: Connection, scope: Scope, doubted: Doubt, found: Mapping[Key, str] | None) -> dict[Key, State]:
    """End a doubt after its horizon. `found`: provider ids of what the provider took; None = it cannot be asked.

    Found is accepted. Not found: transactional goes back to planned, the others are parked. Where nobody can be asked
    everything is parked: sending again would be blind.
    """
    outcome = {"found": None if found is None else len(found)}
    if not end_batch(connection, doubted.batch_id, doubted.fence, State.UNKNOWN, "done", outcome):
        return {}
    asked = members(connection, doubted.batch_id)
    taken = {key: Result(True, provider_id=found[key]) for key in asked if found and key in found}
    conclude(connection, scope, doubted.batch_id, taken)
    again = found is not None and doubted.message_class is TouchpointClass.TRANSACTIONAL
    missing = [key for key in asked if key not in taken]
    if again:
        plan_again(connection, doubted.batch_id, "not_found_at_provider", None, scope.as_of)
    else:
        reason = "cannot_ask_provider" if found is None else "not_found_at_provider"
        end(connection, scope.as_of, dict.fromkeys(missing, (State.PARKED, reason)), OPEN)
    return dict.fromkeys(taken, State.ACCEPTED) | dict.fromkeys(missing, State.PLANNED if again else State.PARKED)
