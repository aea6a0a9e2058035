"""How long parcels take, learned from the shop's own: counted by lane, compared with those under way.

A lane is carrier, origin, destination and day of the week (or public holiday) of the hand-over. Where it has too few
parcels less alike ones are asked (sql/lanes/create_lane.sql); where all are fewer than LEAST, nothing is said.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Connection, text

from tasks.core.brand import load_brand
from tasks.core.queries import query

LEAST = 30
"""Comparable parcels a forecast needs."""

SURE = 0.8
"""Share of comparable parcels that would miss the promise: from here on the order counts as late."""

SURE_STANDING = 0.95
"""The same where parcels that stood at the same place at the same hour are compared: asked anew every hour, it is
crossed by chance more often."""

SURE_AT_LAST = 0.85
"""The same in the last three hours before the promise passes: who is not told now reads of it too late."""

TESTED_DAYS = 28
SETTLED_DAYS = 14
"""A calibration looks at parcels handed over in 28 days that ended two weeks ago: by then nearly all have arrived."""

_YEARS = range(2010, 2051)


@dataclass(frozen=True)
class Travel:
    """Where parcels travel. `zone`: IANA zone whose days count; `country`: ISO 3166-1, for its public holidays."""

    zone: str
    country: str

    def day(self, at: datetime) -> date:
        """The day of an instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> dict[str, object]:
        """Parameters of statements that ask which day a parcel was handed over on."""
        return {"zone": self.zone, "holidays": public_holidays(self.country)}


def travel(zone: str) -> Travel:
    """Where this shop's parcels travel (brand.toml)."""
    return Travel(zone, load_brand().calendar.country)


@cache
def public_holidays(country: str) -> list[date]:
    """Public holidays of 2010 to 2050, of a country brand.toml accepts."""
    return sorted(holidays.country_holidays(country, years=_YEARS))


def note_changes(connection: Connection, travel: Travel, last_day: date | None, today: date) -> None:
    """Before parcels are merged: which days of arrival, all over, change or ended since `last_day` (the last fold)."""
    query("lanes/create_changed_day").run(connection, zone=travel.zone, last_day=last_day, today=today)


def count(connection: Connection, travel: Travel, today: date) -> int:
    """After parcels were merged: count those days again. Lanes that changed."""
    if not connection.execute(text("select exists (select from changed_day)")).scalar_one():
        return 0
    query("lanes/count_to_go").run(connection, zone=travel.zone, today=today)
    return query("lanes/count_transit").run(connection, **travel.days)


def look_ahead(connection: Connection, as_of: datetime, travel: Travel) -> None:
    """Temporary tables standing, asked, comparable, outlook, chance and staying: how many days parcels still need.

    Reads open_order, open_parcel and threat.
    """
    query("lanes/create_standing").run(connection)
    connection.execute(text("analyze standing"))
    query("lanes/create_asked").run(connection)
    query("lanes/create_comparable").run(connection, learned_until=travel.day(as_of), as_of=as_of)
    connection.execute(text("create index on comparable (key, silent, hour)"))
    connection.execute(text("analyze asked, comparable"))
    query("lanes/create_outlook").run(connection, least=LEAST)
    connection.execute(text("create index on outlook (region, place, word, stage, hour)"))
    connection.execute(text("analyze outlook"))
    query("lanes/create_chance").run(connection, as_of=as_of)
    query("lanes/create_staying").run(connection, as_of=as_of, least=LEAST)
    connection.execute(text("analyze chance, staying"))


def predict(connection: Connection, as_of: datetime, travel: Travel) -> int:
    """Forecast every parcel under way (temporary tables area, open_order and open_parcel). Predictions that changed."""
    query("lanes/create_traveller").run(connection, **travel.days)
    _forecast(connection, travel.day(as_of))
    return int(query("lanes/merge_predictions").scalar(connection))


def calibration(connection: Connection, as_of: datetime, travel: Travel) -> list[dict[str, Any]]:
    """How good forecasts would have been: learned until a day, tested on parcels handed over later.

    Rows of sql/lanes/calibration.sql. Writes temporary tables only.
    """
    until = travel.day(as_of) - timedelta(days=SETTLED_DAYS)
    learned_until = until - timedelta(days=TESTED_DAYS)
    query("detect/create_area").run(connection)
    query("lanes/create_past_traveller").run(
        connection, **travel.days, learned_until=learned_until, shipped_until=until, as_of=as_of
    )
    _forecast(connection, learned_until)
    return [dict(row) for row in query("lanes/calibration").rows(connection)]


def _forecast(connection: Connection, learned_until: date) -> None:
    query("lanes/create_lane").run(connection, learned_until=learned_until)
    for table in ("lane", "traveller"):
        connection.execute(text(f"analyze {table}"))
    query("lanes/create_forecast").run(connection, least=LEAST)
