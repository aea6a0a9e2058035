"""Scans folded into parcels: who is where, whatever the order the scans came in."""

import random
from itertools import permutations
from typing import Any

import pytest

from tests.track.conftest import Shop, day

STORY = [
    ("09-11 12:00", "荷物受付"),
    ("09-11 12:00", "発送済み"),
    ("09-12 03:00", "作業店通過"),
    ("09-12 09:00", "配達中"),
    ("09-12 11:00", "持戻（ご不在）"),
    ("09-12 14:00", "依頼受付（再配達）"),
    ("09-12 18:00", "配達中"),
    ("09-12 19:30", "配達完了"),
]


def test_every_step_leaves_its_instant(shop: Shop) -> None:
    shop.order("sato")
    shop.parcel("sato-1", "09-11 13:00")
    for at, word in STORY:
        shop.scan("sato-1", at, word)
    shop.track()
    parcel = shop.one("parcel", "sato-1")
    assert parcel["shipped_at"] == day("09-11 12:00"), "the carrier's scan is earlier than the shop's word"
    assert (parcel["oms_shipped_at"], parcel["carrier_picked_up_at"]) == (day("09-11 13:00"), day("09-11 12:00"))
    assert parcel["attempt_failed_at"] == day("09-12 11:00")
    assert parcel["out_for_delivery_at"] == day("09-12 18:00")
    assert parcel["delivered_at"] == parcel["carrier_delivered_at"] == day("09-12 19:30")
    assert (parcel["region"], parcel["origin_region"]) == ("JP-13", "JP-12")
    scan = shop.one("parcel_scan", "sato-1")
    assert (scan["last_scan_at"], scan["last_status"], scan["scans"]) == (day("09-12 19:30"), "delivered", 8)


def test_any_order_and_repetition_of_scans_gives_the_same_parcel(shop: Shop) -> None:
    """A parcel per permutation, its scans in one load or each in its own."""
    chance = random.Random(7)  # noqa: S311
    endings = [[], [("09-13 10:00", "返品"), ("09-15 10:00", "配達完了")], [("09-12 12:00", "調査中")]]
    shop.order("mori")
    cases = [(f"mori-{ending}{copy}", STORY + endings[ending]) for ending in range(3) for copy in range(12)]
    for number, _ in cases:
        shop.parcel(number)
    told = [[(number, *scan) for scan in [*story, *chance.sample(story, 3)]] for number, story in cases]
    for scans in told:
        chance.shuffle(scans)
    for step in range(max(map(len, told))):
        for number, at, word in [scans[step] for scans in told if step < len(scans)]:
            shop.scan(number, at, word)
        if step % 4 == 3:
            shop.track()
    shop.track()
    folds = shop.rows(
        "select left(shipment_id, 6) as ending, count(distinct to_jsonb(p) - cast(:names as text[])) as shapes"
        " from parcel p group by 1",
        names=["shipment_id", "tracking_number", "from_load"],
    )
    assert {row["ending"]: row["shapes"] for row in folds} == {"mori-0": 1, "mori-1": 1, "mori-2": 1}


def test_delivered_after_returned_is_back_at_the_sender(shop: Shop) -> None:
    shop.order("ueda")
    shop.parcel("ueda-1", delivered_at=day("09-15 09:00"))
    shop.scan("ueda-1", "09-12 10:00", "持戻（受取ご辞退）")
    shop.scan("ueda-1", "09-13 10:00", "返品")
    shop.scan("ueda-1", "09-13 20:00", "配達中")
    shop.scan("ueda-1", "09-14 10:00", "配達完了")
    shop.track()
    parcel = shop.one("parcel", "ueda-1")
    assert parcel["delivered_at"] is None, "whatever the shop's own system says"
    assert parcel["carrier_delivered_at"] is None
    assert parcel["returned_at"] == day("09-13 10:00")
    assert parcel["out_for_delivery_at"] is None, "the way back is no round to the customer"
    progress = shop.one("order_progress", "ueda")
    assert (progress["delivered_at"], progress["returned_at"]) == (None, day("09-13 10:00"))


def test_a_delivery_to_the_wrong_door_is_undone(shop: Shop) -> None:
    """誤配: a round after 配達完了 says that the customer still waits, whatever the shop's system took over."""
    shop.order("imai")
    shop.parcel("imai-1", delivered_at=day("09-12 10:00"))
    for at, word in [("09-12 08:00", "配達中"), ("09-12 10:00", "配達完了"), ("09-12 15:00", "配達中")]:
        shop.scan("imai-1", at, word)
    shop.track("09-12 14:00")
    assert shop.one("parcel", "imai-1")["delivered_at"] == day("09-12 10:00"), "nobody knows yet"
    shop.track("09-12 16:00")
    assert shop.one("parcel", "imai-1")["delivered_at"] is None
    assert shop.one("order_progress", "imai")["delivered_at"] is None
    shop.scan("imai-1", "09-12 18:00", "配達完了")
    shop.track("09-12 19:00")
    assert shop.one("parcel", "imai-1")["delivered_at"] == day("09-12 18:00")


