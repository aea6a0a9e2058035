"""Named people as due files and templates see them: the view customer_facts, live and as of a past load."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text

from tasks.core import audience, customer_facts
from tasks.core.audience import SEGMENTS
from tasks.core.brand import Tiers, load_brand
from tasks.core.runs import write_under
from tasks.core.touchpoints import load, missing_or_mistyped
from tasks.decide import plan_messages
from tests.track.conftest import Row, Shop, day

ONE = "select * from customer_facts where customer_id = :id"


def _one(connection: Connection, customer_id: str) -> Row:
    return dict(connection.execute(text(ONE), {"id": customer_id}).mappings().one())


def told(shop: Shop, customer_id: str, at: str) -> Row:
    with shop.database.transaction() as connection:
        write_under(connection, 1, day(at))
        return _one(connection, customer_id)


def told_back_then(shop: Shop, customer_id: str, load_id: int, at: str) -> Row:
    with shop.database.as_of(load_id) as connection:
        connection.execute(text("select set_config('todoke.as_of', :at, true)"), {"at": day(at).isoformat()})
        return _one(connection, customer_id)


def newest(shop: Shop) -> int:
    return int(shop.rows("select max(load_id) as id from load")[0]["id"])


def person(shop: Shop, customer_id: str, **more: object) -> None:
    shop.fact("customers", customer_id=customer_id, timezone="Asia/Tokyo", **more)


def bought(
    shop: Shop, order_id: str, placed: str, total: int = 5000, delivered: str | None = None, **more: Any
) -> None:
    shop.order(order_id, placed, total=total, **more)
    if delivered:
        shop.parcel(f"{order_id}-1", placed, delivered_at=day(delivered))


def test_nothing_of_tomorrow_is_known_today(shop: Shop) -> None:
    """Sato's whole year lies in the files; on 2 March only what happened by then is told."""
    person(shop, "sato", newsletter=True, region="JP-13")
    bought(shop, "s1", "02-01 10:00", delivered="02-03 12:00", customer_id="sato", promised="02-04")
    bought(shop, "s2", "03-03 10:00", 70000, "03-09 12:00", customer_id="sato", promised="03-05")
    shop.fact("refunds", refund_id="r", order_id="s1", amount=1000, at=day("03-04 10:00"))
    shop.fact("reviews", order_id="s1", at=day("02-20 10:00"), score=4)
    shop.fact("reviews", order_id="s1", at=day("03-20 10:00"), score=1)
    for at, value in (("02-10 10:00", 0.25), ("03-10 10:00", 0.75)):
        shop.fact("scores", customer_id="sato", name="order_30d", value=value, at=day(at))
    shop.fact("loyalty", customer_id="sato", tier="silver", joined_at=day("03-15 10:00"))
    shop.fact("survey_answers", order_id="s1", at=day("03-16 10:00"), question="recommend", answer="9")
    shop.track("03-02 10:00")
    load_id, early = newest(shop), told(shop, "sato", "03-02 10:00")
    assert (early["order_number"], early["is_new"], early["lifetime_spend"], early["tier"]) == (1, True, 5000, None)
    assert (early["last_arrival"], early["last_review_score"], early["scores"]) == ("on_time", 4, {"order_30d": 0.25})
    assert (early["survey"], early["days_since_first_order"], early["region"]) == ({}, 29, "JP-13")
    shop.track("03-21 10:00")
    late = told(shop, "sato", "03-21 10:00")
    assert (late["order_number"], late["is_repeat"], late["lifetime_spend"]) == (2, True, 74000)
    assert (late["tier"], late["tier_since"]) == ("silver", day("03-03 10:00")), "reached by spend before they joined"
    assert (late["last_arrival"], late["last_review_score"], late["scores"]) == ("late", 1, {"order_30d": 0.75})
    assert (late["survey"], late["own_interval_days"], late["next_order_on"]) == (
        {"recommend": "9"},
        30,
        date(2026, 4, 2),
    )
    assert told_back_then(shop, "sato", load_id, "03-02 10:00") == early


