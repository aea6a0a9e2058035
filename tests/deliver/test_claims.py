"""The claim: who may still leave, who is told why not, and that facts after the plan count (docs/delivery.md)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from tests.deliver.conftest import Shop
from tests.deliver.people import NOW, Planned, change, orders, plan, reason_of, states
from tests.deliver.standin import HttpChannel

MARKETING = Planned("O-1", "review_request", "M", priority=45)
SERVICE = Planned("O-1", "how_to", "S", priority=62)
TRANSACTIONAL = Planned("O-1")

SUPPRESS = """insert into suppression (address_key, scope, reason, at, source)
              values ('key:o-1@example.invalid', :scope, 'complaint', '2026-09-15', 'test')"""
CONSENT = """insert into consents (customer_id, channel, topic, granted, at, source)
             values ('C-O-1', 'email', :topic, false, '2026-09-15', 'preference page')"""
TICKET = """insert into tickets (ticket_id, customer_id, opened_at) values ('T-1', 'C-O-1', '2026-09-14')"""
JOURNEY = """insert into journeys (customer_id, journey, entered_at) values ('C-O-1', 'welcome', '2026-09-14')"""
PRESSURE = """insert into pressure (customer_id, channel, at, source)
              values ('C-O-1', 'email', '2026-09-14 20:00+09', 'newsletter')"""
STATUS = "update customers set status = :status, from_load = current_load()"
OPEN_ORDER = """insert into order_progress (order_id, customer_id, placed_at, order_number, zone)
                values ('O-1', 'C-O-1', '2026-09-01', 1, 'Asia/Tokyo')"""
PAUSE = "insert into pause (touchpoint, channel, reason, paused_by) values (:touchpoint, null, 'wrong price', 'Aoi')"
HOLD = "insert into hold (kind, detail, as_of) values ('gap', '{}', '2026-09-15')"


@pytest.mark.parametrize(
    ("message", "event", "values", "state", "reason"),
    [
        (TRANSACTIONAL, SUPPRESS, {"scope": "all"}, "cancelled", "suppressed"),
        (TRANSACTIONAL, SUPPRESS, {"scope": "marketing"}, "accepted", None),
        (MARKETING, SUPPRESS, {"scope": "marketing"}, "cancelled", "suppressed"),
        (MARKETING, CONSENT, {"topic": "marketing"}, "cancelled", "no_consent"),
        (MARKETING, CONSENT, {"topic": "review_request"}, "cancelled", "opted_out"),
        (SERVICE, CONSENT, {"topic": "how_to"}, "cancelled", "opted_out"),
        (TRANSACTIONAL, CONSENT, {"topic": "marketing"}, "accepted", None),
        (MARKETING, TICKET, {}, "planned", None),
        (SERVICE, TICKET, {}, "planned", None),
        (TRANSACTIONAL, TICKET, {}, "accepted", None),
        (MARKETING, JOURNEY, {}, "planned", None),
        (MARKETING, PRESSURE, {}, "planned", None),
        (SERVICE, PRESSURE, {}, "accepted", None),
        (TRANSACTIONAL, STATUS, {"status": "do_not_contact"}, "cancelled", "do_not_contact"),
        (TRANSACTIONAL, STATUS, {"status": "merged_into:C-9"}, "cancelled", "merged"),
        (TRANSACTIONAL, PAUSE, {"touchpoint": None}, "planned", None),
        (TRANSACTIONAL, PAUSE, {"touchpoint": "shipped"}, "planned", None),
        (TRANSACTIONAL, PAUSE, {"touchpoint": "delivered"}, "accepted", None),
        (TRANSACTIONAL, HOLD, {}, "planned", None),
    ],
)
def test_what_happens_after_the_plan_counts(
    keyed: Shop, message: Planned, event: str, values: dict[str, str], state: str, reason: str | None
) -> None:
    plan(keyed.database, [message])
    change(keyed.database, event, **values)
    keyed.deliver()
    assert states(keyed.database) == {"O-1": state}
    assert (reason_of(keyed.database, "O-1") if reason else None) == reason
    keyed.check_sum()


@pytest.mark.parametrize(
    ("event", "values", "state", "other_state"),
    [
        (SUPPRESS, {"scope": "all"}, "cancelled", "accepted"),
        (STATUS, {"status": "deceased"}, "cancelled", "cancelled"),
        (PAUSE, {"touchpoint": "shipped"}, "planned", "accepted"),
        (HOLD, {}, "planned", "planned"),
    ],
)
def test_what_happens_after_the_seal_counts_too(
    keyed: Shop, event: str, values: dict[str, str], state: str, other_state: str
) -> None:
    """The batch is dissolved and sealed again without that member."""
    other = replace(TRANSACTIONAL, subject_id="O-2", touchpoint="delivered")
    plan(keyed.database, [TRANSACTIONAL, other])
    seal_only(keyed)
    assert set(states(keyed.database).values()) == {"sealed"}
    change(keyed.database, event, **values)
    keyed.deliver()
    assert states(keyed.database) == {"O-1": state, "O-2": other_state}
    keyed.check_sum()


class Stop(Exception):
    """Ends a run at a step, as a kill would."""


def seal_only(shop: Shop) -> None:
    """Leave a sealed batch that nobody posts."""

    def hook(step: str) -> None:
        if step == "seal":
            raise Stop

    with pytest.raises(Stop):
        shop.deliver(hook=hook)


def test_a_sealed_batch_nobody_posts_is_posted_by_the_next_run(shop: Shop) -> None:
    plan(shop.database, orders(3))
    seal_only(shop)
    shop.deliver(run={"run_id": "run-2"})
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def test_what_is_late_expires_and_is_never_sent(keyed: Shop) -> None:
    plan(keyed.database, [replace(TRANSACTIONAL, valid_until=NOW)])
    keyed.deliver()
    assert states(keyed.database) == {"O-1": "expired"}
    assert keyed.provider.calls == 0


def test_what_gets_late_after_the_seal_expires(keyed: Shop) -> None:
    plan(keyed.database, [TRANSACTIONAL, Planned("O-2", valid_until=NOW + timedelta(days=9))])
    seal_only(keyed)
    keyed.deliver(run={"run_id": "run-2", "as_of": NOW + timedelta(hours=20)})
    assert states(keyed.database) == {"O-1": "expired", "O-2": "accepted"}
    keyed.check()


def test_an_open_order_of_someone_not_to_be_contacted_goes_on(keyed: Shop) -> None:
    plan(keyed.database, [replace(TRANSACTIONAL, status="do_not_contact")])
    change(keyed.database, OPEN_ORDER)
    keyed.deliver()
    assert states(keyed.database) == {"O-1": "accepted"}


def test_marketing_planned_by_day_does_not_leave_by_night(keyed: Shop) -> None:
    plan(keyed.database, [MARKETING])
    night = {"run_id": "run-2", "as_of": NOW + timedelta(hours=12)}
    keyed.deliver(run=night)
    assert states(keyed.database) == {"O-1": "planned"}


def test_of_two_marketing_messages_the_higher_priority_leaves(keyed: Shop) -> None:
    other = replace(MARKETING, subject_id="O-2", priority=44, customer="C-O-1", email="o-1@example.invalid")
    plan(keyed.database, [other, MARKETING])
    keyed.deliver()
    assert states(keyed.database) == {"O-1": "accepted", "O-2": "planned"}


@pytest.mark.parametrize(
    ("planned", "released", "other_planned", "other_left", "state"),
    [
        (30, 1, 6, 6, "planned"),  # while it waited for its release another one left
        (30, 1, 26, 26, "accepted"),
        (30, 30, 6, 6, "planned"),  # while it waited for its turn
        (30, 30, 30, 6, "planned"),  # planned with it, left before it
        (0, 0, 30, 20, "planned"),  # the other one waited, and left within the day
        (0, 0, 30, 25, "accepted"),
    ],
)
def test_a_cap_counts_from_when_a_message_left(
    keyed: Shop, planned: int, released: int, other_planned: int, other_left: int, state: str
) -> None:
    """Hours ago. Two messages of marketing to one person."""
    other = replace(MARKETING, subject_id="O-2", customer="C-O-1", email="o-1@example.invalid")
    plan(keyed.database, [MARKETING, other])
    move = "update message set planned_at = :planned, state = :state, state_at = :since where subject_id = :subject"
    hours = {n: NOW - timedelta(hours=n) for n in (planned, released, other_planned, other_left)}
    first = {"subject": "O-1", "state": "planned", "planned": hours[planned], "since": hours[released]}
    second = {"subject": "O-2", "state": "accepted", "planned": hours[other_planned], "since": hours[other_left]}
    for moved in (first, second):
        change(keyed.database, move, **moved)
    change(keyed.database, "delete from outbox where subject_id = :subject", subject="O-2")
    keyed.deliver(run={"run_id": "run-2"})
    assert states(keyed.database) == {"O-1": state, "O-2": "accepted"}


def test_what_waited_goes_after_what_is_planned_now(keyed: Shop) -> None:
    """It was not counted any more when the other one was planned."""
    other = replace(MARKETING, subject_id="O-2", customer="C-O-1", email="o-1@example.invalid")
    plan(keyed.database, [MARKETING, other])
    move = "update message set planned_at = :at, state_at = :at where subject_id = 'O-1'"
    change(keyed.database, move, at=NOW - timedelta(hours=30))
    keyed.deliver(run={"run_id": "run-2"})
    assert states(keyed.database) == {"O-1": "planned", "O-2": "accepted"}


def test_of_two_released_at_once_one_leaves(keyed: Shop) -> None:
    other = replace(MARKETING, subject_id="O-2", priority=44, customer="C-O-1", email="o-1@example.invalid")
    plan(keyed.database, [other, MARKETING])
    move = "update message set planned_at = :planned, state_at = :since where subject_id = :subject"
    for subject, planned in (("O-1", 60), ("O-2", 30)):
        moved = {"planned": NOW - timedelta(hours=planned), "since": NOW - timedelta(hours=1)}
        change(keyed.database, move, subject=subject, **moved)
    keyed.deliver(run={"run_id": "run-2"})
    assert sorted(states(keyed.database).values()) == ["accepted", "planned"]


def test_what_an_earlier_run_planned_must_still_be_due(keyed: Shop) -> None:
    plan(keyed.database, [Planned("O-1"), Planned("O-2")])

    def only_the_second(_c: Connection, _t: str, asked: list[str], _at: object) -> set[str]:
        return {"O-2"} & set(asked)

    keyed.deliver(still_due=only_the_second, run={"run_id": "run-2"})  # type: ignore[arg-type]
    assert states(keyed.database) == {"O-1": "cancelled", "O-2": "accepted"}
    assert reason_of(keyed.database, "O-1") == "no_longer_due"


def test_what_this_run_planned_is_not_asked_again(keyed: Shop) -> None:
    plan(keyed.database, [TRANSACTIONAL])
    keyed.deliver(still_due=lambda *_: set())
    assert states(keyed.database) == {"O-1": "accepted"}


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({}, "rejected"),
        ({"allow": "team@example.invalid, O-1@example.invalid"}, "accepted"),
        ({"env": "production"}, "accepted"),
    ],
)
def test_outside_production_a_real_channel_reaches_the_allow_list_only(
    keyed: Shop, settings: dict[str, str], state: str
) -> None:
    plan(keyed.database, [TRANSACTIONAL])
    keyed.deliver(HttpChannel(keyed.provider.port, True, is_real=True), run=dict(settings))
    assert states(keyed.database) == {"O-1": state}
    assert keyed.provider.calls == (state == "accepted")
    if state == "rejected":
        assert reason_of(keyed.database, "O-1") == "outbound_guard"


def test_transactional_leaves_first_then_service_then_marketing(keyed: Shop) -> None:
    plan(
        keyed.database,
        [*orders(3, message_class="M", priority=99), Planned("O-s", "how_to", "S"), Planned("O-t", priority=1)],
    )
    order: list[str] = []

    def hook(step: str) -> None:
        if step == "seal":
            order.extend(sorted(one for one, state in states(keyed.database).items() if state == "sealed"))

    keyed.deliver(hook=hook)
    assert order == ["O-t", "O-s", "O-00000", "O-00001", "O-00002"]


def test_an_accepted_message_changes_what_the_customer_was_told(keyed: Shop) -> None:
    tells = {"until_on": "2026-09-20", "from_on": None, "cause": "hazard"}
    plan(
        keyed.database,
        [Planned("O-1", "delay_notice", context={"tells": tells}), Planned("O-2", context={"tells": None})],
    )
    keyed.deliver()
    with keyed.database.transaction() as connection:
        rows = connection.exec_driver_sql("select order_id, until_on::text, cause, times, from_load from told").all()
    assert [tuple(row) for row in rows] == [("O-1", "2026-09-20", "hazard", 1, 1)]


def test_a_rejected_message_told_nothing(keyed: Shop) -> None:
    plan(keyed.database, [Planned("O-1", context={"tells": {"until_on": "2026-09-20"}})])
    keyed.provider.faults.append("invalid")
    keyed.deliver()
    with keyed.database.transaction() as connection:
        assert connection.exec_driver_sql("select count(*) from told").scalar() == 0
