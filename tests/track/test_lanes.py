"""How long parcels take: counted by lane, predicted for those under way, and checked against what came later."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tasks.core import lanes
from tasks.core.lanes import Travel
from tests.track.conftest import Shop

TRAVEL = Travel("Asia/Tokyo", "JP")
WEDNESDAY = date(2026, 6, 3)


@pytest.fixture
def chiba(shop: Shop) -> Shop:
    """A shop whose warehouse is in Chiba and that once sent parcels from Sendai."""
    shop.fact("locations", location_id="OLD", kind="warehouse", region="JP-04")
    return shop


def arrived(
    shop: Shop,
    name: str,
    shipped: date,
    days: Iterable[int],
    *,
    carrier: str = "yamato",
    origin: str = "WH",
    **order: Any,
) -> None:
    """Parcels that took so many days each, promised for the third."""
    for n, took in enumerate(days):
        on, order_id = shipped + timedelta(days=took), f"{name}{n}"
        promised = (shipped + timedelta(days=3)).strftime("%m-%d")
        shop.order(order_id, f"{shipped:%m-%d} 08:00", promised=promised, **{"ship_to_region": "JP-27"} | order)
        shop.parcel(f"{order_id}-1", f"{shipped:%m-%d} 12:00", carrier=carrier, location_id=origin)
        shop.scan(f"{order_id}-1", f"{on:%m-%d} 15:00", "配達完了", carrier=carrier)


def under_way(shop: Shop, name: str, shipped: str, promised: str, **order: Any) -> None:
    """A parcel scanned once after its hand-over."""
    shop.order(name, f"{shipped} 08:00", promised=promised, **{"ship_to_region": "JP-27"} | order)
    shop.parcel(f"{name}-1", f"{shipped} 12:00")
    shop.scan(f"{name}-1", f"{shipped} 20:00", "発送")


def counted(shop: Shop) -> dict[tuple[int, int], int]:
    """(day of the week, days under way) -> parcels."""
    rows = shop.rows("select ship_day, days, sum(parcels)::int as n from transit group by 1, 2")
    return {(row["ship_day"], row["days"]): row["n"] for row in rows}


def test_arrivals_are_counted_once_however_often_they_fold(chiba: Shop) -> None:
    arrived(chiba, "a", WEDNESDAY, [1, 1, 2])
    chiba.track("06-08 10:00")
    assert counted(chiba) == {(3, 1): 2, (3, 2): 1}
    chiba.scan("a0-1", "06-04 09:00", "配達完了")  # an earlier arrival of the same day
    chiba.scan("a2-1", "06-04 11:00", "配達完了")  # really a day earlier
    chiba.track("06-08 11:00")
    assert counted(chiba) == {(3, 1): 3}
    chiba.scan("a2-1", "06-04 08:00", "返品")
    chiba.track("06-08 12:00")
    assert counted(chiba) == {(3, 1): 2}, "what came back never arrived"


def test_what_says_nothing_about_the_lane_is_not_counted(chiba: Shop) -> None:
    arrived(chiba, "kept", WEDNESDAY, [4], requested_on="2026-06-07")
    arrived(chiba, "lost and found", WEDNESDAY, [61])
    arrived(chiba, "holiday", date(2026, 4, 29), [2])
    chiba.track("09-01 10:00")
    assert counted(chiba) == {(8, 2): 1}, "昭和の日 is a day of its own, not a Wednesday"


def test_a_parcel_that_will_be_late_is_told_of_before_its_promise_passes(chiba: Shop) -> None:
    arrived(chiba, "a", WEDNESDAY, [4] * 5 + [5] * 30 + [6] * 5)
    under_way(chiba, "sato", "06-17", "06-20")
    under_way(chiba, "enough time", "06-17", "06-24")
    under_way(chiba, "kept for a day", "06-17", "06-20", requested_on="2026-06-20")
    chiba.detect("06-17 22:00")
    assert chiba.late() == {"sato": {"predicted_late"}}
    (sato,) = chiba.rows("select * from delay")
    assert (sato["new_from_on"], sato["new_until_on"]) == (date(2026, 6, 21), date(2026, 6, 23))
    assert sato["evidence"] == {
        "promised_on": "2026-06-20",
        "carrier": "yamato",
        "p_late": 1,
        "n": 40,
        "level": "lane_day",
    }
    again = chiba.detect("06-18 09:00")
    assert (again["changed"], again["lifted"]) == (0, 0)
    chiba.scan("sato-1", "06-19 10:00", "配達完了")
    assert chiba.detect("06-19 11:00")["lifted"] == 1
    assert [row["shipment_id"] for row in chiba.rows("select shipment_id from prediction")] == ["enough time-1"]


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        ({"shipped": WEDNESDAY}, "lane_day"),
        ({"shipped": date(2026, 6, 4)}, "lane"),
        ({"shipped": WEDNESDAY, "ship_to_region": "JP-28"}, "areas"),
        ({"shipped": WEDNESDAY, "origin": "OLD"}, None),
        ({"shipped": WEDNESDAY, "ship_to_region": "JP-24"}, "areas"),
        ({"shipped": WEDNESDAY, "ship_to_region": "JP-01"}, None),
    ],
)
def test_the_most_alike_parcels_that_are_enough_are_asked(chiba: Shop, seen: dict[str, Any], level: str | None) -> None:
    shipped = seen.pop("shipped")
    arrived(chiba, "a", shipped, [5] * lanes.LEAST, **seen)
    under_way(chiba, "sato", "06-17", "06-20")
    chiba.detect("06-17 22:00")
    assert [row["level"] for row in chiba.rows("select level from prediction")] == ([level] if level else [])


def test_too_few_parcels_say_nothing(chiba: Shop) -> None:
    arrived(chiba, "a", WEDNESDAY, [5] * (lanes.LEAST - 1))
    arrived(chiba, "today", date(2026, 6, 12), [5])  # arrives on the day the forecast is made: not over yet
    under_way(chiba, "sato", "06-17", "06-20")
    chiba.detect("06-17 22:00")
    assert chiba.rows("select * from prediction") == []
    assert chiba.late() == {}


def test_what_already_took_long_is_compared_with_what_took_as_long(chiba: Shop) -> None:
    arrived(chiba, "a", WEDNESDAY, [1] * 200 + [6] * 40)
    under_way(chiba, "sato", "06-17", "06-20")
    chiba.detect("06-17 22:00")
    (fresh,) = chiba.rows("select * from prediction")
    assert (fresh["n"], round(fresh["p_late"], 2)) == (240, 0.17)
    chiba.detect("06-19 09:00")
    (waiting,) = chiba.rows("select * from prediction")
    assert (waiting["n"], waiting["p_late"], waiting["early_on"]) == (40, 1.0, date(2026, 6, 23))
    assert chiba.late() == {"sato": {"predicted_late"}}


def test_a_source_without_scans_predicts_nothing(chiba: Shop) -> None:
    arrived(chiba, "a", WEDNESDAY, [5] * lanes.LEAST)
    chiba.order("sato", "06-17 08:00", promised="06-20", ship_to_region="JP-27")
    chiba.parcel("sato-1", "06-17 12:00")
    chiba.detect("06-17 22:00")
    assert chiba.rows("select * from prediction") == []


def test_forecasts_are_held_against_what_they_had_not_seen(chiba: Shop) -> None:
    """Windows of a lane that stays as it was hold about 80 %; those of one that slowed down do not, and it says so."""
    chance = random.Random(7)  # noqa: S311  # no secret
    for week in range(8):
        day, slow = WEDNESDAY + timedelta(weeks=week), week >= 4
        arrived(chiba, f"osaka{week}x", day, [chance.choice([1, 2, 2, 3, 3, 3, 4, 4, 5, 9]) for _ in range(25)])
        slower = [chance.choice([1, 2, 3]) + 5 * slow for _ in range(25)]
        arrived(chiba, f"kobe{week}x", day, slower, carrier="sagawa")
    chiba.track("08-20 10:00")
    with chiba.database.transaction() as connection:
        rows = lanes.calibration(connection, datetime.fromisoformat("2026-08-05T10:00:00+09:00"), TRAVEL)
    found = {(row["group"], row["name"]): row for row in rows}
    steady, slowed = found["carrier", "yamato"], found["carrier", "sagawa"]
    assert steady["parcels"] == steady["forecast"] == slowed["forecast"] > 0
    assert 0.7 < steady["inside"] <= 1
    assert abs(steady["expected_late"] - steady["late"]) < 0.15
    assert slowed["inside"] < steady["inside"]
    assert slowed["late"] > slowed["expected_late"] + 0.3
