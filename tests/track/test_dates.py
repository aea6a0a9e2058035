"""Every day of arrival that was said: promised, requested, the carrier's, told, actual; none replaces another."""

from datetime import date
from typing import Any

from tasks.core.runs import begin_load
from tasks.proof.explain import explain_order
from tests.track.conftest import Shop, day


def said(shop: Shop, order_id: str = "sato") -> list[tuple[str, Any]]:
    """(kind, day) in the order they were said."""
    rows = shop.rows("select kind, until_on from date_version where order_id = :id order by said_at, kind", id=order_id)
    return [(row["kind"], row["until_on"]) for row in rows]


def told(shop: Shop, at: str, until_on: str | None) -> None:
    """The customer was told another day."""
    with shop.database.transaction() as connection:
        begin_load(connection, shop.run(at), "detect")
        connection.exec_driver_sql(
            "insert into told (order_id, until_on, cause, told_at, times) values ('sato', %s, 'stalled', %s, 1)"
            " on conflict (order_id) do update set until_on = excluded.until_on, told_at = excluded.told_at,"
            " from_load = current_load()",
            (until_on, day(at)),
        )


def test_each_date_keeps_its_versions(shop: Shop) -> None:
    shop.order("sato", "09-10 10:00", promised="09-13")
    shop.parcel("sato-1", "09-11 12:00")
    shop.scan("sato-1", "09-11 20:00", "発送", eta_on="2026-09-13")
    shop.track("09-11 21:00")
    shop.order("sato", "09-10 10:00", promised="09-14", requested_on="2026-09-15")
    shop.scan("sato-1", "09-12 08:00", "作業店通過", eta_on="2026-09-13")
    shop.track("09-12 09:00")
    told(shop, "09-12 10:00", "2026-09-16")
    told(shop, "09-13 10:00", None)
    shop.scan("sato-1", "09-14 08:00", "作業店通過", eta_on="2026-09-17")
    shop.scan("sato-1", "09-17 11:00", "配達完了")
    shop.track("09-17 12:00")
    assert said(shop) == [
        ("eta", date(2026, 9, 13)),
        ("promised", date(2026, 9, 13)),
        ("promised", date(2026, 9, 14)),
        ("requested", date(2026, 9, 15)),
        ("told", date(2026, 9, 16)),
        ("told", None),
        ("eta", date(2026, 9, 17)),
        ("actual", date(2026, 9, 17)),
    ]
    days = [one for one in explain_order(shop.database, "sato")["timeline"] if one["kind"].startswith("day_")]
    assert (days[-1]["kind"], days[-1]["detail"]["until_on"]) == ("day_actual", "2026-09-17")


def test_the_dates_of_an_earlier_load_are_those_said_by_then(shop: Shop) -> None:
    shop.order("sato", promised="09-13")
    shop.track("09-11 21:00")
    load_id = shop.rows("select max(load_id) as n from load")[0]["n"]
    shop.order("sato", promised="09-14")
    shop.track("09-12 09:00")
    rows = shop.rows("select until_on from date_versions(:load_id) where order_id = 'sato'", load_id=load_id)
    assert rows == [{"until_on": date(2026, 9, 13)}]
    assert len(said(shop)) == 2
