"""What events do: folded in any order, facts at once, and an opt-out inside an hour that is already planned."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tasks.core.database import Database, libpq_url
from tasks.core.domain import ChannelName
from tasks.core.feedback import Event, Kind, fold, keep, settle
from tasks.core.identity import address_key
from tasks.core.outgoing import message_key
from tests.deliver.conftest import Shop, keyed, nursery  # noqa: F401  # fixtures
from tests.deliver.people import Planned, change, plan, reason_of, states
from tests.deliver.test_claims import seal_only
from tests.feedback.conftest import KEY, SECRET, Heard, customer, incoming_of, receiver_of
from tests.feedback.signing import Signed, reply

MESSAGE = message_key("shipped", "O-1")
AT = datetime(2026, 9, 15, 1, tzinfo=UTC)
STORY = ("queued", "sent", "failed", "delivered", "opened", "clicked")


def event(kind: str, number: int = 0, at: datetime = AT, **changes: object) -> Event:
    """One event of one provider."""
    made = Event("test", f"{kind}-{number}", Kind(kind), at, message_key=MESSAGE, address="a@example.invalid")
    return replace(made, **changes)  # type: ignore[arg-type]


def state_after(database: Database, events: list[Event]) -> str:
    """Keep events one by one, roll back; what the fold says."""
    with database.transaction() as connection, connection.begin_nested() as step:
        for one in events:
            keep(connection, SECRET, [one])
        found = str(fold(connection, [MESSAGE], ChannelName.EMAIL)[MESSAGE]["state"])
        step.rollback()
    return found


def test_the_order_and_number_of_events_do_not_matter(module_database: Database) -> None:
    for some in permutations(["queued", "sent", "failed", "delivered"]):
        assert state_after(module_database, [event(kind) for kind in some] * 2) == "delivered"
    for last in ("bounced", "unsubscribed", "complained"):
        story = [event(kind) for kind in (*STORY, last)]
        for seed in range(5):
            random.Random(seed).shuffle(story)  # noqa: S311
            assert state_after(module_database, story) == last


def test_an_event_is_kept_once_and_never_changed(database: Database) -> None:
    with database.transaction() as connection:
        assert keep(connection, SECRET, [event("sent"), event("sent"), event("sent", 1)]) == 2
        assert keep(connection, SECRET, [event("sent"), event("delivered")]) == 1
        assert fold(connection, [MESSAGE], ChannelName.EMAIL)[MESSAGE]["events"] == 3
    for statement in ("update feedback set kind = 'opened'", "delete from feedback", "truncate feedback"):
        with pytest.raises(DBAPIError, match="recorded facts"), database.transaction() as connection:
            connection.execute(text(statement))
    with database.transaction() as connection:  # erasure
        connection.execute(text("update feedback set raw = null"))


def test_two_who_hear_the_same_event_keep_it_once(database: Database) -> None:
    def hear(_number: int) -> int:
        with database.transaction() as connection:
            return keep(connection, SECRET, [event("bounced"), event("delivered")])

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(hear, range(8))) == 2


def test_an_event_may_come_before_the_acknowledgement(heard: Heard) -> None:
    """It names our key, so it needs no row of the ledger to be kept, folded and counted as proof."""
    with heard.database.transaction() as connection:
        keep(connection, SECRET, [event("delivered")])
    plan(heard.database, [Planned("O-1")])
    with heard.database.transaction() as connection:
        found = fold(connection, [MESSAGE, message_key("shipped", "O-2")], ChannelName.EMAIL)
    assert {key: (row["state"], row["was_taken"]) for key, row in found.items()} == {MESSAGE: ("delivered", True)}


@pytest.mark.parametrize(
    ("story", "suppressed"),
    [
        (["delivered", "opened", "failed", "unknown"], []),
        (["bounced"], [("all", "bounced")]),
        (["complained"], [("all", "complained")]),
        (["unsubscribed"], [("marketing", "unsubscribed")]),
        (["bounced", "unsubscribed"], [("all", "bounced"), ("marketing", "unsubscribed")]),
        (["unsubscribed", "resubscribed"], []),
        (["resubscribed", "unsubscribed"], [("marketing", "unsubscribed")]),
        (["bounced", "resubscribed"], [("all", "bounced")]),
    ],
)
def test_who_is_suppressed(heard: Heard, story: list[str], suppressed: list[tuple[str, str]]) -> None:
    told = [event(kind, at=AT + timedelta(seconds=n)) for n, kind in enumerate(story)]
    for one in told:
        heard.receiver.keep([one])
    assert heard.suppressed() == suppressed
    heard.receiver.settle()
    assert heard.suppressed() == suppressed


def test_the_time_of_a_word_counts_not_its_arrival(heard: Heard) -> None:
    """The yes came first and arrives last."""
    heard.receiver.keep([event("unsubscribed", at=AT + timedelta(hours=1))])
    heard.receiver.keep([event("resubscribed", at=AT)])
    assert heard.suppressed() == [("marketing", "unsubscribed")]


def test_a_block_on_line_stops_line_and_nothing_else(heard: Heard) -> None:
    heard.receiver.keep([event("unsubscribed", channel=ChannelName.LINE, address="U123")])
    assert heard.rows("select address_key, scope from suppression") == [(address_key(SECRET, "U123"), "all")]
    heard.receiver.keep([event("resubscribed", at=AT + timedelta(1), channel=ChannelName.LINE, address="U123")])
    assert heard.suppressed() == []


def test_what_others_suppressed_is_not_lifted(heard: Heard) -> None:
    customer(heard.database)
    with heard.database.transaction() as connection:
        connection.execute(text("select set_config('todoke.load_id', '1', true)"))
        connection.execute(text("insert into suppression values ('k', 'marketing', 'asked by phone', now(), 'shop')"))
    heard.receiver.keep([event("resubscribed", address=None, address_key="k")])
    assert heard.suppressed() == [("marketing", "asked by phone")]


def test_a_reply_is_one_open_ticket(heard: Heard) -> None:
    """Of the customer who wrote, about the order of the message it answers; the address decides who that is."""
    plan(heard.database, [Planned("O-1"), Planned("O-2", customer="C-O-1")])
    written = address_key(SECRET, "o-1@example.invalid")
    with heard.database.transaction() as connection:
        connection.execute(text("select set_config('todoke.load_id', '1', true)"))
        connection.execute(
            text("update customers set address_key = :key, from_load = 1 where customer_id = 'C-O-1'"), {"key": written}
        )
    mail = (
        f"From: O-1@example.invalid\r\nMessage-ID: <7@x>\r\nIn-Reply-To: <{MESSAGE}@mail.invalid>\r\n\r\nいつ?".encode()
    )
    for _ in range(2):
        assert heard.post(reply(mail)).status_code == 200
    assert heard.rows("select customer_id, order_id, channel, closed_at from tickets") == [
        ("C-O-1", "O-1", "email", None)
    ]
    heard.post(reply(b"From: stranger@example.invalid\r\n\r\nhello"))
    assert len(heard.rows("select from tickets")) == 1
    assert settle(heard.database)


REVIEW = Planned("O-1", "review_request", "M", priority=45)
SERVICE = Planned("O-1", "how_to", "S", priority=62)
HERE = datetime.now(UTC)


def click(shop: Shop) -> None:
    """The one click of RFC 8058."""
    heard = Heard(shop.database, receiver_of(shop.database), None)  # type: ignore[arg-type]
    signed = Signed(f"/unsubscribe?t={heard.link()}", b"List-Unsubscribe=One-Click")
    heard.receiver.receive(incoming_of(signed))


def dead_mailbox(shop: Shop) -> None:
    """A hard bounce of the address."""
    receiver_of(shop.database).keep([event("bounced", address=None, address_key=KEY)])


def refuses_the_topic(shop: Shop) -> None:
    """Saved on the preference page now, months after the hour's business time."""
    word = {"customer_id": "C-O-1", "channel": "email", "topic": "how_to", "granted": False}
    receiver_of(shop.database).keep([Event("page", "p-1", Kind.PREFERENCE, HERE, raw={"words": [word]})])


