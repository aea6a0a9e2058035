"""Exports as shops have them, through the mappings that come with Todoke: which rows they become, what is set aside.

`tests/oms/<mapping>/*.csv` are ours, in the format of each system; `rows.json` beside them says what they mean. Zeros,
yen and hours in them are as a spreadsheet leaves them.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import known_mappings, load_mapping
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.oms.base import OrderSystem
from tasks.oms.files import MappedFolder
from tasks.oms.recognise import Recognised, recognise
from tasks.oms.sample import CLOCK
from tasks.validate import validate_feeds
from tests.load.shop import AS_OF, rows
from tests.oms.contract import OrderSystemContract

HERE = Path(__file__).parent
OURS = ("eccube_csv", "generic", "rakuten", "shopify_csv", "yahoo", "yamato_b2")
IN_UTF_8 = ("shopify_csv",)


def export(name: str, folder: Path) -> Path:
    """The files of one system as it writes them: CP932 and CRLF, but for Shopify."""
    folder.mkdir(exist_ok=True)
    for path in (HERE / name).glob("*.csv"):
        written = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        (folder / path.name).write_bytes(written.encode("utf-8" if name in IN_UTF_8 else "cp932"))
    return folder


def fetched(system: OrderSystem) -> dict[str, list[dict[str, Any]]]:
    """Every row without its empty cells, a file without its date."""
    found = {}
    for table in system.tables():
        batches = [batch.to_pylist() for batch in system.fetch(table, None, CLOCK)]
        found[table] = [
            {column: cell for column, cell in row.items() if cell is not None and column != "_file"}
            for batch in batches
            for row in batch
        ]
    return found


def load(database: Database, home: Path, folder: Path, name: str) -> Run:
    settings = Settings(home=home, oms="files", oms_url=folder, oms_mapping=name, secret=SecretStr("of tests"))
    run = Run(f"{name}-1", AS_OF, database.url, database.namespace, settings)
    extract_feeds(run)
    validate_feeds(run)
    load_feeds(run)
    return run


@pytest.mark.parametrize("name", OURS)
class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, name: str, tmp_path: Path, server: str) -> OrderSystem:
        return MappedFolder(export(name, tmp_path), load_mapping(name), server)

    def test_rows_are_what_the_export_means(self, system: OrderSystem, name: str) -> None:
        expected = json.loads((HERE / name / "rows.json").read_text(encoding="utf-8"))
        assert fetched(system) == expected

    def test_is_recognised_by_its_headers(self, system: OrderSystem, name: str, tmp_path: Path) -> None:
        del system
        found = recognise(sorted(tmp_path.glob("*.csv")))
        assert (found.mapping.name, set(found.files)) == (name, set(load_mapping(name).declared.files))

    def test_says_where_no_real_export_was_at_hand(self, system: OrderSystem, name: str) -> None:
        said = [f"Mapping {name} is unverified"] if name != "generic" else []
        assert [sentence.partition(":")[0] for sentence in system.warnings()] == said


def test_every_mapping_is_tested() -> None:
    assert set(known_mappings()) == {*OURS, "olist"}


@pytest.mark.parametrize("name", [name for name in OURS if name != "yamato_b2"])
def test_loads_with_its_people_and_sets_aside_what_is_lost(name: str, database: Database, tmp_path: Path) -> None:
    """End to end, twice: the second time nothing changes."""
    folder = export(name, tmp_path / "export")
    load(database, tmp_path, folder, name)
    assert rows(database, "select reason from rejected_fact order by 1") == REJECTED[name]
    assert rows(database, "select count(*)::int, count(name)::int, count(email)::int from customers") == [PEOPLE[name]]
    assert load_again(database, tmp_path, folder, name) == (0, 0, 0)


def load_again(database: Database, home: Path, folder: Path, name: str) -> tuple[int, int, int]:
    settings = Settings(home=home, oms="files", oms_url=folder, oms_mapping=name, secret=SecretStr("of tests"))
    run = Run(f"{name}-2", AS_OF, database.url, database.namespace, settings)
    extract_feeds(run)
    validate_feeds(run)
    loaded = load_feeds(run)
    return sum(loaded.inserted.values()), sum(loaded.updated.values()), sum(loaded.deleted.values())


REJECTED: dict[str, list[tuple[str]]] = {
    "eccube_csv": [("rounded by a spreadsheet",), ("unknown shipments",)],
    "generic": [("not an amount of money",)],
    "rakuten": [],
    "shopify_csv": [],
    "yahoo": [],
}
PEOPLE = {
    "eccube_csv": (4, 4, 4),
    "generic": (3, 3, 2),
    "rakuten": (2, 2, 2),
    "shopify_csv": (2, 2, 2),
    "yahoo": (1, 1, 1),
}
"""Customers, those with a name, those with an address: members and guests."""


def test_a_later_export_replaces_the_orders_it_tells_again(tmp_path: Path, server: str) -> None:
    """Overlapping exports lie side by side under names with dates; a file of something else is named and left."""
    folder = export("shopify_csv", tmp_path)
    (first,) = folder.glob("*.csv")
    second = folder / "orders_export_2.csv"
    told = first.read_text(encoding="utf-8").replace("#1003", "#1004").replace("米ぬか化粧水", "米ぬか石けん")
    second.write_text(told, encoding="utf-8")
    (folder / "notes.csv").write_text("what,ever\n1,2\n", encoding="utf-8")
    system = MappedFolder(folder, load_mapping("shopify_csv"), server)
    found = fetched(system)
    assert sorted(row["order_id"] for row in found["orders"]) == ["1001", "1002", "1003", "1004"]
    assert [row["product_name"] for row in found["order_lines"] if row["order_id"] == "1002"] == ["米ぬか石けん"]
    assert "notes.csv: by its header no file of mapping shopify_csv, ignored." in system.warnings()


def test_a_file_nobody_knows_says_what_comes_nearest(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("Order ID,Product,Qty\n1,Mug,2\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"sales\.csv: generic comes nearest and misses 注文日時\."):
        recognise([path])
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"sales\.csv: no mapping knows its columns"):
        recognise([path])


@pytest.mark.parametrize(
    "header",
    [
        "Order ID,Order Date,Customer Email,Item Name,Qty,Unit Price,Order Total",
        "order_number,created-at,email,product_name,quantity,price,total",
        "受注番号,受注日,氏名,メール,品名,個数,税込単価",
        "　注文番号 ,ご注文者名,注文日時,商品名,数量",
    ],
    ids=["English", "of a program", "Japanese", "of a spreadsheet"],
)
def test_a_spreadsheet_may_call_things_as_people_do(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(f"{header}\r\n".encode("cp932"))
    found = recognise([path])
    assert found.mapping.name == "generic" and found.matched == header.count(",") + 1


def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"orders\.xlsx: save it as CSV"):
        recognise([tmp_path / "orders.xlsx"])


def test_an_export_of_two_files_asks_for_the_other(tmp_path: Path) -> None:
    folder = export("yahoo", tmp_path)
    with pytest.raises(ConfigurationError, match=r"Yahoo!ショッピング needs one more file .* OrderId, LineId"):
        recognise([folder / "orders.csv"])


def test_a_required_column_that_is_gone_is_named_and_what_needs_it_stops(tmp_path: Path, server: str) -> None:
    folder = export("shopify_csv", tmp_path)
    (path,) = folder.glob("*.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("Lineitem price,", "Lineitem cost,"), encoding="utf-8")
    system = MappedFolder.of(Recognised(load_mapping("shopify_csv"), {"orders": path}, 0, 0), server)
    assert list(system.fetch("orders", None, CLOCK))
    with pytest.raises(DataError, match='"price" does not exist; the export lacks it'):
        list(system.fetch("order_lines", None, CLOCK))
    assert f"{path.name}: column Lineitem price is missing." in system.warnings()


def test_a_file_that_must_come_with_another_stops_alone(tmp_path: Path, server: str) -> None:
    """Orders of Yahoo! without their items would lose the items that are known."""
    folder = export("yahoo", tmp_path)
    (folder / "items.csv").unlink()
    system = MappedFolder(folder, load_mapping("yahoo"), server)
    assert list(system.fetch("orders", None, CLOCK))
    with pytest.raises(DataError, match='"raw_items" does not exist'):
        list(system.fetch("order_lines", None, CLOCK))
