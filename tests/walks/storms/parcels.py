"""How a parcel travels: legs, hubs, rounds, and what its carrier scans of it. Hours since the world began, which was a
Monday at 00:00 in Japan; every draw of a parcel is made beforehand, so the same parcel can travel with and without a
storm and differ by nothing else."""

import random
from dataclasses import dataclass, field

from tests.walks.storms.places import WAREHOUSES, Town, bases, distance, edges, legs, route
from tests.walks.storms.shapes import Interval, Standstill

DAY = 24.0
CUT_OFF, PICK_UP = 14.0, 17.0
DISPATCHES = (9.0, 21.0)
TO_DEPOTS = 4.0
ROUNDS = ((8.5, 8.0), (14.0, 6.0))
"""Begins, and how long it takes."""

STUCK = 24.0
"""A parcel that stands still for longer without a storm has stalled."""


@dataclass(frozen=True)
class Carrier:
    """How it scans: words for taken, hub, depot, round, brought, kept; hours until we see it; share nobody sees; share
    of parcels with a day of arrival told."""

    taken: str
    hub: str
    depot: str
    round: str
    brought: str
    kept: str
    lag: float
    gap: float
    eta: float


CARRIERS = {
    "yamato": Carrier(
        "荷物受付", "作業店通過", "配達店到着", "配達中", "配達完了", "配達日・時間帯指定（保管中）", 0.5, 0.03, 0.4
    ),
    "sagawa": Carrier("集荷", "輸送中", "配達店到着", "配達中", "配達完了", "保管中", 1.5, 0.10, 0.0),
    "japanpost": Carrier("引受", "中継", "到着", "持ち出し中", "お届け済み", "配達希望受付", 1.0, 0.20, 0.0),
}


@dataclass(frozen=True)
class Parcel:
    """One order with one parcel, and all its luck."""

    number: str
    carrier: str
    warehouse: str
    town: Town
    placed: float
    pick_up: float
    sorting: tuple[float, ...]
    misses: tuple[bool, ...]
    """Per hub: is its next dispatch missed?"""
    lost_days: tuple[tuple[int, float], ...]
    """(hub, hours) in which it lies in a corner."""
    rounds: tuple[tuple[float, bool], ...]
    """Per round it goes on: share of the round until its door, and whether the round ends before it."""
    luck: tuple[float, ...]
    """Per scan: gaps."""
    lags: tuple[float, ...]
    has_eta: bool
    requested_in: int | None

    @property
    def origin(self) -> str:
        """Region."""
        return WAREHOUSES[self.warehouse]


@dataclass(frozen=True)
class Scan:
    """One word; `seen` when our feed has it."""

    at: float
    seen: float
    word: str
    region: str
    location: str
    eta: int | None = None


