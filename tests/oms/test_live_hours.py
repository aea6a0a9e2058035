"""Two hours of a shop on each API, by the steps of the hourly flow: it is confirmed, paid, and told that it left."""

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger

from flows.hourly import STEPS
from tasks.core.database import Database
from tasks.core.guards import go_live
from tasks.core.settings import Settings
from tasks.prepare import open_run
from tests.oms import shopify_nodes, test_shopify, test_woocommerce, woocommerce_shop
from tests.oms.shopify_shop import iso
from tests.oms.woocommerce_shop import gmt

NOW = datetime.now(UTC).replace(microsecond=0)
PLACED, LEFT = NOW - timedelta(minutes=50), NOW - timedelta(minutes=10)


class ShopifyDay:
    """Somebody orders a tea pot; an hour later it is paid and on its way."""

    oms = "shopify"

    def __init__(self, source: shopify_nodes.ShopifySource) -> None:
        self.shop = source.shop

    def order(self) -> None:
        self.shop.put("customers", shopify_nodes.customer(5_002_001, PLACED))
        self.shop.put("orders", shopify_nodes.order(2001, "髙﨑", PLACED))

    def ship(self) -> None:
        changed: dict[str, Any] = {
            "updatedAt": iso(LEFT),
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED",
            "transactions": [shopify_nodes.transaction(1, "SALE", LEFT)],
            "fulfillments": [shopify_nodes.fulfilment(1, LEFT, {20010: 1})],
        }
        self.shop.put("orders", shopify_nodes.order(2001, "髙﨑", PLACED) | changed)


class WooCommerceDay:
    """The same at a shop of WooCommerce."""

    oms = "woocommerce"

    def __init__(self, source: woocommerce_shop.WooCommerceSource) -> None:
        self.shop = source.shop

    def order(self) -> None:
        self.shop.put("orders", woocommerce_shop.order(2001, "髙﨑", PLACED))

    def ship(self) -> None:
        sent = test_woocommerce.tracking(date_shipped=str(int(LEFT.timestamp())))
        changed = {
            "status": "completed",
            "date_modified_gmt": gmt(LEFT),
            "date_paid_gmt": gmt(LEFT),
            "date_completed_gmt": gmt(LEFT),
            "meta_data": [{"id": 1, "key": "_wc_shipment_tracking_items", "value": [sent]}],
        }
        self.shop.put("orders", woocommerce_shop.order(2001, "髙﨑", PLACED) | changed)


Day = ShopifyDay | WooCommerceDay


@pytest.fixture(params=["shopify", "woocommerce"])
def day(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Day]:
    if request.param == "shopify":
        for shopify in test_shopify.serve(database.url, tmp_path, monkeypatch):
            yield ShopifyDay(shopify)
    else:
        for woocommerce in test_woocommerce.serve(database.url, monkeypatch):
            yield WooCommerceDay(woocommerce)


def hour(settings: Settings, as_of: datetime) -> list[str]:
    """Every step of the flow; the subjects of what lies in the mailbox then."""
    run = open_run(as_of, settings=settings)
    with disable_run_logger():
        for step in STEPS:
            step.fn(run)
    files = (settings.home / "mailbox").rglob("*.eml")
    return sorted(email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["Subject"] for file in files)


def test_an_order_is_confirmed_and_its_parcel_told(day: Day, database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.url, oms=day.oms)
    with database.transaction() as connection:
        go_live(connection, NOW - timedelta(hours=2), "tests")
    day.order()
    (confirmed,) = hour(settings, NOW - timedelta(minutes=40))
    assert "ご注文" in confirmed
    day.ship()
    told = hour(settings, NOW)
    assert confirmed in told
    assert [any(word in subject for subject in told) for word in ("ご入金", "発送しました")] == [True, True], told
    assert len(told) == 3
    assert hour(settings, NOW + timedelta(minutes=1)) == told, "nothing twice"
