"""A transactional message that its channel rejects takes its next channel, once, on the same ledger row."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox
from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import TemplateRejected
from tasks.core.feedback import Event, Kind, keep
from tasks.core.outgoing import message_key
from tasks.core.rendering import Rendered
from tasks.deliver import deliver_messages
from tests.deliver.conftest import Shop
from tests.deliver.people import NOW, QUICK, Planned, all_due, change, plan, reason_of, render, run_of, states
from tests.deliver.standin import REFUSED

MAI = Planned("O-1", person="林 舞", email=REFUSED)
USER = "U" + "a" * 32
ALSO_ON_LINE = (
    "update customers set line_user_id = :user, line_key = 'k-line', from_load = current_load()",
    "update message_content set recipient = recipient || jsonb_build_object('line_user_id', cast(:user as text))",
)
Render = Callable[[Claimed], Rendered]


def on_every_channel(claimed: Claimed) -> Rendered:
    if claimed.channel is not ChannelName.LINE:
        return render(claimed)
    return replace(render(claimed), text=orjson.dumps([{"type": "text", "text": claimed.subject_id}]).decode())


@pytest.fixture
def mai(keyed: Shop) -> Shop:
    """Mai's e-mail address is refused by the provider; she has LINE."""
    plan(keyed.database, [MAI])
    for statement in ALSO_ON_LINE:
        change(keyed.database, statement, user=USER)
    return keyed


def deliver(
    shop: Shop, channels: list[Channel] | None = None, render: Render = on_every_channel, **settings: Any
) -> None:
    run = run_of(shop.database, shop.home, **({"line": "mailbox"} | settings))
    mailbox = Mailbox(shop.home / "mailbox", ChannelName.LINE)
    deliver_messages(run, channels or [mailbox, shop.channel], render, all_due, QUICK)


def row(database: Database) -> tuple[str, str, str | None, str | None]:
    statement = "select state, channel, fell_back_from, address_key from message"
    with database.transaction() as connection:
        found = connection.execute(text(statement)).one()
    return found.state, found.channel, found.fell_back_from, found.address_key


def pushed(shop: Shop) -> list[Path]:
    return list((shop.home / "mailbox").glob("*/*.json"))


def test_it_goes_by_line_in_the_same_run_though_line_was_served_first(mai: Shop) -> None:
    deliver(mai)
    assert row(mai.database) == ("accepted", "line", "email", "k-line")
    [file] = pushed(mai)
    assert orjson.loads(file.read_bytes())["to"] == USER
    assert not mai.provider.taken
    mai.check_sum()


def test_its_history_says_so(mai: Shop) -> None:
    deliver(mai)
    with mai.database.transaction() as connection:
        told = connection.execute(text("select state, reason from message_event order by event_id")).all()
    assert ("rejected", "unknown recipient") in [tuple(one) for one in told]
    assert ("planned", "fallback: unknown recipient") in [tuple(one) for one in told]


def test_only_once(mai: Shop) -> None:
    def refuses_line(claimed: Claimed) -> Rendered:
        if claimed.channel is ChannelName.LINE:
            raise TemplateRejected("no LINE text")
        return render(claimed)

    deliver(mai, render=refuses_line)
    assert row(mai.database)[:3] == ("rejected", "line", "email")
    assert "no LINE text" in reason_of(mai.database, "O-1")


def test_a_template_error_falls_back_too(mai: Shop) -> None:
    def refuses_mail(claimed: Claimed) -> Rendered:
        if claimed.channel is ChannelName.EMAIL:
            raise TemplateRejected("no mail text")
        return on_every_channel(claimed)

    deliver(mai, render=refuses_mail)
    assert row(mai.database)[:3] == ("accepted", "line", "email")


@pytest.mark.parametrize(
    "given",
    [
        "update message set class = 'S'",
        "update customers set line_user_id = null, from_load = current_load()",
        "insert into consents values ('C-O-1', null, 'line', 'all', false, '2026-01-01', 'preference page')",
        "insert into suppression values ('k-line', 'all', 'blocked', '2026-01-01', 'line')",
    ],
    ids=["a service message", "no other address", "who said no to LINE", "who blocked the account"],
)
def test_others_stay_rejected(mai: Shop, given: str) -> None:
    change(mai.database, given)
    change(mai.database, "update outbox o set class = m.class from message m where m.subject_id = o.subject_id")
    deliver(mai)
    assert row(mai.database)[:3] == ("rejected", "email", None)
    assert not pushed(mai)


def test_an_installation_without_line_does_not_use_it(mai: Shop) -> None:
    deliver(mai, [mai.channel], line="")
    assert row(mai.database)[:3] == ("rejected", "email", None)