def wants_a_pause(shop: Shop) -> None:
    """The same, for 30 days."""
    until = (HERE + timedelta(days=30)).isoformat()
    raw = {"words": [], "chosen": {"customer_id": "C-O-1", "language": "ja", "paused_until": until}}
    receiver_of(shop.database).keep([Event("page", "p-1", Kind.PREFERENCE, HERE, raw=raw)])


INSIDE = [
    (REVIEW, click, "cancelled", "suppressed"),
    (REVIEW, dead_mailbox, "cancelled", "suppressed"),
    (Planned("O-1"), click, "accepted", None),
    (Planned("O-1"), dead_mailbox, "cancelled", "suppressed"),
    (SERVICE, refuses_the_topic, "cancelled", "opted_out"),
    (SERVICE, wants_a_pause, "planned", None),
    (Planned("O-1"), wants_a_pause, "accepted", None),
]


@pytest.mark.parametrize("already", ["planned", "sealed"])
@pytest.mark.parametrize(("message", "word", "state", "reason"), INSIDE)
def test_a_word_counts_inside_an_hour_that_is_already(
    keyed: Shop,  # noqa: F811
    message: Planned,
    word: Callable[[Shop], None],
    state: str,
    reason: str | None,
    already: str,
) -> None:
    plan(keyed.database, [message])
    if already == "sealed":
        seal_only(keyed)
    assert states(keyed.database) == {"O-1": already}
    word(keyed)
    keyed.deliver()
    assert states(keyed.database) == {"O-1": state}
    assert (reason_of(keyed.database, "O-1") if reason else None) == reason
    assert keyed.provider.calls == (state == "accepted")
    keyed.check_sum()


