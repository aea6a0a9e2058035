"""AfterShip and 17TRACK as their documents describe them: what they know, and how they answer."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.deliver.scripted import Answer, Request

Scans = list[tuple[str, str, str]]
"""(time, code, the carrier's own word)"""


def answer(value: Any, status: int = 200) -> Answer:
    """JSON over HTTP."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


@dataclass
class AfterShipStandIn:
    """`parcels`: (slug, number) -> scans. What is posted is known from then on, without scans."""

    parcels: dict[tuple[str, str], Scans] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)
    page: int = 200

    def __call__(self, request: Request) -> Answer:
        """One call."""
        if request.headers.get("as-api-key") != "the key":
            return answer({"meta": {"code": 401, "message": "no key"}, "data": {}}, 401)
        return self._create(request) if request.method == "POST" else self._list(request)

    def _create(self, request: Request) -> Answer:
        body = json.loads(request.body)
        if body["tracking_number"].startswith("BAD"):
            return answer({"meta": {"code": 4005, "message": "number invalid"}, "data": {}}, 400)
        known = self.parcels.setdefault((body["slug"], body["tracking_number"]), [])
        code = 4003 if known else 201
        return answer({"meta": {"code": code, "message": ""}, "data": {}}, 400 if known else 201)

    def _list(self, request: Request) -> Answer:
        asked = parse_qs(urlsplit(request.path).query)
        numbers = asked["tracking_numbers"][0].split(",")
        assert len(numbers) <= 50
        found = [tracking(*key, scans) for key, scans in self.parcels.items() if key[1] in numbers] + self.extra
        start = int(asked.get("cursor", ["0"])[0])
        end = start + self.page
        pages = {"has_next_page": end < len(found), "next_cursor": str(end)}
        return answer({"meta": {"code": 200}, "data": {"pagination": pages, "trackings": found[start:end]}})


def tracking(slug: str, number: str, scans: Scans, **more: Any) -> dict[str, Any]:
    """AfterShip's object of one parcel."""
    points = [
        {
            "slug": slug,
            "checkpoint_time": at,
            "subtag": code,
            "tag": code.partition("_")[0],
            "message": word,
            "city": "渋谷",
        }
        for at, code, word in scans
    ]
    return {"slug": slug, "tracking_number": number, "checkpoints": points, **more}


@dataclass
class SeventeenTrackStandIn:
    """`parcels`: number -> scans; a number must be registered first."""

    parcels: dict[str, Scans] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    extra: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        """One call."""
        if request.headers.get("17token") != "the key":
            return answer({"code": -18010002, "data": {}}, 401)
        asked = json.loads(request.body)
        assert 0 < len(asked) <= 40
        path = request.path.rpartition("/")[2]
        accepted, rejected = [], []
        for one in asked:
            error = self._register(one["number"]) if path == "register" else self._unknown(one["number"])
            if error:
                rejected.append({"number": one["number"], "error": {"code": error, "message": "no"}})
            elif path == "gettrackinfo":
                accepted.append(followed(one["number"], self.parcels.get(one["number"], [])))
        return answer({"code": 0, "data": {"accepted": accepted + self.extra, "rejected": rejected}})

    def _register(self, number: str) -> int:
        if number.startswith("BAD"):
            return -18019903
        known = number in self.registered
        self.registered.add(number)
        return -18019901 if known else 0

    def _unknown(self, number: str) -> int:
        return 0 if number in self.registered else -18019902


def followed(number: str, scans: Scans, **more: Any) -> dict[str, Any]:
    """17TRACK's object of one parcel."""
    events = [
        {"time_iso": at, "time_utc": at, "description": word, "location": "渋谷", "sub_status": code}
        for at, code, word in scans
    ]
    info = {"tracking": {"providers": [{"provider": {"key": 1}, "events": events}]}, **more}
    return {"number": number, "carrier": 1, "track_info": info}
