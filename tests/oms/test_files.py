"""A shop's own export through a mapping: encodings, SQL, and where a bad value stands."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import load_mapping
from tasks.core.paths import SQL
from tasks.core.queries import on_disk
from tasks.core.runs import Run
from tasks.core.settings import Settings, check_names
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.oms import order_system
from tasks.oms.base import OrderSystem
from tasks.oms.csv_files import detect_encoding
from tasks.oms.files import MappedFolder
from tasks.oms.sample import CLOCK
from tasks.validate import validate_feeds
from tests.load.shop import AS_OF, rows
from tests.oms.contract import OrderSystemContract

HERE = Path(__file__).parent / "kaban"
ORDERS = (HERE / "export" / "受注.csv").read_text(encoding="utf-8")


@pytest.fixture
def mapping_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of sql/ with the bag shop's mapping in it, for the length of a test."""
    home = tmp_path / "sql"
    shutil.copytree(SQL, home)
    shutil.copytree(HERE / "mapping", home / "oms" / "kaban")
    for module in ("mappings", "queries"):
        monkeypatch.setattr(f"tasks.core.{module}.SQL", home)
    load_mapping.cache_clear()
    on_disk.cache_clear()
    yield home / "oms" / "kaban"
    load_mapping.cache_clear()
    on_disk.cache_clear()


@pytest.fixture
def export(tmp_path: Path, mapping_home: Path) -> Path:
    """The shop's files as it sends them: the orders in CP932, the customers in UTF-8 with a byte order mark."""
    del mapping_home
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "受注.csv").write_bytes(ORDERS.encode("cp932"))
    (folder / "顧客.csv").write_bytes((HERE / "export" / "顧客.csv").read_text(encoding="utf-8").encode("utf-8-sig"))
    return folder


def system_of(folder: Path, url: str) -> MappedFolder:
    return MappedFolder(folder, load_mapping("kaban"), url)


def fetch(system: OrderSystem, table: str) -> list[dict[str, Any]]:
    return [row for batch in system.fetch(table, None, CLOCK) for row in batch.to_pylist()]


class TestContract(OrderSystemContract):
    @pytest.fixture
    def system(self, mapping_home: Path, export: Path, server: str) -> OrderSystem:
        del mapping_home
        return system_of(export, server)


def test_joins_constants_sums_and_value_maps(export: Path, server: str) -> None:
    orders = fetch(system_of(export, server), "orders")
    assert orders[0] == {
        "order_id": "1001", "customer_id": "007", "buyer_name": "髙﨑 恵", "placed_at": "2026-09-14T00:30:00.000000Z",
        "payment_method": "credit_card", "total": "14300", "currency": "JPY", "promised_on": "2026-09-18",
        "_file": "受注.csv", "_line": 2,
    }  # fmt: skip
    assert [row["_line"] for row in orders] == [2, 4, 5]


