"""Columns that vanish, appear, change name or type: the feed stops, says which, and holds only what needs it."""

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import text

from tasks.core.canonical import TABLES
from tasks.core.columns import empty_to_null
from tasks.core.database import Database
from tasks.core.drift import Known, drift
from tasks.core.gates import new_candidates
from tasks.core.queries import query
from tasks.core.scratch import read_ids
from tests.load.shop import AS_OF, Outcome, Shop, as_text, deliver, line, order, rows, shipment

ORDERS = [order(f"SO-{n}", promised_on="2026-09-20", ship_to_region="JP-13") for n in range(25)]
LINES = [line(f"SO-{n}") for n in range(25)]
NEXT = AS_OF + timedelta(hours=1)


def good_hour(database: Database, home: Path) -> Outcome:
    found = deliver(
        database, home, {"orders": ORDERS, "order_lines": LINES, "products": [{"product_id": "P-1", "name": "皿"}]}
    )
    assert found.checked["gates"]["orders"] == "open"
    return found


def next_hour(database: Database, home: Path, orders: pa.Table) -> Outcome:
    shop = Shop({"order_lines": LINES, "products": [{"product_id": "P-2", "name": "椀"}]}, raw={"orders": orders})
    return deliver(database, home, shop, NEXT)


def column(value: str | None, count: int = 25) -> pa.Array:
    return pa.array([value] * count, pa.string())


def changed(name: str, values: pa.Array) -> pa.Table:
    table = as_text("orders", ORDERS)
    return table.set_column(table.column_names.index(name), name, values)


def test_a_vanished_required_column_is_named_with_its_new_name(database: Database, tmp_path: Path) -> None:
    good_hour(database, tmp_path)
    renamed = (
        as_text("orders", ORDERS).rename_columns({"total": "total_amount"}).append_column("campaign", column("秋"))
    )
    found = next_hour(database, tmp_path, renamed)
    assert found.checked["gates"]["orders"] == "closed"
    assert found.checked["reasons"]["orders"] == (
        "orders.total: required column missing that held integer values until 2026-09-15T01:00+00:00; "
        "was it renamed to 'total_amount', which looks the same?"
    )
    assert found.checked["gates"]["products"] == "open"
    assert rows(database, "select product_id from products order by 1") == [("P-1",), ("P-2",)]
    assert rows(database, "select distinct total::int from orders") == [(3300,)]


def test_without_the_column_of_ids_the_guards_see_no_ids(database: Database, tmp_path: Path) -> None:
    found = next_hour(database, tmp_path, as_text("orders", ORDERS).drop_columns(["order_id"]))
    assert "orders.order_id: required column missing" in found.checked["reasons"]["orders"]
    assert read_ids(found.run.scratch, "orders") is None


def test_an_optional_column_that_held_days_stops_before_it_empties_them(database: Database, tmp_path: Path) -> None:
    good_hour(database, tmp_path)
    found = next_hour(database, tmp_path, as_text("orders", ORDERS).drop_columns(["promised_on"]))
    reason = found.checked["reasons"]["orders"]
    assert reason == "orders.promised_on: column missing that held date values until 2026-09-15T01:00+00:00"
    assert rows(database, "select count(*) from orders where promised_on is null") == [(0,)]


def test_an_optional_column_that_never_held_anything_may_go(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, {"orders": [o | {"buyer_phone": None} for o in ORDERS], "order_lines": LINES})
    assert next_hour(database, tmp_path, as_text("orders", ORDERS)).checked["gates"]["orders"] == "open"


