"""Scans that AfterShip and 17TRACK post: verified, kept, and taken by the next load."""

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tasks.core.accounts import FeedbackSettings
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.outcomes import read_outcomes
from tasks.poll import ask_sources
from tests.feedback.conftest import Heard
from tests.load.shop import AS_OF
from tests.tracking.standins import followed, tracking

SCANS = [("2026-09-15T08:30:00", "OutForDelivery_001", "配達中")]
AFTERSHIP = {"event": "tracking_update", "event_id": "e", "msg": tracking("taqbin-jp", "409999999006", SCANS)}
SEVENTEENTRACK = {
    "event": "TRACKING_UPDATED",
    "data": followed("409999999006", [("2026-09-15T08:30:00+09:00", "OutForDelivery_Other", "x")]),
}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_AFTERSHIP_WEBHOOK_SECRET", "shared")
    monkeypatch.setenv("TODOKE_SEVENTEENTRACK_SECRET", "shared")


def _signed(source: str, body: bytes) -> dict[str, str]:
    if source == "17track":
        return {"sign": sha256(body + b"/shared").hexdigest()}
    return {"aftership-hmac-sha256": base64.b64encode(hmac.new(b"shared", body, sha256).digest()).decode()}


def _asked(heard: Heard, home: Path) -> list[dict[str, Any]]:
    asked = ask_sources(Run("r", AS_OF, heard.database.url, settings=Settings(home=home)))
    return asked.tables["tracking_events"].to_pylist() if asked.tables else []


@pytest.mark.parametrize(("source", "event"), [("aftership", AFTERSHIP), ("17track", SEVENTEENTRACK)])
def test_what_is_posted_waits_for_the_load(heard: Heard, tmp_path: Path, source: str, event: Any) -> None:
    body = json.dumps(event).encode()
    forged = heard.client.post(f"/tracking/{source}", content=body, headers=_signed(source, body + b" "))
    unsigned = heard.client.post(f"/tracking/{source}", content=body)
    assert (forged.status_code, unsigned.status_code) == (403, 403)
    assert _asked(heard, tmp_path) == []
    assert heard.client.post(f"/tracking/{source}", content=body, headers=_signed(source, body)).status_code == 200
    found = _asked(heard, tmp_path)
    if source == "17track":
        assert found == [], "it names no carrier, and nobody knows the number"
        return
    (row,) = found
    assert (row["carrier"], row["tracking_number"], row["raw_status"]) == ("yamato", "409999999006", "配達中")
    assert (row["occurred_at"], row["location"]) == ("2026-09-15T08:30:00+09:00", "渋谷")


@pytest.mark.parametrize("body", [b"[]", b"no json", b'{"msg": 1}', b'{"msg": {}}', b'{"data": {"number": 7}}'])
@pytest.mark.parametrize("source", ["aftership", "17track"])
def test_what_cannot_be_read_is_refused(heard: Heard, source: str, body: bytes) -> None:
    assert heard.client.post(f"/tracking/{source}", content=body, headers=_signed(source, body)).status_code == 400


def test_a_gateway_may_lay_it_down(heard: Heard, tmp_path: Path) -> None:
    body = json.dumps(AFTERSHIP)
    landed = {"path": "/tracking/aftership", "headers": _signed("aftership", body.encode()), "body": body}
    folder = tmp_path / "landed"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(landed), encoding="utf-8")
    (folder / "two.json").write_text(json.dumps(landed | {"body": body + " "}), encoding="utf-8")
    outcome = read_outcomes(heard.receiver, FeedbackSettings(url=str(folder)))
    assert (outcome["requests"], outcome["new_events"], outcome["refused"]) == (2, 1, {"forged": 1})
    assert len(_asked(heard, tmp_path)) == 1
    assert list(folder.iterdir()) == []
