"""Files as they really arrive: each fault ends in a clear error or a kept rejected fact, and nothing stored is lost."""

from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.oms.drop import DropFolder
from tasks.validate import validate_feeds
from tests.load.shop import AS_OF, Outcome, new_run, rows

HEADER = "order_id,customer_id,buyer_name,buyer_email,placed_at,total,currency,promised_on,ship_to_postal_code\n"
GOOD = "good,haruka,佐藤 遥,haruka@example.invalid,2026-09-14T09:00:00+09:00,3300,JPY,2026-09-18,150-0001\n"
LINES = "order_id,line_no,product_id,quantity,unit_price\ngood,1,P-1,1,3300\n"
MEGABYTE = 1 << 20


def drop(database: Database, home: Path, orders: bytes, lines: str = LINES) -> Outcome:
    """One delivery of two files."""
    folder = home / "drop"
    folder.mkdir(exist_ok=True)
    (folder / "orders.csv").write_bytes(orders)
    (folder / "order_lines.csv").write_text(lines, encoding="utf-8")
    run = new_run(database, home, AS_OF)
    extract_feeds(run, DropFolder(folder))
    checked = validate_feeds(run)
    return Outcome(run, checked, load_feeds(run))


def record(**values: str) -> bytes:
    """The good order as `bad`, with these cells instead."""
    names = HEADER.strip().split(",")
    plain = dict(zip(names, GOOD.strip().split(","), strict=True)) | {"order_id": "bad"} | values
    return (",".join(plain[name] for name in names) + "\n").encode()


def kept(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "select file, line, column_name, reason from rejected_fact order by line, column_name")


def test_the_good_row_is_good(database: Database, tmp_path: Path) -> None:
    found = drop(database, tmp_path, (HEADER + GOOD).encode() + record())
    assert found.checked["quarantined"] == {} and found.checked["warned"] == {}
    assert rows(database, "select order_id from orders order by 1") == [("bad",), ("good",)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("total", "三千三百円", "not an amount of money"),
        ("total", '"3,300"', "not an amount of money"),
        ("placed_at", "46279.375", "not an instant with offset"),
        ("placed_at", "令和8年9月14日", "not an instant with offset"),
        ("placed_at", "R8.9.14 09:00", "not an instant with offset"),
        ("placed_at", "1900-01-01T00:00:00Z", "year out of range (1980-2099)"),
        ("placed_at", "2199-12-31T00:00:00Z", "year out of range (1980-2099)"),
        ("promised_on", "46283", "not a date"),
        ("promised_on", "令和8年9月18日", "not a date"),
        ("promised_on", "1900-01-00", "no such value"),
        ("promised_on", "1900-01-01", "year out of range (1980-2099)"),
        ("promised_on", "9999-12-31", "year out of range (1980-2099)"),
        ("order_id", "O" * 501, "longer than 500 bytes"),
    ],
)
def test_a_bad_value_is_kept_with_file_line_column_and_reason(
    database: Database, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    found = drop(database, tmp_path, (HEADER + GOOD).encode() + record(**{column: value}))
    assert kept(database) == [("orders.csv", 3, column, reason)]
    assert found.checked["gates"]["orders"] == "open"
    assert rows(database, "select order_id from orders") == [("good",)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("髙﨑 恵".encode("cp932"), r"\xee\xe0\xed\x95 \x8cb"),
        (b"\xed\xa0\xbd", r"\xed\xa0\xbd"),
        (b"sa\x00to", r"sa\x00to"),
    ],
    ids=["cp932", "half a surrogate pair", "NUL"],
)
def test_bytes_that_are_no_text_set_one_row_aside(database: Database, tmp_path: Path, name: bytes, shown: str) -> None:
    drop(database, tmp_path, (HEADER + GOOD).encode() + record(buyer_name="NAME").replace(b"NAME", name))
    assert kept(database) == [("orders.csv", 3, "buyer_name", "no storable text")]
    assert rows(database, "select content ->> 'buyer_name' from rejected_fact") == [(shown,)]
    assert rows(database, "select order_id from orders") == [("good",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "orders.csv: the file is empty"),
        (HEADER.encode()[:40], "orders.csv: written to less than 60 seconds ago, and its last record does not end"),
        ((HEADER + GOOD).encode() + record()[:30], "orders.csv line 3: the file ends inside a record: half-written"),
        ((HEADER + GOOD).encode() + b'bad,haruka,"half a na', "half-written"),
        ("注文番号,会員\n1,x\n".encode("cp932"), "orders.csv: the header is not text in UTF-8"),
        ((HEADER + GOOD).encode("utf-16"), "orders.csv: the header is not text in UTF-8"),
        (b"PK\x03\x04\x14\x00\x08\x08\x08\x00", "orders.csv: "),
    ],
    ids=["empty", "cut in the header", "cut in a record", "cut in quotes", "cp932", "utf-16", "a spreadsheet"],
)
def test_a_file_that_cannot_be_used_stops_its_feed_and_loses_nothing(
    database: Database, tmp_path: Path, content: bytes, reason: str
) -> None:
    drop(database, tmp_path, (HEADER + GOOD).encode())
    before = rows(database, "select * from orders"), rows(database, "select * from order_lines")
    found = drop(database, tmp_path, content)
    assert found.checked["gates"]["orders"] == "closed"
    assert reason in found.checked["reasons"]["orders"]
    assert (rows(database, "select * from orders"), rows(database, "select * from order_lines")) == before


