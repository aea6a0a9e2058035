"""The rules of `make walk` can fail, each by a named case; and a few days of a small shop break none."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.core.touchpoints import load_all
from tests.walks.shop.__main__ import Reach, reached, report
from tests.walks.shop.evidence import (
    Consent,
    Customer,
    Evidence,
    Message,
    Order,
    Parcel,
    Pressure,
    Scan,
    Span,
    read,
)
from tests.walks.shop.pressure import RULES, broken
from tests.walks.shop.walk import ShopWalk

NOON = datetime.fromisoformat("2026-06-10T12:00:00+09:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS, ORDERS = 2, 700
EXPECTED = {
    "order_confirmation", "shipped", "out_for_delivery", "delivered", "thank_you", "check_in", "order_cancelled",
    "satisfaction_survey", "review_request", "payment_received", "replenishment", "how_to",
    "service_notice", "delay_notice", "delay_recovered",
}  # fmt: skip


def sent(touchpoint: str, kind: str, at: datetime = NOON, **changed: Any) -> Message:
    """A message to Ono about her order, accepted at once."""
    one = Message(
        touchpoint, f"{touchpoint} {at:%d%H%M}", "ono", "O-1", kind, "email", "key of ono",
        at - HOUR, at + DAY, at, "accepted", at,
    )  # fmt: skip
    return replace(one, **changed)


def shop(*messages: Message, **changed: Any) -> Evidence:
    """Ono said yes long ago; her order of last year has arrived."""
    long_ago = NOON - 400 * DAY
    evidence = Evidence(
        messages=list(messages),
        events=[(one.touchpoint, one.subject_id, one.state) for one in messages],
        customers={"ono": Customer("ono")},
        orders={"O-1": Order("O-1", "ono", long_ago, None, {1: 1})},
        parcels={"O-1": [Parcel("S-1", "O-1", None, (Scan(long_ago + DAY, "delivered"),), {1: 1})]},
        consents={"ono": [Consent("email", "marketing", True, long_ago)]},
        holdouts={"birthday": 0.05},
    )
    return replace(evidence, **changed)


def words(*said: tuple[int, bool]) -> dict[str, list[Consent]]:
    """What Ono said of marketing, so many days ago."""
    return {"ono": [Consent("email", "marketing", granted, NOON - days * DAY) for days, granted in said]}


def on_the_way(**changed: Any) -> dict[str, Any]:
    """Ono's order was placed yesterday and is under way."""
    order = Order("O-1", "ono", NOON - DAY, None, {1: 1, 2: 1})
    parcel = Parcel("S-1", "O-1", None, (Scan(NOON - 20 * HOUR, "in_transit"),), {1: 1, 2: 1})
    return {"orders": {"O-1": order}, "parcels": {"O-1": [replace(parcel, **changed)]}}


FINE = {
    "a day apart": shop(sent("birthday", "M"), sent("win_back", "M", NOON + DAY)),
    "held out, and cancelled": shop(
        sent("birthday", "M", state="cancelled"), sent("birthday", "M", subject_id="2", state="cancelled")
    ),
    "what is owed leaves at night": shop(sent("refund_issued", "T", NOON + 12 * HOUR)),
    "who is at the door telephones": shop(
        sent("out_for_delivery", "T", NOON + 12 * HOUR, channel="sms"), **on_the_way()
    ),
    "a ticket closed before": shop(sent("check_in", "S"), problems={"ono": [Span("ticket", NOON - DAY, NOON - HOUR)]}),
    "a ticket of a month ago": shop(sent("check_in", "S"), problems={"ono": [Span("ticket", NOON - 31 * DAY)]}),
    "a yes after a no": shop(sent("birthday", "M"), consents=words((3, True), (2, False), (1, True))),
    "the open order of one who must not be written to": shop(
        sent("shipped", "T"), customers={"ono": Customer("ono", status="do_not_contact")}, **on_the_way()
    ),
    "a service that waits for its turn beside two that left": shop(
        sent("check_in", "S"), sent("thank_you", "S", NOON + HOUR), sent("how_to", "S", state="planned")
    ),
    "two services and a word of marketing at once": shop(
        sent("check_in", "S"), sent("how_to", "S"), sent("birthday", "M")
    ),
}

