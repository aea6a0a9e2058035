"""What a simulation came to: messages by touchpoint, channel, day and hour; what was held, quota, cost, calibration."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from tasks.core.brand import Brand, load_brand
from tasks.core.domain import ChannelName
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.thresholds import PaceSettings
from tasks.proof.simulate_future import Future

FEWEST_DAYS = 7
"""Recorded days a comparison needs."""
LIKELY = timedelta(hours=1)


@dataclass
class Walked:
    """What the walk itself counted. `held`: (touchpoint, reason) -> messages, each by what held it first."""

    began_at: datetime
    days: int
    step: timedelta
    seed: int
    copied: int
    hours: int = 0
    planned: int = 0
    rendered: int = 0
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    approvals: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    seconds: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[ChannelName, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """One channel. `units`: what is paid by (SMS: segments). `quota`: of a calendar month; `fullest`: units of the
    fullest one. `rate`: messages a second of the account. None: nobody said."""

    channel: str
    messages: int
    units: int
    fullest: int
    quota: int | None
    cost: str | None
    currency: str
    busiest: int
    rate: float | None


@dataclass(frozen=True)
class Calibration:
    """The recorded past beside the simulated days, a day. `days`: recorded ones; `told`: are they enough to compare?"""

    days: float
    hours: int
    told: bool
    orders_recorded: float
    orders_simulated: float
    messages_recorded: float
    messages_simulated: float
    touchpoints: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Report:
    """One simulation. Days and hours are those of the shop's clock."""

    began_at: datetime
    days: int
    step_hours: float
    seed: int
    hours: int
    orders: int
    messages: int
    touchpoints: Mapping[str, Mapping[str, int]]
    classes: Mapping[str, str]
    by_day: Mapping[str, Mapping[str, int]]
    by_hour: Mapping[int, int]
    busiest: Mapping[str, Any]
    held: Mapping[str, Mapping[str, int]]
    approvals: Mapping[str, Mapping[str, int]]
    stopped: Mapping[str, int]
    states: Mapping[str, int]
    channels: list[Use]
    calibration: Calibration
    n: Mapping[str, int]
    notes: list[str]
    seconds: Mapping[str, float]


def report(
    run: Run, walked: Walked, future: Future, pace: PaceSettings, providers: Mapping[ChannelName, str]
) -> Report:
    """Read what the walk left in its scratch schema. `providers`: channel -> the shop's own adapter."""
    brand, until = load_brand(), walked.began_at + timedelta(days=walked.days)
    with run.database.transaction() as connection:
        sent = _rows(connection, "sent", since=walked.began_at, until=until, zone=brand.calendar.zone)
        states = _rows(connection, "states", since=walked.began_at)
        stopped = _rows(connection, "stopped", since=walked.began_at)
        calibration = _calibration(connection, walked, future, sent, brand)
    return Report(
        began_at=walked.began_at,
        days=walked.days,
        step_hours=walked.step / timedelta(hours=1),
        seed=walked.seed,
        hours=walked.hours,
        orders=future.orders,
        messages=sum(row["messages"] for row in sent),
        touchpoints=_nested(sent, "touchpoint", "channel"),
        classes={row["touchpoint"]: row["class"] for row in sent},
        by_day=_nested(sent, "day", "class"),
        by_hour={hour: sum(row["messages"] for row in sent if row["hour"] == hour) for hour in range(24)},
        busiest=_busiest(sent),
        held=_by_reason(walked.held),
        approvals=_by_reason(walked.approvals),
        stopped=_summed((row["verdict"], int(row["times"])) for row in stopped),
        states=_summed((" ".join(filter(None, (row["state"], row["reason"]))), row["messages"]) for row in states),
        channels=_uses(sent, walked, brand, pace, providers),
        calibration=calibration,
        n=future.n,
        notes=_notes(walked, future, calibration),
        seconds={name: round(seconds, 1) for name, seconds in walked.seconds.items()},
    )


def _rows(connection: Connection, name: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in query(f"simulate/report/{name}").rows(connection, **values)]


