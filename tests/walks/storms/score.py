"""What the notices were worth, counted from the truth of the world alone: in Python, from no table of the pipeline."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from tests.walks.storms.walk import Notice
from tests.walks.storms.world import Order, World

OWED = ("hazard", "stall")
"""Causes of lateness a shop can see coming."""

BLIND = 3.0
"""Hours: a run knows what ended before the run before it."""


@dataclass
class Score:
    """Counts that add up over seeds."""

    seeds: int = 0
    orders: int = 0
    late: dict[str, int] = field(default_factory=lambda: {"hazard": 0, "stall": 0, "random": 0})
    told: dict[str, int] = field(default_factory=lambda: {"hazard": 0, "stall": 0, "random": 0})
    notices: int = 0
    early: int = 0
    """Notices before the promise passed."""
    false: int = 0
    after_lift: int = 0
    leads: list[float] = field(default_factory=list)
    by_cause: dict[str, list[int]] = field(default_factory=dict)
    """Cause told -> notices, false ones."""

    def __add__(self, other: "Score") -> "Score":
        causes = self.by_cause.keys() | other.by_cause.keys()
        nothing = [0, 0]
        return Score(
            self.seeds + other.seeds,
            self.orders + other.orders,
            {cause: n + other.late[cause] for cause, n in self.late.items()},
            {cause: n + other.told[cause] for cause, n in self.told.items()},
            self.notices + other.notices,
            self.early + other.early,
            self.false + other.false,
            self.after_lift + other.after_lift,
            self.leads + other.leads,
            {
                one: [
                    a + b
                    for a, b in zip(self.by_cause.get(one, nothing), other.by_cause.get(one, nothing), strict=True)
                ]
                for one in causes
            },
        )

    @property
    def coverage(self) -> float:
        """Share of the late through hazard or stall who were told before their promise passed."""
        return _share(sum(self.told[cause] for cause in OWED), sum(self.late[cause] for cause in OWED))

    @property
    def falsehood(self) -> float:
        """Share of notices before the promise passed that went to parcels on time. Later ones cannot be false."""
        return _share(self.false, self.early)

    @property
    def random_share(self) -> float:
        """Share of late parcels nobody could see coming."""
        return _share(self.late["random"], sum(self.late.values()))

    @property
    def lead(self) -> float:
        """Median hours between the first notice and the end of the promise, of those told in time."""
        return median(self.leads) if self.leads else 0.0


def score(world: World, notices: list[Notice]) -> Score:
    """One walk."""
    found, first = Score(seeds=1), dict[str, float]()
    orders = {order.order_id: order for order in world.orders}
    for notice in notices:
        first[notice.order_id] = min(first.get(notice.order_id, notice.told), notice.told)
        order = orders[notice.order_id]
        _count(found, order, notice)
        found.after_lift += is_after_lift(world, order, notice)
    for order in (one for one in world.orders if world.starts + BLIND < one.promise_ends <= world.stops):
        found.orders += 1
        if order.cause:
            found.late[order.cause] += 1
            lead = order.promise_ends - first.get(order.order_id, float("inf"))
            found.told[order.cause] += lead > 0
            if lead > 0 and order.cause in OWED:
                found.leads.append(lead)
    return found


def _count(found: Score, order: Order, notice: Notice) -> None:
    found.notices += 1
    cause = found.by_cause.setdefault(notice.cause, [0, 0])
    cause[0] += 1
    if notice.told < order.promise_ends:
        found.early += 1
        if not order.is_late:
            found.false += 1
            cause[1] += 1


def is_after_lift(world: World, order: Order, notice: Notice) -> bool:
    """A notice planned though what it speaks of was over, and a shop could know it a run earlier."""
    known = notice.planned - BLIND
    if any(scan.seen <= known for scan in order.journey.scans if scan.at == order.journey.delivered):
        return True
    if notice.cause == "hazard":
        return not any(
            one.town.region == notice.region and one.issued <= notice.planned < one.lifted for one in world.warned
        )
    if notice.cause == "carrier_notice":
        told = [one for one in world.storm.announced if one[1] == notice.region and one[2] <= notice.planned]
        return not any(notice.planned < one[5] for one in told)
    return False


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def total(scores: Iterable[Score]) -> Score:
    """All of them."""
    return sum(scores, Score())
