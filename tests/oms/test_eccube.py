"""EC-CUBE 4 on PostgreSQL and on MariaDB: what its codes, its clock and its lines mean, up to the messages decided."""

import csv
import os
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger
from pydantic import SecretStr

from tasks.core.accounts import SqlSettings
from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.paths import ROOT
from tasks.core.settings import Settings
from tasks.core.source_queries import load_source
from tasks.decide import decide
from tasks.deliver import deliver
from tasks.detect import detect
from tasks.extract import extract
from tasks.load import load
from tasks.oms.base import OrderSystem
from tasks.oms.sql import SqlShop
from tasks.oms.sql_sessions import open_session
from tasks.prepare import guard, open_run
from tasks.track import track
from tasks.validate import validate
from tests.load.shop import rows
from tests.oms.contract import OrderSystemContract
from tests.oms.databases import ShopDatabase, mariadb_socket, shop_database
from tests.oms.source_contract import AS_OF, SourceContract

__all__ = ["mariadb_socket", "shop_database"]
pytestmark = pytest.mark.xdist_group("databases")

HERE = Path(__file__).parent / "eccube"
DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "oms" / "eccube4"
NOON = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


class EccubeSource:
    """The tables of EC-CUBE 4, empty."""

    def __init__(self, database: ShopDatabase) -> None:
        self.database = database
        self._numbers = count(1)
        database.run((HERE / "schema.sql").read_text(encoding="utf-8"))

    def system(self) -> OrderSystem:
        return SqlShop("eccube", load_source("eccube"), SqlSettings(url=SecretStr(self.database.url), page_rows=2))

    def place(self, name: str, at: datetime) -> str:
        number = next(self._numbers)
        write = self.database.write
        write(
            "insert into dtb_order (id, order_no, name01, name02, email, subtotal, total, payment_total, "
            "currency_code, create_date, update_date, order_date, order_status_id, pref_id) "
            "values (%s, %s, %s, '', %s, 1100, 1100, 1100, 'JPY', %s, %s, %s, 1, 13)",
            number, f"N-{number}", name, f"p{number}@example.invalid", at, at, at,
        )  # fmt: skip
        write(
            "insert into dtb_shipping (id, order_id, name01, name02, create_date, update_date, pref_id) "
            "values (%s, %s, %s, '', %s, %s, 13)", number, number, name, at, at,
        )  # fmt: skip
        write(
            "insert into dtb_order_item (id, order_id, product_id, shipping_id, tax_display_type_id, "
            "order_item_type_id, product_name, price, quantity) values (%s, %s, 10, %s, 2, 1, '皿', 1100, 1)",
            number, number, number,
        )  # fmt: skip
        return f"N-{number}"

    def edit(self, order_id: str, name: str, at: datetime) -> None:
        write = "update dtb_order set name01 = %s, update_date = %s where order_no = %s"
        self.database.write(write, name, at, order_id)

    def delete(self, order_id: str) -> None:
        number = int(order_id.removeprefix("N-"))
        for table, column in (("dtb_order_item", "order_id"), ("dtb_shipping", "order_id"), ("dtb_order", "id")):
            self.database.write(f"delete from {table} where {column} = %s", number)  # noqa: S608

    def rename(self) -> tuple[str, str]:
        self.database.run("alter table dtb_order rename column payment_total to payment_sum")
        return "o.payment_total", "customers"

    def fill(self, orders: int) -> None:
        for statement in (HERE / "many.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                self.database.run(statement.replace("{series}", self.database.series(orders)))


@pytest.fixture
def source(shop_database: ShopDatabase) -> EccubeSource:
    return EccubeSource(shop_database)


@pytest.fixture
def people(source: EccubeSource) -> EccubeSource:
    """A small shop of named people with the traps in it."""
    source.database.run((HERE / "people.sql").read_text(encoding="utf-8"))
    return source


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, people: EccubeSource) -> OrderSystem:
        return people.system()


class TestSource(SourceContract):
    @pytest.fixture
    def source(self, shop_database: ShopDatabase) -> EccubeSource:
        found = EccubeSource(shop_database)
        shop_database.run(
            "insert into dtb_product (id, product_status_id, name, create_date, update_date) "
            "values (10, 1, '皿', '2026-01-01', '2026-01-01')"
        )
        return found


def fetch(system: OrderSystem, table: str, since: datetime | None = None) -> dict[str, dict[str, Any]]:
    found = [row for batch in system.fetch(table, since, AS_OF) for row in batch.to_pylist()]
    return {str(row["_line"]): row for row in found}


