"""Each source beside AfterShip: 17TRACK, any JSON, a folder of slips; and AfterShip's recorded answers."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.core.errors import ConfigurationError
from tasks.tracking.aftership import told_of
from tests.load.shop import AS_OF, rows
from tests.tracking.conftest import MORNING, NUMBERS, Asking, known_to, world
from tests.tracking.standins import SeventeenTrackStandIn, answer


def test_17track_registers_then_reads(asking: Asking) -> None:
    standin = SeventeenTrackStandIn({NUMBERS[0]: [(MORNING, "InTransit_PickedUp", "荷物受付")]})
    asking.shop = world((*NUMBERS, "BAD1"))
    asking.source, asking.server.handler = "17track", standin
    standin.extra = [{"number": "777777777770", "track_info": {}}]
    found = asking.hour()
    assert asking.scans() == [(NUMBERS[0], "荷物受付", "picked_up")]
    assert standin.registered == set(NUMBERS)
    assert found.checked["warnings"] == [
        "Tracking by 17track: 1 numbers are not followed, most (1): -18019903 no",
        "Tracking by 17track: ignored 1 × parcels nobody asked about.",
    ]
    asking.server.answers.append(answer({"code": -18010003, "data": None}))
    assert "answered code -18010003" in asking.hour(4).checked["reasons"]["tracking"]


MAPPING = """
name = "yamato"
url = "URL/parcels/{number}"
headers = { Authorization = "Bearer ${PARCEL_KEY}" }
per_second = 100
newest_first = true
[paths]
number = "result.0.slip"
events = "result.0.history"
word = "status"
day = "date"
time = "time"
place = "office"
eta_on = "result.0.eta"
"""


def test_any_json_is_read_by_its_mapping(asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = [
        {"status": "⇒配達中", "date": "09/15"},
        {"status": "荷物受付", "date": "09/14", "time": "19:00", "office": "渋谷"},
    ]
    mapping = tmp_path / "parcels.toml"
    mapping.write_text(MAPPING.replace("URL", asking.server.url), encoding="utf-8")
    monkeypatch.setenv("TODOKE_TRACKING_MAPPING", str(mapping))
    asking.source = "json"
    with pytest.raises(ConfigurationError, match="PARCEL_KEY"):
        asking.hour()
    monkeypatch.setenv("PARCEL_KEY", "k")
    asking.server.handler = lambda _: answer(
        {"result": [{"slip": NUMBERS[0], "history": history, "eta": "2026-09-15"}]}
    )
    found = asking.hour()
    assert asking.server.requests[-1].headers["Authorization"] == "Bearer k"
    assert found.checked["warnings"] == ["Tracking by json: ignored 1 × parcels nobody asked about."]
    assert rows(
        asking.database, "select occurred_at, status, location, eta_on::text from tracking_events order by occurred_at"
    ) == [
        (AS_OF - timedelta(hours=15), "picked_up", "渋谷", None),
        (AS_OF - timedelta(hours=2), "out_for_delivery", None, "2026-09-15"),
    ]


def test_slips_in_a_folder_are_the_parcels_of_a_shop_that_has_no_shipments(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "slips"
    folder.mkdir()
    header = "お客様管理番号,伝票番号,出荷予定日,お届け予定（指定）日"
    (folder / "b2.csv").write_bytes(f"{header}\r\na,{NUMBERS[0]},2026/09/14,2026/09/16\r\n".encode("cp932"))
    monkeypatch.setenv("TODOKE_TRACKING_DROP", str(folder))
    asking.source = "drop,aftership"
    whole = dict(world())
    asking.shop = {name: table for name, table in whole.items() if name != "shipments"}
    known_to(asking)
    asking.hour()
    asking.hour(1)
    assert rows(asking.database, "select shipment_id, shipped_at is null, promised_on::text from shipments") == [
        (f"yamato-{NUMBERS[0]}", True, "2026-09-16")
    ]
    assert [word for _, word, _ in asking.scans()] == ["出荷指示", "荷物受付", "配達中"]


RECORDED = {
    "v4af_get_tracking": [
        ("InfoReceived_001", "2021-03-20T15:29:27+01:00"),
        ("InfoReceived_001", "2021-03-20T15:29:56+01:00"),
        ("InTransit_001", "2021-03-20T15:32:37+01:00"),
        ("InTransit_001", "2021-03-22T18:33:57+01:00"),
        ("InTransit_001", "2021-03-22T18:36:04+01:00"),
        ("InTransit_004", "2021-03-25T10:59:00+01:00"),
    ],
    "v4_create_tracking": [],
    "v4_get_tracking": [],
    "v4_list_trackings": [],
    "v4_get_last_checkpoint": [],
}
"""Recorded answer -> its scans; what is only pending has none."""


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_answers_of_aftership_are_read(tracking_data: Path, name: str) -> None:
    data = json.loads((tracking_data / "carriers" / "aftership" / f"{name}.json").read_text(encoding="utf-8"))["data"]
    told = [told_of(one) for one in data.get("trackings", [data.get("tracking", data)])]
    scans = [(scan.word, scan.at) for one in told for scan in one.scans]
    assert scans == [(f"aftership:{code}", at) for code, at in RECORDED[name]]
    assert not any(one.odd for one in told)


def test_unknown_sources_are_named(asking: Asking) -> None:
    asking.source = "aftershp"
    with pytest.raises(ConfigurationError, match="did you mean 'aftership'"):
        asking.hour()
