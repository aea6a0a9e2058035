"""Files as sources of a living shop: each change in a file of its own, canonical in a bucket, mapped in a folder."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tasks.core.mappings import Mapping, MappingFile, RawFile
from tasks.oms.base import OrderSystem
from tasks.oms.bucket import Bucket
from tasks.oms.drop import DropFolder
from tasks.oms.files import MappedFolder
from tests.oms.contract import OrderSystemContract
from tests.oms.source_contract import AS_OF, ZONE, Source, SourceContract
from tests.stores.conftest import BUCKET, moto, s3  # noqa: F401  # fixtures

MAPPING = Mapping(
    "tabs",
    MappingFile(
        title="Tabs",
        zone=ZONE,
        full=False,
        files={
            "orders": RawFile(file="orders_*.tsv", encoding="cp932", key=("number",)),
            "products": RawFile(file="products.jsonl", full=True),
        },
    ),
    {
        "orders": "select o.number as order_id, o.buyer as buyer_name, pg_temp.instant_of(o.placed) as placed_at, "
        "o.total, 'JPY' as currency, o._file, o._line from raw_orders o",
        "order_lines": "select o.number as order_id, '1' as line_no, document::jsonb ->> 'id' as product_id, "
        "'1' as quantity, '3300' as unit_price, o._file, o._line from raw_orders o, raw_products",
        "products": "select document::jsonb ->> 'id' as product_id, document::jsonb ->> 'name' as name, _file, _line "
        "from raw_products",
    },
)  # fmt: skip


class Increments:
    """A program that writes what changed to a file of its own, each time."""

    def __init__(self, total: str = "total") -> None:
        self.total, self._numbers, self._files = total, count(1), count(1)
        self.orders: dict[str, tuple[str, datetime]] = {}

    def place(self, name: str, at: datetime) -> str:
        order_id = f"SO-{next(self._numbers)}"
        self.orders[order_id] = (name, at)
        self.write({order_id: self.orders[order_id]})
        return order_id

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        del at
        self.orders[order_id] = (name, self.orders[order_id][1])
        self.write({order_id: self.orders[order_id]})

    def delete(self, order_id: str) -> None:
        """Files of what changed say nothing of what is gone."""
        del self.orders[order_id]

    def fill(self, orders: int) -> None:
        self.write({f"SO-{next(self._numbers)}": ("恵", AS_OF - timedelta(hours=1)) for _ in range(orders)})

    def number(self) -> str:
        return f"{next(self._files):04}"

    def write(self, orders: dict[str, tuple[str, datetime]]) -> None:
        raise NotImplementedError


class Objects(Increments):
    """JSON lines in a bucket, in the canonical drop format."""

    def __init__(self, client: Any, url: str) -> None:
        super().__init__()
        self._client, self._url = client, url
        self._put("products.jsonl", [{"product_id": "P-1", "name": "皿"}])

    def system(self) -> OrderSystem:
        return DropFolder(Bucket(f"s3://{BUCKET}/shop"), url=self._url)

    def rename(self) -> tuple[str, str]:
        self.total = "amount"
        self.write(self.orders)
        return "orders.total: required column missing", "products"

    def write(self, orders: dict[str, tuple[str, datetime]]) -> None:
        zone, number = ZoneInfo(ZONE), self.number()
        self._put(f"orders_{number}.jsonl", [
            {"order_id": one, "buyer_name": name, "placed_at": at.astimezone(zone).isoformat(), self.total: 3300,
             "currency": "JPY"} for one, (name, at) in orders.items()
        ])  # fmt: skip
        self._put(f"order_lines_{number}.jsonl", [
            {"order_id": one, "line_no": 1, "product_id": "P-1", "quantity": 1, "unit_price": 3300} for one in orders
        ])  # fmt: skip

    def _put(self, name: str, rows: list[dict[str, Any]]) -> None:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self._client.put_object(Bucket=BUCKET, Key=f"shop/{name}", Body=lines.encode())


class Tabs(Increments):
    """A shop's own exports: tabs, CP932, local times; what is in stock always whole."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__()
        self._folder, self._url = folder, url
        (folder / "products.jsonl").write_text('{"id": "P-1", "name": "皿"}\n', encoding="utf-8")

    def system(self) -> OrderSystem:
        return MappedFolder(self._folder, MAPPING, self._url)

    def rename(self) -> tuple[str, str]:
        self.total = "amount"
        self.write(self.orders)
        return "column o.total does not exist", "products"

    def write(self, orders: dict[str, tuple[str, datetime]]) -> None:
        local = {one: at.astimezone(ZoneInfo(ZONE)) for one, (_, at) in orders.items()}
        rows = "".join(f"{one}\t{name}\t{local[one]:%Y/%m/%d %H:%M:%S}\t3300\r\n" for one, (name, _) in orders.items())
        header = f"number\tbuyer\tplaced\t{self.total}\r\n"
        (self._folder / f"orders_{self.number()}.tsv").write_bytes((header + rows).encode("cp932"))


class TestObjects(SourceContract):
    @pytest.fixture
    def source(self, s3: Any, server: str) -> Iterator[Source]:  # noqa: F811
        yield Objects(s3, server)


class TestTabs(SourceContract):
    says_offset = False

    @pytest.fixture
    def source(self, tmp_path: Path, server: str) -> Source:
        folder = tmp_path / "export"
        folder.mkdir()
        return Tabs(folder, server)


class TestObjectsAreRows(OrderSystemContract):
    @pytest.fixture
    def system(self, s3: Any, server: str) -> OrderSystem:  # noqa: F811
        source = Objects(s3, server)
        source.place("恵", AS_OF)
        source.place("Ana", AS_OF)
        return source.system()


class TestTabsAreRows(OrderSystemContract):
    @pytest.fixture
    def system(self, tmp_path: Path, server: str) -> OrderSystem:
        source = Tabs(tmp_path, server)
        source.place("恵", AS_OF)
        return source.system()
