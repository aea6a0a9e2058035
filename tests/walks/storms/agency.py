"""What a shop can know of a storm: warnings as an agency issues them, and what carriers announce. Both are imperfect.

An agency sees the storm displaced and larger than it is, warns some hours ahead, municipality by municipality, lifts
hours late, and rarely knows the end. It also warns of rain that stops nobody.
"""

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tasks.core.postal import look_up
from tests.walks.storms.places import Town, bases, towns
from tests.walks.storms.shapes import Disc, Storm

LEAD = (3.0, 12.0)
LIFT = (1.0, 6.0)
AHEAD = (-6.0, 8.0)
"""An expected end against the real one, hours."""


@dataclass(frozen=True)
class Warned:
    """One municipality's warning: issued, the end it expects (or none), lifted. Hours of the world."""

    number: str
    kind: str
    town: Town
    issued: float
    expected: float | None
    lifted: float

    def until(self, hour: float) -> float | None:
        """The end as known at an hour."""
        return self.lifted if self.lifted <= hour else self.expected if (self.expected or 0) > hour else None


def warnings(storm: Storm, chance: random.Random) -> list[Warned]:
    """Every warning of the storm, and some of rain elsewhere."""
    found = []
    for n, disc in enumerate(storm.discs):
        if storm.kind == "earthquake":
            found += _shaken(disc, n)
        else:
            seen = disc.changed((chance.gauss(0, 20), chance.gauss(0, 20)), 1.12)
            found += _weather(seen, storm.kind, f"{storm.kind}-{n}", chance)
    for n, region in enumerate(chance.sample(sorted(bases()), 3)):
        begins = storm.begins + chance.uniform(-10, 50)
        rain = Disc(((begins, bases()[region], 60.0), (begins + chance.uniform(8, 20), bases()[region], 60.0)))
        found += _weather(rain, "heavy_rain", f"rain-{n}", chance)
    return found


def _weather(seen: Disc, kind: str, name: str, chance: random.Random) -> list[Warned]:
    found, tells_end = [], chance.random() < 0.4
    for town in towns():
        over = seen.over(town.at)
        if over:
            lifted = over[1] + chance.uniform(*LIFT)
            issued = over[0] - chance.uniform(*LEAD)
            expected = lifted + chance.uniform(*AHEAD) if tells_end else None
            found.append(Warned(f"{name}-{town.postal_code}", kind, town, issued, expected, lifted))
    return found


def _shaken(disc: Disc, n: int) -> list[Warned]:
    """A quake's bulletin minutes later, for as long as roads are looked at (tasks/hazards/jma_codes.QUAKE_HOURS)."""
    over = [town for town in towns() if disc.covers(town.at, disc.begins)]
    return [
        Warned(f"quake-{n}-{t.postal_code}", "earthquake", t, disc.begins + 0.2, disc.begins + 24, disc.begins + 24)
        for t in over
    ]


@dataclass(frozen=True)
class Bulletins:
    """The folder TODOKE_HAZARDS, as it stands at an hour."""

    folder: Path
    began: datetime
    warned: list[Warned]
    storm: Storm

    def write(self, hour: float) -> None:
        """hazards.csv and advisories.csv: what was said by then."""
        rows = [self._hazard(one, hour) for one in self.warned if one.issued <= hour]
        self._csv("hazards.csv", "hazard_id kind severity region municipality from_at until_at", rows)
        told = [self._advisory(*one, hour) for one in self.storm.announced if one[2] <= hour]
        self._csv("advisories.csv", "carrier regions postal_prefixes from_at until_at reason_ja reason_en", told)

    def _hazard(self, one: Warned, hour: float) -> list[str]:
        (municipality,) = municipalities()[one.town.postal_code][:1]
        until = one.until(hour)
        ends = self._at(until) if until is not None else ""
        return [one.number, one.kind, "warning", one.town.region, municipality, self._at(one.issued), ends]

    def _advisory(
        self, carrier: str, region: str, said: float, begins: float, expected: float, ends: float, hour: float
    ) -> list[str]:
        del said
        until = ends if ends <= hour else max(expected, hour + 6)
        return [carrier, region, "", self._at(begins), self._at(until), "集配を見合わせています", "Suspended"]

    def _at(self, hour: float) -> str:
        return (self.began + timedelta(hours=hour)).isoformat()

    def _csv(self, name: str, header: str, rows: list[list[str]]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(), *rows])


_MUNICIPALITIES: dict[str, list[str]] = {}


def municipalities() -> dict[str, list[str]]:
    """Postal code -> JIS X 0402, as the pipeline looks them up."""
    if not _MUNICIPALITIES:
        for row in look_up(town.postal_code for town in towns()):
            _MUNICIPALITIES.setdefault(str(row["postal_code"]), []).append(str(row["municipality"]))
    return _MUNICIPALITIES
