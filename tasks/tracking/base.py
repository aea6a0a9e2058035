"""What every source of tracking shares: the parcels it is asked about and what it tells of them.

A source hands over text in the columns of `tracking_events`; what a value is worth is validation's to say.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson

from tasks.carriers import meaning_of
from tasks.carriers.base import UNKNOWN
from tasks.core.errors import DataError

JAPAN = ZoneInfo("Asia/Tokyo")
JAPANESE = ("yamato", "sagawa", "japanpost", "seino")
"""Carriers whose times are Japan's where they name no zone."""

Row = dict[str, str | None]


class NoAnswer(DataError):
    """A source was asked and said nothing that can be used. What is known of its parcels stands; it is asked again."""


@dataclass(frozen=True)
class Parcel:
    """One parcel to ask about. `is_known`: the source has answered or registered it before."""

    carrier: str
    number: str
    shipped_on: date
    is_known: bool = False


@dataclass(frozen=True)
class Scan:
    """One thing that happened to a parcel, as told. `at`: ISO 8601 with offset. `carrier` None: found by its number."""

    carrier: str | None
    number: str
    word: str
    at: str
    place: str | None = None
    eta_on: str | None = None
    payload: dict[str, Any] | None = None

    def row(self, file: str) -> Row:
        """As a raw row of `tracking_events`."""
        payload = orjson.dumps(self.payload).decode() if self.payload else None
        return {
            "carrier": self.carrier,
            "tracking_number": self.number,
            "raw_status": self.word,
            "occurred_at": self.at,
            "recorded_at": None,
            "location": self.place,
            "region": None,
            "eta_on": self.eta_on,
            "payload": payload,
            "_file": file,
        }


@dataclass
class Told:
    """What one call said.

    `shipments`: raw rows, of sources that know orders. `refused`: parcel -> why the source will not follow it; asked
    again later. `odd`: what was ignored, and how often.
    """

    scans: list[Scan] = field(default_factory=list)
    shipments: list[Row] = field(default_factory=list)
    refused: dict[Parcel, str] = field(default_factory=dict)
    odd: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Told") -> None:
        """Join what another call said."""
        self.scans += other.scans
        self.shipments += other.shipments
        self.refused |= other.refused
        self.odd += other.odd

    def name_arrival(self, eta_on: str | None) -> None:
        """The day of arrival a source names for a parcel as a whole goes with its newest scan."""
        if self.scans and eta_on:
            newest = max(range(len(self.scans)), key=lambda place: datetime.fromisoformat(self.scans[place].at))
            self.scans[newest] = replace(self.scans[newest], eta_on=eta_on)


class TrackingSource(Protocol):
    """One source of scans."""

    @property
    def name(self) -> str:
        """As in TODOKE_TRACKING."""

    @property
    def at_once(self) -> int:
        """Parcels asked in one call; 0: it is not asked about parcels, it tells all it has."""

    @property
    def carriers(self) -> list[str] | None:
        """The only carriers it knows; None: it knows many."""

    def ask(self, parcels: Sequence[Parcel], seen_at: datetime) -> Told:
        """What the source knows of these parcels now; nothing of a parcel it does not know.

        What it says of other parcels is ignored and counted in `odd`. Raises NoAnswer where the call as a whole failed.
        """


def plain(number: str) -> str:
    """A number as it is compared: no hyphens or spaces, one case."""
    return number.replace("-", "").replace(" ", "").upper()


def by_number(parcels: Iterable[Parcel]) -> dict[str, list[Parcel]]:
    """The parcels of each plain number: two carriers may use the same."""
    found: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        found.setdefault(plain(parcel.number), []).append(parcel)
    return found


def word_of(carrier: str, message: Any, vocabulary: str, code: Any) -> str | None:
    """The carrier's own word where we know it, for it says more; else the aggregator's. None where there is neither."""
    if isinstance(message, str) and message and meaning_of(carrier, message) != UNKNOWN:
        return message
    return f"{vocabulary}:{code}" if isinstance(code, str) and code else None


def instant_of(value: Any, carrier: str) -> str | None:
    """An ISO instant with offset; without one it is Japan's for carriers of Japan, else UTC. None: no instant."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=zone_of(carrier))).isoformat()


def zone_of(carrier: str) -> ZoneInfo:
    """Where a carrier's days and times are, unless it says so."""
    return JAPAN if carrier in JAPANESE else ZoneInfo("UTC")


def day_of(value: Any) -> str | None:
    """The day of an ISO date or instant, as it is written."""
    return value[:10] if isinstance(value, str) and instant_of(value[:10], "") else None


def inner(value: Any, *names: str) -> dict[str, Any]:
    """An object inside an object; an empty one where the way is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
