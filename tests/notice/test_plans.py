"""A plan is sent once, as shown minus what stopped being true, or not at all; and it ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tasks.channels import channels_of
from tasks.core import guards
from tasks.core.errors import GuardError
from tasks.core.runs import Run
from tasks.core.sealing import renderer_of
from tasks.deliver import deliver_messages
from tasks.notice import approve, lift, plans, preview, reject, show
from tests.notice.conftest import (
    DELAY,
    OWN,
    RECALL,
    at,
    cancel,
    deliver_order,
    hour,
    ledger,
    previewed,
    rows,
    waiting,
)

HIGA, SMITH = "higa-1@2026-09-16→2026-09-20", "smith-1@2026-09-16→2026-09-20"
CHINEN, GIBO = "chinen-1@2026-09-17→2026-09-20", "gibo-1@2026-09-16→2026-09-20"
HARA = "hara-1@2026-09-16→2026-09-20"
TOLD = {HIGA, SMITH, CHINEN, GIBO}


def approved(run: Run, shown: Any, by: str = "aya") -> Any:
    return approve(run, shown.plan.plan_id, shown.plan.plan_hash, by)


# Sent as shown


def test_a_delay_is_told_once_and_the_hours_after_it_go_on_by_themselves(shop: Run) -> None:
    done = approved(at(shop, "approve"), previewed(shop, **DELAY))
    assert (done.planned, done.states) == (4, {"accepted": 4})
    assert {one.reason for one in done.left_out} == {"check:worse", "suppressed"}
    assert (done.waiting, [one.reason for one in done.later]) == (1, ["not_due_yet"]), "Hara heard of it today"
    assert set(ledger(shop)) == TOLD
    assert rows(shop, "select distinct cause from told where order_id = 'higa-1'") == [("shop_notice",)]
    hour(at(shop, "11:00", 1))
    assert set(ledger(shop)) == TOLD, "nothing twice"
    hour(at(shop, "21:00", 11))
    assert set(ledger(shop)) == TOLD | {HARA}, "a day after her last notice she hears of this one"


def test_a_service_notice_is_one_message_a_customer(shop: Run) -> None:
    shown = previewed(shop, **RECALL)
    done = approved(at(shop, "approve"), shown)
    plan = shown.plan.plan_id
    assert done.states == {"accepted": 2}
    assert ledger(shop) == {f"{plan}:higa": "accepted", f"{plan}:oshiro": "accepted"}
    hour(at(shop, "11:00", 1))
    assert len([subject for subject in ledger(shop) if subject.startswith(plan)]) == 2
    again = previewed(shop, **RECALL)
    assert again.plan.summary.overlap.open_notices == {plan: 2}


def test_own_words_leave_for_each_person_escaped(shop: Run) -> None:
    shown = previewed(shop, kind="service", regions=["JP-13"], **OWN)
    approved(at(shop, "approve"), shown)
    mails = [path.read_text() for path in shop.settings.home.rglob("*.eml")]
    assert len(mails) == 1
    assert "&lt;b&gt;sato-1&lt;/b&gt;<br>誤りがございました。" in shown.samples[0].html
    assert "<b>sato-1</b>\n誤りがございました。" in shown.samples[0].text
    assert shown.samples[0].subject == "【ひなた商店】sato-1のお詫び [sato-1]"


def test_chosen_channels_are_the_only_ones(shop: Run) -> None:
    done = approved(at(shop, "approve"), previewed(shop, **DELAY, channels=["sms"]))
    assert set(ledger(shop)) == {GIBO}
    assert done.planned == 1


def test_loud_channels_wait_for_the_morning(shop: Run) -> None:
    night = at(shop, "22:00", 12)
    shown = preview(night, previewed(shop, **DELAY).plan.request, "kudo")
    done = approved(night, shown)
    assert done.waiting == 1
    assert waiting(shop) == {GIBO: "quiet_hours"}
    hour(at(shop, "08:00", 22))
    assert ledger(shop)[GIBO] == "planned"
    assert waiting(shop) == {}


# What stopped being true


def test_what_arrived_or_was_cancelled_since_the_preview_is_not_told(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    deliver_order(shop, "higa-1")
    cancel(shop, "chinen-1")
    done = approved(at(shop, "approve"), shown)
    assert set(ledger(shop)) == {SMITH, GIBO}
    assert {one.reason: one.orders for one in done.left_out}["gone"] == 2


def test_after_a_restart_the_plan_is_there_and_is_sent(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    shop.database.dispose()
    seen = show(at(shop, "restarted"), shown.plan.plan_id)
    assert seen.plan == shown.plan
    assert [(one.to, one.text) for one in seen.samples] == [(one.to, one.text) for one in shown.samples]
    assert approved(at(shop, "approve"), seen).planned == 4


def test_killed_before_delivery_it_is_sent_by_whoever_delivers_next(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    shown = previewed(shop, **DELAY)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("tasks.deliver.deliver_messages", die)
        approved(at(shop, "approve"), shown)
    assert ledger(shop) == dict.fromkeys(TOLD, "planned")
    with pytest.raises(GuardError, match="was approved by aya"):
        approved(at(shop, "approve again"), shown)
    later = at(shop, "11:00", 1)
    deliver_messages(later, channels_of(later), renderer_of(later))
    assert ledger(shop) == dict.fromkeys(TOLD, "accepted")


def test_an_expired_plan_is_not_sent(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_NOTICE_EXPIRY_HOURS", "0.0000001")
    shown = previewed(shop, **DELAY)
    assert [plan.state for plan in plans(shop)] == ["expired"]
    with pytest.raises(GuardError, match="expired at"):
        approved(at(shop, "approve"), shown)
    with pytest.raises(GuardError, match="expired at"):
        reject(at(shop, "reject"), shown.plan.plan_id, "aya")
    assert ledger(shop) == {}


def test_another_hash_than_the_one_shown_is_refused(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = previewed(shop, **DELAY)
    with pytest.raises(GuardError, match="has the hash"):
        approve(at(shop, "approve"), shown.plan.plan_id, "0" * 16, "aya")
    monkeypatch.setattr("tasks.core.notice_store.version", lambda _: "edited since")
    with pytest.raises(GuardError, match="templates of delay_notice were changed"):
        approved(at(shop, "approve"), shown)
    assert ledger(shop) == {}
    assert [plan.state for plan in plans(shop)] == ["previewed"]


def test_two_operators_at_once_send_once_and_the_second_is_told_who(shop: Run) -> None:
    shown = previewed(shop, **DELAY)

    def press(name: str) -> str:
        try:
            return str(approved(at(shop, f"approve-{name}"), shown, name).planned)
        except GuardError as error:
            return str(error)

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(press, ("aya", "kudo")))
    assert said[0] == "4"
    assert "was approved by" in said[1]
    assert len(list(shop.settings.home.rglob("*.eml"))) == 3
    assert len(rows(shop, "select from audit where act = 'notice.approve'")) == 1


def test_a_rejected_plan_is_never_sent(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    assert reject(at(shop, "reject"), shown.plan.plan_id, "aya", "人数が多すぎる").state == "rejected"
    with pytest.raises(GuardError, match="was rejected by aya"):
        approved(at(shop, "approve"), shown)
    assert rows(shop, "select operator, details ->> 'why' from audit where act = 'notice.reject'") == [
        ("aya", "人数が多すぎる")
    ]


def test_a_hold_refuses_and_the_kill_switch_stops_what_is_planned(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    with shop.database.transaction() as connection:
        guards.pause(connection, "ops", "twice already", "delay_notice")
    done = approved(at(shop, "approve"), shown)
    assert set(done.states) == {"planned"}
    assert "twice already" in done.notes[0]
    second = previewed(shop, **RECALL)
    rows(shop, "insert into hold (kind, detail, as_of) values ('gap', '{\"what\": \"late\"}', now()) returning 1")
    with pytest.raises(GuardError, match="while a hold is open"):
        approved(at(shop, "approve-2"), second)


# Its end


def test_a_lift_before_sending_stops_everything(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    with shop.database.transaction() as connection:
        guards.pause(connection, "ops", "wait")
    approved(at(shop, "approve"), shown)
    done = lift(at(shop, "lift"), shown.plan.plan_id, "kudo")
    assert (done.stopped, done.told) == (4, 0)
    assert set(ledger(shop).values()) == {"cancelled"}
    with shop.database.transaction() as connection:
        guards.resume(connection, "ops")
    hour(at(shop, "11:00", 1))
    hour(at(shop, "21:00", 11))
    of_notice = {subject: state for subject, state in ledger(shop).items() if subject.endswith("→2026-09-20")}
    assert of_notice == dict.fromkeys(TOLD, "cancelled"), "hara, who waited for her day, hears nothing of it either"


def test_a_lifted_delay_ends_at_the_lift_for_all_who_were_told(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    approved(at(shop, "approve"), shown)
    done = lift(at(shop, "lift", 1), shown.plan.plan_id, "kudo")
    assert (done.stopped, done.told) == (0, 4)
    lifted = rows(shop, "select distinct lifted_at from delay where cause = 'shop_notice'")
    assert lifted == [(datetime(2026, 9, 15, 2, tzinfo=UTC),)]
    hazards = rows(shop, "select count(*) from delay where cause <> 'shop_notice' and lifted_at is null")
    assert hazards[0][0] > 0, "what else is late stays late"
    with pytest.raises(GuardError, match="lifted by kudo"):
        lift(at(shop, "lift-2", 1), shown.plan.plan_id, "aya")


def test_those_told_of_a_service_notice_hear_once_that_it_is_over(shop: Run) -> None:
    shown = previewed(shop, **RECALL)
    approved(at(shop, "approve"), shown)
    words = {
        "ja": {"subject": "ご安心ください", "body": "問題はございません。"},
        "en": {"subject": "ok", "body": "All well."},
    }
    done = lift(at(shop, "lift", 1), shown.plan.plan_id, "kudo", words)
    assert (done.told, done.states) == (2, {"accepted": 2})
    plan = shown.plan.plan_id
    assert set(ledger(shop)) == {f"{plan}:{name}" for name in ("higa", "oshiro", "higa@lifted", "oshiro@lifted")}
    hour(at(shop, "12:00", 2))
    assert len([subject for subject in ledger(shop) if subject.startswith(plan)]) == 4


def test_a_lifted_service_notice_reaches_nobody_who_still_waits(shop: Run) -> None:
    shown = previewed(shop, kind="service", preset="apology", carriers=["yamato"])
    with shop.database.transaction() as connection:
        guards.pause(connection, "ops", "wait")
    approved(at(shop, "approve"), shown)
    done = lift(at(shop, "lift"), shown.plan.plan_id, "kudo")
    assert done.stopped == len(ledger(shop)) > 0
    assert (done.told, done.states) == (0, {})


# What is kept


def test_the_rows_of_an_approval_are_seen_again_as_of_their_load(shop: Run) -> None:
    shown = previewed(shop, **DELAY)
    approved(at(shop, "approve"), shown)
    (load_id, plan_id, windows) = rows(shop, "select load_id, plan_id, windows from run where plan_id is not null")[0]
    assert (plan_id, windows) == (shown.plan.plan_id, {})
    lift(at(shop, "lift", 1), shown.plan.plan_id, "kudo")
    with shop.database.as_of(load_id) as connection:
        then = connection.exec_driver_sql(
            "select state, (select count(*) from notice_member), (select count(*) from message) from notice"
        ).one()
    with shop.database.as_of(load_id - 1) as connection:
        before = connection.exec_driver_sql("select state from notice").scalar_one()
    assert (tuple(then), before) == (("approved", 7, 0), "previewed")


@pytest.mark.parametrize("change", ["update audit set operator = 'nobody'", "delete from audit", "truncate audit"])
def test_the_audit_cannot_be_changed(shop: Run, change: str) -> None:
    previewed(shop, **RECALL)
    with pytest.raises(DBAPIError, match="is refused"):
        rows(shop, change)


def test_home_is_clean_of_plans_nobody_sent(shop: Run, tmp_path: Path) -> None:
    previewed(shop, **DELAY)
    assert list(tmp_path.rglob("*.eml")) == []
