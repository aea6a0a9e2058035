"""A shop's own database, read: pages after keys, read-only, under a timeout, text, and on after a lost connection."""

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tasks.core.accounts import SqlSettings
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.settings import Settings
from tasks.core.source_queries import load_source, wall_clock
from tasks.oms import order_system
from tasks.oms.base import OrderSystem
from tasks.oms.sql import SqlShop
from tasks.oms.sql_sessions import open_session
from tests.oms.contract import OrderSystemContract
from tests.oms.databases import ShopDatabase, mariadb_socket, queries, shop_database
from tests.oms.source_contract import AS_OF, DAYLIGHT, NEXT, STANDARD, ZONE, SourceContract

__all__ = ["mariadb_socket", "queries", "shop_database"]
pytestmark = pytest.mark.xdist_group("databases")

HERE = Path(__file__).parent / "sqlshop"


class SqlSource:
    """A shop in New York: two tables and a clock on the wall."""

    def __init__(self, database: ShopDatabase, **settings: Any) -> None:
        self.database = database
        self.settings = {"page_rows": 2, "backoff_seconds": 0.05, **settings}
        self._numbers = count(1)
        database.zone = ZONE
        database.run((HERE / "schema.sql").read_text(encoding="utf-8"))

    def system(self) -> OrderSystem:
        settings = SqlSettings(url=SecretStr(self.database.url), **self.settings)
        return SqlShop("sql", load_source("sqlshop"), settings)

    def place(self, name: str, at: datetime) -> str:
        number = next(self._numbers)
        self.database.write(
            "insert into sales values (%s, %s, %s, %s, 33.5, 33.5, 'P-1', '2026-11-20', true)", number, name, at, at
        )
        return f"SO-{number}"

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        where = int(order_id.removeprefix("SO-"))
        self.database.write("update sales set buyer = %s, written_at = %s where id = %s", name, at, where)

    def delete(self, order_id: str) -> None:
        self.database.write("delete from sales where id = %s", int(order_id.removeprefix("SO-")))

    def rename(self) -> tuple[str, str]:
        self.database.run("alter table sales rename column total to amount")
        return "s.total", "products"

    def fill(self, orders: int) -> None:
        self.database.write(
            f"insert into sales select seq, '恵', %s, %s, 33.5, 33.5, 'P-1', null, null "  # noqa: S608
            f"from {self.database.series(orders)}",
            AS_OF - timedelta(hours=1),
            AS_OF - timedelta(hours=1),
        )


@pytest.fixture
def source(shop_database: ShopDatabase, queries: Path) -> SqlSource:
    del queries
    return SqlSource(shop_database)


def fetch(system: OrderSystem, table: str, since: datetime | None = None) -> list[dict[str, Any]]:
    return [row for batch in system.fetch(table, since, AS_OF) for row in batch.to_pylist()]


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, source: SqlSource) -> OrderSystem:
        for name in ("恵", "Ana", "O'Hara"):
            source.place(name, AS_OF - timedelta(hours=2))
        return source.system()


class TestSource(SourceContract):
    @pytest.fixture
    def source(self, shop_database: ShopDatabase, queries: Path) -> SqlSource:
        del queries
        self.says_offset = shop_database.kind == "postgresql"
        return SqlSource(shop_database)


def test_cells_are_text_of_the_drop_format(source: SqlSource) -> None:
    source.place('O\'Hara, "Bo"\n二世 \\n', DAYLIGHT)
    (row,) = fetch(source.system(), "orders")
    said = {"postgresql": "2026-11-01 01:30:00-04", "mariadb": "2026-11-01T06:30:00.000000Z"}[source.database.kind]
    truth = {"postgresql": "true", "mariadb": "1"}[source.database.kind]
    assert row == {
        "order_id": "SO-1", "buyer_name": 'O\'Hara, "Bo"\n二世 \\n', "placed_at": said, "total": "33.50",
        "currency": "USD", "requested_on": "2026-11-20", "gift": truth, "updated_at": said,
        "_file": "sales", "_line": 1,
    }  # fmt: skip
    things = [(row["product_id"], row["name"], row["_line"]) for row in fetch(source.system(), "products")]
    assert things == [("P-1", "bowl", 1), ("P-2", '皿 "大"', 2)]


def test_changed_rows_and_recent_ones_are_read(source: SqlSource) -> None:
    old, recent, changed = (AS_OF - timedelta(days=days) for days in (40, 3, 40))
    source.place("old", old)
    source.place("recent", recent)
    source.edit(source.place("changed", changed), "again", AS_OF - timedelta(minutes=5))
    found = fetch(source.system(), "orders", AS_OF - timedelta(hours=6))
    assert [row["buyer_name"] for row in found] == ["recent", "again"]
    system = source.system()
    assert (system.is_full("orders"), system.is_full("products"), system.is_full("refunds")) == (False, True, False)


def test_a_lost_connection_goes_on_after_the_last_key(source: SqlSource) -> None:
    for number in range(5):
        source.place(f"buyer {number}", AS_OF - timedelta(hours=2))
    batches = source.system().fetch("orders", None, AS_OF)
    names = next(batches)["buyer_name"].to_pylist()
    source.database.cut()
    for batch in batches:
        names += batch["buyer_name"].to_pylist()
    assert names == [f"buyer {number}" for number in range(5)]


