"""The example of docs/order_systems.md keeps both contracts, and the page shows it as it is."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.paths import ROOT
from tasks.core.settings import Settings
from tests.oms.contract import OrderSystemContract
from tests.oms.hanaya import Hanaya
from tests.oms.source_contract import AS_OF, Source, SourceContract

SCHEMA = """
create table flowers (sku text primary key, title text);
create table orders (id integer primary key autoincrement, name text, mail text, placed integer, total integer,
  changed integer);
create table lines (order_id integer, line integer, sku text, pieces integer, price integer);
insert into flowers values ('F-1', '花束');
"""


class FlowerShop:
    """Its till."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with closing(sqlite3.connect(file)) as shop:
            shop.executescript(SCHEMA)

    def system(self) -> Hanaya:
        return Hanaya(Settings(home=self.file.parent, oms_url=self.file), "")

    def place(self, name: str, at: datetime) -> str:
        second = int(at.timestamp())
        order_id = self._do(
            "insert into orders (name, mail, placed, total, changed) values (?, ?, ?, 3300, ?)",
            name, f"{second}@example.invalid", second, second,
        )  # fmt: skip
        self._do("insert into lines values (?, 1, 'F-1', 1, 3300)", order_id)
        return str(order_id)

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        self._do("update orders set name = ?, changed = ? where id = ?", name, int(at.timestamp()), order_id)

    def delete(self, order_id: str) -> None:
        self._do("delete from lines where order_id = ?", order_id)
        self._do("delete from orders where id = ?", order_id)

    def rename(self) -> tuple[str, str]:
        self._do("alter table orders rename column total to amount")
        return "no such column: orders.total", "products"

    def fill(self, orders: int) -> None:
        with closing(sqlite3.connect(self.file)) as shop, shop:
            placed = int((AS_OF - timedelta(hours=1)).timestamp())
            row = ("恵", "megumi@example.invalid", placed, placed)
            many = "insert into orders (name, mail, placed, total, changed) values (?, ?, ?, 3300, ?)"
            shop.executemany(many, (row for _ in range(orders)))

    def _do(self, statement: str, *values: Any) -> int | None:
        with closing(sqlite3.connect(self.file)) as shop, shop:
            return shop.execute(statement, values).lastrowid


@pytest.fixture
def source(tmp_path: Path) -> FlowerShop:
    return FlowerShop(tmp_path / "hanaya.db")


class TestOrderSystem(OrderSystemContract):
    @pytest.fixture
    def system(self, source: FlowerShop) -> Hanaya:
        source.place("髙﨑 恵", AS_OF)
        return source.system()


class TestSource(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return FlowerShop(tmp_path / "hanaya.db")


def test_the_page_shows_it() -> None:
    page = (ROOT / "docs" / "order_systems.md").read_text(encoding="utf-8")
    assert (ROOT / "tests" / "oms" / "hanaya.py").read_text(encoding="utf-8") in page
