"""Who is late, who is not, since when, and what can be told of the new day."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tasks.core.domain import DelayCause
from tasks.core.runs import begin_load
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings
from tasks.detect import RULES, detect, detect_delays
from tests.track.conftest import Shop, day

NOW = "09-15 10:00"


def test_a_promise_is_missed_when_its_day_is_over(shop: Shop) -> None:
    shop.order("sato", promised="09-14")
    shop.order("kato", promised="09-15")
    shop.order("mori", promised="09-20", requested_on="2026-09-14")
    shop.order("abe", promised="09-14", requested_on="2026-09-18")
    shop.detect(NOW)
    assert shop.late() == {"sato": {"promise_missed"}, "mori": {"promise_missed"}}
    (sato,) = shop.rows("select * from delay where order_id = 'sato'")
    assert sato["first_seen_at"] == sato["changed_at"] == day("09-15 00:00"), "not the hour somebody looked"
    assert (sato["new_from_on"], sato["new_until_on"]) == (None, None), "new date to follow"
    assert sato["evidence"] == {"promised_on": "2026-09-14", "requested": False}


def test_who_cannot_have_missed_a_promise(shop: Shop) -> None:
    """Also who was absent in time, and whose parcel waits to be collected."""
    late: dict[str, Any] = {"promised": "09-14"}
    shop.order("arrived", **late)
    shop.parcel("arrived-1")
    shop.scan("arrived-1", "09-14 23:59", "配達完了")
    shop.order("cancelled", cancelled_at=day("09-12 10:00"), **late)
    shop.order("returned", **late)
    shop.parcel("returned-1")
    shop.scan("returned-1", "09-13 10:00", "返品")
    shop.scan("returned-1", "09-14 10:00", "配達完了")
    shop.order("counter", sales_channel="pos", **late)
    shop.order("unpaid", payment_due_at=day("09-13 23:59"), **late)
    shop.order("preorder", preorder_until="2026-09-20", **late)
    for name, word in (("absent", "持戻（ご不在）"), ("collect", "ご来店予定（保管中）")):
        shop.order(name, **late)
        shop.parcel(f"{name}-1")
        shop.scan(f"{name}-1", "09-14 18:00", word)
    shop.detect(NOW)
    assert shop.late() == {}


def test_the_carriers_new_day_is_told_and_a_later_one_again(shop: Shop) -> None:
    shop.order("sato", promised="09-14")
    shop.parcel("sato-1")
    shop.scan("sato-1", "09-14 20:00", "作業店通過", eta_on="2026-09-16")
    shop.detect(NOW)
    told = "select new_until_on, first_seen_at, changed_at from delay"
    assert shop.rows(told) == [
        {"new_until_on": date(2026, 9, 16), "first_seen_at": day("09-15 00:00"), "changed_at": day("09-15 00:00")}
    ]
    shop.scan("sato-1", "09-15 10:30", "作業店通過", eta_on="2026-09-17")
    assert shop.detect("09-15 11:00")["changed"] == 1
    assert shop.rows(told) == [
        {"new_until_on": date(2026, 9, 17), "first_seen_at": day("09-15 00:00"), "changed_at": day("09-15 11:00")}
    ]
    shop.detect("09-18 11:00")
    assert shop.rows("select new_until_on from delay where cause = 'promise_missed'") == [{"new_until_on": None}], (
        "a past day is no news"
    )


def test_part_of_an_order_still_to_be_sent_has_no_new_day(shop: Shop) -> None:
    shop.order("sato", pieces=(2,), promised="09-14")
    shop.parcel("sato-1", holds={1: 1})
    shop.scan("sato-1", "09-14 20:00", "作業店通過", eta_on="2026-09-16")
    shop.detect(NOW)
    assert shop.rows("select new_until_on from delay") == [{"new_until_on": None}]


def _silent(shop: Shop, name: str, last: str = "09-13 09:00", word: str = "作業店通過", **order: Any) -> None:
    shop.order(name, promised="09-20", **order)
    shop.parcel(f"{name}-1")
    shop.scan(f"{name}-1", last, word, location="千葉ベース店", region="JP-12")


def test_a_parcel_nobody_scans_is_stalled(shop: Shop) -> None:
    _silent(shop, "sato")
    _silent(shop, "kato", "09-13 10:30")
    _silent(shop, "fukuoka", ship_to_region="JP-40")
    _silent(shop, "okinawa", "09-12 09:00", ship_to_region="JP-47")
    shop.order("never", promised="09-20")
    shop.parcel("never-1")
    shop.detect(NOW)
    assert shop.late() == {"sato": {"stalled"}, "okinawa": {"stalled"}, "never": {"stalled"}}
    (sato,) = shop.rows("select * from delay where order_id = 'sato'")
    assert sato["first_seen_at"] == day("09-15 09:00")
    assert (sato["shipment_id"], sato["region"]) == ("sato-1", "JP-12")
    assert sato["evidence"]["last_location"] == "千葉ベース店"


def test_whose_silence_says_nothing(shop: Shop) -> None:
    """Who waits on purpose, whose parcel has ended its way, and whose carrier never tells."""
    _silent(shop, "requested", requested_on="2026-09-16")
    _silent(shop, "planned", word="配達日・時間帯指定（保管中）")
    _silent(shop, "asked", word="依頼受付（日・時間帯変更）")
    _silent(shop, "collect", word="保管中（ご指定店）")
    _silent(shop, "absent", word="持戻（ご不在）")
    _silent(shop, "ship", word="陸・海上切替え")
    _silent(shop, "arrived", word="配達完了")
    _silent(shop, "back", word="返品")
    _silent(shop, "cancelled", cancelled_at=day("09-14 10:00"))
    shop.order("noscans", promised="09-20")
    shop.parcel("noscans-1", carrier="seino")
    shop.detect(NOW)
    assert shop.late() == {}


def test_a_stalled_parcel_moves_again_and_stalls_again(shop: Shop) -> None:
    _silent(shop, "sato")
    shop.detect(NOW)
    shop.scan("sato-1", "09-15 10:20", "作業店通過")
    assert shop.detect("09-15 11:00")["lifted"] == 1
    assert shop.rows("select lifted_at from delay") == [{"lifted_at": day("09-15 10:20")}]
    shop.detect("09-17 11:00")
    (again,) = shop.rows("select * from delay")
    assert (again["lifted_at"], again["first_seen_at"], again["changed_at"]) == (
        None,
        day("09-17 10:20"),
        day("09-17 10:20"),
    )


def test_a_warning_over_the_way_of_a_parcel(shop: Shop) -> None:
    for name, region in (("okinawa", "JP-47"), ("tokyo", "JP-13"), ("tottori", "JP-31")):
        _silent(shop, name, "09-14 20:00", ship_to_region=region)
    shop.order("unsent", promised="09-16", ship_to_region="JP-47")
    shop.order("later", promised="09-20", ship_to_region="JP-47")
    shop.hazard("W1", "09-14 00:00", "09-15 18:00", region="JP-47", headline_ja="暴風警報")
    shop.hazard("A1", "09-14 00:00", region="JP-13", severity="advisory")
    shop.hazard("P1", "09-13 00:00", "09-14 00:00", region="JP-31")
    for name, region in (("okinawa", "JP-47"), ("tokyo", "JP-13"), ("tottori", "JP-31")):
        shop.order(name, promised="09-15", ship_to_region=region)
    shop.detect(NOW)
    assert shop.late() == {"okinawa": {"hazard"}, "unsent": {"hazard"}}
    (okinawa,) = shop.rows("select * from delay where order_id = 'okinawa'")
    assert okinawa["first_seen_at"] == day("09-14 00:00")
    assert (okinawa["new_from_on"], okinawa["new_until_on"]) == (date(2026, 9, 16), date(2026, 9, 18))
    assert (okinawa["region"], okinawa["evidence"]["headline_ja"]) == ("JP-47", "暴風警報")


def test_a_warning_at_the_origin_matters_until_the_parcel_has_left(shop: Shop) -> None:
    for name in ("inside", "left", "early"):
        _silent(shop, name, "09-14 20:00")
        shop.order(name, promised="09-20" if name == "early" else "09-16")
    shop.scan("left-1", "09-15 03:00", "作業店通過", region="JP-13")
    shop.hazard("W1", "09-14 00:00", region="JP-12")
    shop.order("fresh", "09-15 09:00", promised="09-17", location_id="WH")
    shop.order("preorder", "09-15 09:00", promised="09-17", preorder_until="2026-09-20", location_id="WH")
    shop.detect(NOW)
    assert shop.late() == {"inside": {"hazard"}, "fresh": {"hazard"}}
    assert {(row["new_from_on"], row["new_until_on"]) for row in shop.rows("select * from delay")} == {(None, None)}


def test_a_warning_that_is_over_or_replaced_lifts_its_delays(shop: Shop) -> None:
    _silent(shop, "okinawa", "09-14 20:00", ship_to_region="JP-47")
    shop.order("okinawa", promised="09-15", ship_to_region="JP-47")
    shop.hazard("W1", "09-14 00:00", region="JP-47")
    shop.detect(NOW)
    shop.hazard("W2", "09-15 10:30", "09-15 12:00", region="JP-47", supersedes="W1")
    assert shop.detect("09-15 11:00")["changed"] == 1
    assert shop.rows("select until_at from hazard where hazard_id = 'W1'") == [{"until_at": day("09-15 10:30")}]
    assert shop.detect("09-15 13:00")["lifted"] == 1
    assert shop.rows("select lifted_at from delay where cause = 'hazard'") == [{"lifted_at": day("09-15 12:00")}]


def test_an_arrival_lifts_every_delay_at_its_own_instant(shop: Shop) -> None:
    _silent(shop, "sato", "09-12 09:00")
    shop.order("sato", promised="09-14")
    shop.detect(NOW)
    assert shop.late() == {"sato": {"promise_missed", "stalled"}}
    shop.scan("sato-1", "09-15 10:40", "配達完了")
    shop.detect("09-15 11:00")
    assert {row["lifted_at"] for row in shop.rows("select lifted_at from delay")} == {day("09-15 10:40")}


def test_a_second_look_writes_no_history(shop: Shop) -> None:
    _silent(shop, "sato", "09-12 09:00")
    shop.order("sato", promised="09-14")
    shop.hazard("W0", "09-13 00:00", region="JP-13")
    shop.hazard("W1", "09-14 00:00", "09-16 00:00", region="JP-13", supersedes="W0")
    first = shop.detect(NOW)
    assert (first["delays"], first["changed"], first["hazards"]) == (3, 3, 2)
    second = shop.detect(NOW)
    assert (second["delays"], second["changed"], second["lifted"], second["hazards"]) == (3, 0, 0, 0)
    assert (
        shop.rows("select order_id from todoke_rec.delay_old union all select hazard_id from todoke_rec.hazard_old")
        == []
    )
    newest = "select count(*) from touched_order where load_id = (select max(load_id) from load)"
    assert shop.rows(newest) == [{"count": 0}]


def test_the_delay_is_the_same_whoever_looked_before(shop: Shop) -> None:
    """A snapshot of the whole story, walked hour by hour or looked at once. What comes later is not known yet."""
    _silent(shop, "sato", "09-12 09:00")
    shop.order("sato", promised="09-14")
    shop.hazard("W1", "09-14 18:00", "09-16 00:00", region="JP-13")
    shop.scan("sato-1", "09-15 12:00", "作業店通過")
    shop.scan("sato-1", "09-16 12:00", "配達完了")
    columns = "order_id, cause, evidence, first_seen_at, lifted_at, new_from_on, new_until_on"
    for hour in ("09-13 10:00", "09-14 10:00", "09-15 02:00", "09-15 10:00"):
        shop.detect(hour)
    walked = shop.rows(f"select {columns} from delay order by cause")  # noqa: S608
    assert shop.late() == {"sato": {"promise_missed", "stalled", "hazard"}}
    with shop.database.transaction() as connection:
        begin_load(connection, shop.run(NOW), "detect")
        connection.exec_driver_sql("delete from delay")
        detect_delays(connection, day(NOW), DetectionSettings())
    assert shop.rows(f"select {columns} from delay order by cause") == walked  # noqa: S608
    shop.detect("09-16 13:00")
    assert shop.late() == {}


def test_a_rule_can_be_left_out(shop: Shop) -> None:
    _silent(shop, "sato", "09-12 09:00")
    shop.order("sato", promised="09-14")
    shop.detect(NOW)
    rules = [cause for cause in RULES if cause is not DelayCause.STALLED]
    with shop.database.transaction() as connection:
        begin_load(connection, shop.run(NOW), "detect")
        detect_delays(connection, day(NOW), DetectionSettings(), rules)
    assert shop.late() == {"sato": {"promise_missed"}}


def test_orders_of_long_ago_are_not_looked_at(shop: Shop) -> None:
    shop.order("old", "03-01 10:00", promised="03-05")
    shop.order("preorder", "03-01 10:00", promised="09-14")
    shop.detect(NOW)
    assert shop.late() == {"preorder": {"promise_missed"}}


def test_a_bad_warning_is_kept_aside_and_a_bad_file_closes_its_gate_alone(shop: Shop, tmp_path: Path) -> None:
    shop.order("sato", promised="09-14")
    shop.track()
    run = replace(shop.run(NOW), settings=Settings(hazards=str(tmp_path)))
    gate = "select state from feed where feed = 'hazards'"
    header = "hazard_id,kind,severity,region,from_at"
    (tmp_path / "hazards.csv").write_text(
        f"{header}\nW1,typhoon,warning,JP-47,soon\nW2,typhoon,warning,JP-13,2026-09-14T00:00:00+09:00\n"
    )
    counts = detect.fn(run)
    assert (counts["hazards"], counts["hazards_rejected"]) == (1, 1)
    assert shop.rows("select table_name, column_name, line from rejected_fact") == [
        {"table_name": "hazards", "column_name": "from_at", "line": 2}
    ]
    assert shop.rows(gate) == [{"state": "open"}]
    (tmp_path / "hazards.csv").write_text("nothing\nuseful\n")
    assert detect.fn(run)["delays"] == 2, "what is known still counts"
    assert shop.rows(gate) == [{"state": "closed"}]
