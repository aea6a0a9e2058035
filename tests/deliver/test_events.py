"""Unknown outcomes at a provider that cannot be asked but tells in events (DELIVERY.md, rules 10 and 12)."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.core.domain import ChannelName
from tasks.core.feedback import Event, Kind, keep
from tasks.core.outgoing import message_key
from tests.deliver.conftest import Shop
from tests.deliver.people import STEADY, change, orders, plan, reason_of, states
from tests.deliver.standin import HttpChannel

TIMES = STEADY.model_copy(update={"horizon_minutes": 1, "event_horizon_minutes": 10})
HORIZON = 11
"""Minutes: one horizon has passed, two have not."""

TAKEN, LOST, MARKETING, OTHERS = "O-00000", "O-00001", "O-00002", ("O-00003", "O-00004")
ALL_UNKNOWN = dict.fromkeys((TAKEN, LOST, MARKETING), "unknown")
ALL_PARKED = dict.fromkeys((TAKEN, LOST, MARKETING), "parked")
PROVED = {TAKEN: "accepted", LOST: "accepted", MARKETING: "parked"}
"""The lost one was sent again: it was transactional."""


@pytest.fixture
def doubted(unkeyed: Shop) -> Shop:
    """Three messages without an answer, from two batches; the provider took one."""
    people = orders(3)
    plan(unkeyed.database, [*people[:2], orders(3, message_class="M")[2]])
    unkeyed.provider.faults += ["one left out", "500 before"]
    deliver(unkeyed)
    assert states(unkeyed.database) == ALL_UNKNOWN
    return unkeyed


def deliver(shop: Shop) -> None:
    """An hour with a provider that has no search."""
    shop.deliver(HttpChannel(shop.provider.port, False, can_look_up=False), times=TIMES)


def age(shop: Shop, minutes: int) -> None:
    """The doubts are so old."""
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    change(shop.database, "update batch set last_posted_at = :at where state = 'unknown'", at=at)


def hear(shop: Shop, subject: str, kind: Kind = Kind.SENT, channel: ChannelName = ChannelName.EMAIL) -> None:
    """The provider speaks of a message."""
    event = Event("standin", f"{subject} {kind}", kind, datetime.now(UTC), channel, message_key("shipped", subject))
    with shop.database.transaction() as connection:
        keep(connection, b"secret", [event])


@pytest.mark.parametrize(
    ("others", "heard", "minutes", "expected", "reason"),
    [
        pytest.param(2, [TAKEN, *OTHERS], 2, ALL_UNKNOWN, None, id="it is early"),
        pytest.param(2, [TAKEN, *OTHERS], HORIZON, PROVED, "not_found_in_events", id="all others are spoken of"),
        pytest.param(2, [TAKEN, OTHERS[0]], HORIZON, ALL_UNKNOWN, None, id="one of the others is missing"),
        pytest.param(2, [TAKEN], HORIZON, ALL_UNKNOWN, None, id="nobody was spoken of since"),
        pytest.param(0, [TAKEN], HORIZON, ALL_UNKNOWN, None, id="nothing was sent since"),
        pytest.param(
            2, [TAKEN], 2 * HORIZON, ALL_PARKED | {TAKEN: "accepted"}, "cannot_ask_provider", id="for too long"
        ),
        pytest.param(0, [], 2, ALL_PARKED, "cannot_ask_provider", id="events never came: nobody waits for them"),
    ],
)
def test_what_silence_proves(
    doubted: Shop, others: int, heard: list[str], minutes: int, expected: dict[str, str], reason: str | None
) -> None:
    if others:
        plan(doubted.database, orders(3 + others)[3:])
    deliver(doubted)
    for subject in heard:
        hear(doubted, subject)
    age(doubted, minutes)
    calls = doubted.provider.calls
    deliver(doubted)
    assert states(doubted.database) == expected | dict.fromkeys(OTHERS[:others], "accepted")
    assert doubted.provider.calls - calls == (expected is PROVED), "nothing is posted blindly"
    if reason:
        assert reason_of(doubted.database, MARKETING) == reason


def test_what_is_spoken_of_is_settled_at_once(doubted: Shop) -> None:
    for subject, kind in ((TAKEN, Kind.BOUNCED), (LOST, Kind.SENT), (MARKETING, Kind.UNSUBSCRIBED)):
        hear(doubted, subject, kind)
    deliver(doubted)
    assert set(states(doubted.database).values()) == {"accepted"}


def test_an_event_on_another_channel_is_another_message(doubted: Shop) -> None:
    """A message that fell back has one key on both."""
    for subject in (TAKEN, LOST, MARKETING):
        hear(doubted, subject, channel=ChannelName.SMS)
    age(doubted, 2)
    deliver(doubted)
    assert states(doubted.database) == ALL_PARKED
