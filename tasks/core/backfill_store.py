"""Stored backfills: opened once, continued step by step, decided once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.core import rulebook
from tasks.core.audit import record_act
from tasks.core.backfills import Backfill, BackfillMode, BackfillRequest, BackfillState, Member
from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.touchpoints import version


def backfills(connection: Connection, backfill_id: str | None = None) -> list[Backfill]:
    """Stored backfills, newest first."""
    return [
        Backfill.model_validate(dict(row)) for row in query("backfill/plans").rows(connection, backfill_id=backfill_id)
    ]


def backfill_of(connection: Connection, backfill_id: str) -> Backfill:
    """One backfill; ConfigurationError where there is none."""
    found = backfills(connection, backfill_id)
    if not found:
        raise ConfigurationError(f"There is no backfill {backfill_id!r}: `todoke backfill list` shows those there are.")
    return found[0]


def open_one(connection: Connection, run: Run, request: BackfillRequest, operator: str) -> Backfill:
    """The backfill of this request, as it stands where it was begun before. GuardError while another one is open."""
    rules = rulebook.current().version
    backfill_id = request.identity(rules)
    others = [
        one for one in backfills(connection) if one.state is BackfillState.OPEN and one.backfill_id != backfill_id
    ]
    if others:
        raise GuardError(_open_already(others[0]))
    insert(connection, run, backfill_id, request, operator, BackfillState.OPEN)
    found = backfill_of(connection, backfill_id)
    if found.state is BackfillState.DROPPED:
        raise GuardError(f"Backfill {backfill_id} was dropped by {found.ended_by}: ask for another window or step.")
    return found


def insert(
    connection: Connection,
    run: Run,
    backfill_id: str,
    request: BackfillRequest,
    operator: str,
    state: BackfillState,
    *,
    plan_hash: str | None = None,
    summary: str = "{}",
    expiry_hours: float | None = None,
) -> None:
    """A backfill as it was asked for, and the act in the audit; one of this id stays as it is."""
    inserted = query("backfill/insert").run(
        connection,
        backfill_id=backfill_id,
        mode=request.mode,
        request=request.model_dump_json(),
        rules=rulebook.current().version,
        state=state,
        plan_hash=plan_hash,
        summary=summary,
        operator=operator,
        as_of=run.as_of,
        expiry_seconds=None if expiry_hours is None else expiry_hours * 3600,
    )
    if inserted:
        act = "preview" if request.mode is BackfillMode.SEND else request.mode
        record_act(
            connection, operator, f"backfill.{act}", backfill_id, run.as_of, plan_hash=plan_hash, note=request.note
        )


def end(
    connection: Connection,
    one: Backfill,
    state: BackfillState,
    summary: Mapping[str, Any],
    operator: str,
    as_of: datetime,
) -> None:
    """An open backfill is done or dropped. Raises GuardError where it is not open."""
    shown = json.dumps(summary, ensure_ascii=False, default=str)
    if not query("backfill/end").run(
        connection, backfill_id=one.backfill_id, state=state, summary=shown, operator=operator
    ):
        found = backfill_of(connection, one.backfill_id)
        raise GuardError(f"Backfill {found.backfill_id} is {found.state}: only an open one can be ended.")
    record_act(connection, operator, f"backfill.{state}", one.backfill_id, as_of)


def decide(
    connection: Connection, plan: Backfill, plan_hash: str, state: BackfillState, operator: str, as_of: datetime
) -> None:
    """Compare and set. Raises GuardError saying who or what was before."""
    values = {"backfill_id": plan.backfill_id, "plan_hash": plan_hash, "state": state, "operator": operator}
    if not query("backfill/decide").run(connection, **values):
        raise GuardError(_why_not(backfill_of(connection, plan.backfill_id), plan_hash))
    act = "approve" if state is BackfillState.APPROVED else "reject"
    record_act(connection, operator, f"backfill.{act}", plan.backfill_id, as_of, plan_hash=plan_hash)


def members(connection: Connection, backfill_id: str) -> list[Member]:
    """Messages of a send, as previewed."""
    return [Member(**row) for row in query("backfill/members").rows(connection, backfill_id=backfill_id)]


def keep_members(connection: Connection, backfill_id: str, found: Sequence[Member]) -> None:
    """These and no others can leave."""
    rows = json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False)
    query("backfill/keep_members").run(connection, backfill_id=backfill_id, rows=rows)


def hash_of(request: BackfillRequest, found: Sequence[Member]) -> str:
    """Stands for everything an approval agrees to: which window, whom, and the templates they are told with."""
    agreed = {
        "request": request.model_dump(mode="json"),
        "templates": {name: version(name) for name in sorted({one.touchpoint for one in found})},
        "members": sorted((one.touchpoint, one.subject_id, one.customer_id) for one in found),
    }
    return hashlib.sha256(json.dumps(agreed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def require_unchanged(connection: Connection, plan: Backfill) -> None:
    """The stored members and today's templates still make the hash that was shown. Raises GuardError."""
    if hash_of(plan.request, members(connection, plan.backfill_id)) != plan.plan_hash:
        raise GuardError(
            f"Backfill {plan.backfill_id} is not what was previewed any more: its members or templates were changed. "
            "Preview it again."
        )


def steps_done(connection: Connection, backfill_id: str) -> dict[datetime, dict[str, int]]:
    """End of each step that is done -> touchpoint -> subjects."""
    rows = query("backfill/steps_done").rows(connection, backfill_id=backfill_id)
    return {row["until_at"]: row["counts"] for row in rows}


def finish_step(connection: Connection, backfill_id: str, until: datetime, counts: Mapping[str, int]) -> None:
    """In the transaction that did the step."""
    query("backfill/finish_step").run(
        connection, backfill_id=backfill_id, until_at=until, counts=json.dumps(dict(counts))
    )


def _open_already(one: Backfill) -> str:
    request, names = one.request, ",".join(one.request.touchpoints)
    again = f"todoke backfill {_written(request.from_at)} {_written(request.to_at)} --mode {one.mode}" + (
        f" --touchpoints {names}" if names else ""
    )
    return (
        f"Backfill {one.backfill_id} ({one.mode}) of {one.operator} is open since {_clock(one.opened_at)}: finish it "
        f"with `{again}` and what else it was begun with, or drop it with `todoke backfill drop {one.backfill_id}`."
    )


def _why_not(found: Backfill, plan_hash: str) -> str:
    name = f"Backfill {found.backfill_id}"
    if found.mode is not BackfillMode.SEND:
        return f"{name} is a {found.mode}: it sends nothing, so there is nothing to decide."
    if found.state is BackfillState.EXPIRED:
        return f"{name} expired at {_clock(found.expires_at)}: the shop has moved on since. Preview it again."
    if found.state is BackfillState.DONE:
        return f"{name} found nothing to send."
    if found.state is not BackfillState.PREVIEWED:
        return f"{name} was {found.state} by {found.ended_by} at {_clock(found.ended_at)} already."
    return (
        f"{name} has the hash {found.plan_hash}, not {plan_hash}: look at the plan you mean to send, and name its hash."
    )


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S%z")


def _clock(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else "an unknown time"
