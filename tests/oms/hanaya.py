"""The order system of a flower shop, a SQLite file, as one of Todoke: the example of docs/order_systems.md."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from tasks.core.errors import ConfigurationError, DataError
from tasks.core.settings import Settings
from tasks.oms.base import BATCH_ROWS, FILE, LINE

# Columns in the order of the drop format, whatever the shop calls them.
QUERIES = {
    "products": "select sku as product_id, title as name from flowers order by sku",
    "orders": """
        select id as order_id, name as buyer_name, mail as buyer_email,
               strftime('%Y-%m-%dT%H:%M:%SZ', placed, 'unixepoch') as placed_at, orders.total, 'JPY' as currency
        from orders where changed > :since and changed <= :until order by id""",
    "order_lines": """
        select order_id, line as line_no, sku as product_id, pieces as quantity, price as unit_price
        from lines join orders on orders.id = lines.order_id
        where changed > :since and changed <= :until order by order_id, line""",
}


class Hanaya:
    """TODOKE_OMS=hanaya, its file in TODOKE_OMS_URL."""

    name = "hanaya"
    hazards: Path | None = None

    def __init__(self, settings: Settings, url: str) -> None:
        del url  # no PostgreSQL is needed to read this one
        if settings.oms_url is None:
            raise ConfigurationError("TODOKE_OMS=hanaya needs TODOKE_OMS_URL: its database file.")
        self.file = settings.oms_url

    def now(self) -> datetime | None:
        return None  # it lives in the present

    def tables(self) -> tuple[str, ...]:
        return tuple(QUERIES)

    def is_full(self, table: str) -> bool:
        return table == "products"

    def warnings(self) -> Sequence[str]:
        return ()

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        window = {"since": since.timestamp() if since else 0, "until": until.timestamp()}
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as shop:
            try:
                rows = shop.execute(QUERIES[table], window)
            except sqlite3.Error as error:
                raise DataError(f"{self.file.name}, {table}: {error}; was its schema changed?") from error
            names, line = [name for name, *_ in rows.description], 1
            batch = rows.fetchmany(BATCH_ROWS)
            while batch or line == 1:  # no rows are a table too: it still says its columns
                yield self._as_text(table, names, batch, line)
                line += len(batch) or 1
                batch = rows.fetchmany(BATCH_ROWS)

    def _as_text(self, table: str, names: list[str], rows: list[tuple[object, ...]], first: int) -> pa.Table:
        """Every value as text: whether it is any good is validation's to say, row by row."""
        cells = [["" if value is None else str(value) for value in column] for column in zip(*rows, strict=True)]
        texts = [pa.array([cell or None for cell in column], pa.string()) for column in cells or [[]] * len(names)]
        where = pa.array([f"{self.file.name}/{table}"] * len(rows), pa.string())
        return pa.table([*texts, where, pa.array(range(first, first + len(rows)), pa.int64())], [*names, FILE, LINE])
