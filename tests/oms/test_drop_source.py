"""The drop folder as a source of a living shop: a file of its own system, written anew each hour."""

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tasks.oms.base import OrderSystem
from tasks.oms.drop import DropFolder
from tests.oms.source_contract import AS_OF, ZONE, Source, SourceContract


class DropSource:
    """A program of the shop that writes all its orders to a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._total, self._numbers = "total", count(1)
        self._orders: dict[str, tuple[str, datetime]] = {}

    def system(self) -> OrderSystem:
        return DropFolder(self.folder)

    def place(self, name: str, at: datetime) -> str:
        order_id = f"SO-{next(self._numbers)}"
        self._orders[order_id] = (name, at)
        self._write()
        return order_id

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        del at
        self._orders[order_id] = (name, self._orders[order_id][1])
        self._write()

    def delete(self, order_id: str) -> None:
        del self._orders[order_id]
        self._write()

    def rename(self) -> tuple[str, str]:
        self._total = "amount"
        self._write()
        return "orders.total: required column missing", "products"

    def fill(self, orders: int) -> None:
        for _ in range(orders):
            self._orders[f"SO-{next(self._numbers)}"] = ("恵", AS_OF - timedelta(hours=1))
        self._write()

    def _write(self) -> None:
        orders = "".join(
            f"{one},{name},{at.astimezone(ZoneInfo(ZONE)).isoformat()},3300,JPY\n"
            for one, (name, at) in self._orders.items()
        )
        lines = "".join(f"{one},1,P-1,1,3300\n" for one in self._orders)
        header = f"order_id,buyer_name,placed_at,{self._total},currency\n"
        (self.folder / "orders.csv").write_text(header + orders, encoding="utf-8")
        header = "order_id,line_no,product_id,quantity,unit_price\n"
        (self.folder / "order_lines.csv").write_text(header + lines, encoding="utf-8")
        (self.folder / "products.csv").write_text("product_id,name\nP-1,皿\n", encoding="utf-8")


class TestSource(SourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        folder = tmp_path / "drop"
        folder.mkdir()
        return DropSource(folder)
