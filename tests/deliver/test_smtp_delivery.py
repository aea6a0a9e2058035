"""SMTP through the protocol: each message once, and what is without proof parked alone."""

import time
from collections import Counter

import pytest

from tasks.channels.smtp import Smtp
from tests.deliver.conftest import Shop
from tests.deliver.people import QUICK, STEADY, orders, plan, reason_of, states
from tests.deliver.relay import Relay

PATIENT = QUICK.model_copy(update={"batch_size": 500, "lease_seconds": 20, "timeout_seconds": 5})


def test_seal_intend_acknowledge(unkeyed: Shop, relay: Relay, smtp: Smtp) -> None:
    plan(unkeyed.database, orders(120))
    done = unkeyed.deliver(smtp, run={"env": "production"}, times=PATIENT)
    assert (done.counts, done.notes) == ({"accepted": 120}, [])
    assert (relay.posts, len(relay.copies), relay.connections) == (120, 120, 1)
    unkeyed.check_sum()


def test_a_lost_answer_parks_that_message_alone(unkeyed: Shop, relay: Relay, smtp: Smtp) -> None:
    plan(unkeyed.database, orders(30))
    relay.after.extend([*[""] * 4, "reset"])
    done = unkeyed.deliver(smtp, run={"env": "production"}, times=PATIENT)
    unkeyed.deliver(smtp, run={"env": "production"}, times=PATIENT)
    assert (done.counts["accepted"], done.counts["parked"], done.counts["UnknownOutcome"]) == (29, 1, 1)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 29, "parked": 1}
    assert reason_of(unkeyed.database, "O-00004") == "cannot_ask_provider"
    assert (relay.posts, set(relay.copies.values())) == (30, {1})
    unkeyed.check_sum()


def test_a_worker_that_dies_leaves_its_own_intent_and_nothing_twice(unkeyed: Shop, relay: Relay, smtp: Smtp) -> None:
    plan(unkeyed.database, orders(7))
    smtp.max_messages = 3
    with pytest.raises(KeyboardInterrupt):
        unkeyed.deliver(smtp, dying, run={"env": "production"}, times=STEADY)
    time.sleep(STEADY.lease_seconds + 0.2)
    unkeyed.deliver(smtp, run={"env": "production"}, times=STEADY)
    time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
    unkeyed.deliver(smtp, run={"env": "production"}, times=STEADY)
    assert Counter(states(unkeyed.database).values()) == {"parked": 3, "accepted": 4}
    assert (len(relay.copies), set(relay.copies.values())) == (7, {1})
    unkeyed.check_sum()


def dying(step: str) -> None:
    """A hook that ends the worker between post and acknowledgement."""
    if step == "post":
        raise KeyboardInterrupt


def test_refusals_end_where_they_belong(unkeyed: Shop, relay: Relay, smtp: Smtp) -> None:
    plan(unkeyed.database, orders(10))
    relay.rcpt.extend(["", "550 5.1.1 no such user", "450 4.2.0 greylisted"])
    done = unkeyed.deliver(smtp, run={"env": "production"}, times=PATIENT)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 8, "rejected": 1, "planned": 1}
    assert "no such user" in reason_of(unkeyed.database, "O-00001")
    assert done.counts["NotWritten"] == 1
    unkeyed.check_sum()


def test_an_account_stop_half_way_keeps_the_rest_planned(unkeyed: Shop, relay: Relay, smtp: Smtp) -> None:
    plan(unkeyed.database, orders(10))
    relay.mail.extend(["", "", "550 5.7.1 this account is not allowed to send"])
    started = time.monotonic()
    done = unkeyed.deliver(smtp, run={"env": "production"}, times=PATIENT)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 2, "planned": 8}
    assert relay.posts == 2
    assert [note for note in done.notes if "stay planned" in note]
    assert time.monotonic() - started < 15
    unkeyed.check_sum()
