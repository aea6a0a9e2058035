"""The merge: what changed is written once, with history; what cannot stand waits; a crash leaves nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from tasks.core.canonical import TABLES
from tasks.core.database import Database
from tasks.core.identity import address_key, guest_id
from tasks.core.merge import PARENTS, WHOLE, columns_of, merge_table
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.validate import validate_feeds
from tests.load.shop import AS_OF, SECRET, Rows, Shop, deliver, line, new_run, order, rows, shipment

HARUKA: dict[str, str | None] = {"customer_id": "haruka", "email": " Haruka@Example.INVALID ", "name": "佐藤 遥"}
EVENT: dict[str, str | None] = {
    "carrier": "yamato",
    "tracking_number": "T-s1",
    "raw_status": "配達完了",
    "occurred_at": "2026-09-15T09:00:00+09:00",
}
AT = "2026-09-14T09:01:00Z"
CONSENT: dict[str, str | None] = {"channel": "email", "granted": "true", "at": AT, "source": "form"}
WORLD: Mapping[str, Rows] = {
    "customers": [HARUKA],
    "consents": [CONSENT | {"customer_id": "haruka"}],
    "orders": [order("a"), order("b")],
    "order_lines": [line("a"), line("a", 2), line("b")],
    "payments": [{"payment_id": "p1", "order_id": "a", "amount": "3300", "at": "2026-09-14T09:01:00+09:00"}],
    "shipments": [shipment("s1", "a")],
    "shipment_lines": [{"shipment_id": "s1", "line_no": "1", "quantity": "1"}],
    "tracking_events": [EVENT, EVENT],
}  # fmt: skip


def _with(**tables: Rows) -> Mapping[str, Rows]:
    return {**WORLD, **tables}


def _touched(database: Database, load_id: int) -> set[str]:
    found = rows(database, "select order_id from touched_order where load_id = :load_id", load_id=load_id)
    return {order_id for (order_id,) in found}


def test_the_first_load_writes_everything_under_one_load(database: Database, tmp_path: Path) -> None:
    found = deliver(database, tmp_path, WORLD).loaded
    once = dict.fromkeys(("customers", "consents", "payments", "shipments", "shipment_lines", "tracking_events"), 1)
    assert found.inserted == once | {"orders": 2, "order_lines": 3}
    assert rows(database, "select load_id, kind from load") == [(found.load_id, "merge")]
    assert rows(database, "select status from tracking_events") == [("delivered",)]
    assert rows(database, "select distinct source from orders") == [("shop",)]
    assert _touched(database, found.load_id) == {"a", "b"}


def test_the_same_delivery_again_writes_nothing(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, WORLD)
    again = deliver(database, tmp_path, WORLD).loaded
    assert (again.inserted, again.updated, again.deleted, again.quarantined, again.touched) == ({}, {}, {}, {}, 0)
    load_of = (again.load_id,)
    for table in WORLD:
        column = "load_id" if table in ("consents", "payments", "tracking_events") else "from_load"
        assert load_of not in rows(database, f"select distinct {column} from {table}")  # noqa: S608  # names of ours


RECALL = {"content_id": "c", "kind": "recall", "title": "回収", "product_id": "P-1", "starts_at": AT}


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"orders": [order("a", paid_at="2026-09-14T10:00:00+09:00"), order("b")]}, {"a"}),
        ({"order_lines": [line("a"), line("a", 2, quantity="2"), line("b")]}, {"a"}),
        ({"payments": [{"payment_id": "p2", "order_id": "b", "amount": "1", "at": AT}]}, {"b"}),
        ({"refunds": [{"refund_id": "r", "order_id": "b", "amount": "1", "at": AT}]}, {"b"}),
        ({"returns": [{"return_id": "r", "order_id": "b", "status": "requested", "opened_at": AT}]}, {"b"}),
        ({"recipients": [{"order_id": "b", "recipient_no": "1"}]}, {"b"}),
        ({"reviews": [{"order_id": "b", "at": AT}]}, {"b"}),
        ({"survey_answers": [{"order_id": "b", "at": AT, "question": "nps"}]}, {"b"}),
        ({"tickets": [{"ticket_id": "t", "customer_id": "x", "order_id": "b", "opened_at": AT}]}, {"b"}),
        ({"shipments": [shipment("s1", "a", delivered_at="2026-09-15T09:00:00+09:00")]}, {"a"}),
        ({"shipment_lines": [{"shipment_id": "s1", "line_no": "1", "quantity": "2"}]}, {"a"}),
        ({"tracking_events": [EVENT | {"raw_status": "持戻(ご不在)"}]}, {"a"}),
        ({"contents": [RECALL]}, {"a", "b"}),
        ({"contents": [RECALL | {"product_id": "P-9"}]}, set()),
        ({"contents": [RECALL | {"kind": "blog"}]}, set()),
        ({"products": [{"product_id": "P-1", "name": "皿"}]}, set()),
        ({"customers": [HARUKA | {"phone": "090-0000-0000"}]}, set()),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_change_in_any_table_touches_its_orders_alone(
    database: Database, tmp_path: Path, change: dict[str, Rows], touched: set[str]
) -> None:
    deliver(database, tmp_path, WORLD)
    found = deliver(database, tmp_path, _with(**change)).loaded
    assert sum((found.inserted | found.updated).values()) == 1
    assert _touched(database, found.load_id) == touched


def test_a_word_nobody_mapped_is_counted(database: Database, tmp_path: Path) -> None:
    strange = EVENT | {"raw_status": "宇宙経由"}
    assert deliver(database, tmp_path, _with(tracking_events=[strange])).loaded.unknown_statuses == {"宇宙経由": 1}


# Guests and addresses


def test_a_guest_becomes_a_customer_of_the_address(database: Database, tmp_path: Path) -> None:
    first = order(
        "g1", customer_id=None, buyer_email="Jun@Example.invalid", buyer_name="Jun", placed_at="2026-09-10T00:00:00Z"
    )
    first |= {"buyer_phone": "090-1234-5678"}
    newer = first | {"order_id": "g2", "buyer_name": "Jun Mori", "placed_at": "2026-09-12T00:00:00Z"}
    deliver(database, tmp_path, {"orders": [newer, first], "order_lines": []})
    expected = guest_id(SECRET.encode(), "jun@example.invalid")
    assert rows(database, "select distinct customer_id from orders") == [(expected,)]
    found = rows(database, "select customer_id, email, name, address_key from customers")
    assert found == [(expected, "Jun@Example.invalid", "Jun Mori", address_key(SECRET.encode(), "JUN@example.invalid"))]
    [(phone_key,)] = rows(database, "select phone_key from customers")
    assert phone_key == address_key(SECRET.encode(), "+819012345678"), "as STOP from this number will say"
    again = deliver(database, tmp_path, {"orders": [first | {"status": "packed"}], "order_lines": []})
    assert again.loaded.updated == {"orders": 1}, "an older order read again does not rename the guest"


def test_a_guest_without_any_address_is_a_customer_of_that_order_alone(database: Database, tmp_path: Path) -> None:
    deliver(
        database, tmp_path, {"orders": [order("x", customer_id=None), order("y", customer_id=None)], "order_lines": []}
    )
    assert rows(database, "select count(distinct customer_id), count(address_key) from customers") == [(2, 0)]


def test_addresses_are_kept_as_keys_where_no_customer_is_named(database: Database, tmp_path: Path) -> None:
    opt_out: dict[str, str | None] = {"address": "HARUKA@example.invalid", "channel": "email", "granted": "false"}
    deliver(database, tmp_path, _with(consents=[opt_out | {"at": "2026-09-01T00:00:00Z", "source": "phone"}]))
    joined = "select c.customer_id from consents s join customers c on c.address_key = s.address"
    assert rows(database, joined) == [("haruka",)]


# What cannot stand


def test_an_orphan_waits_until_its_parent_comes(database: Database, tmp_path: Path) -> None:
    early: Mapping[str, Rows] = {
        "shipments": [shipment("s9", "late")],
        "shipment_lines": [{"shipment_id": "s9", "line_no": "1", "quantity": "1"}],
    }
    found = deliver(database, tmp_path, early).loaded
    assert (found.inserted, found.quarantined) == ({}, {"shipments": 1, "shipment_lines": 1})
    reasons = rows(database, "select table_name, column_name, reason, file, line from rejected_fact order by 1")
    assert reasons == [("shipment_lines", "shipment_id", "unknown shipments", "shipment_lines.csv", 2),
                       ("shipments", "order_id", "unknown orders", "shipments.csv", 2)]  # fmt: skip
    found = deliver(database, tmp_path, {"orders": [order("late")], "order_lines": [line("late")]}).loaded
    assert found.inserted == {"orders": 1, "order_lines": 1, "shipments": 1, "shipment_lines": 1}
    assert rows(database, "select count(*) from rejected_fact") == [(0,)]
    assert _touched(database, found.load_id) == {"late"}


def test_what_was_delivered_again_is_newer_than_what_waited(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, {"shipments": [shipment("s9", "late", carrier="sagawa")]})
    deliver(database, tmp_path, {"orders": [order("late")], "order_lines": [], "shipments": [shipment("s9", "late")]})
    assert rows(database, "select carrier from shipments") == [("yamato",)]


def test_the_same_key_twice_keeps_the_newest(database: Database, tmp_path: Path) -> None:
    old, new = "2026-09-14T09:00:00Z", "2026-09-14T10:00:00Z"
    delivery = [order("a", status="paid", updated_at=new), order("a", status="new", updated_at=old), order("b")]
    found = deliver(database, tmp_path, {"orders": delivery, "order_lines": []}).loaded
    assert rows(database, "select status from orders where order_id = 'a'") == [("paid",)]
    assert found.quarantined == {}, "an older version is no contradiction"


def test_the_same_key_twice_at_the_same_time_keeps_the_last_line(database: Database, tmp_path: Path) -> None:
    delivery = [order("a", total="1"), order("a", total="2"), order("a", total="2")]
    found = deliver(database, tmp_path, {"orders": delivery, "order_lines": []}).loaded
    assert rows(database, "select total::int from orders") == [(2,)]
    assert found.quarantined == {"orders": 1}
    assert rows(database, "select reason, line, content ->> 'total' from rejected_fact") == [
        ("same key, other content", 2, "1.0000")
    ]


def test_a_line_no_longer_listed_goes_with_history(database: Database, tmp_path: Path) -> None:
    first = deliver(database, tmp_path, WORLD).loaded
    found = deliver(database, tmp_path, _with(order_lines=[line("a"), line("b")])).loaded
    assert found.deleted == {"order_lines": 1}
    assert _touched(database, found.load_id) == {"a"}
    with database.as_of(first.load_id) as connection:
        assert connection.exec_driver_sql("select count(*) from order_lines").scalar() == 3


def test_a_line_that_cannot_be_read_has_not_vanished(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, WORLD)
    found = deliver(database, tmp_path, _with(order_lines=[line("a"), line("a", 2, quantity="x"), line("b")])).loaded
    assert found.deleted == {}
    assert rows(database, "select count(*) from order_lines") == [(3,)]


def test_an_order_missing_from_a_full_feed_stays(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, WORLD)
    assert (
        deliver(database, tmp_path, _with(orders=[order("a")], order_lines=[line("a"), line("a", 2)])).loaded.deleted
        == {}
    )
    assert rows(database, "select count(*) from orders") == [(2,)]


# Crashes, watermarks, rivals


def test_a_crash_in_the_middle_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(database, tmp_path)
    extract_feeds(run, Shop(WORLD))
    validate_feeds(run)
    with monkeypatch.context() as patch:
        patch.setattr("tasks.load.merge_table", _crash_at("shipments"))
        with pytest.raises(RuntimeError, match="power cut"):
            load_feeds(run)
    for table in (*WORLD, "load", "touched_order"):
        assert rows(database, f"select * from {table}") == [], table  # noqa: S608  # names of ours
    assert rows(database, "select count(watermark_at) from feed") == [(0,)]
    assert load_feeds(run).touched == 2


def _crash_at(victim: str):  # type: ignore[no-untyped-def]
    def merge(connection, run, table):  # type: ignore[no-untyped-def]
        if table == victim:
            raise RuntimeError("power cut")
        return merge_table(connection, run, table)

    return merge


def test_the_next_read_begins_before_the_last_ended(database: Database, tmp_path: Path) -> None:
    first, second = Shop(WORLD), Shop(WORLD)
    deliver(database, tmp_path, first)
    deliver(database, tmp_path, second, AS_OF + timedelta(hours=1))
    assert set(first.asked.values()) == {None}
    assert second.asked["orders"] == AS_OF - timedelta(hours=6)


def test_a_run_of_the_past_does_not_move_a_watermark_back(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, WORLD)
    earlier = Shop(WORLD)
    deliver(database, tmp_path, earlier, AS_OF - timedelta(days=2))
    assert earlier.asked["orders"] == AS_OF - timedelta(days=2, hours=6)
    assert rows(database, "select watermark_at from feed where feed = 'orders'") == [(AS_OF,)]


def test_two_loads_at_once_leave_what_one_leaves(database: Database, tmp_path: Path) -> None:
    runs = [new_run(database, tmp_path) for _ in range(2)]
    for run in runs:
        extract_feeds(run, Shop(WORLD))
        validate_feeds(run)
    threads = [Thread(target=load_feeds, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database, "select count(*) from load") == [(2,)]
    assert rows(database, "select count(*), count(distinct from_load) from orders") == [(2, 1)]
    assert rows(database, "select count(*) from tracking_events") == [(1,)]


# The schema


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_migration_has_the_canonical_columns(database: Database, table: str) -> None:
    columns = "select attname from pg_attribute where attrelid = cast(:table as regclass) and attnum > 0"
    found = rows(database, columns, table=table)
    assert {name for (name,) in found} - {"from_load", "to_load", "load_id"} == set(columns_of(table))


def test_children_that_travel_whole_have_a_parent() -> None:
    assert set(WHOLE) <= set(PARENTS)


def test_instants_are_kept_to_the_microsecond(database: Database, tmp_path: Path) -> None:
    deliver(database, tmp_path, {"orders": [order("a", paid_at="2026-09-14T09:00:00.000001+09:00")], "order_lines": []})
    assert rows(database, "select paid_at from orders") == [
        (datetime.fromisoformat("2026-09-14T00:00:00.000001+00:00"),)
    ]
