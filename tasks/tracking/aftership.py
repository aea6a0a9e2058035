"""AfterShip's Tracking API and its webhook.

https://www.aftership.com/docs/tracking/2026-07 (GET and POST /trackings, webhook signature)

- Up to 50 numbers are asked in one call; a number it does not know is registered and has scans some minutes later.
- The webhook's signature is the Base64 of HMAC-SHA256 over the body, in `aftership-hmac-sha256`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tasks.core.accounts import AfterShipSettings
from tasks.core.errors import ConfigurationError
from tasks.tracking.base import (
    NoAnswer,
    Parcel,
    Scan,
    Told,
    by_number,
    day_of,
    inner,
    instant_of,
    objects,
    plain,
    word_of,
)
from tasks.tracking.web import Web

SLUGS = {
    "yamato": "taqbin-jp",
    "sagawa": "sagawa",
    "japanpost": "japan-post",
    "seino": "seino",
    "ups": "ups",
    "fedex": "fedex",
    "dhl": "dhl",
}
"""Our carrier -> AfterShip's slug; a carrier that is not listed has the same name there."""

CARRIERS = {slug: carrier for carrier, slug in SLUGS.items()}
MOST_PAGES = 20
_ALREADY_THERE = 4003
_REFUSED = frozenset({400, 404, 409, 422})


class AfterShip:
    """The polled source."""

    name = "aftership"
    at_once = 50
    carriers: list[str] | None = None

    def __init__(self) -> None:
        self.settings = AfterShipSettings()
        if self.settings.secret is None:
            raise ConfigurationError("TODOKE_AFTERSHIP_SECRET is empty: set the API key AfterShip gave you.")
        self._headers = {"as-api-key": self.settings.secret.get_secret_value()}
        self._read = Web(per_second=6)
        self._register = Web(per_second=20)

    def ask(self, parcels: Sequence[Parcel], seen_at: datetime) -> Told:
        """See TrackingSource."""
        del seen_at
        asked = by_number(parcels)
        told, answered = Told(), set()
        for tracking in self._trackings(list(asked)):
            number = plain(str(tracking.get("tracking_number") or ""))
            carrier = carrier_of(tracking.get("slug"))
            if not any(parcel.carrier == carrier for parcel in asked.get(number, ())):
                told.odd["parcels nobody asked about"] += 1
                continue
            answered.add((carrier, number))
            told.add(told_of(tracking))
        for parcel in parcels:
            if not parcel.is_known and (parcel.carrier, plain(parcel.number)) not in answered:
                self._create(parcel, told)
        return told

    def _trackings(self, numbers: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params = {"tracking_numbers": ",".join(numbers), "limit": "200"}
        for _ in range(MOST_PAGES):
            data = inner(self._read.json("GET", f"{self.settings.url}/trackings", self._headers, params=params), "data")
            if not isinstance(data.get("trackings"), list):
                raise NoAnswer(f"{self.settings.url}/trackings answered JSON without data.trackings")
            found += objects(data["trackings"])
            pages = inner(data, "pagination")
            if not pages.get("has_next_page") or not pages.get("next_cursor"):
                break
            params["cursor"] = str(pages["next_cursor"])
        return found

    def _create(self, parcel: Parcel, told: Told) -> None:
        body = {"tracking_number": parcel.number, "slug": SLUGS.get(parcel.carrier, parcel.carrier)}
        answer = self._register.json("POST", f"{self.settings.url}/trackings", self._headers, body=body, also=_REFUSED)
        meta = inner(answer, "meta")
        code = meta.get("code")
        if code not in (200, 201, 202, _ALREADY_THERE):
            told.refused[parcel] = f"{code} {meta.get('message')!s:.80}"


def carrier_of(slug: Any) -> str:
    """Our name of AfterShip's courier."""
    return CARRIERS.get(str(slug), str(slug))


def told_of(tracking: dict[str, Any]) -> Told:
    """The scans of one tracking; the day of arrival the carrier names goes with the newest."""
    told = Told()
    carrier, number = carrier_of(tracking.get("slug")), str(tracking.get("tracking_number"))
    for point in objects(tracking.get("checkpoints")):
        word = word_of(carrier, point.get("message"), AfterShip.name, point.get("subtag") or point.get("tag"))
        at = instant_of(point.get("checkpoint_time"), carrier)
        if word is None or at is None:
            told.odd["checkpoints without status or time"] += 1
            continue
        place = point.get("location") or point.get("city")
        payload = {key: point[key] for key in ("message", "subtag", "raw_tag") if point.get(key)}
        told.scans.append(Scan(carrier, number, word, at, place if isinstance(place, str) else None, None, payload))
    estimate = inner(tracking, "courier_estimated_delivery_date")
    told.name_arrival(day_of(estimate.get("estimated_delivery_date") or tracking.get("expected_delivery")))
    return told
