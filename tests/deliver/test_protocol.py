"""Classification: what each answer of a provider leads to (docs/delivery.md, "What an answer means")."""

import time

import pytest
from sqlalchemy import text

from tests.deliver.conftest import Shop
from tests.deliver.people import QUICK, STEADY, change, orders, plan, reason_of, states
from tests.deliver.standin import REFUSED, HttpChannel


def test_everything_is_accepted_once(shop: Shop) -> None:
    plan(shop.database, orders(25))
    done = shop.deliver()
    assert done.counts == {"accepted": 25}
    assert shop.provider.calls == 3
    shop.check()


def test_the_second_run_sends_nothing(shop: Shop) -> None:
    plan(shop.database, orders(5))
    shop.deliver()
    again = shop.deliver()
    assert (again.counts, again.notes, shop.provider.calls) == ({}, [], 1)


@pytest.mark.parametrize(
    "fault",
    [
        "timeout after",
        "500 after",
        "502 after",
        "reset after",
        "reset mid-body",
        "garbage",
        "short",
        "500 before",
        "502 before",
        "reset before",
    ],
)
def test_an_answer_without_proof_is_settled(shop: Shop, fault: str) -> None:
    plan(shop.database, orders(12))
    shop.provider.faults.append(fault)
    shop.deliver()
    if not shop.provider.keyed:
        assert shop.provider.calls == 2, "nothing was posted again blindly"
        time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
        shop.deliver()
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def test_a_message_the_provider_left_out_is_found_out(shop: Shop) -> None:
    """A list that is short because a message really is missing: only asking tells which."""
    plan(shop.database, orders(12))
    shop.provider.faults.append("one left out")
    shop.deliver()
    assert set(states(shop.database).values()) == {"accepted", "unknown"}
    age = "update batch set first_posted_at = now() - interval '2 min', last_posted_at = now() - interval '2 min'"
    change(shop.database, age + " where state = 'unknown'")
    shop.deliver()
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


@pytest.mark.parametrize("fault", ["429", "429 with Retry-After"])
def test_too_many_requests_is_tried_again_later(shop: Shop, fault: str) -> None:
    plan(shop.database, orders(12))
    shop.provider.faults.append(fault)
    done = shop.deliver(times=QUICK.model_copy(update={"lease_seconds": 2}))
    assert done.counts["NotWritten"] == 1
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def test_a_long_retry_after_is_left_to_a_later_run(shop: Shop) -> None:
    plan(shop.database, orders(3))
    shop.provider.faults.append("429 for an hour")
    shop.deliver()
    assert set(states(shop.database).values()) == {"planned"}
    with shop.database.transaction() as connection:
        connection.execute(text("update outbox set not_before_at = not_before_at - interval '1 hour'"))
    shop.deliver()
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def test_a_refused_connection_leaves_everything_planned(shop: Shop) -> None:
    plan(shop.database, orders(25))
    done = shop.deliver(HttpChannel(1, shop.provider.keyed))
    assert set(states(shop.database).values()) == {"planned"}
    assert [note for note in done.notes if "stay planned" in note]
    shop.deliver()
    shop.check()
    assert set(states(shop.database).values()) == {"accepted"}


def test_a_stop_of_the_account_ends_sending_at_the_first_answer(shop: Shop) -> None:
    plan(shop.database, orders(25))
    shop.provider.faults.append("suspended")
    done = shop.deliver()
    assert shop.provider.calls == 1
    assert done.counts["AccountStopped"] == 1
    assert set(states(shop.database).values()) == {"planned"}
    shop.check()


def test_one_bad_recipient_harms_nobody_else(shop: Shop) -> None:
    good, bad = orders(10), orders(11, email=REFUSED)[10]
    plan(shop.database, [*good, bad])
    shop.deliver()
    assert states(shop.database) == {
        **dict.fromkeys((one.subject_id for one in good), "accepted"),
        bad.subject_id: "rejected",
    }
    assert reason_of(shop.database, bad.subject_id) == "unknown recipient"
    shop.check()


def test_a_refused_call_rejects_its_messages(shop: Shop) -> None:
    plan(shop.database, orders(12))
    shop.provider.faults.append("invalid")
    shop.deliver()
    assert sorted(states(shop.database).values()) == ["accepted"] * 2 + ["rejected"] * 10
    shop.check()