@pytest.mark.parametrize("already", ["planned", "sealed"])
def test_it_counts_while_a_load_holds_the_lock(keyed: Shop, already: str) -> None:  # noqa: F811
    """The opt-out is not yet a fact, because another load is running: the claim knows it all the same."""
    plan(keyed.database, [REVIEW])
    if already == "sealed":
        seal_only(keyed)
    with psycopg.connect(libpq_url(keyed.database.url)) as other:
        other.execute("select pg_advisory_xact_lock(hashtext('todoke.load'))")
        click(keyed)
        with keyed.database.transaction() as connection:
            assert connection.scalar(text("select count(*) from suppression")) == 0
        keyed.deliver()
        assert (states(keyed.database), reason_of(keyed.database, "O-1")) == ({"O-1": "cancelled"}, "suppressed")
        other.rollback()
    assert settle(keyed.database)
    with keyed.database.transaction() as connection:
        assert connection.scalar(text("select count(*) from suppression")) == 1
        assert connection.scalar(text("select count(*) from consents where not granted")) == 1


SHOP, PAGE = "1980-04-01", "1981-04-01"
BIRTHDAYS: dict[str, tuple[str | None, str | None, str | None, str | None]] = {
    "only the shop knows": (SHOP, "2026-01-01", None, SHOP),
    "only said on the page": (None, "2026-09-01", "2026-08-01", PAGE),
    "said after the shop": (SHOP, "2026-01-01", "2026-08-01", PAGE),
    "said before the shop": (SHOP, "2026-09-01", "2026-08-01", SHOP),
    "the shop gives no times": (SHOP, None, "2026-08-01", PAGE),
    "a placeholder": ("1900-01-01", "2026-09-01", "2026-08-01", PAGE),
    "a placeholder alone": ("1970-01-01", "2026-09-01", None, None),
}
"""The shop's birthday, when it was updated, when the page's was said -> the birthday."""


def test_of_two_birthdays_the_one_said_last_counts(heard: Heard) -> None:
    say = "insert into preference (customer_id, birthday, said_at, source) values (:name, :born, :at, 'feedback:page')"
    for name, (born, updated_at, said_at, _) in BIRTHDAYS.items():
        customer(heard.database, name, f"key:{name}", birthday=born, updated_at=updated_at)
        if said_at:
            change(heard.database, say, name=name, born=PAGE, at=said_at)
    found = heard.rows("select customer_id, birthday::text from contactable")
    assert sorted(found) == sorted((name, expected) for name, (_, _, _, expected) in BIRTHDAYS.items())
