"""Alerts of the National Weather Service of the United States as GeoJSON.

`expires` ends the message; the event ends at `ends`, and where that is missing at `expires`. Areas are zones and
counties: the geometry is usually null. https://www.weather.gov/documentation/services-web-api
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.core.errors import DataError
from tasks.core.hazards import Hazard, State
from tasks.hazards.base import Gathered, Link, Reading, below
from tasks.hazards.documents import instant, parse_json
from tasks.hazards.events import kind_of, severity_of
from tasks.hazards.places import areas_of


class Nws:
    """Source `nws`."""

    name = "nws"
    is_list = True
    live = ("https://api.weather.gov/alerts/active",)

    def documents(self, folder: Path) -> list[Path]:
        """Collections (*.json, *.geojson) below `nws`."""
        return below(folder, self.name, (".json", ".geojson"))

    def read(self, name: str, content: bytes) -> Reading:
        """See HazardSource.read."""
        collection, gathered = parse_json(name, content), Gathered(name)
        features = collection.get("features") if isinstance(collection, dict) else None
        if not isinstance(features, list):
            raise DataError(f"{name}: no GeoJSON collection of alerts; the address may have changed.")
        for number, feature in enumerate(features, 1):
            try:
                _read(feature["properties"], gathered)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                gathered.reject("feature", f"cannot be read: {error!r}", {"feature": str(number)}, number)
        return gathered.reading()

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """None: the collection is itself what is to be read."""


def _read(alert: dict[str, Any], gathered: Gathered) -> None:
    if alert["status"] != "Actual":
        gathered.skipped.append(f"drill ({alert['status']})")
        return
    message, sent = f"nws:{alert['id']}", _needed(alert, "sent")
    replaced = tuple(f"nws:{reference['identifier']}" for reference in alert.get("references") or ())
    kind, severity = kind_of(alert["event"], alert["category"]), severity_of(alert["severity"], alert["certainty"])
    if alert["messageType"] == "Cancel":
        gathered.add(Hazard(message, kind, severity, (), sent, sent, sent, "nws", State.WITHDRAWN, supersedes=replaced))
        return
    codes = alert.get("geocode") or {}
    areas = areas_of((scheme, code) for scheme in ("UGC", "SAME") for code in codes.get(scheme) or ())
    if not areas:
        gathered.skipped.append("at sea, or no zone in it")
        return
    gathered.add(
        Hazard(
            message, kind, severity, areas, instant(alert.get("onset")) or instant(alert.get("effective")) or sent,
            instant(alert.get("ends")) or _needed(alert, "expires"), sent, "nws", headline_en=alert.get("headline"),
            message=message, supersedes=replaced, evidence={"event": alert["event"], "sender": alert.get("senderName")},
        )
    )  # fmt: skip


def _needed(alert: dict[str, Any], name: str) -> datetime:
    found = instant(alert[name])
    if found is None:
        raise ValueError(f"{name} is no instant")
    return found
