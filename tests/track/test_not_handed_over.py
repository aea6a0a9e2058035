"""Who hears that nothing was sent yet, when, and what of a new day the shop's own history can say."""

from datetime import date
from typing import Any

import pytest

from tasks.core.domain import DelayCause
from tests.track.conftest import Shop, day

NOW = "09-15 10:00"
CAUSE = str(DelayCause.NOT_HANDED_OVER)


@pytest.fixture
def running(shop: Shop) -> Shop:
    """A shop of which parcels are seen."""
    shop.order("seen", "09-10 09:00")
    shop.parcel("seen-1", "09-10 17:00", carrier="seino")
    return shop


def found(shop: Shop) -> set[str]:
    """Orders nothing of which was handed over, as detected now."""
    return {order for order, causes in shop.late().items() if CAUSE in causes}


def history(shop: Shop, days: int, orders: int, *, promised: str = "08-20", delivered: str = "08-20 12:00") -> None:
    """Orders of Tuesday, 11 August, handed over so many business days later; the shop rests on 13, 14 and 16 August."""
    sent = {1: "08-12", 6: "08-20"}[days]
    for number in range(orders):
        name = f"h{days}x{number}"
        shop.order(name, "08-11 10:00", promised=promised)
        shop.parcel(f"{name}-1", f"{sent} 11:00", delivered_at=day(delivered), carrier="seino")


def test_the_shop_s_calendar_counts_the_days(running: Shop) -> None:
    """Three business days where nobody knows better, and one of grace. A Sunday is none; orders close at 14:00."""
    running.order("noon", "09-09 14:00")
    running.order("late", "09-09 14:01")
    running.detect("09-14 23:59")
    assert found(running) == set()
    running.detect(NOW)
    assert found(running) == {"noon"}
    (noon,) = running.rows("select * from delay")
    assert noon["first_seen_at"] == day("09-15 00:00"), "10, 11, 12 and 14: not the hour somebody looked"
    assert (noon["new_from_on"], noon["new_until_on"]) == (None, None), "new date to follow"
    running.detect("09-16 00:00")
    assert found(running) == {"noon", "late"}


@pytest.mark.parametrize(
    "more",
    [
        {"payment_due_at": day("09-20 00:00")},
        {"payment_due_at": day("09-20 00:00"), "paid_at": day("09-14 09:00")},
        {"preorder_until": "2026-09-20"},
        {"preorder_until": "2026-09-14"},
        {"requested_on": "2026-09-25"},
        {"promised": "09-25"},
        {"cancelled_at": day("09-14 09:00")},
        {"sales_channel": "pos"},
        {"location_id": "STORE"},
    ],
    ids=[
        "unpaid",
        "paid_yesterday",
        "preorder",
        "preorder_came",
        "requested",
        "promised",
        "cancelled",
        "counter",
        "from_a_store",
    ],
)
def test_who_does_not_wait_for_the_warehouse(running: Shop, more: dict[str, Any]) -> None:
    running.fact("locations", location_id="STORE", kind="store", region="JP-28")
    running.order("mori", "09-08 09:00", **more)
    running.order("other", "09-08 09:00")
    running.detect(NOW)
    assert found(running) == {"other"}


def test_a_part_that_left_is_another_story(running: Shop) -> None:
    running.order("mori", "09-08 09:00", pieces=(1, 1))
    running.parcel("mori-1", "09-09 15:00", carrier="seino")
    running.detect(NOW)
    assert found(running) == set()


def test_a_shop_whose_parcels_nobody_sees_is_not_late(shop: Shop) -> None:
    shop.order("mori", "09-08 09:00")
    shop.detect(NOW)
    assert found(shop) == set()


def test_a_promise_is_out_of_reach_the_day_before_it_passes(running: Shop) -> None:
    running.order("mori", "09-08 09:00", promised="09-16")
    running.order("abe", "09-08 09:00", promised="09-17")
    running.detect("09-15 23:59")
    assert found(running) == set()
    running.detect("09-16 00:00")
    assert found(running) == {"mori"}


def test_the_shop_s_own_history_says_what_is_usual(running: Shop) -> None:
    """Nine of ten went out on the next business day: after one more of grace it is not usual."""
    history(running, 1, 30)
    running.order("mori", "09-11 09:00")
    running.order("abe", "09-12 09:00")
    running.detect("09-14 23:59")
    assert found(running) == set()
    running.detect("09-15 00:00")
    assert found(running) == {"mori"}, "11, then 12, then 14: the 13th is a Sunday"
    (mori,) = running.rows("select evidence from delay where cause = :cause", cause=CAUSE)
    assert mori["evidence"]["lead_days"] == 1


def test_too_little_history_says_nothing(running: Shop) -> None:
    history(running, 1, 29)
    running.order("mori", "09-11 09:00")
    running.detect(NOW)
    assert found(running) == set()
    running.detect(NOW, lead_days=1)
    assert found(running) == {"mori"}, "the setting does"


def test_the_new_day_is_what_such_orders_were_late_by(running: Shop) -> None:
    history(running, 1, 400)
    history(running, 6, 30, promised="08-19", delivered="08-22 12:00")
    running.order("mori", "09-08 09:00", promised="09-14")
    running.order("nobody_said", "09-08 09:00")
    running.detect(NOW)
    rows = running.rows("select * from delay where cause = :cause", cause=CAUSE)
    days = {row["order_id"]: (row["new_from_on"], row["new_until_on"]) for row in rows}
    assert days == {"mori": (date(2026, 9, 17), date(2026, 9, 17)), "nobody_said": (None, None)}


def test_a_hand_over_ends_it_at_its_own_instant(running: Shop) -> None:
    running.order("mori", "09-08 09:00")
    running.detect(NOW)
    running.parcel("mori-1", "09-15 16:20", carrier="seino")
    assert running.detect("09-15 17:00")["lifted"] == 1
    assert running.rows("select lifted_at from delay") == [{"lifted_at": day("09-15 16:20")}]


def test_a_second_look_at_the_calendar_writes_nothing(running: Shop) -> None:
    running.detect(NOW)
    running.detect("09-15 11:00")
    assert running.rows("select count(*) from todoke_rec.shop_day_old") == [{"count": 0}]
    weekend = "select is_open, nth from shop_day where day in ('2026-09-12', '2026-09-13') order by day"
    (saturday, sunday) = running.rows(weekend)
    assert (saturday["is_open"], sunday["is_open"], sunday["nth"] - saturday["nth"]) == (True, False, 0)