def test_late_and_told_is_another_experience_than_late(shop: Shop) -> None:
    for name in ("told", "untold"):
        person(shop, name)
        bought(shop, f"o{name}", "02-01 10:00", delivered="02-08 12:00", customer_id=name, promised="02-04")
    shop.track("02-10 10:00")
    shop.fact("told", order_id="otold", cause="typhoon", told_at=day("02-05 10:00"), times=1)
    shop.load("02-10 10:00")
    assert [told(shop, name, "02-10 10:00")["last_arrival"] for name in ("told", "untold")] == ["late_told", "late"]


def test_a_merged_customer_is_one_person_and_parted_two_again(shop: Shop) -> None:
    person(shop, "old")
    person(shop, "new")
    person(shop, "guest:1")
    bought(shop, "a", "02-01 10:00", 60000, customer_id="old")
    bought(shop, "b", "02-11 10:00", 50000, customer_id="new")
    bought(shop, "c", "02-12 10:00", 700, customer_id="guest:1")
    shop.track("02-20 10:00")
    assert told(shop, "guest:1", "02-20 10:00")["orders_counted"] == 1, "a guest is a customer of their own"
    assert [told(shop, name, "02-20 10:00")["tier"] for name in ("old", "new")] == ["silver", "silver"]
    person(shop, "old", status="merged_into:new")
    shop.track("02-21 10:00")
    whole = told(shop, "new", "02-21 10:00")
    assert (whole["orders_counted"], whole["lifetime_spend"], whole["tier_order_id"]) == (2, 110000, "b")
    assert (whole["is_vip"], whole["vip_since"], whole["ids"]) == (True, day("02-11 10:00"), ["old", "new"])
    assert told(shop, "old", "02-21 10:00") | {"customer_id": "new"} == whole
    kept = shop.rows("select customer_id from customer_fact order by 1")
    assert [row["customer_id"] for row in kept] == ["guest:1", "new"], "the merged id has no facts of its own"
    person(shop, "old", status="active")
    shop.track("02-22 10:00")
    assert [told(shop, name, "02-22 10:00")["lifetime_spend"] for name in ("old", "new")] == [60000, 50000]


def test_money_of_another_currency_is_never_added_up(shop: Shop) -> None:
    person(shop, "ana")
    bought(shop, "a", "02-01 10:00", 60000, customer_id="ana")
    bought(shop, "b", "02-11 10:00", 200000, customer_id="ana", currency="USD")
    shop.track("02-20 10:00")
    ana = told(shop, "ana", "02-20 10:00")
    assert (ana["currency"], ana["lifetime_spend"], ana["tier"]) == ("USD", Decimal(200000), "silver")
    assert ana["spent"] == {"JPY": 60000, "USD": 200000}


def test_a_refund_takes_a_tier_away_and_a_return_that_is_refused_gives_it_back(shop: Shop) -> None:
    person(shop, "oda")
    bought(shop, "a", "02-01 10:00", 45000, customer_id="oda")
    bought(shop, "b", "02-05 10:00", 60000, customer_id="oda")
    back = {"return_id": "r", "order_id": "b", "kind": "return", "opened_at": day("02-12 10:00")}
    shop.fact("returns", **back, status="requested")
    shop.fact("refunds", refund_id="f", order_id="a", amount=6000, at=day("02-14 10:00"))
    tiers = []
    for at in ("02-11 10:00", "02-13 10:00", "02-15 10:00"):
        shop.track(at)
        oda = told(shop, "oda", at)
        tiers.append((oda["tier"], oda["tier_order_id"], oda["is_vip"]))
    assert tiers == [("gold", "b", True), ("silver", "a", False), (None, None, False)]
    assert told(shop, "oda", "02-15 10:00")["tier_since"] is None
    shop.fact("returns", **back, status="rejected")
    shop.track("02-16 10:00")
    oda = told(shop, "oda", "02-16 10:00")
    assert (oda["tier"], oda["tier_since"], oda["lifetime_spend"]) == ("silver", day("02-05 10:00"), 99000)


