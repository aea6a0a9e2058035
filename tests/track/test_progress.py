"""Parcels folded into the progress of orders: what has arrived, by when, and which order of the customer it is."""

from datetime import UTC, datetime

from tests.track.conftest import Shop, day


def test_delivered_is_when_the_last_piece_arrived(shop: Shop) -> None:
    shop.order("sato", pieces=(3, 1), promised="09-14")
    shop.parcel("sato-1", holds={1: 2})
    shop.parcel("sato-2", "09-12 12:00", holds={1: 1, 2: 1})
    shop.scan("sato-1", "09-12 10:00", "配達完了")
    shop.track()
    progress = shop.one("order_progress", "sato")
    assert (progress["first_shipped_at"], progress["shipped_all_at"]) == (day("09-11 12:00"), day("09-12 12:00"))
    assert progress["delivered_at"] is None
    shop.scan("sato-2", "09-13 10:00", "配達完了")
    shop.track()
    assert shop.one("order_progress", "sato")["delivered_at"] == day("09-13 10:00")


def test_cancelled_pieces_are_not_waited_for(shop: Shop) -> None:
    shop.order("kato", pieces=(2,))
    shop.fact("order_lines", order_id="kato", line_no=2, product_id="P", quantity=2, cancelled_quantity=1, unit_price=1)
    shop.parcel("kato-1", holds={1: 2, 2: 1})
    shop.scan("kato-1", "09-12 10:00", "配達完了")
    shop.track()
    assert shop.one("order_progress", "kato")["delivered_at"] == day("09-12 10:00")


def test_without_contents_only_a_fully_shipped_order_arrives(shop: Shop) -> None:
    for order_id, status in (("mori", "partially_shipped"), ("abe", "shipped"), ("ono", "shipped")):
        shop.order(order_id, status=status)
        shop.parcel(f"{order_id}-1", holds={})
        shop.parcel(f"{order_id}-2", holds={})
        shop.scan(f"{order_id}-1", "09-12 10:00", "配達完了")
    shop.scan("mori-2", "09-12 12:00", "配達完了")
    shop.scan("abe-2", "09-12 12:00", "配達完了")
    shop.track()
    arrived = {
        row["order_id"]: row["delivered_at"] for row in shop.rows("select order_id, delivered_at from order_progress")
    }
    assert arrived == {"mori": None, "abe": day("09-12 12:00"), "ono": None}


def test_orders_are_numbered_per_customer(shop: Shop) -> None:
    for order_id, placed in (("a", "09-01 10:00"), ("b", "09-02 10:00"), ("c", "09-03 10:00"), ("d", "09-04 10:00")):
        shop.order(order_id, placed, customer_id="yamada", original_order_id="a" if order_id == "b" else None)
    shop.order("e", "09-05 10:00", customer_id=None)
    shop.track()
    numbers = {
        row["order_id"]: row["order_number"] for row in shop.rows("select order_id, order_number from order_progress")
    }
    assert numbers == {"a": 1, "b": 2, "c": 2, "d": 3, "e": 1}, "the exchange b takes no number from c"
    shop.order("a", "09-01 10:00", customer_id="yamada", cancelled_at=day("09-06 10:00"))
    assert shop.track()["progress"] == 4
    numbers = {
        row["order_id"]: row["order_number"] for row in shop.rows("select order_id, order_number from order_progress")
    }
    assert numbers == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 1}, "a's cancellation renumbers orders no load touched"


def test_a_promise_ends_with_the_day_of_the_customers_zone(shop: Shop) -> None:
    shop.fact("customers", customer_id="jane", timezone="America/New_York")
    shop.fact("customers", customer_id="joe", timezone="Atlantis/Capital")
    shop.order("jane", promised="09-14", customer_id="jane")
    shop.order("joe", promised="09-14", requested_on="2026-09-16", customer_id="joe")
    shop.track()
    assert shop.one("order_progress", "jane")["promise_ends_at"] == datetime(2026, 9, 15, 4, tzinfo=UTC)
    joe = shop.one("order_progress", "joe")
    assert (joe["zone"], joe["promise_ends_at"]) == ("Asia/Tokyo", day("09-17 00:00")), "requested day, shop's zone"


def test_a_return_counts_an_exchange_or_a_refusal_of_it_does_not(shop: Shop) -> None:
    kinds = {"sato": ("return", "approved"), "kato": ("exchange", "approved"), "mori": ("return", "rejected")}
    for order_id, (kind, status) in kinds.items():
        shop.order(order_id)
        shop.fact(
            "returns", return_id=order_id, order_id=order_id, kind=kind, status=status, opened_at=day("09-13 10:00")
        )
    shop.track()
    returned = {
        row["order_id"] for row in shop.rows("select order_id from order_progress where returned_at is not null")
    }
    assert returned == {"sato"}


def test_changed_orders_are_touched_unchanged_ones_are_not(shop: Shop) -> None:
    shop.order("sato")
    shop.order("kato")
    shop.track()
    shop.parcel("sato-1")
    shop.fact("refunds", refund_id="r", order_id="kato", amount=1, at=day("09-13 10:00"))
    shop.track()
    touched = shop.rows(
        "select order_id from touched_order where load_id = (select max(load_id) from load where kind = 'fold')"
    )
    assert [row["order_id"] for row in touched] == ["sato"]


def test_content_changes_when_a_reader_would_see_it(shop: Shop) -> None:
    shop.order("sato", pieces=(2, 1), promised="09-14", ship_to_address="東京都港区芝1-2-3")
    shop.track()
    first = shop.one("order_progress", "sato")
    assert first["content_changed_at"] is None, "as first seen"
    shop.order("sato", pieces=(), promised="09-14", ship_to_address="東京都 港区芝1-2-3", total=900, status="shipped")
    shop.track("09-15 11:00")
    assert shop.one("order_progress", "sato")["content"] == first["content"], "a space, the total and a status are none"
    shop.order("sato", pieces=(), promised="09-16", ship_to_address="東京都港区芝1-2-3")
    shop.track("09-15 12:00")
    changed = shop.one("order_progress", "sato")
    assert {name for name, value in changed["content"].items() if value != first["content"][name]} == {"day"}
    assert changed["content_changed_at"] == day("09-15 12:00")
    shop.fact(
        "returns", return_id="sato", order_id="sato", kind="return", status="approved", opened_at=day("09-15 13:00")
    )
    shop.track("09-15 14:00")
    assert shop.one("order_progress", "sato")["content_changed_at"] == day("09-15 12:00"), "folded again, not changed"
