"""The delivery protocol over the ledger: seal, intend, acknowledge (docs/delivery.md). doubts.py does the rest.

Every function runs inside the caller's transaction and names one step. What guards against two workers: row locks while
sealing, then batch + fence. A function that finds the batch moved on returns False or None and changes nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
import zstandard
from sqlalchemy import Connection

from tasks.core.claims import Key, Scope, StillDue, end, ends_as, enter, failures, fall_back
from tasks.core.domain import ChannelName, State, TouchpointClass
from tasks.core.errors import GuardError, NotWritten, UnknownOutcome
from tasks.core.outgoing import Result
from tasks.core.queries import query
from tasks.core.thresholds import DeliverySettings

CLASSES = (TouchpointClass.TRANSACTIONAL, TouchpointClass.SERVICE, TouchpointClass.MARKETING)
"""In the order they leave."""

OPEN = (State.SEALED, State.POSTING, State.UNKNOWN)
_LEVEL = 3


@dataclass(frozen=True)
class Posting:
    """A batch this worker may post once: the intent is committed."""

    batch_id: UUID
    fence: int
    body: bytes
    members: tuple[Key, ...]
    in_doubt: bool
    """It was posted before without proof: only a good answer ends the doubt."""


def seal(
    connection: Connection,
    scope: Scope,
    provider: str,
    message_class: TouchpointClass,
    members: Sequence[Key],
    body: bytes,
    versions: Mapping[str, str],
) -> UUID:
    """Freeze a batch: its bytes, members, order and template versions. Its messages leave the work list."""
    batch_id: UUID = query("ledger/insert_batch").scalar(
        connection,
        channel=scope.channel,
        provider=provider,
        **{"class": message_class},
        members=len(members),
        versions=orjson.dumps(dict(versions), option=orjson.OPT_SORT_KEYS).decode(),
        body=zstandard.ZstdCompressor(level=_LEVEL).compress(body),
        body_hash=hashlib.sha256(body).hexdigest(),
        as_of=scope.as_of,
        run_id=scope.run_id,
    )
    columns = {"touchpoints": [key[0] for key in members], "subjects": [key[1] for key in members]}
    query("ledger/insert_members").run(connection, batch_id=batch_id, **columns)
    sealed = query("ledger/seal_messages").run(connection, batch_id=batch_id, as_of=scope.as_of)
    if sealed != len(members):
        raise GuardError(
            f"batch {batch_id}: {len(members) - sealed} of its messages were no longer planned; nothing was sealed"
        )
    query("ledger/leave_outbox").run(connection, **columns)
    return batch_id


def next_sealed(
    connection: Connection, scope: Scope, provider: str, message_class: TouchpointClass
) -> tuple[UUID, int] | None:
    """Batch and fence of the oldest sealed batch nobody holds, locked."""
    rows = query("ledger/next_sealed").rows(
        connection, channel=scope.channel, provider=provider, **{"class": message_class}
    )
    return (rows[0]["batch_id"], rows[0]["fence"]) if rows else None


def intend(
    connection: Connection,
    scope: Scope,
    batch_id: UUID,
    fence: int,
    worker: str,
    times: DeliverySettings,
    in_doubt: bool = False,
) -> Posting | None:
    """Write-ahead intent: state posting, next fence, lease. The caller commits before it opens a socket."""
    rows = query("ledger/intend").rows(
        connection, batch_id=batch_id, fence=fence, worker=worker, lease_seconds=times.lease_seconds
    )
    if not rows:
        return None
    move(connection, batch_id, State.POSTING, None, (State.SEALED, State.UNKNOWN), scope.as_of)
    body = _thawed(batch_id, rows[0]["body"], rows[0]["body_hash"])
    return Posting(batch_id, rows[0]["fence"], body, members(connection, batch_id), in_doubt)


def dissolve_if_untrue(
    connection: Connection, scope: Scope, batch_id: UUID, fence: int, still_due: StillDue
) -> dict[Key, str]:
    """Check a sealed batch once more. Members that fail end, the others are planned again; returns the failures."""
    failed = failures(connection, scope, members(connection, batch_id), still_due)
    if failed:
        ended = {
            key: (ends_as(reason), reason) for key, reason in failed.items() if ends_as(reason) is not State.PLANNED
        }
        end(connection, scope.as_of, ended, (State.SEALED,))
        dissolve(
            connection, scope, batch_id, fence, State.SEALED, "dissolved: " + ", ".join(sorted(set(failed.values())))
        )
        fall_back(connection, scope, ended)
    return failed


def dissolve(
    connection: Connection,
    scope: Scope,
    batch_id: UUID,
    fence: int,
    from_state: State,
    reason: str,
    retry_after_seconds: float | None = None,
) -> bool:
    """Give a batch up that nobody took: what is open of it goes back to planned."""
    if not end_batch(connection, batch_id, fence, from_state, "dissolved", {"dissolved": reason}):
        return False
    plan_again(connection, batch_id, reason, retry_after_seconds, scope.as_of)
    return True


def acknowledge(connection: Connection, scope: Scope, posting: Posting, results: Sequence[Result]) -> bool:
    """Write down what the provider said, message by message. False: a newer worker owns the batch; nothing is written.

    Raises UnknownOutcome when there are not as many results as messages.
    """
    if len(results) != len(posting.members):
        raise UnknownOutcome(f"{len(results)} results for {len(posting.members)} messages")
    if not end_batch(connection, posting.batch_id, posting.fence, State.POSTING, "done", {"results": len(results)}):
        return False
    said = dict(zip(posting.members, results, strict=True))
    conclude(connection, scope, posting.batch_id, {key: one for key, one in said.items() if one.failure is None})
    _park(connection, scope, {key: one.failure for key, one in said.items() if isinstance(one.failure, UnknownOutcome)})
    put_off = [one.failure for one in results if isinstance(one.failure, NotWritten)]
    if put_off:
        plan_again(connection, posting.batch_id, str(put_off[0]), put_off[0].retry_after_seconds, scope.as_of)
    return True


def _park(connection: Connection, scope: Scope, lost: Mapping[Key, UnknownOutcome]) -> None:
    """Messages without proof whose provider cannot be asked: unknown, and no horizon would change that."""
    end(connection, scope.as_of, {key: (State.UNKNOWN, str(why)) for key, why in lost.items()}, (State.POSTING,))
    end(connection, scope.as_of, dict.fromkeys(lost, (State.PARKED, "cannot_ask_provider")), (State.UNKNOWN,))


def refuse(connection: Connection, scope: Scope, posting: Posting, reason: str) -> bool:
    """The provider refused the whole call: every member is rejected with its reason."""
    return acknowledge(connection, scope, posting, [Result(False, reason=reason)] * len(posting.members))


def give_back(
    connection: Connection, scope: Scope, posting: Posting, reason: str, retry_after_seconds: float | None
) -> bool:
    """Nothing was written: the batch is dissolved, its messages are planned again, not before the provider allows."""
    return dissolve(connection, scope, posting.batch_id, posting.fence, State.POSTING, reason, retry_after_seconds)


def doubt(connection: Connection, scope: Scope, posting: Posting, reason: str) -> bool:
    """No proof either way."""
    if not end_batch(connection, posting.batch_id, posting.fence, State.POSTING, State.UNKNOWN, {"unknown": reason}):
        return False
    move(connection, posting.batch_id, State.UNKNOWN, reason, (State.POSTING,), scope.as_of)
    return True


def dissolve_retired(connection: Connection, scope: Scope, provider: str) -> None:
    """Plan again what was sealed for a provider that is no longer configured: nobody would ever post it."""
    for row in query("ledger/retired_batches").rows(connection, channel=scope.channel, provider=provider):
        dissolve(connection, scope, row["batch_id"], row["fence"], State.SEALED, "provider_changed")


def posting_elsewhere(connection: Connection, channel: ChannelName) -> int:
    """Batches that are being posted at this moment."""
    return int(query("ledger/foreign_batches").scalar(connection, channel=channel))


def retry_in(connection: Connection, channel: ChannelName) -> float | None:
    """Seconds until the provider allows the next attempt, None where nothing waits for that."""
    seconds: float | None = query("ledger/retry_in").scalar(connection, channel=channel)
    return seconds


def ledger_sum(connection: Connection) -> dict[str, dict[str, int]]:
    """Touchpoint -> state -> number of messages to customers."""
    total: dict[str, dict[str, int]] = {}
    for row in query("ledger/sum").rows(connection):
        total.setdefault(row["touchpoint"], {})[row["state"]] = row["n"]
    return total


def discrepancies(connection: Connection) -> list[str]:
    """What does not agree between messages, work list and batches, one line each. Empty, always."""
    rows = query("ledger/discrepancies").rows(connection)
    return [f"{row['touchpoint']}: {row['kind']} ({row['n']})" for row in rows]


def _thawed(batch_id: UUID, body: bytes, body_hash: str) -> bytes:
    content = zstandard.ZstdDecompressor().decompress(bytes(body))
    if hashlib.sha256(content).hexdigest() != body_hash:
        raise GuardError(
            f"batch {batch_id}: the sealed bytes are damaged; restore the database, nothing of it was posted"
        )
    return content


def members(connection: Connection, batch_id: UUID) -> tuple[Key, ...]:
    """Messages of a batch in the order of its bytes."""
    rows = query("ledger/members").rows(connection, batch_id=batch_id)
    return tuple((row["touchpoint"], row["subject_id"]) for row in rows)


def move(
    connection: Connection,
    batch_id: UUID,
    state: State,
    reason: str | None,
    from_states: Sequence[State],
    as_of: datetime,
) -> None:
    query("ledger/move_members").run(
        connection, batch_id=batch_id, state=state, reason=reason, from_states=list(from_states), as_of=as_of
    )


def plan_again(
    connection: Connection, batch_id: UUID, reason: str, retry_seconds: float | None, as_of: datetime
) -> None:
    query("ledger/back_to_planned").run(
        connection, batch_id=batch_id, reason=reason, retry_seconds=retry_seconds, as_of=as_of
    )


def end_batch(
    connection: Connection, batch_id: UUID, fence: int, from_state: State, state: str, outcome: Mapping[str, object]
) -> bool:
    changed = query("ledger/end_batch").run(
        connection,
        batch_id=batch_id,
        fence=fence,
        from_state=from_state,
        state=state,
        outcome=orjson.dumps(outcome).decode(),
    )
    return changed == 1


def conclude(connection: Connection, scope: Scope, batch_id: UUID, results: Mapping[Key, Result]) -> None:
    """Per-message outcomes, and what accepted messages told about the day of arrival."""
    if not results:
        return
    enter(connection, scope.as_of)
    states = {key: State.ACCEPTED if result.accepted else State.REJECTED for key, result in results.items()}
    query("ledger/record_outcomes").run(
        connection,
        batch_id=batch_id,
        touchpoints=[key[0] for key in results],
        subjects=[key[1] for key in results],
        outcomes=list(states.values()),
        provider_ids=[result.provider_id for result in results.values()],
    )
    query("ledger/set_states").run(
        connection,
        touchpoints=[key[0] for key in results],
        subjects=[key[1] for key in results],
        states=list(states.values()),
        reasons=[result.reason for result in results.values()],
        from_states=list(OPEN),
        as_of=scope.as_of,
    )
    query("ledger/tell").run(connection, batch_id=batch_id, as_of=scope.as_of)
    fall_back(connection, scope, [key for key, state in states.items() if state is State.REJECTED])