BROKEN = {
    "service twice a day": [
        shop(*(sent(name, "S") for name in ("check_in", "how_to", "thank_you"))),
        shop(sent("check_in", "S"), sent("how_to", "S", NOON + HOUR), pressure=[Pressure("ono", None, NOON, "news")]),
        shop(*(sent(name, "S", customer_id=name) for name in ("check_in", "how_to", "thank_you"))),
    ],
    "marketing once a day": [
        shop(sent("birthday", "M"), sent("win_back", "M", NOON + 23 * HOUR)),
        shop(sent("birthday", "M", state="held_out"), sent("win_back", "M", NOON + HOUR)),
        shop(sent("birthday", "M"), pressure=[Pressure(None, "key of ono", NOON - HOUR, "newsletter")]),
        shop(sent("birthday", "M"), sent("win_back", "M", NOON + 6 * HOUR, planned_at=NOON - 2 * DAY)),
        shop(sent("birthday", "M"), sent("win_back", "M", customer_id="ono's brother")),
    ],
    "marketing thrice a week": [
        shop(*(sent("birthday", "M", NOON + n * DAY) for n in range(4))),
        shop(
            sent("birthday", "M"), sent("win_back", "M", NOON + 2 * DAY),
            orders={"O-1": Order("O-1", "ono", NOON - 20 * DAY, None, {1: 1})},
        ),
    ],
    "quiet from nine to eight": [
        shop(sent("check_in", "S", NOON + 9 * HOUR)),
        shop(sent("birthday", "M", NOON - 5 * HOUR)),
        shop(sent("refund_issued", "T", NOON + 12 * HOUR, channel="line")),
        shop(sent("birthday", "M"), customers={"ono": Customer("ono", zone="America/Sao_Paulo")}),
    ],
    "marketing needs a yes": [
        shop(sent("birthday", "M"), consents={}),
        shop(sent("birthday", "M"), consents={"ono": [Consent("email", "marketing", True, NOON + HOUR)]}),
        shop(sent("birthday", "M"), consents=words((3, True), (2, False))),
        shop(sent("birthday", "M", channel="line")),
        shop(
            sent("birthday", "M", customer_id="guest:1"),
            consents={"key of ono": [Consent("email", "marketing", True, NOON - 500 * DAY)]},
        ),
    ],
    "who said no to a topic is left alone": [
        shop(sent("check_in", "S"), consents={"ono": [Consent("email", "check_in", False, NOON - DAY)]}),
    ],
    "nobody who must not be written to": [
        shop(sent("check_in", "S"), customers={"ono": Customer("ono", status="deceased")}),
        shop(sent("refund_issued", "T"), customers={"ono": Customer("ono", status="do_not_contact")}),
        shop(sent("refund_issued", "T"), suppressed={"key of ono": [Span("all", NOON - DAY)]}),
        shop(sent("birthday", "M"), suppressed={"key of ono": [Span("marketing", NOON - DAY)]}),
    ],
    "nothing pleasant while a problem is open": [
        shop(sent("check_in", "S"), problems={"ono": [Span("ticket K-1", NOON - DAY, NOON + HOUR)]}),
        shop(sent("birthday", "M"), **on_the_way(scans=(Scan(NOON - DAY, "lost"),))),
        shop(sent("birthday", "M"), **on_the_way(scans=(Scan(NOON - DAY, "attempt_failed", "refused"),))),
        shop(sent("birthday", "M"), **on_the_way(scans=(Scan(NOON - DAY, "returned"), Scan(NOON - HOUR, "delivered")))),
    ],
    "no marketing inside a journey": [
        shop(sent("birthday", "M"), journeys={"ono": [Span("welcome", NOON - DAY)]}),
    ],
    "who asked to wait is left alone": [
        shop(sent("check_in", "S"), pauses={"ono": [Span("pause", NOON - DAY, NOON + DAY)]}),
    ],
    "once": [
        shop(sent("shipped", "T"), sent("shipped", "T"), **on_the_way()),
        shop(sent("refund_issued", "T"), events=[("refund_issued", "refund_issued 101200", "accepted")] * 2),
    ],
    "while it is true": [
        shop(sent("refund_issued", "T", valid_until=NOON - HOUR)),
        shop(sent("refund_issued", "T", due_at=NOON + HOUR)),
    ],
    "nothing is under way after it arrived": [
        shop(sent("shipped", "T")),
        shop(sent("delivered", "T", NOON - HOUR), sent("shipped", "T"), **on_the_way()),
    ],
    "nothing has arrived before everything did": [
        shop(sent("delivered", "T"), **on_the_way()),
        shop(
            sent("thank_you", "S"),
            **on_the_way(scans=(Scan(NOON - HOUR, "delivered"),), quantities={1: 1}),
        ),
        shop(
            sent("delivered", "T"),
            **on_the_way(scans=(Scan(NOON - 2 * HOUR, "delivered"), Scan(NOON - HOUR, "out_for_delivery"))),
        ),
    ],
    "a twentieth is held out": [
        shop(sent("refund_issued", "T", state="held_out")),
        shop(*(sent("birthday", "M", customer_id=f"c{n}", address_key=None, state="held_out") for n in range(20))),
        shop(*(sent("birthday", "M", customer_id=f"c{n}", address_key=None, state="planned") for n in range(600))),
        shop(sent("birthday", "M", state="held_out"), sent("birthday", "M", NOON + 8 * DAY, state="planned")),
    ],
}  # fmt: skip


def test_every_rule_has_a_case_that_breaks_it() -> None:
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [pytest.param(rule, case, id=f"{rule}-{n}") for rule, cases in BROKEN.items() for n, case in enumerate(cases)],
)
def test_a_broken_rule_is_named_with_person_messages_and_times(rule: str, evidence: Evidence) -> None:
    found = broken(evidence)[rule]
    assert found, "the rule did not see it"
    assert any(one.messages or one.who == "everybody" for one in found)
    assert report({}, {rule: found}, len(evidence.messages)) == 1


@pytest.mark.parametrize("name", FINE)
def test_what_is_allowed_breaks_nothing(name: str) -> None:
    assert {rule: found for rule, found in broken(FINE[name]).items() if found} == {}


def test_a_touchpoint_that_reaches_too_few_fails(capsys: pytest.CaptureFixture[str]) -> None:
    reach = {"birthday": Reach("M", sent=25, customers=19), "shipped": Reach("T", sent=25, customers=20)}
    assert report(reach, {}, 50) == 1
    assert "birthday: 19" in capsys.readouterr().out
    assert report({"shipped": reach["shipped"]}, {}, 25) == 0


def test_two_days_of_a_small_shop(database_url: str, tmp_path: Path) -> None:
    """The walk itself, with its reads, releases and the notice."""
    walk = ShopWalk(tmp_path, ORDERS, DAYS, read_every=DAY, database_url=database_url)
    walk.walk()
    evidence = read(walk.run.database, {name: one.holdout for name, one in load_all().items()})
    assert {rule: [str(one) for one in found] for rule, found in broken(evidence).items() if found} == {}
    reach = reached(evidence, ORDERS)
    assert set(reach) == set(load_all())
    assert {name for name in EXPECTED if reach[name].customers} == EXPECTED
    assert walk.noticed >= 20
