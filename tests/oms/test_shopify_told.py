"""What Shopify tells, in rows: the same by pages and in bulk."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.errors import DataError
from tests.oms.shopify_nodes import ShopifySource
from tests.oms.shopify_shop import TOKEN, iso
from tests.oms.shopify_world import AT, LATER, fill, two_parcels
from tests.oms.source_contract import AS_OF
from tests.oms.test_shopify import SINCE, only, rows, serve


@pytest.fixture
def source(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifySource]:
    yield from serve(server, tmp_path, monkeypatch)


def placeless(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(({k: v for k, v in row.items() if k[0] != "_"} for row in found), key=str)


def test_pages_and_bulk_tell_the_same(source: ShopifySource) -> None:
    fill(source)
    by_page, in_bulk = source.system(), source.system()
    for table in by_page.tables():
        since = None if table in ("products", "locations") else SINCE
        told = placeless(rows(by_page, table, since))
        assert told and told == placeless(rows(in_bulk, table, None)), table
    assert len(source.shop.operations) == 3, "those of products were taken up"


def test_orders(source: ShopifySource) -> None:
    fill(source)
    orders = rows(source.system(), "orders")
    assert {row["order_id"] for row in orders} == {"1001", "2001", "2002"}, "no test order"
    gift = only(orders, order_id="2001")
    assert (
        gift
        | {
            "buyer_name": "髙﨑",
            "customer_id": "5002001",
            "subtotal": "7700",
            "shipping_fee": "500",
            "discount": "1000",
            "fee": None,
            "total": "7200",
            "currency": "JPY",
            "paid_at": iso(LATER),
            "payment_method": "card",
            "status": "fulfilled",
            "requested_on": "2026-11-05",
            "requested_slot": "14:00-16:00",
            "gift": "true",
            "ship_to_region": "JP-13",
            "ship_to_address": "東京都渋谷区渋谷1-2-3",
            "locale": "ja-JP",
        }
        == gift
    )
    foreign_one = only(orders, order_id="2002")
    assert (
        foreign_one
        | {
            "customer_id": None,
            "buyer_email": "b2002@example.invalid",
            "subtotal": "210.94",
            "shipping_fee": "10",
            "total": "210.94",
            "currency": "USD",
            "status": "cancelled",
            "cancelled_at": iso(LATER),
            "ship_to_name": "Bob Norman",
            "ship_to_region": "US-KY",
            "sales_channel": "pos",
            "location_id": "8001",
            "gift": "false",
        }
        == foreign_one
    )
    assert only(orders, order_id="1001")["paid_at"] is None


def test_lines_parcels_and_money(source: ShopifySource) -> None:
    fill(source)
    system = source.system()
    lines = rows(system, "order_lines")
    edited = only(lines, line_no="1")
    assert (edited["quantity"], edited["cancelled_quantity"], edited["unit_price"]) == ("3", "1", "3300")
    taxed = only(lines, line_no="3")
    assert (taxed["product_id"], taxed["cancelled_quantity"], taxed["unit_price"]) == ("line:3", None, "210.94")
    parcels = rows(system, "shipments")
    assert {
        row["shipment_id"]: (row["tracking_number"], row["shipped_at"], row["delivered_at"]) for row in parcels
    } == {
        "31": (None, None, None),
        "32": ("400032", iso(LATER), None),
        "33": ("5001", iso(LATER), iso(AS_OF)),
        "33-2": ("5002", iso(LATER), iso(AS_OF)),
        "34": (None, iso(AT), None),
    }
    held = {(row["shipment_id"], row["line_no"], row["quantity"]) for row in rows(system, "shipment_lines")}
    assert held == {("32", "1", "2"), ("34", "3", "1")}
    assert [(row["payment_id"], row["amount"]) for row in rows(system, "payments")] == [("12", "11500")]
    assert [(row["refund_id"], row["amount"]) for row in rows(system, "refunds")] == [("13", "3300")]


def test_people(source: ShopifySource) -> None:
    fill(source)
    system = source.system()
    known = only(rows(system, "customers"), customer_id="9001")
    assert (
        known | {"name": "髙﨑 恵", "birthday": "1990-04-01", "region": "JP-13", "status": "active", "locale": "ja"}
        == known
    )
    assert json.loads(known["attributes"]) == {"tags": ["VIP"]}
    told = {(row["customer_id"], row["channel"], row["granted"], row["at"]) for row in rows(system, "consents")}
    assert told == {
        ("9001", "email", "true", iso(LATER)),
        ("9001", "sms", "false", iso(AT)),
        ("9002", "email", "true", iso(AT)),
    }


def test_an_order_that_changes_between_two_pages_is_not_lost(
    source: ShopifySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODOKE_SHOPIFY_PAGE", "2")
    source.shop.inner_page = 1
    placed = {source.place("恵", AT + timedelta(minutes=minute)) for minute in range(7)}
    source.shop.put("orders", two_parcels())

    def touch(page: int) -> None:
        if page == 2:
            source.edit("1001", "櫻井", AS_OF)

    source.shop.before_page = touch
    system = source.system()
    found = rows(system, "orders")
    assert {row["order_id"] for row in found} == placed | {"2001"} and len(found) == 8
    assert only(found, order_id="1001")["buyer_name"] == "櫻井"
    assert len([row for row in rows(system, "order_lines") if row["order_id"] == "2001"]) == 2, "a page of lines each"


def test_points_are_waited_for_and_dear_pages_made_smaller(
    source: ShopifySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODOKE_SHOPIFY_PAGE", "40")
    source.shop.dearest, source.shop.bucket, source.shop.restore_rate = 150, 300, 2000
    placed = {source.place("恵", AT) for _ in range(30)}
    assert {row["order_id"] for row in rows(source.system(), "orders")} == placed
    assert source.shop.throttled == 0, "waited for, not tried"
    source.shop.emptied = 1
    assert len(rows(source.system(), "orders")) == 30
    assert source.shop.throttled == 1


def test_a_bulk_operation_of_a_run_that_died_is_taken_up(source: ShopifySource) -> None:
    first, second = source.place("恵", AT), source.place("Ana", AT)
    source.shop.now = AS_OF - timedelta(hours=1)
    rows(source.system(), "orders", None)
    source.edit(second, "Bia", AS_OF - timedelta(minutes=5))
    found = rows(source.system(), "orders", None)
    assert len(source.shop.operations) == 1
    assert {row["order_id"]: row["buyer_name"] for row in found} == {first: "恵", second: "Bia"}, "what changed since"


def test_refusals_name_what_to_do_and_no_key(source: ShopifySource, monkeypatch: pytest.MonkeyPatch) -> None:
    source.place("恵", AT)
    source.shop.gone.add("currentShippingPriceSet")
    with pytest.raises(DataError, match=r"kissa\.myshopify\.com: orders: Shopify says Field 'currentShippingPriceSet'"):
        rows(source.system(), "orders")
    monkeypatch.setenv("TODOKE_SHOPIFY_SECRET", "shpat_wrong")
    with pytest.raises(DataError, match=r"401.*the key is not accepted") as refused:
        rows(source.system(), "orders")
    assert "shpat" not in str(refused.value) and TOKEN not in str(refused.value)