def test_a_new_column_is_said_once_and_stops_nothing(database: Database, tmp_path: Path) -> None:
    good_hour(database, tmp_path)
    more = as_text("orders", ORDERS).append_column("campaign", column("秋"))
    first, second = (next_hour(database, tmp_path, more) for _ in range(2))
    assert (first.checked["news"], second.checked["news"]) == (["orders.campaign: new column, not used"], [])
    assert first.checked["gates"]["orders"] == "open"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("placed_at", "1789430400", "held instant values, now integer; its type changed"),
        ("promised_on", "20/09/2026", "held date values, now text; its type changed"),
        ("order_id", "4711", "held text values, now integer; its type changed"),
    ],
)
def test_a_retyped_column_stops_the_feed(database: Database, tmp_path: Path, name: str, value: str, says: str) -> None:
    good_hour(database, tmp_path)
    found = next_hour(database, tmp_path, changed(name, column(value)))
    assert found.checked["reasons"]["orders"] == f"orders.{name}: {says}"
    assert rows(database, "select count(*) from orders") == [(25,)]


def test_drift_lasts_until_the_column_is_back_or_accepted(database: Database, tmp_path: Path) -> None:
    good_hour(database, tmp_path)
    without = as_text("orders", ORDERS).drop_columns(["promised_on"])
    states = [next_hour(database, tmp_path, without).checked["gates"]["orders"] for _ in range(2)]
    with database.transaction() as connection:
        query("guards/forget_columns").run(connection, tables=["orders", "order_lines", "recipients"])
    states.append(next_hour(database, tmp_path, without).checked["gates"]["orders"])
    assert states == ["closed", "closed", "open"]


def test_some_odd_rows_are_no_drift() -> None:
    known = {"placed_at": Known("instant", AS_OF), "order_id": Known("text", AS_OF)}
    odd = [order(f"{n}", placed_at="yesterday" if n < 9 else None) for n in range(12)]
    text_of = as_text("orders", odd)
    text_of = text_of.set_column(0, "order_id", empty_to_null(text_of["order_id"]))
    assert drift(TABLES["orders"], text_of, known).stops == []


def test_a_stopped_table_has_a_page_that_shows_nobodys_values(database: Database, tmp_path: Path) -> None:
    found = next_hour(database, tmp_path, as_text("orders", ORDERS).drop_columns(["total"]))
    (page,) = found.checked["data_docs"].values()
    html = Path(page).read_text(encoding="utf-8")
    assert Path(page) == tmp_path / "data_docs" / "orders.html"
    assert "expect_column_to_exist" in html or "total" in html
    assert "haruka" not in html and "SO-1" not in html
    assert not (tmp_path / "data_docs" / "products.html").exists()


# What a stopped or stale feed holds


def test_a_stale_tracking_feed_holds_delivered_and_review_but_no_confirmation(
    database: Database, tmp_path: Path
) -> None:
    old: dict[str, str | None] = {
        "carrier": "yamato", "tracking_number": "T-S", "raw_status": "発送済み",
        "occurred_at": "2026-09-13T09:00:00+09:00",
    }  # fmt: skip
    delivery = {"orders": ORDERS, "order_lines": LINES, "shipments": [shipment("S", "SO-1")], "tracking_events": [old]}
    found = deliver(database, tmp_path, {**delivery, "returns": [], "reviews": [], "consents": []})
    assert found.checked["gates"]["tracking"] == "stale"
    assert held(database) == {"delivered": "feed_stale", "review_request": "feed_stale", "order_confirmation": None}


def held(database: Database, at: datetime = AS_OF) -> dict[str, str | None]:
    """Verdict of the gate of feeds on a candidate of each touchpoint."""
    needs = {
        "delivered": ["orders", "shipments", "tracking"],
        "review_request": ["orders", "shipments", "tracking", "returns", "reviews", "consents"],
        "order_confirmation": ["orders"],
    }
    insert = """insert into candidate (touchpoint, subject_id, customer_id, due_at, valid_until, variant, checks,
                                       context, class, priority, mode, holdout, needs, channels)
                values (:name, 'x', 'haruka', :at, :at, 'plain', '{}', '{}', 'T', 1, 'live', 0, :needs, '{email}')"""
    with database.transaction() as connection:
        new_candidates(connection)
        for name, feeds in needs.items():
            connection.execute(text(insert), {"name": name, "at": at, "needs": feeds})
        query("decide/gates/45_feed").run(connection, as_of=at)
        return {
            row.touchpoint: row.reason for row in connection.execute(text("select touchpoint, reason from candidate"))
        }
