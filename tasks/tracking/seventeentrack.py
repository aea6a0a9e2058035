"""17TRACK's Tracking API and its webhook.

https://asset.17track.net/api/document/v2.4_en/index.html (register, gettrackinfo, webhook)

- Up to 40 numbers a call, three calls a second. A number must be registered once, which counts against the quota;
  reading it does not.
- The webhook's signature is the SHA-256 of the body, a slash and the key, in `sign`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tasks.core.accounts import SeventeenTrackSettings
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

ALREADY_REGISTERED = -18019901
NOT_REGISTERED = -18019902


class SeventeenTrack:
    """The polled source."""

    name = "17track"
    at_once = 40
    carriers: list[str] | None = None

    def __init__(self) -> None:
        settings = SeventeenTrackSettings()
        if settings.secret is None:
            raise ConfigurationError("TODOKE_SEVENTEENTRACK_SECRET is empty: set the access key 17TRACK gave you.")
        self._url, self._codes = settings.url, settings.codes()
        self._headers = {"17token": settings.secret.get_secret_value()}
        self._web = Web(per_second=3)

    def ask(self, parcels: Sequence[Parcel], seen_at: datetime) -> Told:
        """See TrackingSource. New parcels are registered first; their scans come with a later call or the webhook."""
        del seen_at
        told, new = Told(), [parcel for parcel in parcels if not parcel.is_known]
        if new:
            self._register(new, told)
        asked = by_number(parcels)
        answer = self._call("gettrackinfo", [self._named(parcel) for parcel in parcels if parcel not in told.refused])
        for one in objects(answer.get("accepted")):
            known = self._meant(one, asked)
            if known is None:
                told.odd["parcels nobody asked about"] += 1
            else:
                told.add(told_of(inner(one, "track_info"), known.carrier, known.number))
        return told

    def _register(self, parcels: list[Parcel], told: Told) -> None:
        asked = by_number(parcels)
        for one in objects(self._call("register", [self._named(parcel) for parcel in parcels]).get("rejected")):
            error, parcel = inner(one, "error"), self._meant(one, asked)
            if parcel is not None and error.get("code") != ALREADY_REGISTERED:
                told.refused[parcel] = f"{error.get('code')} {error.get('message')!s:.80}"

    def _call(self, path: str, body: list[dict[str, Any]]) -> dict[str, Any]:
        if not body:
            return {}
        answer = self._web.json("POST", f"{self._url}/{path}", self._headers, body=body)
        code = answer.get("code") if isinstance(answer, dict) else None
        if code != 0 or not isinstance(answer.get("data"), dict):
            raise NoAnswer(f"{self._url}/{path} answered code {code}: {answer!s:.120}")
        return inner(answer, "data")

    def _named(self, parcel: Parcel) -> dict[str, Any]:
        code = self._codes.get(parcel.carrier)
        return {"number": parcel.number} | ({"carrier": code} if code else {})

    def _meant(self, one: dict[str, Any], asked: dict[str, list[Parcel]]) -> Parcel | None:
        """The parcel an answer is about: by its number, and by its carrier where that has a code here."""
        found = asked.get(plain(str(one.get("number") or "")), [])
        if len(found) > 1:
            found = [parcel for parcel in found if self._codes.get(parcel.carrier) == one.get("carrier")]
        return found[0] if found else None


def told_of(track_info: dict[str, Any], carrier: str | None, number: str) -> Told:
    """The scans of one number; the day of arrival goes with the newest."""
    told = Told()
    providers = objects(inner(track_info, "tracking").get("providers"))
    for event in [event for provider in providers for event in objects(provider.get("events"))]:
        code = event.get("sub_status") or event.get("stage")
        word = word_of(carrier or "", event.get("description"), SeventeenTrack.name, code)
        at = instant_of(event.get("time_iso") or event.get("time_utc"), carrier or "")
        if word is None or at is None:
            told.odd["events without status or time"] += 1
            continue
        place = event.get("location")
        payload = {key: event[key] for key in ("description", "sub_status", "stage") if event.get(key)}
        told.scans.append(Scan(carrier, number, word, at, place if isinstance(place, str) else None, None, payload))
    estimate = inner(track_info, "time_metrics", "estimated_delivery_date")
    told.name_arrival(day_of(estimate.get("from")))
    return told