def _nested(rows: Iterable[Mapping[str, Any]], outer: str, inner: str) -> dict[str, dict[str, int]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[row[outer]][row[inner]] += row["messages"]
    return {key: dict(sorted(found[key].items())) for key in sorted(found)}


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, n in pairs:
        found[name] += n
    return dict(found.most_common())


def _by_reason(counted: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Reason -> touchpoint -> messages, the most frequent first."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (touchpoint, reason), n in counted.items():
        found[reason][touchpoint] += n
    return {reason: dict(found[reason].most_common()) for reason in sorted(found, key=lambda one: -found[one].total())}


def _busiest(sent: list[dict[str, Any]]) -> dict[str, Any]:
    """The hour (or step) in which most left."""
    loads: Counter[tuple[str, int]] = Counter()
    for row in sent:
        loads[row["day"], row["hour"]] += row["messages"]
    if not loads:
        return {"day": None, "hour": None, "messages": 0, "touchpoints": {}}
    (day, hour), messages = loads.most_common(1)[0]
    found = _summed((row["touchpoint"], row["messages"]) for row in sent if (row["day"], row["hour"]) == (day, hour))
    return {"day": day, "hour": hour, "messages": messages, "touchpoints": found}


def _uses(
    sent: list[dict[str, Any]], walked: Walked, brand: Brand, pace: PaceSettings, providers: Mapping[ChannelName, str]
) -> list[Use]:
    rates = pace.rates()
    return [
        _use(channel, [row for row in sent if row["channel"] == channel], walked, brand, rates.get(providers[channel]))
        for channel in walked.units
    ]


def _use(channel: ChannelName, sent: list[dict[str, Any]], walked: Walked, brand: Brand, rate: float | None) -> Use:
    messages, units = sum(row["messages"] for row in sent), sum(walked.units[channel].values())
    months = _summed((row["day"][:7], row["messages"]) for row in sent)
    hours = _summed((f"{row['day']} {row['hour']}", row["messages"]) for row in sent)
    price: Decimal | None = getattr(brand.costs, channel, None)
    return Use(
        channel=channel,
        messages=messages,
        units=units,
        fullest=round(max(months.values(), default=0) * (units / messages if messages else 1)),
        quota=getattr(brand.quotas, channel, None),
        cost=None if price is None else f"{price * units:f}",
        currency=brand.costs.currency,
        busiest=max(hours.values(), default=0),
        rate=rate,
    )


def _calibration(
    connection: Connection, walked: Walked, future: Future, sent: list[dict[str, Any]], brand: Brand
) -> Calibration:
    since, until = walked.began_at - timedelta(days=walked.days), walked.began_at
    before = _rows(connection, "sent", since=since, until=until, zone=brand.calendar.zone)
    found = _rows(connection, "recorded", since=since, until=until)[0]
    days = min(float(walked.days), found["days"])
    past, come = _summed(_by_touchpoint(before)), _summed(_by_touchpoint(sent))
    told = days >= FEWEST_DAYS
    names = sorted({*past, *come}) if told else []
    return Calibration(
        days=round(days, 1),
        hours=found["hours"],
        told=told,
        orders_recorded=found["orders"] / walked.days,
        orders_simulated=future.orders / walked.days,
        messages_recorded=sum(past.values()) / days if told else 0.0,
        messages_simulated=sum(come.values()) / walked.days,
        touchpoints={name: (past.get(name, 0) / days, come.get(name, 0) / walked.days) for name in names},
    )


def _by_touchpoint(rows: list[dict[str, Any]]) -> Iterable[tuple[str, int]]:
    return ((row["touchpoint"], row["messages"]) for row in rows)


NOT_DRAWN = (
    "Not drawn: new warnings of weather, campaigns and news beyond those the shop has planned, points and tiers, "
    "changed addresses, and that people buy the same again: a basket is that of any order of the weekday and hour."
)


def _notes(walked: Walked, future: Future, calibration: Calibration) -> list[str]:
    """What the figures do not hold, in sentences."""
    alone, told = future.n["of them without a like"], future.n["events of providers in four weeks"]
    said = {
        NOT_DRAWN: True,
        f"A step is {walked.step / LIKELY:g} h: what falls due within it leaves at its end, so messages by hour are "
        "coarser than the shop's own, and the volume gate compares steps with recorded hours.": walked.step > LIKELY,
        f"{alone} orders under way stay as they are: no past order had come as far at that age.": alone > 0,
        f"Opens, clicks, bounces and opt-outs told by providers are not drawn (n = {told} in four weeks); opt-outs on "
        "record as consents are.": True,
        f"The past is recorded for {calibration.days:g} of {walked.days} days, too few to compare messages with "
        f"({FEWEST_DAYS} at least).": not calibration.told,
        f"{walked.rendered:,} messages were rendered; the others went through every step with the text of their "
        "like (`--render-all` renders each).": True,
        "What would wait for a person's approval was released at once.": bool(walked.approvals),
    }
    notes = [note for note, holds in said.items() if holds]
    return notes + [f"{note} ({n} times)" if n > 1 else note for note, n in walked.notes.most_common(5)]
