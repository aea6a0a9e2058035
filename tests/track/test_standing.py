"""Parcels held against those that stood there at that hour: who has been stopped, who can no longer be in time."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.track.conftest import Shop

OSAKA: dict[str, Any] = {"ship_to_region": "JP-27"}


def to_osaka(shop: Shop, name: str, shipped: date, promised: str) -> str:
    """A parcel handed over at noon; its number."""
    shop.order(name, f"{shipped:%m-%d} 08:00", promised=promised, **OSAKA)
    shop.parcel(f"{name}-1", f"{shipped:%m-%d} 12:00")
    return f"{name}-1"


@pytest.fixture
def used(shop: Shop) -> Shop:
    """Its parcels reach the base in Osaka at 17:00 and arrive at 15:00 the day after."""
    for n in range(40):
        shipped = date(2026, 6, 1) + timedelta(days=n % 10)
        number = to_osaka(shop, f"arrived{n}", shipped, "06-30")
        shop.scan(number, f"{shipped:%m-%d} 17:00", "作業店通過", region="JP-27")
        shop.scan(number, f"{shipped + timedelta(days=1):%m-%d} 15:00", "配達完了", region="JP-27")
    return shop


def test_who_stands_where_nobody_stands_so_long_has_been_stopped(used: Shop) -> None:
    for name, shipped in (("stopped", date(2026, 6, 15)), ("fresh", date(2026, 6, 16))):
        number = to_osaka(used, name, shipped, "06-17")
        used.scan(number, f"{shipped:%m-%d} 17:00", "作業店通過", region="JP-27")
    used.hazard("W", "06-17 06:00", "06-17 23:00", region="JP-27")
    used.detect("06-17 09:00")
    assert used.late() == {"stopped": {"hazard"}}, "all forty stood as long as the fresh one"


@pytest.mark.parametrize(("ends", "told"), [("06-17 23:00", True), ("06-17 16:00", False)])
def test_an_end_six_hours_off_must_not_decide(used: Shop, ends: str, told: bool) -> None:
    """Should it end at ten instead of four, the parcel is there by three."""
    number = to_osaka(used, "stopped", date(2026, 6, 15), "06-17")
    used.scan(number, "06-15 17:00", "作業店通過", region="JP-27")
    used.hazard("W", "06-16 06:00", ends, region="JP-27")
    used.detect("06-17 09:00")
    assert ("stopped" in used.late()) is told


def test_in_the_evening_of_its_day_a_parcel_far_away_is_late_whoever_stood_there(used: Shop) -> None:
    used.scan(to_osaka(used, "far", date(2026, 6, 15), "06-17"), "06-16 10:00", "作業店通過", region="JP-23")
    used.detect("06-17 15:00")
    assert used.late() == {}
    used.detect("06-17 19:00")
    assert used.late() == {"far": {"predicted_late"}}


def test_silence_where_nobody_stood_alarms_on_the_promised_day(used: Shop) -> None:
    used.scan(to_osaka(used, "silent", date(2026, 6, 15), "06-19"), "06-16 10:00", "作業店通過", region="JP-23")
    used.detect("06-18 23:00")
    assert used.late() == {}
    used.detect("06-19 06:00")
    assert used.late() == {"silent": {"stalled"}}


@pytest.mark.parametrize("requested", [None, "2026-06-17"])
def test_in_its_last_hours_what_is_kept_for_a_day_and_what_was_never_scanned_is_late_too(
    used: Shop, requested: str | None
) -> None:
    used.order("unseen", "06-16 08:00", promised="06-17", requested_on=requested, **OSAKA)
    used.parcel("unseen-1", "06-16 12:00")
    used.detect("06-17 15:00")
    assert used.late() == {}
    used.detect("06-17 21:00")
    assert used.late() == {"unseen": {"predicted_late"}}
