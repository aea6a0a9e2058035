"""A million orders of a shop's own database stream in constant memory."""

from pathlib import Path

import pytest

from tests.oms.databases import ShopDatabase, mariadb_socket, queries, shop_database
from tests.oms.source_contract import MillionRows, Source
from tests.oms.test_sql import SqlSource

__all__ = ["mariadb_socket", "queries", "shop_database"]
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900), pytest.mark.xdist_group("databases")]


class TestSql(MillionRows):
    @pytest.fixture
    def source(self, shop_database: ShopDatabase, queries: Path) -> Source:
        del queries
        return SqlSource(shop_database, page_rows=50_000)
