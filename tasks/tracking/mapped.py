"""Any API that answers with JSON, one parcel a call: a TOML file says where what lies.

name = "fukuyama"                       # of the carrier asked about
url = "https://api.example/parcels/{number}"
headers = { Authorization = "Bearer ${FUKUYAMA_KEY}" }   # ${...}: environment
zone = "Asia/Tokyo"                     # of times without offset
per_second = 2
newest_first = true

[paths]                                 # keys joined by dots, list places as numbers
number = "data.slip_no"
events = "data.history"
word = "status"
day = "date"                            # 07/15, 7月15日, 2026-07-15; with `time`; or one `at` with an ISO instant
time = "time"
place = "office"
eta_on = "data.eta"
"""

import os
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import Field

from tasks.core.declarations import Declaration, load_toml
from tasks.core.errors import ConfigurationError
from tasks.core.thresholds import TrackingSettings
from tasks.tracking.base import NoAnswer, Parcel, Scan, Told, day_of, objects, plain
from tasks.tracking.shown import Shown, instants
from tasks.tracking.web import Web

_SECRET = re.compile(r"\$\{(\w+)\}")


class Paths(Declaration):
    """Where an answer holds what; `events` from the top, `word`, `at`, `day`, `time` and `place` from an event."""

    number: str
    events: str
    word: str
    at: str | None = None
    day: str | None = None
    time: str | None = None
    place: str | None = None
    eta_on: str | None = None


class JsonMapping(Declaration):
    """The file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    url: str = Field(pattern=r"^https?://.*\{number\}")
    headers: dict[str, str] = Field(default_factory=dict)
    zone: str = "Asia/Tokyo"
    per_second: float = Field(1, gt=0, le=100)
    newest_first: bool = False
    paths: Paths


class Mapped:
    """The polled source."""

    name = "json"
    at_once = 1

    def __init__(self) -> None:
        path = TrackingSettings().mapping
        if path is None or not path.is_file():
            raise ConfigurationError(f"TODOKE_TRACKING_MAPPING is {path}: name the TOML file of the API.")
        self.mapping = load_toml(path, JsonMapping)
        self.carriers: list[str] | None = [self.mapping.name]
        self._zone = ZoneInfo(self.mapping.zone)
        self._headers = {name: _filled(value) for name, value in self.mapping.headers.items()}
        self._web = Web(self.mapping.per_second)

    def ask(self, parcels: Sequence[Parcel], seen_at: datetime) -> Told:
        """See TrackingSource."""
        told = Told()
        for parcel in parcels:
            self._ask(parcel, seen_at, told)
        return told

    def _ask(self, parcel: Parcel, seen_at: datetime, told: Told) -> None:
        url = self.mapping.url.replace("{number}", quote(parcel.number, safe=""))
        answer = self._web.json("GET", url, self._headers)
        if plain(_text(answer, self.mapping.paths.number) or "") != plain(parcel.number):
            told.odd["parcels nobody asked about"] += 1
            return
        events = at_path(answer, self.mapping.paths.events)
        if not isinstance(events, list):
            raise NoAnswer(f"{url} answered JSON without {self.mapping.paths.events}")
        one = self._scans(parcel, objects(events), seen_at)
        one.name_arrival(day_of(_text(answer, self.mapping.paths.eta_on)))
        told.add(one)

    def _scans(self, parcel: Parcel, events: list[dict[str, Any]], seen_at: datetime) -> Told:
        paths, told = self.mapping.paths, Told()
        if self.mapping.newest_first:
            events.reverse()
        rows = [
            Shown(word, _text(event, paths.day or paths.at), _text(event, paths.time), _text(event, paths.place))
            for event in events
            if (word := _text(event, paths.word))
        ]
        told.odd["events without a word"] += len(events) - len(rows)
        try:
            found = self._instants(rows, parcel, seen_at)
        except ValueError as error:
            told.odd[f"histories with a time nobody can read ({error!s:.60})"] += 1
            return told
        for row, at in zip(rows, found, strict=True):
            told.scans.append(Scan(parcel.carrier, parcel.number, row.word, at.isoformat(), row.place))
        return told

    def _instants(self, rows: list[Shown], parcel: Parcel, seen_at: datetime) -> list[datetime]:
        if self.mapping.paths.at is None:
            return instants(rows, parcel.shipped_on, seen_at, self._zone)
        found = [datetime.fromisoformat(row.day or "") for row in rows]
        return [at if at.tzinfo else at.replace(tzinfo=self._zone) for at in found]


def at_path(value: Any, path: str) -> Any:
    """What lies at `a.b.0.c`; None where the way is not there."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any, path: str | None) -> str | None:
    found = at_path(value, path) if path else None
    return str(found) if isinstance(found, str | int) and f"{found}" else None


def _filled(value: str) -> str:
    """A header with its ${VARIABLES} from the environment. Raises ConfigurationError for one that is not set."""
    missing = [name for name in _SECRET.findall(value) if name not in os.environ]
    if missing:
        raise ConfigurationError(f"{', '.join(missing)} is not set, and a header of TODOKE_TRACKING_MAPPING needs it.")
    return _SECRET.sub(lambda match: os.environ[match[1]], value)