def test_statuses_are_what_they_mean(people: EccubeSource) -> None:
    orders = fetch(people.system(), "orders")
    assert {line: row["status"] for line, row in orders.items()} == {
        "1001": "new", "1002": "shipped", "1003": "in_progress", "1004": "cancelled", "1005": "returned",
        "1006": "paid",
    }, "7 and 8 are no orders yet, 5 is shipped"  # fmt: skip
    assert {line: row["payment_method"] for line, row in orders.items()} == {
        "1001": "credit_card", "1002": "cod", "1003": "bank_transfer", "1004": "konbini", "1005": "deferred",
        "1006": "bank_transfer",
    }  # fmt: skip
    assert {line for line, row in orders.items() if row["paid_at"]} == {"1001", "1006"}
    assert {line for line, row in orders.items() if row["customer_id"] is None} == {"1003"}
    assert orders["1001"]["order_id"] == "20261101-1001"


def test_an_order_for_two_addresses(people: EccubeSource) -> None:
    system = people.system()
    order, slots = fetch(system, "orders")["1001"], fetch(system, "orders")["1002"]
    assert (order["requested_on"], order["requested_slot"]) == (None, None), "each has a day of its own"
    assert (slots["requested_on"], slots["requested_slot"]) == ("2026-11-03", "18-20"), "midnight of Japan in UTC"
    assert (order["subtotal"], order["shipping_fee"], order["fee"]) == ("8800.00", "770.00", "330.00")
    assert (order["discount"], order["points_used"], order["total"]) == ("500.00", "100.00", "9200.00")
    lines = [row for row in fetch(system, "order_lines").values() if row["order_id"] == order["order_id"]]
    shown = ("line_no", "product_name", "unit_price", "tax_rate", "recipient_no")
    assert [tuple(row[name] for name in shown) for row in lines] == [
        ("9001", "有田焼の皿 小", "3300.00", "0.10", "501"),
        ("9002", "有田焼の皿 大 青", "5500.00", "0.10", "502"),
    ]
    homes = fetch(system, "recipients")
    assert (homes["502"]["name"], homes["502"]["region"], homes["502"]["address"]) == ("祖母 花", "JP-47", "那覇市9-9")


def test_parcels(people: EccubeSource) -> None:
    found = fetch(people.system(), "shipments")
    assert [(line, row["carrier"], row["tracking_number"], row["service"]) for line, row in found.items()] == [
        ("503", "sagawa", "001234567890", "normal"),
        ("506", "japanpost", "123456789013", "mail"),
    ]
    assert found["503"]["shipped_at"][:19].replace("T", " ") == "2026-11-01 06:00:00"
    assert [row["shipment_id"] for row in fetch(people.system(), "shipment_lines").values()] == ["503", "506"]


def test_people_and_products(people: EccubeSource) -> None:
    found = fetch(people.system(), "customers")
    assert set(found) == {"1", "2", "3"}, "who has not confirmed an address is nobody yet"
    megumi, gone = found["1"], found["3"]
    assert (megumi["birthday"], megumi["region"], megumi["newsletter"]) == ("1948-07-01", "JP-13", None)
    assert (found["2"]["birthday"], found["2"]["region"]) == ("1990-04-01", "JP-01")
    assert (gone["status"], gone["email"], gone["phone"]) == ("do_not_contact", None, None)
    products = fetch(people.system(), "products")
    assert [(row["category"], row["in_stock"]) for row in products.values()] == [
        ("磁器", "true"), ("食器", "false"), (None, "false"),
    ]  # fmt: skip


def test_the_box_of_the_newsletter_is_consent_where_the_plugin_is(people: EccubeSource) -> None:
    assert fetch(people.system(), "consents") == {}
    people.database.run("alter table dtb_customer add column plg_mailmagazine_flg smallint")
    people.database.run("update dtb_customer set plg_mailmagazine_flg = 2 - id where id < 3")
    found = fetch(people.system(), "consents")
    assert {line: (row["granted"], row["at"][:10]) for line, row in found.items()} == {
        "1": ("true", "2026-03-01"),
        "2": ("false", "2026-11-01"),
    }
    assert [row["newsletter"] for row in fetch(people.system(), "customers").values()] == ["true", "false", None]


def test_a_parcel_that_changed_brings_its_order_whole(people: EccubeSource) -> None:
    """A number typed in later changes dtb_shipping alone; what travels whole must come whole."""
    people.database.run("update dtb_order set order_date = '2026-09-01 00:00:00', update_date = '2026-09-01 00:00:00'")
    people.database.run("update dtb_shipping set update_date = '2026-09-01 00:00:00'")
    people.database.run(
        "update dtb_shipping set tracking_number = '1', update_date = '2026-11-01 11:00:00' where id = 502"
    )
    system, since = people.system(), AS_OF - timedelta(hours=6)
    assert set(fetch(system, "orders", since)) == {"1001"}
    assert set(fetch(system, "order_lines", since)) == {"9001", "9002"}
    assert set(fetch(system, "recipients", since)) == {"501", "502"}
    assert set(fetch(system, "shipments", since)) == {"502"}
    assert set(fetch(system, "shipment_lines", since)) == {"9002"}