def test_scans_of_one_visit_come_in_any_order(shop: Shop) -> None:
    shop.order("oda")
    shop.parcel("oda-1")
    for at, word in [("09-12 10:00", "配達完了"), ("09-12 10:00", "配達中"), ("09-12 10:20", "配達中")]:
        shop.scan("oda-1", at, word)
    shop.track()
    assert shop.one("parcel", "oda-1")["delivered_at"] == day("09-12 10:00")


ATTEMPTS: dict[str, tuple[list[tuple[str, str]], int]] = {
    "three visits": (
        [("09-12 09:00", "持戻（ご不在）"), ("09-12 18:00", "持戻"), ("09-13 09:00", "持戻（ご不在）")],
        3,
    ),
    "brought back is the end of the same visit": (
        [
            ("09-12 08:00", "配達中"),
            ("09-12 11:00", "持戻（ご不在）"),
            ("09-12 20:00", "持戻"),
            ("09-13 08:00", "配達中"),
        ],
        1,
    ),
    "a hold after a round": ([("09-12 08:00", "配達中"), ("09-12 18:00", "保管中"), ("09-13 08:00", "保管中")], 1),
    "a planned hold": ([("09-12 08:00", "配達日・時間帯指定（保管中）"), ("09-12 09:00", "保管中")], 0),
    "on the way back": ([("09-12 08:00", "返品"), ("09-13 18:00", "持戻")], 0),
}


@pytest.mark.parametrize("case", ATTEMPTS)
def test_attempts_are_counted_once(shop: Shop, case: str) -> None:
    scans, attempts = ATTEMPTS[case]
    shop.order("mita")
    shop.parcel("mita-1")
    for at, word in scans:
        shop.scan("mita-1", at, word)
    shop.track()
    assert shop.one("parcel", "mita-1")["attempts"] == attempts


def test_what_was_seen_stays_when_the_history_vanishes(shop: Shop) -> None:
    """Sagawa: a parcel on its way back shows 調査中 alone, and 配達完了 in the end is the sender's."""
    shop.order("kono")
    shop.parcel("kono-1", carrier="sagawa")
    for at, word in [("09-12 09:00", "受取辞退"), ("09-12 12:00", "返送")]:
        shop.scan("kono-1", at, word, carrier="sagawa")
    shop.track("09-12 13:00")
    for at, word in [("09-13 00:00", "調査中"), ("09-14 10:00", "配達完了")]:
        shop.scan("kono-1", at, word, carrier="sagawa")
    shop.track()
    parcel = shop.one("parcel", "kono-1")
    assert (parcel["returned_at"], parcel["delivered_at"]) == (day("09-12 12:00"), None)


@pytest.mark.parametrize("word", ["引渡", "委託先引渡", "仕分け保留（新）", "配達完了予定", "伝票番号未登録"])
def test_what_is_no_delivery(shop: Shop, word: str) -> None:
    shop.order("kato")
    shop.parcel("kato-1")
    shop.scan("kato-1", "09-12 10:00", word)
    shop.track()
    assert shop.one("parcel", "kato-1")["delivered_at"] is None


def test_an_unknown_word_changes_nothing(shop: Shop) -> None:
    shop.order("abe")
    shop.parcel("abe-1")
    shop.scan("abe-1", "09-12 10:00", "作業店通過")
    shop.track("09-12 11:00")
    before = shop.one("parcel", "abe-1")
    shop.scan("abe-1", "09-12 12:00", "仕分け保留（新）")
    shop.scan("abe-1", "09-12 12:30", "仕分け保留（新）")
    assert shop.track("09-12 13:00")["parcels"] == 0
    assert shop.one("parcel", "abe-1") == before


def test_the_carriers_end_of_the_story_wins(shop: Shop) -> None:
    shop.order("ono", pieces=(1, 1))
    shop.parcel("ono-1", delivered_at=day("09-12 08:00"))
    shop.scan("ono-1", "09-12 15:00", "投函完了")
    shop.parcel("ono-2", delivered_at=day("09-12 08:00"), holds={2: 1})
    shop.scan("ono-2", "09-12 07:00", "配達中")
    shop.track()
    assert shop.one("parcel", "ono-1")["delivered_at"] == day("09-12 15:00")
    assert shop.one("parcel", "ono-2")["delivered_at"] == day("09-12 08:00"), "no end told: the shop's word stands"


