"""Stored plans: what an approval names by its hash, and how a plan passes from one state to the next, once."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.core.audit import record_act
from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.notice_plans import NoticePlan, NoticeState, NoticeSummary
from tasks.core.notices import NoticeRequest
from tasks.core.own_words import Words
from tasks.core.queries import query
from tasks.core.touchpoints import version


def plans(connection: Connection, plan_id: str | None = None) -> list[NoticePlan]:
    """Stored plans, newest first."""
    return [_plan(dict(row)) for row in query("notice/plans").rows(connection, plan_id=plan_id)]


def plan_of(connection: Connection, plan_id: str) -> NoticePlan:
    """One plan; ConfigurationError where there is none."""
    found = plans(connection, plan_id)
    if not found:
        raise ConfigurationError(f"There is no notice {plan_id!r}: `todoke notice list` shows those there are.")
    return found[0]


def members(connection: Connection, plan_id: str) -> list[dict[str, Any]]:
    """Rows order_id, customer_id, region, left_out, later, channel, language."""
    return [dict(row) for row in query("notice/members").rows(connection, plan_id=plan_id)]


def hash_of(request: NoticeRequest, rows: Iterable[Any]) -> str:
    """Stands for everything an approval agrees to: whom, what, which dates, and the templates it is told with."""
    agreed = {
        "request": request.model_dump(mode="json"),
        "templates": version(request.touchpoint),
        "members": sorted([row["order_id"], row["customer_id"], row["left_out"]] for row in rows),
    }
    return hashlib.sha256(json.dumps(agreed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def insert(
    connection: Connection,
    plan_id: str,
    request: NoticeRequest,
    operator: str,
    as_of: datetime,
    *,
    plan_hash: str = "",
    summary: NoticeSummary | None = None,
    approved: bool = False,
    expiry_hours: float = 0,
) -> None:
    """A plan: as previewed, or `approved` for the trial that a preview rolls back."""
    query("notice/insert").run(
        connection,
        plan_id=plan_id,
        kind=request.kind,
        request=request.model_dump_json(),
        words=_json(request.words),
        plan_hash=plan_hash,
        summary=summary.model_dump_json() if summary else "{}",
        state=NoticeState.APPROVED if approved else NoticeState.PREVIEWED,
        operator=operator,
        as_of=as_of,
        decided_as_of=as_of if approved else None,
        expiry_seconds=expiry_hours * 3600,
    )


def insert_members(connection: Connection, plan_id: str, rows: Sequence[dict[str, Any]]) -> None:
    """Everybody the filters found, as previewed."""
    query("notice/insert_members").run(connection, plan_id=plan_id, rows=json.dumps(rows, ensure_ascii=False))


def decide(
    connection: Connection,
    plan: NoticePlan,
    plan_hash: str,
    state: NoticeState,
    operator: str,
    as_of: datetime,
    why: str = "",
) -> None:
    """Compare and set. Raises GuardError saying who or what was before."""
    values = {"plan_id": plan.plan_id, "plan_hash": plan_hash, "state": state, "operator": operator, "as_of": as_of}
    if not query("notice/decide").run(connection, **values):
        raise GuardError(_why_not(plan_of(connection, plan.plan_id), plan_hash))
    act = "notice.approve" if state is NoticeState.APPROVED else "notice.reject"
    record_act(connection, operator, act, plan.plan_id, as_of, plan_hash=plan_hash, why=why)


def require_unchanged(connection: Connection, plan: NoticePlan) -> None:
    """The stored rows and today's templates still make the hash that was shown. Raises GuardError."""
    if hash_of(plan.request, members(connection, plan.plan_id)) != plan.plan_hash:
        raise GuardError(
            f"Notice {plan.plan_id} is not what was previewed any more: its members or the templates of "
            f"{plan.touchpoint} were changed. Preview it again."
        )


def end(connection: Connection, plan: NoticePlan, operator: str, as_of: datetime, words: Words | None) -> None:
    """Approved becomes lifted. Raises GuardError where it was not approved, or is lifted already."""
    done = query("notice/lift").run(
        connection, plan_id=plan.plan_id, operator=operator, as_of=as_of, words=_json(words)
    )
    if not done:
        found = plan_of(connection, plan.plan_id)
        by = f" by {found.lifted_by} at {_clock(found.lifted_at)}" if found.state is NoticeState.LIFTED else ""
        raise GuardError(f"Notice {plan.plan_id} is {found.state}{by}: only an approved one can be lifted.")
    record_act(connection, operator, "notice.lift", plan.plan_id, as_of)


def _why_not(found: NoticePlan, plan_hash: str) -> str:
    name = f"Notice {found.plan_id}"
    if found.state is NoticeState.EXPIRED:
        return f"{name} expired at {_clock(found.expires_at)}: the shop has moved on since. Preview it again."
    if found.state is not NoticeState.PREVIEWED:
        return f"{name} was {_DONE[found.state]} by {found.decided_by} at {_clock(found.decided_at)} already."
    return (
        f"{name} has the hash {found.plan_hash}, not {plan_hash}: look at the plan you mean to send, and name its hash."
    )


_DONE = {NoticeState.APPROVED: "approved", NoticeState.REJECTED: "rejected", NoticeState.LIFTED: "approved"}


def _clock(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else "an unknown time"


def _json(words: Words | None) -> str | None:
    return json.dumps(words, ensure_ascii=False) if words else None


def _plan(row: dict[str, Any]) -> NoticePlan:
    request = NoticeRequest.model_validate(row.pop("request"))
    return NoticePlan(request=request, touchpoint=request.touchpoint, **row)