def test_a_word_of_the_loyalty_programme_goes_before_spend_and_counts_from_when_it_changed(shop: Shop) -> None:
    person(shop, "mori")
    bought(shop, "m", "02-01 10:00", 500, customer_id="mori")
    shop.fact("loyalty", customer_id="mori", tier="silver", joined_at=day("01-05 10:00"))
    shop.track("02-02 10:00")
    first = told(shop, "mori", "02-02 10:00")
    assert (first["tier"], first["tier_since"], first["is_vip"]) == ("silver", day("01-05 10:00"), False)
    shop.fact("loyalty", customer_id="mori", tier="gold", joined_at=day("01-05 10:00"))
    shop.track("02-09 10:00")
    shop.track("02-10 10:00")
    second = told(shop, "mori", "02-10 10:00")
    assert (second["tier"], second["tier_since"]) == ("gold", day("02-09 10:00")), "since the fold that saw it change"
    assert second["vip_since"] == day("02-09 10:00")


def test_who_fell_to_a_tier_has_not_reached_it_and_who_rises_has_just_now(shop: Shop) -> None:
    """Spend says gold since 1 February; what counts is when the programme's word says so."""
    person(shop, "endo")
    bought(shop, "e", "02-01 10:00", 120000, customer_id="endo")
    found = []
    for at, word in (("02-02 10:00", "gold"), ("02-09 10:00", "silver"), ("02-16 10:00", "gold")):
        shop.fact("loyalty", customer_id="endo", tier=word, joined_at=day("01-05 10:00"))
        shop.track(at)
        found.append(told(shop, "endo", at)["tier_since"])
    assert found == [day("02-01 10:00"), None, day("02-16 10:00")]


def test_other_tiers_fold_everybody_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    person(shop, "abe")
    bought(shop, "a", "02-01 10:00", customer_id="abe")
    shop.track("02-02 10:00")
    assert told(shop, "abe", "02-02 10:00")["tier"] is None
    low = Tiers.model_validate({"vip": "gold", "steps": [{"name": "gold", "spend": 4000}]})
    monkeypatch.setattr(customer_facts, "load_brand", lambda: load_brand().model_copy(update={"tiers": low}))
    assert shop.track("02-03 10:00")["customers"] == 1
    assert told(shop, "abe", "02-03 10:00")["is_vip"]
    assert shop.track("02-04 10:00")["customers"] == 0, "unchanged tiers touch nobody"
    monkeypatch.undo()
    shop.track("02-05 10:00")
    assert told(shop, "abe", "02-05 10:00")["tier"] is None


def test_what_a_touchpoint_asks_is_sealed_with_its_message(shop: Shop) -> None:
    """The thank-you of an exchange's neighbour: its own order's number, not the customer's newest."""
    person(shop, "ito", email="ito@example.invalid", address_key="k", region="JP-27")
    bought(shop, "i1", "09-10 10:00", 60000, "09-13 12:00", customer_id="ito")
    bought(shop, "i2", "09-14 20:00", 60000, customer_id="ito")
    shop.fact("products", product_id="P", name="茶", category="food")
    shop.track()
    asking = load("thank_you").model_copy(update={"segments": tuple(SEGMENTS)})
    with shop.database.transaction() as connection:
        connection.execute(text("insert into touchpoint_floor values ('thank_you', 'O', '2026-01-01', 'test')"))
        plan_messages(connection, shop.run("09-15 10:00"), {"thank_you": asking})
        sealed = connection.execute(text("select recipient -> 'segments' from message_content")).scalar_one()
    assert sealed.keys() == SEGMENTS.keys()
    assert missing_or_mistyped(audience.types_of(SEGMENTS), sealed) == []
    assert (sealed["order_number"], sealed["orders_counted"]) == (1, 2), "of the message's own order; of the person"
    assert (sealed["tier"], sealed["is_vip"], sealed["categories"], sealed["region"]) == (
        "gold",
        True,
        ["food"],
        "JP-27",
    )


def test_nobody_known_still_has_every_segment() -> None:
    unknown = audience.asked(SEGMENTS, None)
    assert missing_or_mistyped(audience.types_of(SEGMENTS), unknown) == []
    assert audience.asked(["tier"], {"tier": "gold", "is_vip": True}) == {"tier": "gold"}
