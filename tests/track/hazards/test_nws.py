"""Alerts of the National Weather Service."""

from typing import Any

import orjson

from tasks.core.hazards import Severity, State, fold
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading
from tests.track.hazards.contract import HazardContract

ALERT: dict[str, Any] = {
    "id": "urn:1",
    "geocode": {"SAME": ["020091"], "UGC": ["KSZ103", "KSC091", "AMZ610"]},
    "references": [],
    "sent": "2026-09-15T08:00:00-05:00",
    "effective": "2026-09-15T08:00:00-05:00",
    "onset": "2026-09-15T12:00:00-05:00",
    "expires": "2026-09-15T10:00:00-05:00",
    "ends": "2026-09-16T06:00:00-05:00",
    "status": "Actual",
    "messageType": "Alert",
    "category": "Met",
    "severity": "Severe",
    "certainty": "Likely",
    "event": "Winter Storm Warning",
    "senderName": "NWS Kansas City",
    "headline": "Winter Storm Warning until 6 AM",
}


def _document(*alerts: dict[str, Any]) -> bytes:
    features = [{"geometry": None, "properties": ALERT | alert} for alert in alerts]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _read(*alerts: dict[str, Any]) -> Reading:
    return SOURCES["nws"].read("active.json", _document(*alerts))


class TestNws(HazardContract):
    source = SOURCES["nws"]
    place = "nws/active.json"
    document = _document({})


def test_the_event_ends_at_ends_or_else_at_expires() -> None:
    first, second = _read({}, {"id": "urn:2", "ends": None, "expires": "2026-09-15T20:00:00-05:00"}).hazards
    assert first.until_at is not None
    assert first.until_at.isoformat() == "2026-09-16T06:00:00-05:00"
    assert second.until_at is not None
    assert second.until_at.isoformat() == "2026-09-15T20:00:00-05:00"


def test_zones_on_land_count_and_the_sea_does_not() -> None:
    (hazard,) = _read({}).hazards
    assert [area.part for area in hazard.areas] == ["UGC KSZ103", "UGC KSC091"]
    (by_county,) = _read({"geocode": {"SAME": ["020091"]}}).hazards
    assert [area.key for area in by_county.areas] == [("US-KS", "", "", "SAME 020091")]
    assert _read({"geocode": {"UGC": ["AMZ610"]}}).skipped == ("at sea, or no zone in it",)


def test_only_what_is_actual_counts() -> None:
    for status in ("Test", "Exercise", "System", "Draft"):
        reading = _read({"status": status})
        assert (reading.hazards, reading.skipped) == ((), (f"drill ({status})",))


def test_a_watch_is_an_advisory_and_heat_stops_no_lorry() -> None:
    assert _read({"certainty": "Possible"}).hazards[0].severity is Severity.ADVISORY
    assert not _read({"event": "Excessive Heat Warning"}).hazards[0].halts
    assert _read({"event": "Avalanche of Frogs"}).hazards[0].halts, "grave weather nobody listed"


def test_an_update_replaces_and_a_cancellation_takes_back() -> None:
    reference = [{"identifier": "urn:1"}]
    update = {"id": "urn:2", "references": reference, "messageType": "Update", "sent": "2026-09-15T09:00:00-05:00"}
    known = fold([], _read({}, update).hazards)
    assert (known["nws:urn:1"].state, known["nws:urn:2"].state) == (State.ENDED, State.ACTIVE)
    cancelled = fold([], _read({}, update | {"messageType": "Cancel"}).hazards)
    assert (list(cancelled), cancelled["nws:urn:1"].state) == (["nws:urn:1"], State.WITHDRAWN)


def test_a_broken_alert_is_set_aside_alone() -> None:
    broken: list[dict[str, Any]] = [
        {"sent": "soon"},
        {"ends": None, "expires": None},
        {"ends": "2026-09-15T11:00:00-05:00"},
    ]
    reading = _read({}, *({"id": f"urn:{n}"} | one for n, one in enumerate(broken, 2)))
    assert len(reading.hazards) == 1
    assert [row.column for row in reading.rejected] == ["feature", "feature", "until_at"]
