"""A snapshot knows what comes later: at the hour it is folded for, none of it has happened yet."""

from sqlalchemy import text

from tasks.core.runs import write_under
from tests.track.conftest import Row, Shop, day


def parcel_shown(shop: Shop, shipment_id: str, at: str) -> Row:
    """The parcel as messages show it at this hour."""
    with shop.database.transaction() as connection:
        write_under(connection, 1, day(at))
        statement = text("select parcel from parcel_facts where shipment_id = :id")
        found: Row = connection.execute(statement, {"id": shipment_id}).scalar_one()
        return found


def test_scans_are_folded_in_their_hour(shop: Shop) -> None:
    """Tried on the 12th, lost from sight, tried again on the 13th, delivered, all in the files since the 11th."""
    shop.order("sato")
    shop.parcel("sato-1")
    shop.scan("sato-1", "09-12 10:00", "持戻（ご不在）")
    shop.scan("sato-1", "09-13 10:00", "持戻（ご不在）")
    shop.scan("sato-1", "09-14 10:00", "配達完了")
    assert shop.track("09-11 12:00")["scans"] == 0
    assert shop.one("parcel", "sato-1")["attempt_failed_at"] is None
    shop.track("09-12 12:00")
    assert shop.one("parcel", "sato-1")["attempt_failed_at"] == day("09-12 10:00")
    assert shop.track("09-12 13:00")["orders"] == 0, "nothing is dated for this hour"
    shop.track("09-13 12:00")
    assert shop.one("parcel", "sato-1")["attempt_failed_at"] == day("09-13 10:00")
    assert shop.one("order_progress", "sato")["delivered_at"] is None
    shop.track("09-14 12:00")
    assert shop.one("order_progress", "sato")["delivered_at"] == day("09-14 10:00")


def test_what_the_order_system_dates_later_is_not_shown_yet(shop: Shop) -> None:
    shop.order("kato")
    shop.parcel("kato-1", "09-12 12:00", delivered_at=day("09-13 12:00"))
    shop.track("09-12 10:00")
    shown = [parcel_shown(shop, "kato-1", at) for at in ("09-12 11:00", "09-12 13:00", "09-13 13:00")]
    assert [parcel["status"] for parcel in shown] == ["label_created", "in_transit", "delivered"]
    assert [parcel["delivered_at"] is not None for parcel in shown] == [False, False, True]
    assert [parcel["shipped_at"] is not None for parcel in shown] == [False, True, True]


def test_a_cancellation_to_come_takes_no_number_away_yet(shop: Shop) -> None:
    shop.order("a", "09-01 10:00", customer_id="yamada", cancelled_at=day("09-06 10:00"))
    shop.order("b", "09-02 10:00", customer_id="yamada")
    shop.track("09-05 10:00")
    assert shop.one("order_progress", "b")["order_number"] == 2
    assert shop.track("09-06 12:00")["progress"] > 0
    assert shop.one("order_progress", "b")["order_number"] == 1


def test_what_will_be_bought_again_still_runs_out_first(shop: Shop) -> None:
    """Two purchases in the files; until the second is placed only the first counts, then the interval between them."""
    shop.fact("products", product_id="P", name="tea", consumption_days=20)
    shop.order("a", "09-01 10:00", customer_id="yamada")
    shop.order("b", "09-13 10:00", customer_id="yamada")
    shop.track("09-02 10:00")
    (first,) = shop.rows("select last_order_id, basis, purchases from run_out")
    assert first == {"last_order_id": "a", "basis": "consumption", "purchases": 1}
    assert shop.track("09-03 10:00")["run_out"] == 0
    shop.track("09-13 11:00")
    (second,) = shop.rows("select last_order_id, basis, purchases from run_out")
    assert second == {"last_order_id": "b", "basis": "own_interval", "purchases": 2}
