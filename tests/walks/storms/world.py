"""One seed: a shop's orders in four calm weeks and through one storm, and the truth about each of them."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from tests.walks.storms.agency import Warned, warnings
from tests.walks.storms.parcels import DAY, Journey, Parcel, Road, draw
from tests.walks.storms.places import Town, towns
from tests.walks.storms.shapes import SHAPES, Standstill, Storm, standstill

BEGAN = datetime(2026, 5, 11, tzinfo=ZoneInfo("Asia/Tokyo"))
"""A Monday; no public holidays in the eight weeks that follow."""

CALM_DAYS = 28
A_DAY = 130
"""Orders."""

SURE = 0.9
"""A shop promises the day by which so many parcels of a lane arrived in calm weeks."""

AFTER = 42.0
"""Hours walked after the storm."""


@dataclass(frozen=True)
class Order:
    """The truth: what was promised, what happened, and what had happened without the storm or the corner."""

    parcel: Parcel
    promised: int
    requested: int | None
    journey: Journey
    calm: Journey

    @property
    def order_id(self) -> str:
        return self.parcel.number

    @property
    def promise_ends(self) -> float:
        return (self.promised + 1) * DAY

    @property
    def is_late(self) -> bool:
        return self.journey.delivered >= self.promise_ends

    @property
    def cause(self) -> str | None:
        """hazard, stall (more than a day), or random; none where it is not late."""
        if not self.is_late:
            return None
        if self.calm.delivered >= self.promise_ends:
            return "random"
        hazard, stall = self.journey.waited["hazard"], self.journey.waited["stall"]
        if hazard >= stall and hazard > 0:
            return "hazard"
        return "stall" if stall > DAY else "random"


@dataclass(frozen=True)
class World:
    """Everything a seed decides."""

    seed: int
    storm: Storm
    orders: list[Order]
    warned: list[Warned]

    @cached_property
    def starts(self) -> float:
        """First hour walked: whole, a third of a day."""
        return (self.storm.begins - 12) // 3 * 3

    @cached_property
    def stops(self) -> float:
        """Last hour walked."""
        return (self.storm.ends + AFTER) // 3 * 3

    def at(self, hour: float) -> datetime:
        """The instant of an hour."""
        return BEGAN + timedelta(hours=hour)

    def day(self, number: int) -> date:
        """The date of a day."""
        return (BEGAN + timedelta(days=number)).date()


def build(seed: int) -> World:
    """Deterministic."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    begins = CALM_DAYS * DAY + DAY + chance.uniform(0, 48)
    storm = SHAPES[(seed - 1) % len(SHAPES)](chance, begins)
    still = standstill(storm, chance)
    warned = warnings(storm, chance)
    parcels = list(_parcels(int((storm.ends + AFTER) // DAY) + 1, chance))
    usual = _usual([one for one in parcels if one.placed < (CALM_DAYS - 8) * DAY])
    return World(seed, storm, [_order(one, usual, still) for one in parcels if _lane(one) in usual], warned)


def _parcels(days: int, chance: random.Random) -> Iterator[Parcel]:
    for day in range(days):
        for n in range(A_DAY):
            hour = chance.triangular(6, 24, 20)
            yield draw(f"D{day:02d}N{n:03d}", day * DAY + hour, chance.choice(towns()), chance)


def _lane(parcel: Parcel) -> tuple[str, str]:
    return parcel.origin, parcel.town.region


def _usual(parcels: list[Parcel]) -> dict[tuple[str, str], int]:
    """Lane -> days the shop promises after the hand-over, from what it has seen."""
    took = defaultdict(list)
    for one in parcels:
        took[_lane(one)].append(Road(one, Standstill()).travel().day - int(one.pick_up // DAY))
    return {lane: sorted(days)[int(SURE * (len(days) - 1))] for lane, days in took.items()}


def _order(parcel: Parcel, usual: dict[tuple[str, str], int], still: Standstill) -> Order:
    ships = int(parcel.pick_up // DAY)
    promised = ships + usual[_lane(parcel)]
    requested = promised + parcel.requested_in if parcel.requested_in else None
    calm = parcel if not parcel.lost_days else Parcel(**{**vars(parcel), "lost_days": ()})
    return Order(
        parcel,
        requested or promised,
        requested,
        Road(parcel, still, requested, promised).travel(),
        Road(calm, Standstill(), requested, promised).travel(),
    )


def town_of(order: Order) -> Town:
    return order.parcel.town
