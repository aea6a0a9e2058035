"""A bad row never stops good rows; a bad feed stops only what depends on it. Every person has a name and a fault."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from tasks.core.canonical import TABLES
from tasks.core.database import Database
from tasks.core.expectations import failures
from tasks.core.suites import FEED_OF, FEEDS, SUITES, Check, Expectation, Severity, suite
from tests.load.shop import AS_OF, Outcome, Shop, as_text, deliver, line, order, rows, shipment

GOOD = order("good")


@pytest.mark.parametrize(
    ("who", "fault", "column", "reason"),
    [
        ("Aoi left out the total", {"total": None}, "total", "required and empty"),
        ("Ren wrote yen behind it", {"total": "3300円"}, "total", "not an amount of money"),
        ("Mei owes a negative sum", {"total": "-1"}, "total", "negative amount"),
        ("Sora forgot the offset", {"placed_at": "2026-09-14T09:00:00"}, "placed_at", "not an instant with offset"),
        ("Yui wrote it like a letter", {"placed_at": "14/09/2026 9:00"}, "placed_at", "not an instant with offset"),
        ("Haruto ordered on 30 February", {"placed_at": "2026-02-30T09:00:00Z"}, "placed_at", "no such value"),
        ("Hina wants it on 31 June", {"requested_on": "2026-06-31"}, "requested_on", "no such value"),
        ("Itsuki wants it tomorrow", {"requested_on": "tomorrow"}, "requested_on", "not a date"),
        ("Rin wraps it perhaps", {"gift": "maybe"}, "gift", "not a boolean"),
        ("Kaito pays in yen", {"currency": "yen"}, "currency", "not a currency of ISO 4217"),
        ("Sakura's name holds a NUL", {"buyer_name": "桜\0"}, "buyer_name", "no storable text"),
        ("Riku ends a COPY", {"ship_to_address": "1-1\n\\.\n2-2"}, "ship_to_address", "no storable text"),
    ],
)  # fmt: skip
def test_a_bad_order_is_set_aside_and_the_good_one_goes_on(
    database: Database, tmp_path: Path, who: str, fault: dict[str, str | None], column: str, reason: str
) -> None:
    found = deliver(database, tmp_path, {"orders": [GOOD, order(who, **fault)], "order_lines": [line("good")]})
    assert found.checked["quarantined"] == {"orders": 1}
    assert rows(database, "select order_id from orders") == [("good",)]
    rejected = rows(
        database, "select table_name, column_name, reason, file, line, content ->> 'order_id' from rejected_fact"
    )
    assert rejected == [("orders", column, reason, "orders.csv", 3, who)]
    assert found.checked["gates"]["orders"] == "open"


def test_what_is_odd_but_right_is_loaded_as_it_stands(database: Database, tmp_path: Path) -> None:
    name = '髙﨑 "恵", 様\n𠮷野家 \\N'
    odd = order(
        "odd", buyer_name=name, total="0099.50", placed_at="2026-09-14 00:00:00.123456789Z", status="", gift="1"
    )
    deliver(database, tmp_path, {"orders": [odd], "order_lines": [line("odd")]})
    found = rows(database, "select buyer_name, total::text, status, gift, placed_at from orders")
    assert found == [(name, "99.5000", None, True, datetime.fromisoformat("2026-09-14T00:00:00.123456+00:00"))]


def test_one_row_with_two_faults_is_one_row_with_two_reasons(database: Database, tmp_path: Path) -> None:
    found = deliver(database, tmp_path, {"orders": [order("both", total="x", gift="y")], "order_lines": []})
    assert found.checked["quarantined"] == {"orders": 1}
    assert rows(database, "select column_name from rejected_fact order by 1") == [("gift",), ("total",)]


def test_broken_utf8_is_shown_escaped(database: Database, tmp_path: Path) -> None:
    names = pa.array([b"\xe6\xa1\x9c", b"\xed\xa0\xbd"]).cast(pa.binary())
    text = as_text("orders", [order("fine"), order("half a surrogate pair")])
    broken = pa.Array.from_buffers(pa.string(), 2, names.buffers())
    shop = Shop({"order_lines": []}, raw={"orders": text.append_column("buyer_name", broken)})
    deliver(database, tmp_path, shop)
    found = rows(database, "select column_name, reason, content ->> 'buyer_name' from rejected_fact")
    assert found == [("buyer_name", "no storable text", "\\xed\\xa0\\xbd")]
    assert rows(database, "select order_id, buyer_name from orders") == [("fine", "桜")]


@pytest.mark.parametrize(
    "attributes",
    ["{", "NaN", '{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"a": 1e200000}', "[" * 100_000, '{"a": ' + "9" * 5000 + "}"],
    ids=["cut off", "NaN", "NUL", "half a pair", "huge", "deep", "long"],
)  # fmt: skip
def test_json_that_jsonb_refuses_is_set_aside(database: Database, tmp_path: Path, attributes: str) -> None:
    products: list[dict[str, str | None]] = [
        {"product_id": "P-1", "name": "湯のみ", "attributes": '{"color": "\\ud83d\\ude00"}'},
        {"product_id": "P-2", "name": "急須", "attributes": attributes},
    ]
    assert deliver(database, tmp_path, {"products": products}).checked["quarantined"] == {"products": 1}
    assert rows(database, "select product_id, attributes ->> 'color' from products") == [("P-1", "😀")]


def test_a_record_too_broken_to_split_is_kept_by_its_line(database: Database, tmp_path: Path) -> None:
    broken: dict[str, str | None] = {"order_id": None}
    deliver(database, tmp_path, {"orders": [order("good"), broken, broken], "order_lines": []})
    found = rows(database, "select distinct line from rejected_fact where column_name = 'order_id' order by line")
    assert found == [(3,), (4,)]


def test_reading_the_same_bad_rows_again_adds_nothing(database: Database, tmp_path: Path) -> None:
    delivery = {
        "orders": [order("bad", total="x")],
        "order_lines": [line("nobody")],
        "shipments": [shipment("S", "nobody")],
    }
    deliver(database, tmp_path, delivery)
    before = rows(database, "select table_name, row_hash, column_name, first_seen_at from rejected_fact order by 1")
    again = deliver(database, tmp_path, delivery)
    assert (
        rows(database, "select table_name, row_hash, column_name, first_seen_at from rejected_fact order by 1")
        == before
    )
    assert rows(database, "select distinct run_id from rejected_fact") == [(again.run.run_id,)]


def test_a_feed_with_too_many_bad_rows_is_closed_and_names_the_column(database: Database, tmp_path: Path) -> None:
    orders = [order(f"o{n}", placed_at="2026-09-14 9:00" if n % 2 else GOOD["placed_at"]) for n in range(40)]
    found = deliver(
        database, tmp_path, {"orders": orders, "order_lines": [], "products": [{"product_id": "P", "name": "皿"}]}
    )
    assert found.checked["gates"]["orders"] == "closed"
    assert "placed_at" in found.checked["reasons"]["orders"]
    assert rows(database, "select count(*) from orders") == [(0,)]
    assert rows(database, "select count(*) from products") == [(1,)]


def test_an_unreadable_table_closes_its_feed_alone(database: Database, tmp_path: Path) -> None:
    shop = Shop({"orders": [GOOD], "order_lines": [line("good")]}, broken={"shipments": "shipments.csv: not UTF-8"})
    found = deliver(database, tmp_path, shop)
    assert found.checked["gates"]["shipments"] == "closed"
    assert found.checked["reasons"]["shipments"] == "shipments.csv: not UTF-8"
    assert found.checked["gates"]["orders"] == "open"
    assert rows(database, "select watermark_at from feed where feed = 'shipments'") == [(None,)]
    assert rows(database, "select watermark_at from feed where feed = 'orders'") == [(AS_OF,)]


def test_a_missing_required_column_closes_the_feed(database: Database, tmp_path: Path) -> None:
    without = as_text("orders", [GOOD]).drop_columns(["currency"])
    found = deliver(database, tmp_path, Shop({"order_lines": []}, raw={"orders": without}))
    assert found.checked["reasons"]["orders"] == "orders.currency: required column missing"


@pytest.mark.parametrize(
    ("placed_at", "state"),
    [("2026-09-14T09:00:00+09:00", "open"), ("2026-09-14T07:59:00+09:00", "stale"), ("2099-01-01T00:00:00Z", "stale")],
    ids=["25 h old", "26 h and a minute", "in the future, which proves nothing"],
)
def test_a_feed_without_news_is_stale(database: Database, tmp_path: Path, placed_at: str, state: str) -> None:
    found = deliver(database, tmp_path, {"orders": [order("o", placed_at=placed_at)], "order_lines": []})
    assert found.checked["gates"]["orders"] == state
    assert rows(database, "select count(*) from orders") == [(1,)]


def test_a_gate_opens_again_when_the_feed_comes_right(database: Database, tmp_path: Path) -> None:
    states = [
        _orders_gate(deliver(database, tmp_path, shop))
        for shop in (Shop({}, broken={"orders": "gone"}), Shop({"orders": [GOOD], "order_lines": [line("good")]}))
    ]
    assert states == ["closed", "open"]


def _orders_gate(found: Outcome) -> str:
    return str(found.checked["gates"]["orders"])


def test_an_expectation_that_cannot_be_evaluated_stops_the_feed() -> None:
    check = Check("total", Expectation.MATCHES, "never", Severity.WARN, {"regex": "("})
    (failure,) = failures(pd.DataFrame({"total": ["1", "2"]}), [check])
    assert failure.stops and failure.broken


def test_positions_are_those_of_the_rows_that_fail() -> None:
    frame = pd.DataFrame({"currency": ["JPY", None, "yen", "USD", "x"]})
    found = failures(frame, [check for check in suite("orders") if check.column == "currency"])
    assert [(one.check.reason, one.positions) for one in found] == [
        ("required and empty", (1,)),
        ("not a currency of ISO 4217", (2, 4)),
    ]


def test_every_canonical_table_belongs_to_one_feed() -> None:
    assert set(FEED_OF) == set(TABLES)
    assert sum(len(feed.tables) + len(feed.optional) for feed in FEEDS.values()) == len(TABLES)


def test_every_table_is_expected_to_mean_something() -> None:
    assert set(SUITES) == set(TABLES)


@pytest.mark.parametrize(
    ("table", "row", "column", "reason"),
    [
        ("products", {"product_id": "P", "name": "皿", "price": "-100"}, "price", "negative"),
        ("tracking_events", {"carrier": "yamato", "tracking_number": " ", "raw_status": "発送済み",
                             "occurred_at": "2026-09-15T09:00:00+09:00"}, "tracking_number", "blank"),
        ("journeys", {"customer_id": "mio", "journey": "　", "entered_at": "2026-09-15T09:00:00Z"},
         "journey", "blank"),
        ("scores", {"customer_id": "mio", "name": " ", "value": "0.5", "at": "2026-09-15T00:00:00Z"},
         "name", "blank"),
    ],
)  # fmt: skip
def test_what_a_table_means_is_expected_of_it(
    database: Database, tmp_path: Path, table: str, row: dict[str, str | None], column: str, reason: str
) -> None:
    assert deliver(database, tmp_path, {table: [row]}).checked["quarantined"] == {table: 1}
    assert rows(database, "select column_name, reason from rejected_fact") == [(column, reason)]


def test_every_check_names_a_column_of_its_table() -> None:
    for name, table in TABLES.items():
        assert {check.column for check in suite(name)} <= set(table.columns)


def test_a_campaign_for_nobody_we_know_is_set_aside(database: Database, tmp_path: Path) -> None:
    words = '{"ja": {"subject": "秋", "body": "本文"}}'
    times = {"starts_at": "2026-09-15T00:00:00Z", "ends_at": "2026-09-20T00:00:00Z"}
    campaigns: list[dict[str, str | None]] = [
        {"campaign_id": "good", "title": "秋", "words": words, "audience": '{"is_vip": true}', **times},
        {"campaign_id": "for everybody", "title": "秋", "words": words, "audience": "", **times},
        {"campaign_id": "typing error", "title": "秋", "words": words, "audience": '{"is_vpi": true}', **times},
        {"campaign_id": "torn", "title": "秋", "words": '{"ja": ', "audience": "", **times},
        {"campaign_id": "silent", "title": "秋", "words": '{"ja": {}}', "audience": "", **times},
    ]
    live = {"kind": "live", "title": "生配信", "starts_at": "2026-09-15T00:00:00Z"}
    contents: list[dict[str, str | None]] = [
        {"content_id": "evening", "begins_at": "2026-09-16T11:00:00Z", **live},
        {"content_id": "someday", "begins_at": None, **live},
        {"content_id": "film", "begins_at": None, **live, "kind": "video"},
    ]
    found = deliver(database, tmp_path, {"campaigns": campaigns, "contents": contents})
    assert found.checked["quarantined"] == {"campaigns": 3, "contents": 1}
    assert rows(database, "select campaign_id, audience from campaigns order by 1") == [
        ("for everybody", None),
        ("good", {"is_vip": True}),
    ]
    assert rows(database, "select content_id from contents order by 1") == [("evening",), ("film",)]
    reasons = (
        "select coalesce(content ->> 'campaign_id', content ->> 'content_id'), column_name, reason from rejected_fact"
    )
    assert sorted(rows(database, reasons)) == [
        ("silent", "words", "words in 'ja': subject is no text"),
        ("someday", "begins_at", "a live says when it begins"),
        ("torn", "words", "no such value"),
        ("typing error", "audience", "'is_vpi' is no segment (did you mean 'is_vip'?)"),
    ]
