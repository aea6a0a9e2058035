"""Unknown outcomes at a provider that cannot be asked but tells in events (DELIVERY.md, rules 10 and 12)."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.core.domain import ChannelName
from tasks.core.feedback import Event, Kind, keep
from tasks.core.outgoing import message_key
from tests.deliver.conftest import Shop
from tests.deliver.people import QUICK, change, orders, plan, reason_of, states
from tests.deliver.standin import HttpChannel

TIMES = QUICK.model_copy(update={"event_horizon_minutes": 10})
HORIZON = 11
"""Minutes: one horizon has passed, two have not."""

TAKEN, LOST, MARKETING, OTHER = "O-00000", "O-00001", "O-00002", "O-00003"
Said = tuple[str, Kind, int, ChannelName]


def said(subject: str, kind: Kind, minutes_ago: int = 0, channel: ChannelName = ChannelName.EMAIL) -> Said:
    """The provider spoke of a message."""
    return subject, kind, minutes_ago, channel


SMS = ChannelName.SMS
SENT, OLD = said(TAKEN, Kind.SENT, HORIZON), said(TAKEN, Kind.SENT, 2 * HORIZON)
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


def hear(shop: Shop, subject: str, kind: Kind, minutes_ago: int, channel: ChannelName) -> None:
    """Keep one event."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    event = Event("standin", f"{subject} {kind} {minutes_ago}", kind, at, channel, message_key("shipped", subject))
    with shop.database.transaction() as connection:
        keep(connection, b"secret", [event])


@pytest.mark.parametrize(
    ("events", "minutes", "expected", "reason"),
    [
        pytest.param([], 1, ALL_UNKNOWN, None, id="nothing is said, and it is early"),
        pytest.param([SENT], 1, ALL_UNKNOWN, None, id="not all are spoken of, and it is early"),
        pytest.param([SENT, said(OTHER, Kind.SENT)], HORIZON, PROVED, "not_found_in_events", id="others are spoken of"),
        pytest.param([SENT], HORIZON, ALL_UNKNOWN, None, id="nobody is spoken of since: wait for a sign"),
        pytest.param([SENT, said(OTHER, Kind.DELIVERED)], HORIZON, ALL_UNKNOWN, None, id="a delivery is no such sign"),
        pytest.param([SENT, said(LOST, Kind.SENT, 0, SMS)], HORIZON, ALL_UNKNOWN, None, id="nor another channel"),
        pytest.param([OLD], 2 * HORIZON, ALL_PARKED | {TAKEN: "accepted"}, "cannot_ask_provider", id="no sign at all"),
    ],
)
def test_what_events_prove(
    doubted: Shop, events: list[Said], minutes: int, expected: dict[str, str], reason: str | None
) -> None:
    hear(doubted, *said(OTHER, Kind.SENT, 60))
    age(doubted, minutes)
    for one in events:
        hear(doubted, *one)
    calls = doubted.provider.calls
    deliver(doubted)
    assert states(doubted.database) == expected
    assert doubted.provider.calls - calls == (expected is PROVED), "nothing is posted blindly"
    if reason:
        assert reason_of(doubted.database, MARKETING) == reason
    if expected is not ALL_UNKNOWN:
        doubted.check()


def test_what_is_spoken_of_is_settled_at_once(doubted: Shop) -> None:
    for subject, kind in ((TAKEN, Kind.BOUNCED), (LOST, Kind.SENT), (MARKETING, Kind.UNSUBSCRIBED)):
        hear(doubted, *said(subject, kind))
    deliver(doubted)
    assert set(states(doubted.database).values()) == {"accepted"}


def test_where_events_never_came_nobody_waits_for_them(doubted: Shop) -> None:
    age(doubted, 1)
    deliver(doubted)
    assert states(doubted.database) == ALL_PARKED
    assert reason_of(doubted.database, TAKEN) == "cannot_ask_provider"
