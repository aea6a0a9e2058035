"""A backfill, and what became of it, as Markdown and lines: for form, artifacts and terminal. Names nobody."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tasks.core.backfills import Backfill, BackfillMode, SendPreview, Sent, Stopped
from tasks.core.notice_outcomes import EXPLAINED
from tasks.core.notice_plans import Cost

_SAID = {
    "before_floor": "they were due before the touchpoint began here (its floor)",
    "too_late": "they are not worth sending any more (validity)",
    "already_accepted": "they were sent",
    "told_before": "they were told under another id",
    "already_expired": "they were too late when they came up",
    "already_cancelled": "they stopped being true, or were marked",
    "already_held_out": "the holdout keeps them",
    "already_approval": "they wait for approval: `todoke release`",
    "already_planned": "they are planned already",
    "already_rejected": "they could not be sent",
    "over_most": "they are above the most of this backfill: ask again after it",
    "draft": "the touchpoint is a draft",
    "consent": "there is no consent",
    "cap": "the person gets enough these days",
    "open_problem": "something of theirs is open",
    "gone": "nothing is due to them any more",
}
OUTCOMES = ("same", "moved", "otherwise", "gained", "lost")
"""Of a shadow, in the order they are shown."""


def explained(reason: str) -> str:
    """Why a subject is left alone, to a colleague."""
    if reason.startswith("waits:"):
        return f"they wait already ({reason.removeprefix('waits:')}): the hours send them when they may leave"
    if reason.startswith("check:"):
        return EXPLAINED.get(reason, f"their facts say no ({reason.removeprefix('check:')})")
    return _SAID.get(reason) or EXPLAINED.get(reason, reason)


def title(one: Backfill, zone: str) -> str:
    """Mode, touchpoints and window."""
    names = ", ".join(one.request.touchpoints) or "all touchpoints"
    return f"{one.mode} of {names}, {_time(one.request.from_at, zone)} to {_time(one.request.to_at, zone)}"


def send_lines(shown: SendPreview) -> list[str]:
    """The figures of a send's preview."""
    found = shown.found
    lines = [
        f"{found.messages} messages would leave now, {found.held_out} more are held out to measure by."
        if found.messages or found.held_out
        else "Nothing would leave: there is nothing to approve.",
        *(f"{name}: {n}" for name, n in found.by_touchpoint.items()),
        *map(_cost_line, found.costs),
        *(f"{name} is left out, its due file broke: {error}" for name, error in found.broken.items()),
    ]
    return lines + stopped_lines(found.stopped)


def stopped_lines(stopped: Iterable[Stopped]) -> list[str]:
    """Who is left alone, by reason."""
    return [f"left alone: {one.subjects}, {one.explanation} ({one.reason})" for one in stopped]


def _cost_line(cost: Cost) -> str:
    price = f"{cost.amount} {cost.currency}" if cost.amount is not None else "unknown cost"
    return f"{cost.channel}: {cost.messages} messages, {price}"


def sent_lines(sent: Sent) -> list[str]:
    """What an approval did."""
    states = ", ".join(f"{n} {state}" for state, n in sent.states.items()) or "none"
    said = [f"{sent.planned} messages planned ({states}), {sent.waiting} wait for an hour in which they may leave."]
    return said + stopped_lines(sent.stopped) + sent.notes


def done_lines(one: Backfill) -> list[str]:
    """What a shadow or a mark came to."""
    if one.mode is BackfillMode.MARK:
        marked, floors = one.summary.get("marked", {}), one.summary.get("floors", {})
        return [
            f"{sum(marked.values())} subjects are marked as handled: they are never planned again.",
            *(f"{name}: {n}" for name, n in marked.items()),
            *(f"{name} begins at {moved['to']} now, before at {moved['from']}." for name, moved in floors.items()),
        ]
    counts: Mapping[str, Mapping[str, int]] = one.summary.get("counts", {})
    differing = sum(n for outcomes in counts.values() for name, n in outcomes.items() if name != "same")
    return [
        "The shadow decides as the record says." if not differing else f"{differing} decisions come out otherwise.",
        *(f"{name}: {_outcomes(outcomes)}" for name, outcomes in sorted(counts.items())),
        *map(_sample_line, one.summary.get("samples", [])),
    ]


def _outcomes(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{outcomes[name]} {name}" for name in OUTCOMES if name in outcomes)


def _sample_line(row: Mapping[str, Any]) -> str:
    return (
        f"{row['outcome']} {row['touchpoint']} {row['subject_id']}: shadow {_said(row, 'shadow')}, "
        f"record {_said(row, 'recorded', 'record')}"
    )


def _said(row: Mapping[str, Any], at: str, says: str | None = None) -> str:
    when, what = row[f"{at}_at"], row[f"{says or at}_says"]
    return f"{what} at {str(when)[:16]}" if when else str(what)


def markdown(heading: str, lines: Iterable[str], last: str = "") -> str:
    """A heading, a list and a last line."""
    return "\n\n".join(part for part in (f"## {heading}", "\n".join(f"- {line}" for line in lines), last) if part)


def preview_words(shown: SendPreview, zone: str) -> str:
    """What a person reads before they approve."""
    samples = [
        f"**{one.channel}, {one.language}, to {one.to}**\n\n> {one.subject}\n>\n> "
        + one.text.strip().replace("\n", "\n> ")
        for one in shown.samples
    ]
    plan, until = shown.plan, shown.plan.expires_at
    last = f"Planned by {plan.operator}. Plan `{plan.backfill_id}`" + (
        f", to be approved until {_time(until, zone)}." if until else "."
    )
    return "\n\n".join([markdown(title(plan, zone), send_lines(shown)), *samples, last])


def _time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