def hour(database: Database, home: Path, as_of: datetime) -> None:
    settings = Settings(home=home, oms="eccube", database_url=database.url, shop="eccube", secret=SecretStr("of tests"))
    run = open_run(as_of, settings=settings)
    for step in (extract, validate, guard, load, track, detect, decide, deliver):
        with disable_run_logger():
            step.fn(run)


def test_the_hours_decide_what_each_order_is_due(
    people: EccubeSource, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODOKE_SQL_URL", people.database.url)
    hour(database, tmp_path, NOON - timedelta(hours=7))
    hour(database, tmp_path, NOON)
    assert rows(database, "select table_name, reason from rejected_fact") == []
    feeds = "select feed, state from feed where feed in ('orders', 'shipments', 'customers')"
    assert {state for _, state in rows(database, feeds)} == {"open"}
    told = "select touchpoint, order_id, state from message where class = 'T' and order_id is not null order by 1, 2"
    found = rows(database, told)
    assert found == [
        ("order_cancelled", "1004", "accepted"),
        ("order_confirmation", "1003", "accepted"),
        ("order_confirmation", "20261101-1001", "accepted"),
        ("payment_received", "1006", "accepted"),
        ("return_update", "1005", "accepted"),
        ("shipped", "1002", "accepted"),
    ], "1007 and 1008 are no orders; 1006 was placed before the first hour"


def test_the_rights_that_the_page_gives_are_enough(people: EccubeSource) -> None:
    """A user who may read these tables and columns, and no password."""
    page = (ROOT / "docs" / "order_systems.md").read_text(encoding="utf-8").partition("\n## EC-CUBE\n")[2]
    postgres, mariadb = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    kind, url = people.database.kind, people.database.url
    if kind == "postgresql":
        people.database.run(postgres)
        people.database.url = re.sub(r"//[^@]*@", "//todoke_reader:a%20long%20one@", url)
    else:
        own = re.search(r"root@/(\w+)\?", url)
        assert own
        here = mariadb.replace("'10.0.0.5'", "'localhost'").replace("eccube.", f"{own[1]}.").replace(" require ssl", "")
        people.database.run(here)
        people.database.url = url.replace("root@", "todoke_reader:a long one@")
    try:
        for table in people.system().tables():
            fetch(people.system(), table)
        session = open_session(people.database.url, "UTC", 30)
        with closing(session), pytest.raises(DataError, match=r"(?i)denied"):
            session.page("select password, 1 as _key from dtb_customer")
    finally:
        people.database.run(
            "drop owned by todoke_reader" if kind == "postgresql" else "drop user todoke_reader@localhost"
        )
        if kind == "postgresql":
            people.database.run("drop role todoke_reader")


def test_codes_are_those_of_a_new_installation() -> None:
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")

    def names(table: str) -> dict[str, str]:
        with (DATA / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row["name"] for row in csv.DictReader(file)}

    statuses = names("mtb_order_status")
    assert (statuses["3"], statuses["5"], statuses["6"], statuses["9"]) == (
        "注文取消し",
        "発送済み",
        "入金済み",
        "返品",
    )
    assert (statuses["7"], statuses["8"]) == ("決済処理中", "購入処理中")
    assert names("mtb_customer_status")["3"] == "退会"
    assert (names("mtb_order_item_type")["1"], names("mtb_order_item_type")["6"]) == ("商品", "ポイント")
    assert (names("mtb_pref")["1"], names("mtb_pref")["47"]) == ("北海道", "沖縄県")
    with (DATA / "SCHEMA_dtb_order_shipping_customer.csv").open(encoding="utf-8-sig", newline="") as file:
        real = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    told = {(table, column) for table, column in columns() if table in {table for table, _ in real}}
    assert {column for table, column in told - real} == {"discriminator_type"}


def columns() -> set[tuple[str, str]]:
    """(table, column) of our schema."""
    tables = re.findall(
        r"create table (\w+) \((.*?)\n\);", (HERE / "schema.sql").read_text(encoding="utf-8"), re.DOTALL
    )
    word = re.compile(r"(?:^|,)\s*(\w+) (?:int|smallint|varchar|decimal|boolean|\{instant\})\b", re.MULTILINE)
    return {(table, column) for table, body in tables for column in word.findall(body)}
