"""A notice's plan, and what became of it, in Markdown: for the form that approves it and for Prefect's artifacts.

Nothing here names a person: ids, figures, and samples addressed to nobody.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from tasks.core.notice_plans import Approved, Cost, LeftOut, Lifted, NoticePlan, NoticePreview, NoticeSummary, Sample


def plan_words(preview: NoticePreview, zone: str) -> str:
    """What a person reads before they approve. `zone`: IANA zone of the times shown."""
    plan = preview.plan
    parts = [
        f"## {_title(plan)}",
        plan.request.note,
        _table(_figures(plan.summary)),
        _section("Left out", _left_out(plan.summary.left_out)),
        _section("The same people", _overlap(plan.summary)),
        *(_sample(sample) for sample in preview.samples),
        f"Planned by {plan.operator}. It can be approved until {_time(plan.expires_at, zone)}. Plan `{plan.plan_id}`.",
    ]
    return "\n\n".join(part for part in parts if part)


def approved_words(approved: Approved) -> str:
    """What an approval did."""
    states = _table({state: n for state, n in approved.states.items() if n} or {"messages": 0})
    parts = [
        f"## {approved.planned} messages planned, {approved.waiting} wait for their hour",
        states,
        _section("Wait for their hour", _left_out(approved.later)),
        _section("Left out", _left_out(approved.left_out)),
        _section("To look at", approved.notes),
        f"Plan `{approved.plan_id}`.",
    ]
    return "\n\n".join(part for part in parts if part)


def lifted_words(lifted: Lifted) -> str:
    """What a lift did."""
    parts = [
        f"## Lifted: {lifted.stopped} messages stopped, {lifted.told} people hear that it is over",
        _table({state: n for state, n in lifted.states.items() if n}) if lifted.states else "",
        _section("To look at", lifted.notes),
        f"Plan `{lifted.plan_id}`.",
    ]
    return "\n\n".join(part for part in parts if part)


def _title(plan: NoticePlan) -> str:
    kind = "Delay notice" if plan.touchpoint == "delay_notice" else "Service notice"
    chosen = "; ".join(f"{name.replace('_', ' ')} {_list(value)}" for name, value in plan.request.filters.items())
    return f"{kind}: {plan.summary.now + plan.summary.later} of {plan.summary.orders} orders ({chosen})"


def _list(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _figures(summary: NoticeSummary) -> dict[str, object]:
    return {
        "leave on approval": summary.now,
        "wait for their hour": summary.later,
        "by channel": _counts(summary.by_channel),
        "by language": _counts(summary.by_language),
        "by region": _counts(summary.by_region),
        "cost": ", ".join(map(_cost, summary.costs)) or "–",
    }


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items()) or "–"


def _cost(cost: Cost) -> str:
    price = f"{cost.amount} {cost.currency}" if cost.amount is not None else "price unknown"
    return f"{cost.channel} {price}"


def _left_out(rows: Iterable[LeftOut]) -> list[str]:
    return [f"{row.orders} orders: {row.explanation}" for row in rows]


def _overlap(summary: NoticeSummary) -> list[str]:
    overlap = summary.overlap
    lines = [f"{n} messages of {name} are due as well" for name, n in overlap.due_soon.items()]
    lines += [f"{n} orders are in the approved plan {plan} as well" for plan, n in overlap.open_notices.items()]
    if overlap.told_already:
        lines.append(f"{overlap.told_already} orders were told of the same day or a later one: not told again")
    if overlap.told_today:
        lines.append(f"{overlap.told_today} orders were told less than 24 hours ago: told again later, if still worse")
    return lines


def _sample(sample: Sample) -> str:
    return f"### {sample.channel}, {sample.language}: {sample.subject}\n\n```\n{sample.text.strip()}\n```"


def _section(title: str, lines: list[str]) -> str:
    return f"### {title}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def _table(rows: Mapping[str, object]) -> str:
    first, *others = (f"| {name} | {value} |" for name, value in rows.items())
    return "\n".join([first, "|---|---|", *others])


def _time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
