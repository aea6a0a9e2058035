"""What the gates said about a window, in the figures of a preview and of an approval."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tasks.core.backfill_words import explained
from tasks.core.backfills import Member, SendSummary, Sent, Stopped
from tasks.core.brand import Costs
from tasks.core.notice_outcomes import cost_of
from tasks.core.notice_plans import Sample


def summary_of(
    members: Sequence[Member],
    stopped: Counter[str],
    broken: dict[str, str],
    samples: Sequence[Sample],
    costs: Costs,
) -> SendSummary:
    """The figures of a preview. `stopped`: reason -> subjects; `broken`: touchpoint -> error of its due file."""
    leaving = [one for one in members if not one.held_out]
    channels = Counter(str(one.channel) for one in leaving)
    return SendSummary(
        messages=len(leaving),
        held_out=len(members) - len(leaving),
        by_touchpoint=dict(sorted(Counter(one.touchpoint for one in leaving).items())),
        by_channel=dict(sorted(channels.items())),
        by_language=dict(sorted(Counter(str(one.language) for one in leaving).items())),
        stopped=_counted(stopped),
        broken=broken,
        costs=[cost_of(channel, n, costs, samples) for channel, n in sorted(channels.items())],
    )


def sent_of(
    backfill_id: str,
    members: int,
    planned: int,
    verdicts: Mapping[str, Mapping[str, int]],
    states: dict[str, int],
    notes: list[str],
) -> Sent:
    """What an approval did. `members`: of the plan; `verdicts`: as a decision counts them, `verdict:reason` -> n."""
    found: Counter[tuple[str, str]] = Counter()
    for counts in verdicts.values():
        for said, n in counts.items():
            verdict, _, reason = said.partition(":")
            found[verdict, reason] += n
    ended = Counter({reason: n for (verdict, reason), n in found.items() if verdict in ("dropped", "expired", "done")})
    return Sent(
        backfill_id=backfill_id,
        planned=planned,
        waiting=sum(n for (verdict, _), n in found.items() if verdict == "waiting"),
        stopped=_counted(ended + Counter({"gone": members - found.total()})),
        states=states,
        notes=notes,
    )


def _counted(reasons: Counter[str]) -> list[Stopped]:
    """The most frequent first."""
    return [
        Stopped(reason=reason, explanation=explained(reason), subjects=n)
        for reason, n in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        if n
    ]
