"""A country in kilometres: regions, five municipalities each (real postal codes), roads and ships between them."""

import math
import random
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

Point = tuple[float, float]
"""Kilometres east and north of 135° E, 35° N."""

_DEGREE_EAST, _DEGREE_NORTH = 91.0, 111.0

_REGIONS = """
JP-01 43.06 141.35 0591747 0881405 0860072 0850811 0680007
JP-02 40.82 140.74 0368121 0370207 0392804 0350004 0340213
JP-04 38.27 140.87 9860753 9880311 9820045 9810211 9810105
JP-15 37.90 139.02 9470023 9592802 9400147 9592034 9592478
JP-20 36.65 138.18 3930008 3850016 3860016 3901104 3810086
JP-17 36.59 136.63 9231233 9218174 9202122 9280021 9230002
JP-13 35.69 139.69 1055528 1506120 1350034 1730022 1650027
JP-12 35.61 140.12 2995231 2740068 2870244 2730123 2891805
JP-23 35.18 136.91 4411531 4420049 4450077 4750814 4443505
JP-27 34.69 135.52 5960012 5830841 5940083 5691039 5610817
JP-30 34.23 135.17 6496204 6450005 6496542 6410002 6490144
JP-34 34.40 132.46 7370865 7295506 7290102 7314325 7220352
JP-38 33.84 132.77 7960024 7992453 7971701 7920844 7992111
JP-40 33.61 130.42 8200505 8000332 8240055 8113221 8111255
JP-46 31.56 130.56 8980027 8995305 8995111 8941321 8942402
JP-47 26.21 127.68 9042302 9030127 9052268 9050705 9040105
"""

WAREHOUSES = {"EAST": "JP-12", "WEST": "JP-27"}
SEA = frozenset({frozenset({"JP-46", "JP-47"}), frozenset({"JP-04", "JP-01"})})
_ROADS = """
JP-01:JP-04 JP-02:JP-04 JP-04:JP-13 JP-15:JP-13 JP-20:JP-13 JP-12:JP-13 JP-13:JP-23 JP-13:JP-27 JP-17:JP-23
JP-23:JP-27 JP-30:JP-27 JP-27:JP-34 JP-38:JP-34 JP-27:JP-40 JP-34:JP-40 JP-40:JP-46 JP-46:JP-47
"""


@dataclass(frozen=True)
class Town:
    """A municipality with a depot. One postal code of it."""

    region: str
    postal_code: str
    at: Point


@cache
def bases() -> dict[str, Point]:
    """Region -> where its base (hub) stands."""
    return {row[0]: _point(float(row[1]), float(row[2])) for row in map(str.split, _REGIONS.strip().splitlines())}


@cache
def towns() -> tuple[Town, ...]:
    """Every municipality, scattered around its base: always the same."""
    chance = random.Random(1)  # noqa: S311  # no secret
    found = []
    for row in map(str.split, _REGIONS.strip().splitlines()):
        east, north = bases()[row[0]]
        for code in row[3:]:
            found.append(Town(row[0], code, (east + chance.uniform(-45, 45), north + chance.uniform(-45, 45))))
    return tuple(found)


@cache
def edges() -> dict[frozenset[str], float]:
    """Two regions -> hours a lorry, or a ship, takes between their bases."""
    pairs = [frozenset(one.split(":")) for one in _ROADS.split()]
    return {pair: _hours(pair) for pair in pairs}


@cache
def route(origin: str, region: str) -> tuple[str, ...]:
    """Bases from one to the other, by the fewest hours."""
    best: dict[str, tuple[float, tuple[str, ...]]] = {origin: (0, (origin,))}
    waiting = [origin]
    while waiting:
        here = min(waiting, key=lambda one: best[one][0])
        waiting.remove(here)
        for pair, hours in edges().items():
            if here in pair:
                (there,) = pair - {here}
                found = (best[here][0] + hours + 3, (*best[here][1], there))
                if there not in best or found[0] < best[there][0]:
                    best[there] = found
                    waiting.append(there)
    return best[region][1]


def legs(origin: str, region: str) -> list[frozenset[str]]:
    """What is driven, one after the other."""
    return [frozenset(pair) for pair in pairwise(route(origin, region))]


def distance(one: Point, other: Point) -> float:
    """Kilometres."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


def along(pair: frozenset[str], parts: int = 8) -> list[Point]:
    """Points on the way between two bases, both included."""
    one, other = (bases()[region] for region in sorted(pair))
    steps = [step / parts for step in range(parts + 1)]
    return [(one[0] + step * (other[0] - one[0]), one[1] + step * (other[1] - one[1])) for step in steps]


def _hours(pair: frozenset[str]) -> float:
    one, other = (bases()[region] for region in sorted(pair))
    return 2 + 1.25 * distance(one, other) / (32 if pair in SEA else 65)


def _point(north: float, east: float) -> Point:
    return (east - 135) * _DEGREE_EAST, (north - 35) * _DEGREE_NORTH
