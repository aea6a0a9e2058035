"""A shop in memory: an order system whose rows a test writes down, and the steps that load it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import SecretStr
from sqlalchemy import text

from tasks.core.canonical import TABLES
from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.extract import extract_feeds
from tasks.load import Loaded, load_feeds
from tasks.validate import validate_feeds

AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
SECRET = "a secret of the tests"
Rows = list[dict[str, str | None]]
_runs = count(1)


@dataclass
class Shop:
    """Rows of text per table; `broken` tables cannot be read, `raw` ones are given as Arrow tables."""

    tables_: Mapping[str, Rows]
    broken: dict[str, str] = field(default_factory=dict)
    raw: dict[str, pa.Table] = field(default_factory=dict)
    asked: dict[str, datetime | None] = field(default_factory=dict)
    name: str = "memory"

    def now(self) -> datetime | None:
        return AS_OF

    def tables(self) -> tuple[str, ...]:
        return tuple(table for table in TABLES if table in self.tables_ or table in self.broken or table in self.raw)

    def is_full(self, table: str) -> bool:
        del table
        return False

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        del until
        self.asked[table] = since
        if table in self.broken:
            raise DataError(self.broken[table])
        yield self.raw[table] if table in self.raw else as_text(table, self.tables_[table])

    @property
    def hazards(self) -> Path | None:
        return None

    def warnings(self) -> Sequence[str]:
        return []


def as_text(table: str, rows: Rows) -> pa.Table:
    """Rows as an adapter hands them over."""
    columns = [name for name in TABLES[table].columns if any(name in row for row in rows) or not rows]
    cells: dict[str, Any] = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns}
    files = pa.array([f"{table}.csv"] * len(rows), pa.string())
    return pa.table({**cells, "_file": files, "_line": pa.array(range(2, len(rows) + 2), pa.int64())})


@dataclass(frozen=True)
class Outcome:
    """What one pass of extract, validate and load said."""

    run: Run
    checked: dict[str, Any]
    loaded: Loaded


def new_run(database: Database, home: Path, as_of: datetime = AS_OF) -> Run:
    settings = Settings(home=home, secret=SecretStr(SECRET))
    return Run(f"run-{next(_runs)}", as_of, database.url, database.namespace, settings)


def deliver(database: Database, home: Path, shop: Shop | Mapping[str, Rows], as_of: datetime = AS_OF) -> Outcome:
    """Extract, validate and load one delivery."""
    run = new_run(database, home, as_of)
    extract_feeds(run, shop if isinstance(shop, Shop) else Shop(shop))
    checked = validate_feeds(run)
    return Outcome(run, checked, load_feeds(run))


def rows(database: Database, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query on the live side."""
    with database.transaction() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def order(order_id: str, **values: str | None) -> dict[str, str | None]:
    """An order that could be loaded."""
    return {"order_id": order_id, "customer_id": "haruka", "placed_at": "2026-09-14T09:00:00+09:00", "total": "3300",
            "currency": "JPY"} | values  # fmt: skip


def line(order_id: str, line_no: int = 1, **values: str | None) -> dict[str, str | None]:
    """A line that could be loaded."""
    plain = {"order_id": order_id, "line_no": str(line_no), "product_id": "P-1", "quantity": "1", "unit_price": "3300"}
    return plain | values


def shipment(shipment_id: str, order_id: str, **values: str | None) -> dict[str, str | None]:
    """A shipment that could be loaded."""
    plain = {"shipment_id": shipment_id, "order_id": order_id, "carrier": "yamato"}
    return plain | {"tracking_number": f"T-{shipment_id}", "shipped_at": "2026-09-14T18:00:00+09:00"} | values