def test_a_database_that_stays_away_is_given_up_by_name(source: SqlSource) -> None:
    nowhere = f"{source.database.kind}://x:top-secret@127.0.0.1:1/shop"
    settings = SqlSettings(url=SecretStr(nowhere), attempts=2, backoff_seconds=0)
    with pytest.raises(
        DataError,
        match=r"x:\*\*\*@127\.0\.0\.1:1/shop, orders \(sql/oms/sqlshop/orders\.sql\): no answer in 2 attempts",
    ):
        fetch(SqlShop("sql", load_source("sqlshop"), settings), "orders")


def test_nothing_can_be_written(source: SqlSource) -> None:
    source.place("恵", AS_OF)
    session = open_session(source.database.url, ZONE, 30)
    statement = {"postgresql": "delete from sales returning id", "mariadb": "select id from sales for update"}
    with pytest.raises(DataError, match=r"(?i)read.only"):
        session.page(statement[source.database.kind])
    session.close()


def test_a_slow_page_ends_at_the_timeout(source: SqlSource, queries: Path) -> None:
    sleep = {"postgresql": "pg_sleep(20)", "mariadb": "sleep(20)"}[source.database.kind]
    _edit(queries, "s.id > :after", f"s.id > :after and {sleep} is not null")
    source.place("恵", AS_OF)
    source.settings["timeout_seconds"] = 0.5
    with pytest.raises(DataError, match="TODOKE_SQL_TIMEOUT_SECONDS"):
        fetch(source.system(), "orders")
    assert fetch(source.system(), "products")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("order by s.id", "order by s.id desc", "not in the order of _key"),
        ("s.id as _key", "1 as _key", "not in the order of _key"),
        (", s.id as _key", "", "_key"),
        ("from sales s", "from sale s", "sale"),
    ],
    ids=["order", "not unique", "no key", "no table"],
)
def test_a_query_that_would_skip_rows_is_refused(
    source: SqlSource, queries: Path, old: str, new: str, message: str
) -> None:
    for name in ("恵", "Ana", "Bia"):
        source.place(name, AS_OF - timedelta(hours=2))
    _edit(queries, old, new)
    with pytest.raises(DataError, match=rf"orders \(sql/oms/sqlshop/orders\.sql\): .*{message}"):
        fetch(source.system(), "orders")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("s.id > :after", "s.id > 0", "after"),
        ("limit :limit", "limit 5", "limit"),
        (":recent", ":recentt", "recentt"),
        ("-- Key:    sales.id", "-- Note:   sales", "`-- Key: table.column`"),
        ("as buyer_name", "as buyer_nam", r"no column 'buyer_nam' \(did you mean 'buyer_name'\?\)"),
        ("'USD' as currency,", "", "column currency is missing"),
    ],
    ids=["no after", "no limit", "parameter", "no key", "column", "required"],
)
def test_a_wrong_query_says_what(queries: Path, server: str, old: str, new: str, message: str) -> None:
    """Without a database but where its answer is asked for: PostgreSQL's, by a query that needs no table."""
    _edit(queries, "from sales s", "from (select 1 as id, 'x' as buyer, now() as placed_at, 1 as total, "
          "now() as written_at, current_date as wanted_on, true as gift) s")  # fmt: skip
    _edit(queries, old, new)
    path = queries / "orders.sql"
    used = [name for name in ("after", "limit", "since", "recent", "recentt") if f":{name}" in path.read_text()]
    _edit(queries, "-- Params: after, limit, since, recent", f"-- Params: {', '.join(used)}")
    with pytest.raises(ConfigurationError, match=message):
        fetch(SqlShop("sql", load_source("sqlshop"), SqlSettings(url=SecretStr(server))), "orders")


def test_the_settings_lead_to_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, oms="sql", oms_mapping="eccube")
    with pytest.raises(ConfigurationError, match="TODOKE_SQL_URL"):
        order_system(settings, "")
    with pytest.raises(ConfigurationError, match="TODOKE_OMS_MAPPING"):
        order_system(settings.model_copy(update={"oms_mapping": None}), "")
    with pytest.raises(ConfigurationError, match=r"no sql/oms/eccub/source\.toml \(did you mean 'eccube'\?\)"):
        load_source("eccub")
    monkeypatch.setenv("TODOKE_SQL_URL", "oracle://scott@host/x")
    with pytest.raises(ConfigurationError, match="oracle is not read; databases: postgresql, mariadb, mysql"):
        order_system(settings, "")
    monkeypatch.setenv("TODOKE_SQL_URL", "mysql://reader@replica/eccube?ssl_ca=/etc/ssl/ca.pem")
    assert order_system(settings, "").tables()[:2] == ("customers", "consents")


def test_the_clock_on_the_wall_never_skips_a_row() -> None:
    """An hour before the clock is set back it is asked for what will be written in the hour that comes again."""
    assert wall_clock(STANDARD, ZONE).isoformat() == "2026-11-01T01:30:00"
    assert wall_clock(DAYLIGHT, ZONE).isoformat() == "2026-11-01T00:30:00"
    assert wall_clock(NEXT, ZONE).isoformat() == "2026-11-01T08:00:00"


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "orders.sql"
    text = path.read_text(encoding="utf-8")
    assert old in text or old.startswith("-- Params")
    path.write_text(text.replace(old, new), encoding="utf-8")
