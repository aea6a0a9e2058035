"""What waits for approval, and what became of it, in Markdown: for the form that decides, and for Prefect's artifacts.

Nothing here names a person: figures, and subjects of messages to nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tasks.core.approvals import Plan, Waiting

_REASONS = {
    "approval": "its messages always wait for a person",
    "volume": "far more than usual in one hour",
}
_DONE = {"release": "Released", "cancel": "Cancelled"}


def plan_words(plan: Plan, subjects: Sequence[str], zone: str) -> str:
    """What a person reads before they confirm. `zone`: IANA zone of the times shown."""
    if not plan.waiting:
        return "## Nothing waits for that"
    what = "send with the next run" if plan.act == "release" else "never send"
    head = "| touchpoint | class | messages | oldest | valid until | waits because |\n|---|---|---:|---|---|---|"
    parts = [
        f"## {plan.act.capitalize()} {plan.messages} messages: {what}",
        plan.why,
        "\n".join([head, *(_row(line, ZoneInfo(zone)) for line in plan.waiting)]),
        "### Subjects of some\n\n" + "\n".join(f"- {subject}" for subject in subjects),
        f"Asked by {plan.operator}. Exactly these messages: what comes to wait later waits for the next look.",
        f"Release `{plan.plan_id}`.",
    ]
    return "\n\n".join(part for part in parts if part)


def done_words(plan: Plan, moved: int, by: str) -> str:
    """What was decided, and what it did."""
    gone = plan.messages - moved
    since = f" {gone} of those shown no longer waited: too late by now, or no longer true." if gone else ""
    return f"## {_DONE[plan.act]}: {moved} messages\n\nConfirmed by {by}.{since} Release `{plan.plan_id}`."


def left_words(plan: Plan, by: str) -> str:
    """Nobody moved."""
    return f"## Left as it is: {plan.messages} messages go on waiting\n\nDecided by {by}. Release `{plan.plan_id}`."


def _row(line: Waiting, zone: ZoneInfo) -> str:
    times = " | ".join(_time(at, zone) for at in (line.oldest_at, line.first_too_late_at))
    why = _REASONS.get(line.reason, line.reason)
    return f"| {line.touchpoint} | {line.message_class} | {line.messages} | {times} | {why} |"


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
