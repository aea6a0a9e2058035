"""Storms as they are: what they cover hour by hour, and what stands still for it. The detector never reads this."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.walks.storms.places import Point, along, bases, edges, towns

Interval = tuple[float, float]
"""Hours since the world began."""


@dataclass(frozen=True)
class Disc:
    """Covers a circle that moves and grows from hour to hour: (hour, centre, kilometres), in between by proportion.

    `stretch` > 1 makes a band of it, east to west narrow.
    """

    track: tuple[tuple[float, Point, float], ...]
    stretch: float = 1

    @property
    def begins(self) -> float:
        return self.track[0][0]

    @property
    def ends(self) -> float:
        return self.track[-1][0]

    def covers(self, point: Point, hour: float) -> bool:
        if not self.begins <= hour <= self.ends:
            return False
        centre, radius = self.at(hour)
        return math.hypot(point[0] - centre[0], (point[1] - centre[1]) / self.stretch) <= radius

    def at(self, hour: float) -> tuple[Point, float]:
        after = next(n for n, knot in enumerate(self.track) if knot[0] >= hour)
        (t0, (x0, y0), r0), (t1, (x1, y1), r1) = self.track[max(after - 1, 0)], self.track[after]
        share = (hour - t0) / (t1 - t0) if t1 > t0 else 0
        return (x0 + share * (x1 - x0), y0 + share * (y1 - y0)), r0 + share * (r1 - r0)

    def changed(self, moved: Point, grown: float) -> "Disc":
        """The same elsewhere and larger: how an agency sees it coming."""
        knots = [(hour, (at[0] + moved[0], at[1] + moved[1]), radius * grown) for hour, at, radius in self.track]
        return Disc(tuple(knots), self.stretch)

    def over(self, point: Point) -> Interval | None:
        """First to last hour over a point."""
        hours = [hour for hour in _hours(self) if self.covers(point, hour)]
        return (hours[0], hours[-1] + 1) if hours else None


@dataclass
class Standstill:
    """Who cannot work, from when to when: bases by region, depots by postal code, roads; one carrier's in a region."""

    bases: dict[str, list[Interval]] = field(default_factory=dict)
    depots: dict[str, list[Interval]] = field(default_factory=dict)
    roads: dict[frozenset[str], list[Interval]] = field(default_factory=dict)
    carriers: dict[tuple[str, str], list[Interval]] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    """Bases that stand still without a storm."""

    def cause(self, region: str) -> str:
        """What a wait at this base is put down to."""
        return "stall" if region in self.broken else "hazard"


@dataclass(frozen=True)
class Storm:
    """One seed's disaster. `kind`: what an agency calls it; none is warned of where it is empty.

    `announced`: (carrier, region, hour it is said, from, until as told, until as it was).
    """

    shape: str
    discs: tuple[Disc, ...] = ()
    kind: str = ""
    hubs: tuple[tuple[str, float, float], ...] = ()
    roads: tuple[tuple[frozenset[str], float, float], ...] = ()
    announced: tuple[tuple[str, str, float, float, float, float], ...] = ()
    recovery: Interval = (2, 10)
    grip: float = 1.0
    """Share of covered depots that really stop: rain stops some, a typhoon all."""

    @property
    def begins(self) -> float:
        return min(
            [*(disc.begins for disc in self.discs), *(one[1] for one in (*self.hubs, *self.roads))]
            or [self.announced[0][2]]
        )

    @property
    def ends(self) -> float:
        ends = [*(disc.ends for disc in self.discs), *(one[2] for one in (*self.hubs, *self.roads))]
        return max([*ends, *(one[5] for one in self.announced)])


def standstill(storm: Storm, chance: random.Random) -> Standstill:
    """What the storm stops. Work begins again some hours after it has passed."""
    still = Standstill(broken=tuple(region for region, _, _ in storm.hubs))
    for disc in storm.discs:
        for region, at in sorted(bases().items()):
            _stop(still.bases, region, disc.over(at), storm, chance)
        for town in towns():
            if chance.random() < storm.grip:
                _stop(still.depots, town.postal_code, disc.over(town.at), storm, chance)
        for pair in sorted(edges(), key=sorted):
            met = [over for over in map(disc.over, along(pair)) if over]
            if met:
                _stop(still.roads, pair, (min(one[0] for one in met), max(one[1] for one in met)), storm, chance)
    for region, begins, ends in storm.hubs:
        still.bases.setdefault(region, []).append((begins, ends))
    for pair, begins, ends in storm.roads:
        still.roads.setdefault(pair, []).append((begins, ends))
    for carrier, region, _, begins, _, ends in storm.announced:
        still.carriers.setdefault((carrier, region), []).append((begins, ends))
    return still


