"""Invariant 11: never to the wrong people by accident. Each guard says what it saw and which command lifts it."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from tasks.core.errors import GuardError
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.thresholds import GuardSettings

FEWEST_KNOWN = 20
"""Fewer orders or customers written to than this say nothing about ids changing wholesale."""

HOLD_ADVICE = "Look at it, then run `todoke resume` to go on or restore what is missing."


def bind(connection: Connection, shop: str, oms: str, secret: bytes) -> None:
    """Bind the database to its shop, order system and secret at first use; others are refused."""
    secret_key = hmac.new(secret, b"binding", sha256).hexdigest()
    bound = query("guards/bind").one(connection, shop=shop, oms=oms, secret_key=secret_key)
    if (bound["shop"], bound["oms"]) != (shop, oms):
        raise GuardError(
            f"The database belongs to shop {bound['shop']!r} on order system {bound['oms']!r}, "
            f"not to {shop!r} on {oms!r}. "
            "Point TODOKE_DATABASE_URL or TODOKE_HOME at the right one."
        )
    if bound["secret_key"] != secret_key:
        raise GuardError(
            "The database was used with another secret: with this one every guest would be a stranger, and whoever "
            "opted out would be written to again. Point TODOKE_HOME at the folder used before, or set TODOKE_SECRET "
            "to its secret."
        )


def refuse_the_past(as_of: datetime, source_now: datetime, namespace_is_scratch: bool) -> None:
    """An as_of earlier than the source's own clock decides with knowledge it could not have had: scratch only."""
    if as_of < source_now and not namespace_is_scratch:
        raise GuardError(
            f"--as-of {as_of.isoformat()} is earlier than the order system's clock {source_now.isoformat()}. "
            "Add `--scratch NAME` to compute it in a scratch schema, to the mailbox only."
        )


def require_go_live(connection: Connection, channel_is_real: bool) -> None:
    """A real channel on an empty ledger refuses until a person said from when on."""
    if channel_is_real and not query("guards/has_messages").scalar(connection) and not live_from(connection):
        raise GuardError(
            "The ledger is empty and the channel is real: everyone of the past could be written to at once. "
            "Run `todoke go-live --from T` with the instant from which on messages are wanted."
        )


def live_from(connection: Connection) -> datetime | None:
    """The instant a person allowed messages from."""
    found: datetime | None = query("guards/live_from").scalar(connection)
    return found


def go_live(connection: Connection, from_at: datetime, by: str) -> None:
    """Allow messages anchored after `from_at`; floors of touchpoints not decided yet begin there."""
    query("guards/go_live").run(connection, from_at=from_at, set_by=by)


def floor_of_first_run(connection: Connection, as_of: datetime) -> datetime:
    """Where a touchpoint that was never decided begins: at go-live for the first run of all, else at the last run."""
    last: datetime | None = query("guards/last_decided_at").scalar(connection)
    return last or live_from(connection) or as_of


def open_holds(
    connection: Connection,
    run: Run,
    limits: GuardSettings,
    known_mark: int | None,
    ids: Mapping[str, Sequence[str]],
    old_orders: Sequence[str] = (),
) -> list[str]:
    """Open the holds this run deserves; returns one line for each hold now open, earlier ones included.

    `known_mark`: messages the archive knows of. `ids`: `orders` and `customers` -> all ids of a full extract; a table
    that was read in part is missing. `old_orders`: extracted orders that were placed `history_days` ago or before.
    """
    _hold_after_gap(connection, run, limits)
    _hold_below_high_water(connection, run, known_mark)
    _hold_when_vanished(connection, run, limits, ids)
    _hold_when_back_dated(connection, run, limits, old_orders)
    return held(connection)


def held(connection: Connection) -> list[str]:
    """One line per open hold."""
    rows = query("guards/open_holds").rows(connection)
    return [f"{row['kind']}: {row['detail']['what']} {HOLD_ADVICE}" for row in rows]


def paused(connection: Connection) -> list[str]:
    """One line per open pause."""
    rows = query("guards/open_pauses").rows(connection)
    return [f"Paused by {row['paused_by']}: {row['what']} ({row['reason']}). `todoke resume` goes on." for row in rows]


def resume(connection: Connection, by: str) -> int:
    """Close every open hold and pause; returns how many."""
    return query("guards/resume_holds").run(connection, by=by) + query("guards/resume_pauses").run(connection, by=by)


def pause(connection: Connection, by: str, reason: str, touchpoint: str | None = None) -> None:
    """The kill switch: nothing (of this touchpoint) leaves until `resume`."""
    query("guards/pause").run(connection, by=by, reason=reason, touchpoint=touchpoint, channel=None)


def _hold(connection: Connection, run: Run, kind: str, what: str, **values: object) -> None:
    if not query("guards/resumed").scalar(connection, kind=kind):
        detail = json.dumps({"what": what, **values}, ensure_ascii=False)
        query("guards/hold").run(connection, kind=kind, detail=detail, as_of=run.as_of)


def _hold_after_gap(connection: Connection, run: Run, limits: GuardSettings) -> None:
    last: datetime | None = query("guards/last_decided_at").scalar(connection)
    if last and run.as_of - last > limits.gap:
        hours = round((run.as_of - last).total_seconds() / 3600)
        _hold(connection, run, "gap", f"The last good run was {hours} h ago ({last.isoformat()}).", hours=hours)


def _hold_below_high_water(connection: Connection, run: Run, known_mark: int | None) -> None:
    found = int(query("guards/count_messages").scalar(connection))
    accepted = int(query("guards/accepted_mark").scalar(connection))
    if known_mark is not None and found < known_mark and known_mark > accepted:
        what = (
            f"The ledger holds {found} messages, the archive knows of {known_mark}: it was restored from an old backup."
        )
        _hold(connection, run, "high_water", what, messages=known_mark, found=found)


def _hold_when_vanished(
    connection: Connection, run: Run, limits: GuardSettings, ids: Mapping[str, Sequence[str]]
) -> None:
    for what, found in ids.items():
        row = query(f"guards/vanished_{what}").one(connection, as_of=run.as_of, ids=list(found))
        known, vanished = row["known"], row["vanished"]
        if known >= FEWEST_KNOWN and vanished / known > limits.vanished_share:
            said = f"{vanished} of {known} {what} written to lately are gone from the source: did their ids change?"
            _hold(connection, run, "vanished", said, known=known, vanished=vanished, of=what)


def _hold_when_back_dated(connection: Connection, run: Run, limits: GuardSettings, old_orders: Sequence[str]) -> None:
    new = int(query("guards/new_among").scalar(connection, ids=list(old_orders))) if old_orders else 0
    if new > limits.history_most:
        said = (
            f"{new} orders that are new to us were placed more than {limits.history_days} days ago: was an old stock "
            "imported, or are dates wrong? Resumed, they count as history: their old news are not sent."
        )
        _hold(connection, run, "back_dated", said, new=new)
