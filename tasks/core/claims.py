"""Step `claim` of the delivery protocol: which planned messages may leave now.

The same checks are asked at the claim and again before every post: the gates of sql/decide, and what only a claim asks
(sql/ledger/check.sql). A check that fails for good ends the message; one that may pass later leaves it planned.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tasks.core.domain import ChannelName, State, TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.gates import AT_CLAIM, new_candidates, run_gates
from tasks.core.outgoing import ADDRESS_FIELD
from tasks.core.queries import query
from tasks.core.runs import write_under

Key = tuple[str, str]
"""Natural key of a message: touchpoint, subject_id."""

StillDue = Callable[[Connection, str, Sequence[str], datetime], set[str]]
"""(connection, touchpoint, order_ids, as_of) -> subject ids whose due row still stands with all its checks."""

ENDS: dict[str, State] = {
    "too_late": State.EXPIRED,
    "no_address": State.REJECTED,
    "channel_refused": State.REJECTED,
    "outbound_guard": State.REJECTED,
    **dict.fromkeys(
        ("paused", "cap", "quiet_hours", "open_problem", "journey", "asked_to_wait", "due_file_broken"), State.PLANNED
    ),
}
"""State a failed check leads to; every other check cancels."""


@dataclass(frozen=True)
class Scope:
    """Who claims, for which channel, by which business time."""

    run_id: str
    as_of: datetime
    channel: ChannelName
    guarded: bool
    """A real channel outside production: only `allowed` addresses (lower case) may be reached."""
    allowed: tuple[str, ...] = ()
    ways: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Touchpoint -> its channels that this installation has, in order of fallback."""


@dataclass(frozen=True)
class Claimed:
    """One planned message that may leave now; its rows are locked by the claiming transaction."""

    touchpoint: str
    subject_id: str
    customer_id: str
    order_id: str | None
    message_class: TouchpointClass
    channel: ChannelName
    language: str
    variant: str
    context: dict[str, Any]
    recipient: dict[str, Any]
    source: str | None

    @property
    def key(self) -> Key:
        """Natural key."""
        return self.touchpoint, self.subject_id


@dataclass
class Claim:
    """What one claim found: messages to render, those that ended, those that must wait."""

    ready: list[Claimed] = field(default_factory=list)
    ended: dict[Key, tuple[State, str]] = field(default_factory=dict)
    deferred: dict[Key, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ready or self.ended or self.deferred)


def enter(connection: Connection, as_of: datetime) -> None:
    """Say under which load and business time this transaction works; shared views read both."""
    write_under(connection, int(query("decide/newest_load").scalar(connection)), as_of)


def claim(
    connection: Connection,
    scope: Scope,
    message_class: TouchpointClass,
    limit: int,
    still_due: StillDue,
    deferred: Collection[Key] = (),
    left_out: Collection[str] = (),
) -> Claim:
    """Lock up to `limit` planned messages of one class and check them; those that fail for good are ended here.

    `deferred` messages and `left_out` touchpoints were put off earlier in this run.
    """
    enter(connection, scope.as_of)
    picked = query("ledger/pick").rows(
        connection,
        channel=scope.channel,
        **{"class": message_class},
        limit=limit,
        touchpoints_left_out=list(left_out),
        **_columns(deferred, "touchpoints_deferred", "subjects_deferred"),
    )
    keys = [(row["touchpoint"], row["subject_id"]) for row in picked]
    found = Claim()
    if keys:
        failed = failures(connection, scope, keys, still_due)
        found.deferred = {key: reason for key, reason in failed.items() if ends_as(reason) is State.PLANNED}
        found.ended = {key: (ends_as(reason), reason) for key, reason in failed.items() if key not in found.deferred}
        end(connection, scope.as_of, found.ended)
        fall_back(connection, scope, found.ended)
        found.ready = _contents(connection, [key for key in keys if key not in failed])
    return found


def ends_as(reason: str) -> State:
    """State a message with this failed check goes to; PLANNED = it may pass later."""
    return ENDS.get(reason, State.CANCELLED)


