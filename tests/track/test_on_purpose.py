"""Parcels that are slow for a reason everybody knows: islands, requested days, cool boxes, closing days, the sea."""

from typing import Any

import pytest

from tests.track.conftest import Shop

PLACES = {
    "shibuya": ("JP-13", "1506120"),
    "hachijo": ("JP-13", "1001401"),
    "sado": ("JP-15", "9520011"),
    "naha": ("JP-47", "9000006"),
}


def silent(shop: Shop, name: str, last: str, **more: Any) -> None:
    """A parcel last scanned then."""
    region, code = PLACES.get(name, PLACES["shibuya"])
    address: dict[str, Any] = {"ship_to_region": region, "ship_to_postal_code": code}
    shop.order(name, promised="09-20", **address | more)
    shop.parcel(f"{name}-1")
    shop.scan(f"{name}-1", last, "作業店通過", region="JP-12")


def test_silence_on_the_sea_is_no_stall(shop: Shop) -> None:
    """八丈島 and 佐渡 lie in regions with roads, and no road leads there."""
    for name in ("shibuya", "hachijo", "sado"):
        silent(shop, name, "09-12 09:00")
    shop.detect("09-15 10:00")
    assert shop.late() == {"shibuya": {"stalled"}}


def test_a_cool_box_stalls_like_any_other(shop: Shop) -> None:
    silent(shop, "cool", "09-13 09:00")
    shop.parcel("cool-1", service="cool")
    shop.detect("09-15 10:00")
    assert shop.late() == {"cool": {"stalled"}}


def test_a_parcel_kept_for_its_day_is_neither_stalled_nor_late(shop: Shop) -> None:
    silent(shop, "kept", "09-13 09:00", requested_on="2026-09-16")
    silent(shop, "forgotten", "09-13 09:00", requested_on="2026-09-16")
    shop.detect("09-16 23:00")
    assert shop.late() == {}
    shop.scan("kept-1", "09-16 19:00", "配達完了")
    shop.detect("09-17 00:30")
    assert shop.late() == {"forgotten": {"promise_missed", "stalled"}}


@pytest.mark.parametrize(("at", "late"), [("08-16 08:00", False), ("08-16 10:00", True)])
def test_closing_days_are_no_silence(shop: Shop, at: str, late: bool) -> None:
    """Scanned on the 12th at 9:00; the shop and its carriers rest on 13 and 14 August (templates/brand.toml)."""
    shop.order("obon", "08-10 10:00", promised="08-20")
    shop.parcel("obon-1", "08-11 12:00")
    shop.scan("obon-1", "08-12 09:00", "作業店通過", region="JP-12")
    shop.detect(at)
    assert shop.late() == ({"obon": {"stalled"}} if late else {})


@pytest.mark.parametrize("kind", ["high_waves", "storm_surge"])
def test_waves_stop_ships_not_lorries(shop: Shop, kind: str) -> None:
    for name, (region, code) in PLACES.items():
        shop.order(name, promised="09-15", ship_to_region=region, ship_to_postal_code=code)
        shop.parcel(f"{name}-1", "09-14 12:00")
        shop.hazard(f"W-{region}", "09-14 00:00", region=region, kind=kind)
    shop.detect("09-15 10:00")
    assert shop.late() == {name: {"hazard"} for name in ("hachijo", "sado", "naha")}
    shop.hazard("W-JP-13", "09-14 00:00", region="JP-13", kind="storm")
    shop.detect("09-15 11:00")
    assert shop.late()["shibuya"] == {"hazard"}