def test_the_outbound_guard_is_not_gone_around(mai: Shop) -> None:
    mailbox = Mailbox(mai.home / "mailbox", ChannelName.LINE)
    deliver(mai, [mailbox, replace(mai.channel, is_real=True)], allow="somebody@example.invalid")
    assert row(mai.database)[:3] == ("rejected", "email", None)
    assert states(mai.database) == {"O-1": "rejected"}
    assert not pushed(mai)


def test_who_says_no_to_line_within_the_hour_gets_a_mail(keyed: Shop) -> None:
    plan(keyed.database, [replace(MAI, email="mai@example.invalid")])
    for statement in ALSO_ON_LINE:
        change(keyed.database, statement, user=USER)
    change(keyed.database, "update message set channel = 'line', address_key = 'k-line'")
    change(keyed.database, "update outbox set channel = 'line'")
    no = "insert into consents values ('C-O-1', null, 'line', 'all', false, '2026-01-01', 'preference page')"
    change(keyed.database, no)
    deliver(keyed)
    assert row(keyed.database)[:3] == ("accepted", "email", "line")
    assert not pushed(keyed)
    keyed.check()


@pytest.mark.parametrize("message_class", ["T", "M"])
def test_a_channel_that_is_not_configured_any_more_keeps_nothing(keyed: Shop, message_class: str) -> None:
    plan(keyed.database, [replace(MAI, email="mai@example.invalid", message_class=message_class)])
    change(keyed.database, "update message set channel = 'line', address_key = 'k-line'")
    change(keyed.database, "update outbox set channel = 'line'")
    deliver(keyed, [keyed.channel], line="")
    expected = ("accepted", "email", "line") if message_class == "T" else ("rejected", "line", None)
    assert row(keyed.database)[:3] == expected
    keyed.check_sum()


def test_a_stopped_channel_is_not_tried_again_in_the_run(mai: Shop) -> None:
    plan(mai.database, [Planned("O-2", person="森 陸")])
    mai.provider.faults.extend(["suspended", "suspended"])
    deliver(mai)
    assert mai.provider.calls == 1
    assert set(states(mai.database).values()) == {"planned"}


WELL = replace(MAI, email="mai@example.invalid")
BOUNCE = Event(
    "test", "b-1", Kind.BOUNCED, NOW, message_key=message_key("shipped", "O-1"), address_key=f"key:{WELL.address}"
)


def accepted_then(shop: Shop, *said: Event, planned: Planned = WELL, on_line: bool = True) -> None:
    """Mai's message was accepted as a mail; later its provider says this of it, and the next hour runs."""
    plan(shop.database, [planned])
    for statement in ALSO_ON_LINE if on_line else ():
        change(shop.database, statement, user=USER)
    deliver(shop)
    assert row(shop.database)[:3] == ("accepted", "email", None)
    with shop.database.transaction() as connection:
        keep(connection, b"a secret", said)
    deliver(shop, run_id="run-2", as_of=NOW + timedelta(hours=1))


def test_what_bounces_after_it_was_accepted_takes_the_next_channel_once(keyed: Shop) -> None:
    accepted_then(keyed, BOUNCE, replace(BOUNCE, event_id="b-2"))
    assert row(keyed.database) == ("accepted", "line", "email", "k-line")
    assert orjson.loads(pushed(keyed)[0].read_bytes())["to"] == USER
    with keyed.database.transaction() as connection:
        keep(connection, b"a secret", [replace(BOUNCE, event_id="b-3", channel=ChannelName.LINE, address_key="k-line")])
        told = connection.execute(text("select state, reason from message_event order by event_id")).all()
    assert ("planned", "fallback: bounced") in [tuple(one) for one in told]
    deliver(keyed, run_id="run-3")
    assert row(keyed.database) == ("accepted", "line", "email", "k-line")
    assert (len(pushed(keyed)), sum(keyed.provider.copies.values())) == (1, 1)
    keyed.check_sum()


@pytest.mark.parametrize(
    ("changes", "said", "on_line"),
    [
        ({"message_class": "S"}, {}, True),
        ({"valid_until": NOW + timedelta(minutes=30)}, {}, True),
        ({}, {}, False),
        ({}, {"kind": Kind.FAILED}, True),
        ({}, {"kind": Kind.COMPLAINED}, True),
        ({}, {"message_key": message_key("shipped", "O-2")}, True),
        ({}, {"channel": ChannelName.SMS}, True),
    ],
    ids=["a service message", "too late", "no other address", "a full mailbox", "a complaint", "of another message",
         "of another channel"],
)  # fmt: skip
def test_other_words_bring_nothing_back(
    keyed: Shop, changes: dict[str, Any], said: dict[str, Any], on_line: bool
) -> None:
    accepted_then(keyed, replace(BOUNCE, **said), planned=replace(WELL, **changes), on_line=on_line)
    assert row(keyed.database)[:3] == ("accepted", "email", None)
    assert not pushed(keyed)