def failures(connection: Connection, scope: Scope, keys: Sequence[Key], still_due: StillDue) -> dict[Key, str]:
    """First failed check of each message that fails one. Needs `enter` before it."""
    new_candidates(connection)
    query("ledger/recheck").run(connection, **_columns(keys))
    run_gates(connection, scope.as_of, AT_CLAIM)
    rows = query("ledger/check").rows(
        connection,
        address_field=ADDRESS_FIELD[scope.channel],
        guarded=scope.guarded,
        allowed=list(scope.allowed),
        **_columns(keys),
    )
    failed = {(row["touchpoint"], row["subject_id"]): row["failed"] for row in rows if row["failed"]}
    earlier = [
        row for row in rows if not row["failed"] and row["run_id"] != scope.run_id and row["order_id"] is not None
    ]
    for touchpoint in sorted({row["touchpoint"] for row in earlier}):
        asked = {row["subject_id"]: row["order_id"] for row in earlier if row["touchpoint"] == touchpoint}
        failed |= {
            (touchpoint, subject): reason
            for subject, reason in _untrue(connection, scope, touchpoint, asked, still_due)
        }
    return failed


def _untrue(
    connection: Connection, scope: Scope, touchpoint: str, asked: dict[str, str], still_due: StillDue
) -> list[tuple[str, str]]:
    """Messages of an earlier run that stopped being true. A due file that breaks holds its own messages only."""
    try:
        with connection.begin_nested():
            true = still_due(connection, touchpoint, sorted(set(asked.values())), scope.as_of)
    except (DBAPIError, ConfigurationError):
        return [(subject, "due_file_broken") for subject in asked]
    return [(subject, "no_longer_due") for subject in asked if subject not in true]


def end(
    connection: Connection,
    as_of: datetime,
    ended: dict[Key, tuple[State, str]],
    from_states: Collection[State] = (State.PLANNED,),
) -> None:
    """Set a final state and reason on each message that is still in one of `from_states`."""
    if not ended:
        return
    query("ledger/set_states").run(
        connection,
        states=[state for state, _ in ended.values()],
        reasons=[reason for _, reason in ended.values()],
        from_states=list(from_states),
        as_of=as_of,
        **_columns(ended),
    )
    query("ledger/leave_outbox").run(connection, **_columns(ended))


def fall_back(
    connection: Connection,
    scope: Scope,
    keys: Collection[Key],
    removed: bool = False,
    from_state: State = State.REJECTED,
) -> int:
    """Those of `keys` in `from_state` that are owed (class T) are planned on their next channel, once; their number.

    The channel is chosen as at planning. What the outbound guard refused goes nowhere else either. `removed`: they may
    be on a channel this installation no longer has, not on that of the scope.
    """
    several = [key for key in keys if len(scope.ways.get(key[0], ())) > (0 if removed else 1)]
    if not several:
        return 0
    enter(connection, scope.as_of)
    new_candidates(connection)
    ways = {name: list(scope.ways[name]) for name, _ in several}
    query("ledger/fallen").run(connection, ways=json.dumps(ways), from_state=from_state, **_columns(several))
    query("decide/enrich").run(connection)
    return query("ledger/fall_back").run(connection, as_of=scope.as_of, from_state=from_state)


def claimable_elsewhere(
    connection: Connection, channel: ChannelName, deferred: Collection[Key], left_out: Collection[str]
) -> bool:
    """Does another worker hold planned messages that this one could claim if it lets them go?"""
    return bool(
        query("ledger/claimable").scalar(
            connection,
            channel=channel,
            touchpoints_left_out=list(left_out),
            **_columns(deferred, "touchpoints_deferred", "subjects_deferred"),
        )
    )


def _contents(connection: Connection, keys: Sequence[Key]) -> list[Claimed]:
    if not keys:
        return []
    rows = query("ledger/contents").rows(connection, **_columns(keys))
    return [_claimed(dict(row)) for row in rows]


def _claimed(row: dict[str, Any]) -> Claimed:
    message_class, channel = TouchpointClass(row.pop("class")), ChannelName(row.pop("channel"))
    return Claimed(message_class=message_class, channel=channel, **row)


def _columns(keys: Collection[Key], first: str = "touchpoints", second: str = "subjects") -> dict[str, list[str]]:
    return {first: [touchpoint for touchpoint, _ in keys], second: [subject_id for _, subject_id in keys]}
