"""Shopify over real HTTP: what it tells, page by page and in bulk, and what becomes of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.database import Database
from tasks.oms.base import OrderSystem
from tests.deliver.scripted import listening
from tests.oms.contract import OrderSystemContract
from tests.oms.shopify_nodes import ShopifySource
from tests.oms.shopify_shop import TOKEN, ShopifyShop
from tests.oms.source_contract import AS_OF, HttpSourceContract

SINCE = AS_OF - timedelta(hours=6)


def serve(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifySource]:
    with listening(ShopifyShop()) as shop:
        assert isinstance(shop, ShopifyShop)
        for name, value in {
            "SHOPIFY_SHOP": "kissa.myshopify.com", "SHOPIFY_SECRET": TOKEN, "SHOPIFY_URL": shop.url,
            "OMS_BACKOFF_SECONDS": "0.01", "OMS_POLL_SECONDS": "0.01", "OMS_ATTEMPTS": "3",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"TODOKE_{name}", value)
        yield ShopifySource(shop, url, home)


@pytest.fixture
def source(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifySource]:
    yield from serve(server, tmp_path, monkeypatch)


def rows(system: OrderSystem, table: str, since: datetime | None = SINCE) -> list[dict[str, Any]]:
    return [row for batch in system.fetch(table, since, AS_OF) for row in batch.to_pylist()]


def only(found: list[dict[str, Any]], **key: str) -> dict[str, Any]:
    (row,) = [row for row in found if all(row[name] == value for name, value in key.items())]
    return row


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, source: ShopifySource) -> OrderSystem:
        source.place("髙﨑 恵", AS_OF - timedelta(hours=1))
        return source.system()


class TestSource(HttpSourceContract):
    @pytest.fixture
    def source(self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifySource]:
        yield from serve(database.url, tmp_path, monkeypatch)