@dataclass
class Journey:
    """What became of it. `waited`: hours lost to what nobody can help, by cause."""

    handed_over: float
    scans: list[Scan] = field(default_factory=list)
    delivered: float = 0.0
    waited: dict[str, float] = field(default_factory=lambda: {"hazard": 0.0, "stall": 0.0})

    @property
    def day(self) -> int:
        """Day of arrival, counted from the first of the world."""
        return int(self.delivered // DAY)


def draw(number: str, placed: float, town: Town, chance: random.Random) -> Parcel:
    """A parcel of an order placed at that hour."""
    pick_up = (placed // DAY + (placed % DAY > CUT_OFF)) * DAY + PICK_UP
    pick_up += DAY * ((pick_up // DAY) % 7 == 6)  # closed on Sundays
    stalls = [(chance.randrange(1, 3), chance.uniform(30, 80))] if chance.random() < 0.012 else []
    return Parcel(
        number,
        chance.choices(list(CARRIERS), (50, 35, 15))[0],
        chance.choice(list(WAREHOUSES)),
        town,
        placed,
        pick_up + chance.uniform(-0.5, 0.5),
        tuple(chance.uniform(1, 3) for _ in range(8)),
        tuple(chance.random() < 0.02 for _ in range(8)),
        tuple(stalls),
        tuple((chance.random(), chance.random() < 0.09) for _ in range(12)),
        tuple(chance.random() for _ in range(30)),
        tuple(chance.expovariate(1) for _ in range(30)),
        chance.random() < CARRIERS[next(iter(CARRIERS))].eta,
        chance.randrange(1, 4) if chance.random() < 0.05 else None,
    )


class Road:
    """One parcel on its way through what stands still."""

    def __init__(self, parcel: Parcel, still: Standstill, requested: int | None = None, eta: int | None = None) -> None:
        self.parcel, self.still, self.requested, self.eta = parcel, still, requested, eta
        self.carrier = CARRIERS[parcel.carrier]
        self.hours = parcel.pick_up
        self.journey = Journey(0)

    def travel(self) -> Journey:
        """From the warehouse to the door."""
        path = route(self.parcel.origin, self.parcel.town.region)
        closed = self.still.carriers.get((self.parcel.carrier, self.parcel.origin), [])
        self._open(
            [*self.still.bases.get(self.parcel.origin, []), *closed], self.still.cause(self.parcel.origin), (PICK_UP,)
        )
        self.journey.handed_over = self.hours
        self._scan(self.carrier.taken, self.parcel.origin, "warehouse")
        for stop, pair in enumerate(legs(self.parcel.origin, self.parcel.town.region)):
            self._sort(path[stop], stop)
            self._drive(path[stop], pair)
        self._sort(path[-1], len(path) - 1)
        self._deliver()
        return self.journey

    def _sort(self, region: str, stop: int) -> None:
        if stop:
            self._scan(self.carrier.hub, region, f"{region} hub")
        self.hours += self.parcel.sorting[stop]
        for where, hours in self.parcel.lost_days:
            if where == min(stop, 2) and stop in (1, 2):
                self.hours += hours
                self.journey.waited["stall"] += hours

    def _drive(self, region: str, pair: frozenset[str]) -> None:
        stop = route(self.parcel.origin, self.parcel.town.region).index(region)
        closed = self.still.bases.get(region, [])
        roads = self.still.roads.get(pair, [])
        self._open([*closed, *roads], "hazard" if roads else self.still.cause(region), DISPATCHES)
        if self.parcel.misses[stop]:
            self.hours = _slot(self.hours + 0.1, DISPATCHES)
        arrives = self.hours + edges()[pair]
        for begins, ends in roads:
            if self.hours < begins < arrives:
                self.journey.waited["hazard"] += ends - begins
                arrives += ends - begins
        self.hours = arrives

    def _deliver(self) -> None:
        town, number = self.parcel.town, 0
        closed = self.still.carriers.get((self.parcel.carrier, town.region), [])
        self._open(self.still.bases.get(town.region, []), self.still.cause(town.region), (TO_DEPOTS,))
        self.hours += 0.6 + distance(town.at, bases()[town.region]) / 45
        self._scan(self.carrier.depot, town.region, f"{town.postal_code} depot")
        depot = [*self.still.depots.get(town.postal_code, []), *closed]
        if self.requested is not None and self.hours < self.requested * DAY:
            self._scan(self.carrier.kept, town.region, f"{town.postal_code} depot")
            self.hours = self.requested * DAY
        while True:
            self._open(depot, "hazard", tuple(begins for begins, _ in ROUNDS))
            lasts = dict(ROUNDS)[self.hours % DAY]
            share, fails = self.parcel.rounds[min(number, 11)]
            door = self.hours + 0.5 + share * lasts
            self._scan(self.carrier.round, town.region, f"{town.postal_code} depot")
            stopped = any(self.hours < one[0] <= door for one in depot)
            if not stopped and not (fails and number == 0):
                break
            self.hours = door if stopped else (self.hours // DAY + 1) * DAY
            number += 1
        self.hours = self.journey.delivered = door
        self._scan(self.carrier.brought, town.region, f"{town.postal_code} door")

    def _open(self, closed: list[Interval], cause: str, slots: tuple[float, ...]) -> None:
        """Wait for the next slot at which nothing is closed; what that costs is counted."""
        usual = self.hours = _slot(self.hours, slots)
        while over := next((ends for begins, ends in closed if begins <= self.hours < ends), None):
            self.hours = _slot(over, slots)
        self.journey.waited[cause] += self.hours - usual

    def _scan(self, word: str, region: str, location: str) -> None:
        n = len(self.journey.scans)
        is_seen = word == self.carrier.brought or self.parcel.luck[n % 30] >= self.carrier.gap
        lag = 0.1 + self.carrier.lag * self.parcel.lags[n % 30]
        eta = self.eta if self.parcel.has_eta and self.parcel.carrier == "yamato" and n == 0 else None
        seen = self.hours + lag if is_seen else float("inf")
        self.journey.scans.append(Scan(self.hours, seen, word, region, location, eta))


def _slot(hour: float, slots: tuple[float, ...]) -> float:
    """The first of these times of the day at or after an hour."""
    day = hour // DAY * DAY
    return next(day + DAY * later + at for later in (0, 1) for at in slots if day + DAY * later + at >= hour)
