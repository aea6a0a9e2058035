"""What the gates said about the members of a plan, in the words of a preview."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tasks.core.brand import Costs
from tasks.core.domain import ChannelName
from tasks.core.notice_plans import Cost, LeftOut, NoticeSummary, Overlap, Person, Sample
from tasks.core.segments import segments

LATER = ("quiet_hours", "not_due_yet", "feed_closed", "feed_stale")
"""Reasons that pass by themselves: these people are written to in an hour of their own."""

EXPLAINED = {
    "quiet_hours": "it is night where they live, and the channel is loud",
    "not_due_yet": "they heard of the order less than 24 h ago",
    "check:worse": "they were told of this day, or a later one, already",
    "check:not_delivered": "their order has arrived",
    "check:not_cancelled": "their order was cancelled",
    "check:not_returned": "their order is on its way back",
    "check:still_late": "their order is not late any more",
    "check:not_lifted": "the notice was lifted",
    "suppressed": "their address is dead, or they complained",
    "no_address": "they have no address on any of the channels",
    "do_not_contact": "they must not be written to",
    "deceased": "they have died",
    "merged": "they were merged into a customer nobody knows",
    "relay_over": "the days of the address that the marketplace lent are over",
    "source_not_listed": "brand.toml has no section for the shop front of their order",
    "class_not_allowed": "the shop front of their order does not let us write this",
    "before_floor": "the touchpoint began only now on this database",
    "too_late": "it is not worth sending any more",
    "told_before": "it was told under another id",
    "gone": "their order has arrived, was cancelled or returned, or another notice speaks for it",
    "feed_closed": "the orders cannot be trusted this hour",
    "feed_stale": "the orders cannot be trusted this hour",
}
"""Reason of a gate -> why, to a colleague."""


def members_of(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of notice_member."""
    return [
        {
            **{name: row[name] for name in ("order_id", "customer_id", "region", "channel", "language")},
            "left_out": left_out(row),
            "later": left_out(row) is None and row["verdict"] is not None,
        }
        for row in outcomes
    ]


def left_out(row: Mapping[str, Any]) -> str | None:
    """Why somebody is not written to; None: is, now or later."""
    if row["left_out"] is not None:
        return str(row["left_out"])
    if row["subject_id"] is None:
        return "gone"
    if row["verdict"] is not None and row["reason"] not in LATER:
        return str(row["reason"])
    return None if row["channel"] else "no_address"


def written(outcomes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One row for each message that leaves now or later."""
    return list({row["subject_id"]: row for row in outcomes if left_out(row) is None}.values())


def counted(reasons: Iterable[str]) -> list[LeftOut]:
    """Orders by reason, the most frequent first."""
    return [
        LeftOut(reason=reason, explanation=EXPLAINED.get(reason, reason), orders=n)
        for reason, n in sorted(Counter(reasons).items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def summary_of(
    outcomes: Sequence[Mapping[str, Any]], overlap: Overlap, costs: Costs, samples: Sequence[Sample]
) -> NoticeSummary:
    """The figures of a preview: orders, and messages (the orders of one customer share one)."""
    messages = written(outcomes)
    out = [reason for row in outcomes if (reason := left_out(row))]
    channels = Counter(row["channel"] for row in messages)
    now = sum(row["verdict"] is None for row in messages)
    told = overlap.model_copy(
        update={
            "told_already": out.count("check:worse"),
            "told_today": sum(row["reason"] == "not_due_yet" for row in messages),
        }
    )
    return NoticeSummary(
        orders=len(outcomes),
        now=now,
        later=len(messages) - now,
        by_channel=dict(sorted(channels.items())),
        by_language=dict(sorted(Counter(row["language"] for row in messages).items())),
        by_region=dict(sorted(Counter(row["region"] or "unknown" for row in messages).items())),
        left_out=counted(out),
        overlap=told,
        costs=[cost_of(channel, n, costs, samples) for channel, n in sorted(channels.items())],
    )


def people_of(outcomes: Iterable[Mapping[str, Any]]) -> list[Person]:
    """The list: each order with what becomes of it."""
    shown = ("order_id", "customer_id", "region", "channel", "language")
    return [Person(**{name: row[name] for name in shown}, outcome=_outcome(row)) for row in outcomes]


def _outcome(row: Mapping[str, Any]) -> str:
    if reason := row["left_out"]:
        return str(reason)
    return "later" if row["later"] else "now"


def cost_of(channel: str, messages: int, costs: Costs, samples: Sequence[Sample]) -> Cost:
    """An SMS is paid by segment: of the longest sample."""
    price: Decimal | None = getattr(costs, channel, None)
    if price is None:
        return Cost(channel=channel, messages=messages)
    parts = max((segments(one.text).count for one in samples if one.channel == channel), default=1)
    units = messages * (parts if channel == ChannelName.SMS else 1)
    return Cost(channel=channel, messages=messages, amount=f"{price * units:f}", currency=costs.currency)
