"""Shops on an API in constant memory: ten times the orders, and no more of them held at once.

The stand-in is a process of its own, so that what it holds is not counted.
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from tasks.core.settings import Settings
from tasks.oms.base import OrderSystem
from tasks.oms.shopify import Shopify
from tasks.oms.woocommerce import WooCommerce
from tests.deliver.scripted import listening
from tests.oms.shopify_nodes import ShopifySource
from tests.oms.shopify_shop import TOKEN, ShopifyShop
from tests.oms.source_contract import AS_OF
from tests.oms.woocommerce_shop import KEY, SECRET, WooCommerceShop, WooCommerceSource

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]
FEW, TEN_TIMES = 2_000, 20_000
GROWTH_BYTES = 24 << 20
"""About half of what 18,000 more documents are as text."""


def _stand_in(kind: str, orders: int, told: Connection) -> None:
    shop = ShopifyShop(bucket=1e9) if kind == "shopify" else WooCommerceShop()
    with listening(shop):
        source = ShopifySource(shop, "", Path()) if isinstance(shop, ShopifyShop) else WooCommerceSource(shop, "")
        source.fill(orders)
        told.send(shop.url)
        told.recv()


@contextmanager
def standing(kind: str, orders: int) -> Iterator[str]:
    """The address of a shop of so many orders."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_stand_in, args=(kind, orders, there))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("enough")
        process.join(30)


@pytest.mark.parametrize("kind", ["shopify", "woocommerce"])
def test_ten_times_the_orders_take_no_more_memory(
    kind: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = {}
    for orders in (FEW, FEW, TEN_TIMES):  # what libraries set up at first use is no growth
        with standing(kind, orders) as url:
            account = {"SHOPIFY_SHOP": "kissa.myshopify.com", "SHOPIFY_SECRET": TOKEN, "SHOPIFY_URL": url}
            account |= {"WOOCOMMERCE_URL": url, "WOOCOMMERCE_KEY": KEY, "WOOCOMMERCE_SECRET": SECRET}
            for name, value in (account | {"OMS_POLL_SECONDS": "0.1"}).items():
                monkeypatch.setenv(f"TODOKE_{name}", value)
            settings = Settings(home=tmp_path)
            system = Shopify(settings, server) if kind == "shopify" else WooCommerce(settings, server)
            read, most[orders] = _read(system)
            assert read == orders
    assert most[TEN_TIMES] - most[FEW] < GROWTH_BYTES, most


def _read(system: OrderSystem) -> tuple[int, int]:
    """Orders read, and the most memory this process held at any of their batches, bytes."""
    process, most, found = psutil.Process(), 0, 0
    for batch in system.fetch("orders", None, AS_OF):
        found += batch.num_rows
        most = max(most, process.memory_info().rss)
    return found, most
