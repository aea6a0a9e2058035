"""What waits for a person: messages in `approval` (released or cancelled) and `parked` ones (sent, or sent again).

A release has two steps: `show` keeps what waits now as a plan, `decide` releases or cancels exactly that. What comes to
wait between the two waits for the next look. The command line does both at once.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, RowMapping

from tasks.core.anonymous import anonymous, recipient_of_nobody
from tasks.core.audit import record_act
from tasks.core.claims import enter
from tasks.core.errors import ConfigurationError, GuardError, TemplateRejected
from tasks.core.queries import query
from tasks.core.rendering import Renderer
from tasks.core.seeds import copy
from tasks.core.settings import Settings

Act = Literal["release", "cancel"]
Decision = Literal["confirm", "leave"]
SAMPLES = 3


class Waiting(BaseModel):
    """Messages of one touchpoint that wait for one reason."""

    model_config = ConfigDict(frozen=True)

    touchpoint: str
    message_class: str
    reason: str
    messages: int
    oldest_at: datetime
    first_too_late_at: datetime


class Plan(BaseModel):
    """One look at what waits. Ids of its messages lie in `release_member`."""

    model_config = ConfigDict(frozen=True)

    plan_id: str
    act: Act
    touchpoint: str | None
    reason: str | None
    why: str
    operator: str
    as_of: datetime
    decision: Decision | None
    decided_by: str | None
    waiting: tuple[Waiting, ...]

    @property
    def messages(self) -> int:
        """How many it shows."""
        return sum(line.messages for line in self.waiting)


def awaiting(connection: Connection) -> list[str]:
    """One line per touchpoint and reason."""
    return [
        f"{line.messages} messages of {line.touchpoint} wait for approval ({line.reason}), the first until "
        f"{line.first_too_late_at.isoformat(timespec='minutes')}: `todoke release --touchpoint {line.touchpoint}`, "
        "with --cancel to drop them."
        for line in _lines(query("guards/awaiting").rows(connection))
    ]


def show(
    connection: Connection,
    operator: str,
    act: Act,
    touchpoint: str | None = None,
    reason: str | None = None,
    why: str = "",
    plan_id: str | None = None,
) -> Plan:
    """Keep what waits now, and is worth sending, as a plan. With the id of a stored one: that one as it is."""
    query("decide/lock_planning").run(connection)
    made = plan_id or f"r{uuid4().hex[:8]}"
    if not query("guards/release_plan").rows(connection, plan_id=made):
        at = _business_time(connection)
        asked = {"touchpoint": touchpoint, "reason": reason, "as_of": at}
        query("guards/keep_release_plan").run(connection, plan_id=made, act=act, why=why, operator=operator, **asked)
        query("guards/show_waiting").run(connection, plan_id=made, **asked)
    return plan_of(connection, made)


def plan_of(connection: Connection, plan_id: str) -> Plan:
    """A stored plan, locked. Raises ConfigurationError where there is none of this id."""
    rows = query("guards/release_plan").rows(connection, plan_id=plan_id)
    if not rows:
        raise ConfigurationError(f"There is no release {plan_id!r}; look at what waits once more.")
    lines = _lines(query("guards/shown").rows(connection, plan_id=plan_id))
    return Plan.model_validate({**rows[0], "waiting": tuple(lines)})


def subjects(connection: Connection, plan: Plan, renderer: Renderer, most: int = SAMPLES) -> list[str]:
    """Subjects of a few messages of a plan, without anything that tells whose they are."""
    rows = query("guards/shown_samples").rows(connection, plan_id=plan.plan_id, most=most)
    return [_subject(renderer, row) for row in rows]


def decide(connection: Connection, plan: Plan, decision: Decision, by: str, settings: Settings) -> int:
    """Do what the plan was made for, to exactly the messages it shows that still wait; `leave` does nothing.

    Their number. Released messages are claimed by the next run, which asks first whether they are still true. Raises
    GuardError where somebody decided before.
    """
    query("decide/lock_planning").run(connection)
    if query("guards/decide_release").run(connection, plan_id=plan.plan_id, decision=decision, by=by) != 1:
        before = plan_of(connection, plan.plan_id)
        raise GuardError(f"Release {plan.plan_id} was decided by {before.decided_by} before ({before.decision}).")
    at = _business_time(connection)
    moved = _moved(connection, plan, by, at, settings) if decision == "confirm" else 0
    record_act(
        connection, by, f"approval.{plan.act if decision == 'confirm' else decision}", plan.plan_id, at,
        touchpoint=plan.touchpoint, reason=plan.reason, why=plan.why, shown=plan.messages, messages=moved,
    )  # fmt: skip
    return moved


def _moved(connection: Connection, plan: Plan, by: str, at: datetime, settings: Settings) -> int:
    given = {"plan_id": plan.plan_id, "as_of": at, "by": by}
    if plan.act == "cancel":
        return query("guards/cancel_approval").run(connection, **given)
    keys = [(row["touchpoint"], row["subject_id"]) for row in query("guards/release").rows(connection, **given)]
    load_id = int(query("decide/newest_load").scalar(connection))
    copy(connection, settings, keys, at, load_id, f"release:{plan.plan_id}")
    return len(keys)


def parked(connection: Connection) -> list[str]:
    """One line per touchpoint and reason: messages that may have been sent or not."""
    return [
        f"{row['n']} messages of {row['touchpoint']} are parked ({row['reason']}), {row['worth_sending']} still worth "
        f"sending: look in the provider's log, then `todoke release --parked --touchpoint {row['touchpoint']}` "
        "with --sent or --again."
        for row in query("guards/parked").rows(connection, as_of=_business_time(connection))
    ]


def accept_parked(connection: Connection, by: str, touchpoint: str | None = None) -> int:
    """A person found them in the provider's log: they count as sent. Their number."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    enter(connection, at)
    moved = int(query("guards/accept_parked").scalar(connection, touchpoint=touchpoint, by=by, as_of=at))
    record_act(connection, by, "parked.sent", touchpoint or "all", at, messages=moved)
    return moved


def plan_parked(connection: Connection, by: str, touchpoint: str | None = None) -> int:
    """Plan them again where still worth sending: whoever has the message already gets it twice. Their number."""
    query("decide/lock_planning").run(connection)
    at = _business_time(connection)
    moved = query("guards/plan_parked").run(connection, touchpoint=touchpoint, by=by, as_of=at)
    record_act(connection, by, "parked.again", touchpoint or "all", at, messages=moved)
    return moved


def _lines(rows: Iterable[RowMapping]) -> list[Waiting]:
    return [Waiting(**{**row, "message_class": row["class"], "messages": row["n"]}) for row in rows]


def _subject(renderer: Renderer, row: RowMapping) -> str:
    context = anonymous(row["context"], words=row["words"])
    recipient = recipient_of_nobody(row["recipient"], row["words"])
    given = {name: row[name] for name in ("touchpoint", "channel", "language", "variant", "source")}
    try:
        message = renderer.render(**given, context=context, recipient=recipient)
    except TemplateRejected as error:
        return f"{row['touchpoint']} cannot be rendered: {error}"
    return message.subject or message.text.strip().partition("\n")[0]


def _business_time(connection: Connection) -> datetime:
    """That of the last run: a released message lives by the clock that planned it."""
    last: datetime | None = query("guards/last_decided_at").scalar(connection)
    return last or datetime.now(UTC)
