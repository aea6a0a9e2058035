"""`python -m tests.walks.databases [ORDERS …]`: how fast a shop's own database is read, and what memory that takes.

EC-CUBE's tables are filled in a PostgreSQL and a MariaDB of its own and read to staged Parquet, as the extract step
does, each table in a process of its own. Default: 100,000 orders, then 1,000,000.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path

from pydantic import SecretStr

from tasks.core.accounts import SqlSettings
from tasks.core.postgres import create_database, ensure_server, server_url, stop_server
from tasks.core.source_queries import load_source
from tasks.extract import _write
from tasks.oms.sql import SqlShop
from tests.oms import mariadb
from tests.oms.databases import ShopDatabase, open_mariadb, open_postgres
from tests.oms.source_contract import AS_OF
from tests.oms.test_eccube import EccubeSource

SIZES = (100_000, 1_000_000)
TABLES = ("orders", "order_lines", "recipients", "shipments", "shipment_lines")
LEAST = 30_000
"""Rows a second that are asked for."""


def main(sizes: tuple[int, ...]) -> int:
    """One line a table; 1 where one is too slow."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'database':<11}{'table':<16}{'rows':>10}{'seconds':>9}{'rows/s':>9}{'more MB':>9}")
    slowest = min(rate for orders in sizes for kind in (_postgres, _mariadb) for rate in _read_all(kind, orders))
    print(f"slowest {slowest:,.0f} rows/s, asked for {LEAST:,}")
    return 0 if slowest >= LEAST else 1


def _read_all(kind: Callable[[], AbstractContextManager[ShopDatabase]], orders: int) -> Iterator[float]:
    with kind() as database:
        EccubeSource(database).fill(orders)
        word = "table" if database.kind == "mariadb" else ""
        database.run(f"analyze {word} dtb_order, dtb_shipping, dtb_order_item")
        for table in TABLES:
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                rows, seconds, more = process.submit(read, database.url, table).result()
            rate = rows / seconds
            print(f"{database.kind:<11}{table:<16}{rows:>10,}{seconds:>9.1f}{rate:>9,.0f}{more:>9,}", flush=True)
            yield rate


def read(url: str, table: str) -> tuple[int, float, int]:
    """Rows, seconds, and MB this process held more than before at most."""
    shop = SqlShop("eccube", load_source("eccube"), SqlSettings(url=SecretStr(url)))
    before, began = _most(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        rows = _write(Path(folder) / "rows.parquet", shop.fetch(table, None, AS_OF))
    return rows, time.perf_counter() - began, _most() - before


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@contextmanager
def _postgres() -> Iterator[ShopDatabase]:
    with tempfile.TemporaryDirectory() as home:
        server = ensure_server(Path(home), "postgres", {"fsync": "off"})
        create_database(server, "shop")
        opened = open_postgres(server_url(Path(home), "shop"))
        try:
            yield opened
        finally:
            opened.connection.close()
            stop_server(Path(home))


@contextmanager
def _mariadb() -> Iterator[ShopDatabase]:
    with mariadb.running() as socket:
        opened = open_mariadb(socket)
        yield opened
        opened.connection.close()


if __name__ == "__main__":
    sys.exit(main(tuple(int(size.replace(",", "")) for size in sys.argv[1:]) or SIZES))