def test_a_bad_row_of_a_known_order_leaves_what_is_stored(database: Database, tmp_path: Path) -> None:
    drop(database, tmp_path, (HEADER + GOOD).encode())
    drop(database, tmp_path, HEADER.encode() + record(order_id="good", total="x"), LINES.replace("3300", "many"))
    assert rows(database, "select total::text from orders") == [("3300.0000",)]
    assert rows(database, "select unit_price::text from order_lines") == [("3300.0000",)]


def test_the_same_key_twice_keeps_the_last_and_the_other_as_a_fact(database: Database, tmp_path: Path) -> None:
    drop(database, tmp_path, (HEADER + GOOD).encode() + record(order_id="good", total="1"))
    assert rows(database, "select total::text from orders") == [("1.0000",)]
    assert kept(database) == [("orders.csv", 2, "order_id", "same key, other content")]


def test_an_order_of_an_unknown_customer_is_kept(database: Database, tmp_path: Path) -> None:
    """It has nobody to write to until the customer arrives; the order itself is no worse for it."""
    drop(database, tmp_path, (HEADER + GOOD).encode())
    assert rows(database, "select customer_id from orders") == [("haruka",)]
    assert rows(database, "select count(*) from customers") == [(0,)]
    assert kept(database) == []


def test_a_name_of_ten_megabytes_sets_its_row_aside(database: Database, tmp_path: Path) -> None:
    drop(database, tmp_path, (HEADER + GOOD).encode() + record(buyer_name="寿" * (10 * MEGABYTE // 3)))
    assert kept(database) == [("orders.csv", 3, "buyer_name", "longer than 10000 bytes")]
    assert rows(database, "select order_id from orders") == [("good",)]
    ((size,),) = rows(database, "select length(content::text) from rejected_fact")
    assert isinstance(size, int) and size < 2000


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "@SUM(1)", "<script>alert(1)</script>", "{{ 7 * 7 }}", "Robert'); drop table orders;--"],
)
def test_formulas_html_and_sql_are_names_like_others(database: Database, tmp_path: Path, name: str) -> None:
    """Stored as they stand; templates escape them (tests/render)."""
    drop(database, tmp_path, (HEADER + GOOD).encode() + record(buyer_name=f'"{name}"'))
    assert rows(database, "select buyer_name from orders where order_id = 'bad'") == [(name,)]


@pytest.mark.parametrize("address", ["a..b@docomo.ne.jp", ".taro@ezweb.ne.jp", "taro.@docomo.ne.jp", "x@日本語.jp"])
def test_addresses_no_standard_allows_but_people_have(database: Database, tmp_path: Path, address: str) -> None:
    """They are written to (tests/deliver/test_mailbox.py)."""
    found = drop(database, tmp_path, (HEADER + GOOD).encode() + record(buyer_email=address))
    assert rows(database, "select buyer_email from orders where order_id = 'bad'") == [(address,)]
    assert found.checked["warned"] == {}


def test_lost_leading_zeros_are_counted(database: Database, tmp_path: Path) -> None:
    """Sapporo is 060-0001: a spreadsheet makes 600001 of it. The order goes on, the summary shows the column."""
    found = drop(database, tmp_path, (HEADER + GOOD).encode() + record(ship_to_postal_code="600001"))
    assert found.checked["warned"] == {"orders.ship_to_postal_code": 1}
    assert rows(database, "select count(*) from orders") == [(2,)]
