"""WooCommerce over real HTTP: what its REST API tells, page by page, and what becomes of it."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.paths import ROOT
from tasks.oms.base import OrderSystem
from tests.deliver.scripted import listening
from tests.oms.contract import OrderSystemContract
from tests.oms.source_contract import AS_OF, HttpSourceContract
from tests.oms.test_shopify import only, rows
from tests.oms.woocommerce_shop import (
    KEY,
    SECRET,
    WooCommerceShop,
    WooCommerceSource,
    address,
    customer,
    gmt,
    line,
    order,
)

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "oms" / "woocommerce"
AT = AS_OF - timedelta(hours=3)
LATER = AT + timedelta(hours=1)


def serve(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WooCommerceSource]:
    with listening(WooCommerceShop()) as shop:
        assert isinstance(shop, WooCommerceShop)
        account = {"WOOCOMMERCE_URL": shop.url, "WOOCOMMERCE_KEY": KEY, "WOOCOMMERCE_SECRET": SECRET}
        for name, value in (account | {"OMS_BACKOFF_SECONDS": "0.01", "OMS_ATTEMPTS": "3"}).items():
            monkeypatch.setenv(f"TODOKE_{name}", value)
        yield WooCommerceSource(shop, url)


@pytest.fixture
def source(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WooCommerceSource]:
    yield from serve(server, monkeypatch)


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, source: WooCommerceSource) -> OrderSystem:
        fill(source)
        return source.system()


class TestSource(HttpSourceContract):
    @pytest.fixture
    def source(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[WooCommerceSource]:
        yield from serve(database.url, monkeypatch)


def tracking(**more: Any) -> dict[str, Any]:
    return {
        "tracking_provider": "",
        "custom_tracking_provider": "ヤマト運輸",
        "tracking_number": "4000",
        "date_shipped": "1793491200",
        "tracking_id": "a",
    } | more


def fill(source: WooCommerceSource) -> None:
    """A shipped order of a member with a refund of one of two, one of a guest in America, one in a plugin's status, and
    three that are none."""
    shop = source.shop
    meta = [
        {"id": 1, "key": "_wc_shipment_tracking_items", "value": [tracking()]},
        {"id": 2, "key": "wc4jp-delivery-date", "value": "2026-11-05"},
        {"id": 3, "key": "wc4jp-delivery-time-zone", "value": "14:00-16:00"},
    ]
    shipped = order(2001, "髙﨑", AT, status="completed", customer_id=9001, meta_data=meta, refunds=[{"id": 31}])
    shipped |= {"date_paid_gmt": gmt(AT), "date_completed_gmt": gmt(LATER), "date_modified_gmt": gmt(LATER)}
    shipped |= {"line_items": [line(1, quantity=2, subtotal="6000", subtotal_tax="600", total="5000", total_tax="500")]}
    shipped |= {"shipping_total": "500", "shipping_tax": "50", "total": "6050", "payment_method": "stripe"}
    shop.put("orders", shipped)
    back = line(
        99, quantity=-1, total="-2500", total_tax="-250", meta_data=[{"key": "_refunded_item_id", "value": "1"}]
    )
    shop.put("orders/2001/refunds", {"id": 31, "date_created_gmt": gmt(LATER), "amount": "2750", "line_items": [back]})
    abroad = address("Norman", first_name="Bob", state="KY", country="US", city="Louisville", address_1="Chestnut 92")
    foreign = order(
        2002,
        "",
        AT,
        currency="USD",
        total="31.00",
        total_tax="1.00",
        billing=abroad | {"email": "b@x.invalid", "phone": ""},
    )
    foreign |= {
        "shipping": dict.fromkeys(abroad, ""),
        "status": "on-hold",
        "fee_lines": [{"total": "1.00", "total_tax": "0.00"}],
    }
    foreign |= {"line_items": [line(3, product_id=0, quantity=3, subtotal="29.00", subtotal_tax="1.00")]}
    shop.put("orders", foreign)
    shop.put("orders", order(2003, "恵", AT, status="at-the-engraver"))
    for number, status in ((2004, "pending"), (2005, "checkout-draft"), (2006, "in-the-basket")):
        shop.put("orders", order(number, "恵", AT, status=status))
    shop.put("customers", customer(9001, AS_OF - timedelta(days=400)))
    shop.put("customers", customer(9002, AS_OF - timedelta(days=400)))
    shop.put("customers", customer(9003, AT))


def test_orders(source: WooCommerceSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_WOOCOMMERCE_STATUSES", "in-the-basket=draft")
    fill(source)
    system = source.system()
    orders = rows(system, "orders")
    assert {row["order_id"] for row in orders} == {"2001", "2002", "2003"}
    assert [warning[:44] for warning in system.warnings()] == ["WooCommerce status at-the-engraver (1): take"]
    shipped = only(orders, order_id="2001")
    assert shipped == shipped | {
        "customer_id": "9001",
        "subtotal": "3300",
        "shipping_fee": "550",
        "discount": "550",
        "total": "3300",
        "paid_at": f"{gmt(AT)}.000000Z",
        "payment_method": "card",
        "status": "completed",
        "requested_on": "2026-11-05",
        "requested_slot": "14:00-16:00",
        "ship_to_region": "JP-13",
    }
    foreign = only(orders, order_id="2002")
    assert foreign == foreign | {
        "customer_id": None,
        "buyer_name": "Bob Norman",
        "subtotal": "30",
        "fee": "1",
        "discount": "0",
        "total": "31",
        "currency": "USD",
        "status": None,
        "paid_at": None,
        "payment_method": "bank_transfer",
        "ship_to_name": "Bob Norman",
        "ship_to_region": "US-KY",
    }


def test_lines_parcels_and_money(source: WooCommerceSource) -> None:
    fill(source)
    system = source.system()
    lines = rows(system, "order_lines")
    kept = only(lines, order_id="2001")
    assert (kept["line_no"], kept["quantity"], kept["cancelled_quantity"], kept["unit_price"]) == (
        "1",
        "2",
        "1",
        "3300",
    )
    assert (kept["product_name"], kept["tax_rate"]) == ("急須 – 青", "0.1")
    assert only(lines, order_id="2002")["product_id"] == "line:3"
    (parcel,) = rows(system, "shipments")
    assert (parcel["carrier"], parcel["tracking_number"], parcel["shipped_at"]) == (
        "ヤマト運輸",
        "4000",
        f"{gmt(LATER)}Z",
    )
    (held,) = rows(system, "shipment_lines")
    assert (held["shipment_id"], held["line_no"], held["quantity"]) == ("2001-1", "1", "1")
    assert [(row["payment_id"], row["amount"]) for row in rows(system, "payments")] == [("2001", "6050")]
    assert [(row["refund_id"], row["amount"]) for row in rows(system, "refunds")] == [("31", "2750")]


def test_customers_of_changed_orders_and_new_ones(source: WooCommerceSource) -> None:
    fill(source)
    assert {row["customer_id"] for row in rows(source.system(), "customers")} == {"9001", "9003"}
    everybody = rows(source.system(), "customers", None)
    assert {row["customer_id"] for row in everybody} == {"9001", "9002", "9003"}
    assert only(everybody, customer_id="9002")["name"] == "髙﨑 恵"


@pytest.mark.parametrize("leaving", [0, 3, 99, 150], ids=lambda n: f"{n} leave")
def test_a_list_that_moves_is_read_whole(source: WooCommerceSource, leaving: int) -> None:
    """After the first page orders of it are deleted, and older ones are edited into the list."""
    for _ in range(250):
        source.place("恵", AT)
    old = [source.shop.put("orders", order(number, "恵", AS_OF - timedelta(days=9))) for number in range(1, 4)]
    pages: list[str] = []

    def move(path: str) -> None:
        pages.append(path)
        if len(pages) == 2:
            for number in range(1001, 1001 + leaving):
                source.delete(str(number))
            for one in old:
                source.shop.put("orders", one | {"date_modified_gmt": gmt(AT)})

    source.shop.before = move
    found = [row["order_id"] for row in rows(source.system(), "orders")]
    assert len(found) == len(set(found))
    assert {str(number) for number in range(1001 + max(leaving, 100), 1251)} <= set(found)


def test_refusals_name_what_to_do_and_no_key(source: WooCommerceSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_WOOCOMMERCE_SECRET", "cs_wrong")
    with pytest.raises(DataError, match=r"orders: answered 401.*the key is not accepted") as refused:
        rows(source.system(), "orders")
    assert "cs_wrong" not in str(refused.value) and KEY not in str(refused.value)
    monkeypatch.setenv("TODOKE_WOOCOMMERCE_URL", "http://shop.example")
    with pytest.raises(ConfigurationError, match="TODOKE_WOOCOMMERCE_URL"):
        source.system()


def test_real_answers_of_rest(source: WooCommerceSource) -> None:
    """The samples of WooCommerce's own documentation: orders of 2017, one of them refunded, and their customers."""
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    for path in sorted(DATA.glob("*.json")):
        for told in _documents(json.loads(path.read_text(encoding="utf-8"))):
            if path.name.startswith(("orders_", "customers_")) and "date_created_gmt" in told:
                source.shop.put(path.name.partition("_")[0], told)
            if path.name.startswith("order-refunds_"):
                source.shop.put("orders/723/refunds", told)
    system = source.system()
    orders = {row["order_id"]: row for row in rows(system, "orders", None)}
    assert orders["727"] == orders["727"] | {
        "total": "29.35",
        "status": "completed",
        "placed_at": "2017-03-22T19:28:02.000000Z",
    }
    assert orders["723"]["total"] == "30", "39.00 less one album of 9.00"
    assert {row["refund_id"] for row in rows(system, "refunds", None)} == {"724", "726"}
    assert only(rows(system, "customers", None), customer_id="25")["region"] == "US-CA"


def _documents(told: Any) -> list[dict[str, Any]]:
    """Every document of a sample: one, a list, or what a batch did."""
    if isinstance(told, list):
        return told
    return [told] if "id" in told else [one for part in told.values() for one in part]
