"""Under which warning a place lies: by municipality where we know it, by region where the whole region is meant."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.core.postal import city_of, look_up
from tasks.core.settings import Settings
from tasks.detect import detect
from tasks.report import weather_notes
from tests.track.conftest import Shop, day
from tests.track.hazards.test_jma import QUAKE, telegram, weather

NOW = "09-15 10:00"
TOWN = "943-0832"
"""Joetsu (15222) in Niigata."""
OTHER = "950-0088"
"""Niigata city: ward 15103, city 15100."""
PLACES: dict[str, dict[str, Any]] = {
    "joetsu": {"ship_to_postal_code": TOWN},
    "wide": {"ship_to_postal_code": "９４３−０８３２"},
    "niigata": {"ship_to_postal_code": OTHER},
    "nowhere": {"ship_to_postal_code": None},
    "typo": {"ship_to_postal_code": "943-9999"},
    "far": {"ship_to_postal_code": "060-0001", "ship_to_region": "JP-01"},
    "no-region": {"ship_to_postal_code": TOWN, "ship_to_region": None},
}
KNOWN = {"joetsu", "wide", "no-region"}
DOUBTFUL = {"nowhere", "typo"}


def _orders(shop: Shop, last: str) -> None:
    for name, place in PLACES.items():
        name = name.replace("-", "")
        shop.order(name, promised="09-15", **({"ship_to_region": "JP-15"} | place))
        shop.parcel(f"{name}-1")
        shop.scan(f"{name}-1", last, "作業店通過", location="東京ベース", region="JP-13")


@pytest.mark.parametrize(
    ("area", "last", "late"),
    [
        ({"municipality": "15222"}, "09-15 08:00", KNOWN),
        ({"municipality": "15222"}, "09-14 09:00", KNOWN | DOUBTFUL),
        ({"municipality": "15100"}, "09-15 08:00", {"niigata"}),
        ({"municipality": "15103"}, "09-15 08:00", {"niigata"}),
        ({"municipality": "15202"}, "09-15 08:00", set()),
        ({}, "09-15 08:00", {"joetsu", "wide", "niigata", "nowhere", "typo", "no-region"}),
        ({"postal_prefix": "943"}, "09-15 08:00", KNOWN | {"typo"}),
        ({"postal_prefix": "943", "carrier": "yamato"}, "09-15 08:00", KNOWN | {"typo"}),
        ({"postal_prefix": "943", "carrier": "sagawa"}, "09-15 08:00", set()),
    ],
)
def test_who_lies_under_a_warning(shop: Shop, area: dict[str, str], last: str, late: set[str]) -> None:
    """What we cannot place is told nothing, and no all-clear: a day without a scan decides."""
    _orders(shop, last)
    shop.hazard("H", "09-14 00:00", "09-15 18:00", region="JP-15", kind="snow", **area)
    shop.detect(NOW)
    found = {name for name, causes in shop.late().items() if "hazard" in causes}
    assert found == {name.replace("-", "") for name in late}


def test_a_hub_and_a_warehouse_have_municipalities_too(shop: Shop) -> None:
    shop.fact("locations", location_id="HUB", kind="hub", region="JP-23", postal_code="480-0202")
    shop.fact("locations", location_id="NORTH", kind="warehouse", region="JP-12", postal_code="277-0005")
    for name, location in (("hub", "HUB"), ("other", "名古屋ベース")):
        shop.order(name, promised="09-16", ship_to_postal_code="100-0001")
        shop.parcel(f"{name}-1")
        shop.scan(f"{name}-1", "09-15 08:00", "作業店通過", location=location, region="JP-23")
    for name, warehouse in (("here", "NORTH"), ("there", "WH")):
        shop.order(name, "09-15 09:00", promised="09-17", location_id=warehouse, ship_to_postal_code="100-0001")
    shop.hazard("TOYOYAMA", "09-14 00:00", region="JP-23", municipality="23342")
    shop.hazard("KASHIWA", "09-14 00:00", region="JP-12", municipality="12217")
    shop.detect(NOW)
    assert shop.late() == {"hub": {"hazard"}, "here": {"hazard"}}


def test_a_carrier_s_word_is_its_own_cause(shop: Shop) -> None:
    _orders(shop, "09-15 08:00")
    shop.hazard("C", "09-14 00:00", "09-15 18:00", region="JP-15", kind="carrier", carrier="yamato")
    shop.hazard("H", "09-14 00:00", "09-15 18:00", region="JP-15", municipality="15222")
    shop.detect(NOW)
    assert shop.late()["joetsu"] == {"carrier_notice", "hazard"}
    assert shop.late()["niigata"] == {"carrier_notice"}
    shop.detect("09-15 19:00")
    lifted = shop.rows("select distinct cause, lifted_at from delay where cause in ('carrier_notice', 'hazard')")
    assert {row["lifted_at"] for row in lifted} == {day("09-15 18:00")}


@pytest.fixture
def hours(shop: Shop, tmp_path: Path) -> Iterator[Any]:
    """One hour of detection over telegrams that lie in a folder."""
    (tmp_path / "jma").mkdir()

    def hour(at: str, name: str = "", content: bytes = b"", type_: str = "VPWW60") -> dict[str, int]:
        if name:
            (tmp_path / "jma" / f"{name}_{type_}_150000.xml").write_bytes(content)
        return detect.fn(replace(shop.run(at), settings=Settings(hazards=str(tmp_path))))

    yield hour


def test_a_lifted_town_lifts_its_delay_and_nobody_else_s(shop: Shop, hours: Any) -> None:
    _orders(shop, "09-15 08:00")
    shop.track(NOW)
    both = weather(("1522200", "06", "発表"), ("1510000", "06", "発表"))
    one = weather(("1522200", "06", "解除"), ("1510000", "06", "継続"))
    hours(NOW, "1", telegram(both, "09:00", sent="00:00"))
    assert set(shop.late()) == {"joetsu", "wide", "noregion", "niigata"}
    assert hours("09-15 11:00", "2", telegram(one, "10:30", sent="01:30"))["lifted"] == 3
    assert set(shop.late()) == {"niigata"}
    area = "select municipality, until_at from hazard_area where until_at is not null"
    assert shop.rows(area) == [{"municipality": "15222", "until_at": day("09-15 10:30")}]
    again = hours("09-15 11:00")
    assert (again["hazards"], again["changed"], again["lifted"]) == (0, 0, 0), "the same folder twice writes nothing"


def test_what_was_said_by_mistake_lifts_its_delay_when_it_is_taken_back(shop: Shop, hours: Any) -> None:
    _orders(shop, "09-15 08:00")
    shop.track(NOW)
    quake = QUAKE.format(inside="<City><Code>1522200</Code><MaxInt>6-</MaxInt></City>")
    hours(NOW, "1", telegram(quake, "09:00", sent="00:00", event="7"), "VXSE53")
    assert set(shop.late()) == set(), "the quake is of noon"
    assert hours("09-15 12:05")["changed"] == 3
    taken_back = telegram("<Text/>", "12:10", sent="03:10", type_="取消", event="7")
    assert hours("09-15 13:00", "2", taken_back, "VXSE53")["lifted"] == 3
    lifted = shop.rows("select distinct lifted_at from delay where cause = 'hazard'")
    assert lifted == [{"lifted_at": day("09-15 12:10")}], "no notice is due after that: delay_notice asks for it"


def test_an_unreadable_source_keeps_its_warnings_and_closes_the_gate(shop: Shop, hours: Any, tmp_path: Path) -> None:
    _orders(shop, "09-15 08:00")
    shop.track(NOW)
    hours(NOW, "1", telegram(weather(("1522200", "06", "発表")), "09:00", sent="00:00"))
    (tmp_path / "advisories.csv").write_bytes(b"carrier,regions\nyamato")
    counts = hours("09-15 11:00", "2", b"<Report>half of it")
    assert (counts["hazards_rejected"], counts["lifted"], len(shop.late())) == (1, 0, 3)
    (gate,) = shop.rows("select state, reason from feed where feed = 'hazards'")
    assert gate["state"] == "closed"
    assert "advisories.csv" in gate["reason"]
    with shop.database.transaction() as connection:
        assert weather_notes(connection) == [f"Warnings: {gate['reason']}"]
    (rejected,) = shop.rows("select column_name, file from rejected_fact where table_name = 'hazards'")
    assert rejected == {"column_name": "document", "file": "2_VPWW60_150000.xml"}


@pytest.mark.parametrize(
    ("code", "municipalities"),
    [
        ("9430832", ["15222"]),
        ("9500088", ["15100", "15103"]),
        ("1000001", ["13101"]),
        ("4980000", ["23235", "24303"]),
        ("9430000", ["15222"]),
        ("0000000", [""]),
    ],
)
def test_a_postal_code_has_its_municipalities(code: str, municipalities: list[str]) -> None:
    """A ward also its city; one of two prefectures both; an unknown one the empty one, so that nobody asks again."""
    rows = list(look_up([code]))
    assert [row["municipality"] for row in rows] == municipalities
    assert {row["region"] for row in rows} == {f"JP-{one[:2]}" if one else None for one in municipalities}


def test_only_wards_have_a_city() -> None:
    found = {one: city_of(one) for one in ("01101", "22140", "14131", "14118", "13101", "15202", "28100", "27146")}
    assert found == {
        "01101": "01100", "22140": "22130", "14131": "14130", "14118": "14100", "13101": None, "15202": None,
        "28100": None, "27146": "27140",
    }  # fmt: skip