def test_an_error_nobody_foresaw_is_unknown_not_lost(keyed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(keyed.database, orders(4))

    def post(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(HttpChannel, "post", post)
        keyed.deliver()
    assert set(states(keyed.database).values()) == {"unknown"}
    keyed.deliver()
    keyed.check()


def test_marketing_that_cannot_be_found_is_parked(unkeyed: Shop) -> None:
    plan(unkeyed.database, orders(3, message_class="M"))
    unkeyed.provider.faults.append("500 before")
    unkeyed.deliver()
    assert set(states(unkeyed.database).values()) == {"unknown"}
    time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
    unkeyed.deliver()
    assert set(states(unkeyed.database).values()) == {"parked"}
    unkeyed.check()


def test_where_nobody_can_be_asked_nothing_is_sent_blindly(unkeyed: Shop) -> None:
    plan(unkeyed.database, orders(3))
    deaf = HttpChannel(unkeyed.provider.port, False, can_look_up=False)
    unkeyed.provider.faults.append("500 after")
    unkeyed.deliver(deaf)
    time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
    unkeyed.deliver(deaf)
    assert set(states(unkeyed.database).values()) == {"parked"}
    assert reason_of(unkeyed.database, "O-00000") == "cannot_ask_provider"
    assert unkeyed.provider.calls == 1


def test_a_key_that_may_be_forgotten_is_not_used_again(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.provider.faults += ["500 after"] * 4
    keyed.deliver()
    change(
        keyed.database,
        "update batch set first_posted_at = now() - interval '2 min', last_posted_at = now() - interval '2 min'",
    )
    calls = keyed.provider.calls
    keyed.deliver()
    assert keyed.provider.calls == calls, "asked, not posted"
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check()


def test_a_stop_of_the_account_gives_no_key_up(keyed: Shop) -> None:
    """The batch in doubt is old enough to be asked about, nobody can be asked, and this run may not post it again."""
    deaf = HttpChannel(keyed.provider.port, True, can_look_up=False)
    people = orders(4)
    plan(keyed.database, people[:3])
    keyed.provider.faults += ["500 after"] * 4
    keyed.deliver(deaf, times=STEADY)
    change(keyed.database, "update batch set last_posted_at = now() - interval '30 s'")
    plan(keyed.database, people[3:])
    keyed.provider.faults.append("suspended")
    keyed.deliver(deaf, times=STEADY)
    assert sorted(states(keyed.database).values()) == ["planned", *["unknown"] * 3]
    keyed.deliver(deaf, times=STEADY)
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check()


def test_a_repost_stops_when_a_member_is_no_longer_true(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.provider.faults += ["500 before"] * 4
    keyed.deliver()
    assert keyed.provider.calls == 4
    change(
        keyed.database,
        "insert into suppression (address_key, scope, reason, at, source) values "
        "('key:o-00001@example.invalid', 'all', 'bounce', now(), 'test')",
    )
    keyed.deliver()
    assert keyed.provider.calls == 4
    assert set(states(keyed.database).values()) == {"unknown"}


def test_a_doubt_does_not_wait_until_all_is_sent(keyed: Shop) -> None:
    """A run may send for longer than a key may be used again."""
    plan(keyed.database, orders(150))
    keyed.provider.faults += ["500 after", *["slow"] * 14]
    keyed.deliver(times=STEADY.model_copy(update={"lease_seconds": 1.6, "timeout_seconds": 1.0}))
    with keyed.database.transaction() as connection:
        newest = "select max(event_id) filter (where subject_id < 'O-00010'), max(event_id) from message_event"
        reposted, last = connection.execute(text(newest)).one()
    assert reposted < last
    keyed.check()


def test_what_was_refused_after_a_doubt_stays_in_doubt(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    keyed.provider.faults += ["500 after", "429", "invalid", "429"]
    keyed.deliver()
    assert set(states(keyed.database).values()) == {"unknown"}, "a refusal of the repost says nothing of the first post"
    keyed.provider.faults.clear()
    keyed.deliver()
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check()