def test_a_number_comes_round_again(shop: Shop) -> None:
    shop.order("ishii", "01-09 10:00")
    shop.parcel("ishii-1", "01-10 12:00", tracking_number="4000")
    shop.scan("4000", "01-12 10:00", "配達完了")
    shop.track("01-13 10:00")
    shop.order("hara")
    shop.parcel("hara-1", tracking_number="4000")
    shop.scan("4000", "09-12 09:00", "配達中")
    shop.track()
    assert shop.one("parcel", "ishii-1")["delivered_at"] == day("01-12 10:00")
    assert shop.one("parcel", "ishii-1")["out_for_delivery_at"] is None
    assert shop.one("parcel", "hara-1")["delivered_at"] is None
    assert shop.one("parcel", "hara-1")["out_for_delivery_at"] == day("09-12 09:00")


def test_scans_wait_for_their_parcel(shop: Shop) -> None:
    shop.scan("kudo-1", "09-12 10:00", "配達完了")
    assert shop.track("09-12 11:00")["unmatched"] == 1
    shop.order("kudo")
    shop.parcel("kudo-1")
    shop.track("09-12 12:00")
    assert shop.one("parcel", "kudo-1")["delivered_at"] == day("09-12 10:00")


HOLDS: dict[str, tuple[list[tuple[str, str]], dict[str, Any]]] = {
    "before the first round it waits for the requested day": ([("09-12 08:00", "保管中")], {}),
    "after a round somebody was absent": (
        [("09-12 08:00", "配達中"), ("09-12 18:00", "保管中")],
        {"out_for_delivery_at": day("09-12 08:00"), "attempt_failed_at": day("09-12 18:00")},
    ),
    "after an attempt it is kept": (
        [("09-12 08:00", "配達中"), ("09-12 11:00", "ご不在"), ("09-12 18:00", "保管中")],
        {
            "out_for_delivery_at": day("09-12 08:00"),
            "attempt_failed_at": day("09-12 11:00"),
            "held_at": day("09-12 18:00"),
        },
    ),
    "to be collected": ([("09-12 08:00", "営業所受取")], {"held_at": day("09-12 08:00")}),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_hold_means_what_came_before_it(shop: Shop, case: str) -> None:
    scans, expected = HOLDS[case]
    shop.order("goto")
    shop.parcel("goto-1", carrier="sagawa")
    for at, word in scans:
        shop.scan("goto-1", at, word, carrier="sagawa")
    shop.track()
    parcel = shop.one("parcel", "goto-1")
    columns = ("out_for_delivery_at", "attempt_failed_at", "held_at")
    assert {column: parcel[column] for column in columns} == dict.fromkeys(columns) | expected


def test_a_problem_is_over_once_the_parcel_moves_again(shop: Shop) -> None:
    shop.order("noda", pieces=(2,))
    for number in ("noda-1", "noda-2"):
        shop.parcel(number)
        shop.scan(number, "09-12 10:00", "調査中（住所不明）")
    shop.scan("noda-2", "09-13 10:00", "作業店通過")
    shop.track()
    assert (shop.one("parcel", "noda-1")["problem"], shop.one("parcel", "noda-2")["problem"]) == ("address", None)


def test_the_newest_arrival_day_is_the_carriers_last_word(shop: Shop) -> None:
    shop.order("wada")
    shop.parcel("wada-1")
    days = [("09-12 10:00", "2026-09-13"), ("09-12 16:00", "2026-09-15"), ("09-12 12:00", "2026-09-14")]
    for told in next(iter(permutations(days))):
        shop.scan("wada-1", told[0], "作業店通過", eta_on=told[1])
    shop.track()
    assert str(shop.one("parcel", "wada-1")["eta_on"]) == "2026-09-15"


def test_a_second_fold_writes_nothing(shop: Shop) -> None:
    shop.order("doi")
    shop.parcel("doi-1")
    shop.scan("doi-1", "09-12 10:00", "配達完了")
    shop.track()
    assert set(shop.track().values()) == {0}
    shop.fact("refunds", refund_id="r", order_id="doi", amount=1, at=day("09-13 10:00"))
    counts = shop.track()
    assert (counts["orders"], counts["parcels"], counts["scans"], counts["progress"]) == (1, 0, 0, 0)
    for table in ("parcel_old", "order_progress_old"):
        assert shop.rows(f"select * from todoke_rec.{table}") == []  # noqa: S608


def test_a_crash_between_load_and_fold_is_caught_up(shop: Shop) -> None:
    shop.order("endo")
    shop.load("09-11 10:00")
    shop.parcel("endo-1")
    shop.load("09-12 10:00")
    shop.scan("endo-1", "09-12 10:00", "配達完了")
    assert shop.track("09-12 11:00")["parcels"] == 1
    assert shop.one("order_progress", "endo")["delivered_at"] == day("09-12 10:00")