def test_the_settings_lead_to_the_mapping(export: Path, server: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, oms="files", oms_url=export, oms_mapping="kaban")
    assert order_system(settings, server).tables() == ("customers", "orders", "order_lines")
    plain = order_system(settings.model_copy(update={"oms_mapping": None}), server)
    assert plain.tables() == ()
    with pytest.raises(ConfigurationError, match="TODOKE_OMS_URL"):
        order_system(settings.model_copy(update={"oms_url": None}), server)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("注文,名\n1,髙﨑\n".encode("cp932"), "cp932"),
        ("注文,名\n1,髙﨑\n".encode(), "utf-8-sig"),
        ("注文,名\n1,髙﨑\n".encode("utf-8-sig"), "utf-8-sig"),
        ("注文,名\n1,髙﨑\n".encode("utf-16"), "utf-16"),
        (b"id,name\n1,x\n", "utf-8-sig"),
        ("注文番号,お名前\n1,桜井 恵\n".encode() + b"2,\x8d\xe8\n", "utf-8-sig"),
    ],
    ids=["cp932", "utf-8", "with a mark", "utf-16", "ascii", "utf-8 with one cell that is not"],
)
def test_encodings_are_told_by_their_bytes(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert detect_encoding(path) == encoding


def test_bytes_of_no_known_encoding_ask_for_a_declaration(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id\n\x81 \x81 \n")
    with pytest.raises(DataError, match=r"x\.csv: neither UTF-8 nor CP932; declare"):
        detect_encoding(path)


def load(database: Database, home: Path, export: Path) -> Run:
    settings = Settings(home=home, oms="files", oms_url=export, oms_mapping="kaban", secret=SecretStr("of tests"))
    run = Run("files-1", AS_OF, database.url, database.namespace, settings)
    extract_feeds(run)
    validate_feeds(run)
    load_feeds(run)
    return run


def test_rejected_facts_say_file_line_column_and_reason(export: Path, database: Database, tmp_path: Path) -> None:
    """One order is loaded, one has a date of the era, one an amount in words; their lines wait for them."""
    broken = ORDERS.replace("2026/09/13 10:00", "令和8年9月13日").replace("2200", "二千二百円")
    (export / "受注.csv").write_bytes(broken.encode("cp932"))
    load(database, tmp_path, export)
    assert rows(database, "select order_id from orders") == [("1001",)]
    found = rows(database, "select table_name, file, line, column_name, reason from rejected_fact order by 1, 3, 4")
    assert found == [
        ("order_lines", "受注.csv", 4, "order_id", "unknown orders"),
        ("order_lines", "受注.csv", 5, "unit_price", "not an amount of money"),
        ("orders", "受注.csv", 4, "placed_at", "not an instant with offset"),
        ("orders", "受注.csv", 5, "total", "required and empty"),
    ]


def test_a_byte_that_is_no_text_sets_its_row_aside(export: Path, database: Database, tmp_path: Path) -> None:
    text = (HERE / "export" / "顧客.csv").read_bytes()
    (export / "顧客.csv").write_bytes(text + b"009,\x8d\xe8\x00,s@example.invalid\n")
    load(database, tmp_path, export)
    found = rows(database, "select file, line, column_name, reason, content ->> 'name' from rejected_fact")
    assert found == [("顧客.csv", 4, "name", "no storable text", r"\x8d\xe8\x00")]
    assert rows(
        database, "select customer_id, name from customers where customer_id not like 'guest:%' order by 1"
    ) == [
        ("007", "髙﨑 恵"),
        ("008", "𠮷野 家"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[files.orders]", "[file.orders]", r"mapping\.toml: .*unknown key 'file' \(did you mean 'files'\?\)"),
        ("delimiter", "delimeter", r"unknown key 'files.orders.delimeter' \(did you mean 'delimiter'\?\)"),
        ('"Asia/Tokyo"', '"Asia/Tokio"', "zone: .*no time zone 'Asia/Tokio'"),
        ('"cp932"', '"cp923"', r"no encoding 'cp923' \(did you mean 'cp932'\?\)"),
        ('"受注.csv"', '"../受注.csv"', "files.orders.file"),
        ("title", "# title", "title: Field required"),
    ],
    ids=["table", "key", "zone", "encoding", "path", "missing"],
)  # fmt: skip
def test_a_wrong_mapping_names_the_key(mapping_home: Path, old: str, new: str, message: str) -> None:
    path = mapping_home / "mapping.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_mapping("kaban")


def test_a_mapping_nobody_made_and_a_table_nobody_knows(mapping_home: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no sql/oms/kabun/mapping\.toml \(did you mean 'kaban'\?\)"):
        load_mapping("kabun")
    (mapping_home / "order_line.sql").write_text("-- Who: x\n-- Params: none\nselect 1", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"no canonical table 'order_line' \(did you mean 'order_lines'\?\)"):
        load_mapping("kaban")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("as order_id", "as order_is", ConfigurationError, r"no column 'order_is' \(did you mean 'order_id'\?\)"),
        ("'JPY' as currency, ", "", ConfigurationError, "column currency is missing in its SELECT"),
        ("o.お支払方法", "o.支払方法", DataError, r'column o\.支払方法 does not exist .*the export lacks it'),
        ("raw_orders o", "raw_order o", DataError, r'orders\.sql: relation "raw_order" does not exist'),
        ("amount_of(o.金額)", "sqrt(o.金額)", DataError, r"orders\.sql: function .*sqrt\(text\) does not exist"),
    ],
    ids=["unknown column", "missing column", "raw column gone", "raw table unknown", "broken SQL"],
)  # fmt: skip
def test_a_wrong_select_says_what_and_where(
    mapping_home: Path, export: Path, server: str, old: str, new: str, error: type[Exception], message: str
) -> None:
    path = mapping_home / "orders.sql"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    system = system_of(export, server)
    with pytest.raises(error, match=message):
        fetch(system, "orders")
    assert fetch(system, "customers"), "the other tables are not concerned"


def test_a_variable_nobody_reads_is_an_error_with_the_nearest_one() -> None:
    check_names(["TODOKE_OMS", "TODOKE_GUARD_GAP_HOURS", "TODOKE_TEST_DATA", "PATH"])
    with pytest.raises(ConfigurationError, match=r"TODOKE_OMS_MAPING \(did you mean 'TODOKE_OMS_MAPPING'\?\)"):
        check_names(["TODOKE_OMS_MAPING"])


def test_a_missing_file_stops_what_needs_it_and_is_named(export: Path, server: str) -> None:
    (export / "受注.csv").unlink()
    system = system_of(export, server)
    with pytest.raises(DataError, match='"raw_orders" does not exist'):
        fetch(system, "order_lines")
    assert fetch(system, "customers")
    assert [warning.partition(":")[0] for warning in system.warnings()] == ["受注.csv"]