def _stop(
    where: dict[Any, list[Interval]], key: Any, over: Interval | None, storm: Storm, chance: random.Random
) -> None:
    recovery = chance.uniform(*storm.recovery)
    if over:
        where.setdefault(key, []).append((over[0], over[1] + recovery))


def _hours(disc: Disc) -> Iterable[float]:
    return range(math.ceil(disc.begins), math.floor(disc.ends) + 1)


# The shapes


def typhoon(chance: random.Random, hour: float) -> Storm:
    """From the south-west along the coast, two days, first growing, then fast and smaller."""
    off = chance.uniform(-60, 120)
    hours = chance.uniform(40, 60)
    knots = ((-700, -900, 130), (-480, -380, 190), (-60, -60 + off, 210), (450, 130 + off, 170), (620, 700 + off, 120))
    ways = (0, 0.35, 0.6, 0.8, 1)
    track = tuple((hour + share * hours, (x, y), r) for share, (x, y, r) in zip(ways, knots, strict=True))
    return Storm("typhoon", (Disc(track),), "typhoon")


def snow_band(chance: random.Random, hour: float) -> Storm:
    """Over the coast of the Japan Sea, growing inland for a day or more."""
    hours, radius = chance.uniform(26, 48), chance.uniform(110, 160)
    x, y = chance.uniform(150, 330), chance.uniform(180, 300)
    track = ((hour, (x, y + 60), 40.0), (hour + hours / 3, (x, y), radius), (hour + hours, (x + 30, y), radius * 0.9))
    return Storm("snow band", (Disc(track, 1.5),), "snow", recovery=(4, 14))


def earthquake(chance: random.Random, hour: float) -> Storm:
    """Everything stops around it for a day; two roads stay closed for days, and carriers say so."""
    region, roads = chance.choice(
        [
            ("JP-04", (("JP-04", "JP-13"), ("JP-04", "JP-01"))),
            ("JP-17", (("JP-17", "JP-23"),)),
            ("JP-40", (("JP-27", "JP-40"), ("JP-40", "JP-46"))),
        ]
    )
    radius, stop, closed = chance.uniform(70, 110), chance.uniform(10, 26), chance.uniform(44, 70)
    disc = Disc(((hour, bases()[region], radius), (hour + stop, bases()[region], radius)))
    told = [
        (carrier, region, hour + chance.uniform(3, 9), hour, hour + closed + chance.uniform(-6, 18), hour + closed)
        for carrier in ("yamato", "sagawa")
    ]
    return Storm(
        "earthquake",
        (disc,),
        "earthquake",
        roads=tuple((frozenset(pair), hour, hour + closed) for pair in roads),
        announced=tuple(told),
    )


def rain_front(chance: random.Random, hour: float) -> Storm:
    """A band from west to east. Rain stops four depots in ten; the rest drives on under the same warning."""
    hours, y = chance.uniform(34, 46), chance.uniform(-120, 60)
    track = (
        (hour, (-520.0, y - 120), 80.0),
        (hour + hours / 2, (0.0, y), 110.0),
        (hour + hours, (420.0, y + 80), 80.0),
    )
    return Storm("rain front", (Disc(track, 1.6),), "heavy_rain", recovery=(1, 6), grip=0.4)


def hub_breakdown(chance: random.Random, hour: float) -> Storm:
    """A sorting machine, or a strike: nobody warns of it."""
    region = chance.choice(["JP-13", "JP-27", "JP-04", "JP-40", "JP-23"])
    return Storm("hub breakdown", hubs=((region, hour, hour + chance.uniform(34, 62)),))


def closure(chance: random.Random, hour: float) -> Storm:
    """Carriers stop taking and bringing parcels in some regions, and announce it: too late, and until another day."""
    regions = chance.sample(
        ["JP-01", "JP-02", "JP-04", "JP-15", "JP-17", "JP-34", "JP-38", "JP-40", "JP-46", "JP-47"], 4
    )
    rows = []
    for region in regions:
        begins, hours = hour + chance.uniform(0, 8), chance.uniform(28, 64)
        for carrier in chance.sample(["yamato", "sagawa", "japanpost"], 2):
            said = begins + chance.uniform(-10, 8)
            rows.append((carrier, region, said, begins, begins + hours + chance.uniform(-8, 12), begins + hours))
    return Storm("carrier closure", announced=tuple(rows))


SHAPES: tuple[Callable[[random.Random, float], Storm], ...] = (
    typhoon,
    snow_band,
    earthquake,
    rain_front,
    hub_breakdown,
    closure,
)
