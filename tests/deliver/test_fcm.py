"""App push through FCM: what is posted, what an answer proves, what becomes of dead registration tokens."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from tasks.channels.base import Channel
from tasks.channels.fcm import CODES, Fcm
from tasks.channels.mailbox import Mailbox
from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    AddressGone,
    DeliveryError,
    NotWritten,
    Rejected,
    UnknownOutcome,
)
from tasks.core.feedback import settle
from tasks.core.outgoing import Outgoing
from tasks.core.rendering import Rendered
from tasks.deliver import deliver_messages
from tests.deliver.contract import MEGUMI, ChannelContract, Taken, post
from tests.deliver.google import NOTE, Google, for_push, said, token
from tests.deliver.people import STEADY, all_due, change, orders, plan, render, run_of, states
from tests.deliver.scripted import Answer, Scripted


class TestFcm(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return for_push(message)

    @pytest.fixture
    def channel(self, fcm: Fcm) -> Fcm:
        return fcm

    @pytest.fixture
    def taken(self, google: Google) -> Taken:
        return lambda: google.copies

    @pytest.mark.parametrize(
        "changes",
        [
            {"to_address": "nobody"},
            {"to_address": token("a") + "\n"},
            {"text": "no json"},
            {"text": "[]"},
            {"text": '{"title": "a"}'},
            {"text": orjson.dumps({**NOTE, "body": ""}).decode()},
            {"text": orjson.dumps({**NOTE, "body": "長" * 1400}).decode()},
            {"text": orjson.dumps({**NOTE, "link": "file:///pages/x"}).decode()},
            {"text": '{"title": "lone \\ud83d surrogate", "body": "b", "link": "https://a"}'},
        ],
    )
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(for_push(MEGUMI), **changes))  # type: ignore[arg-type]


class TestPushMailbox(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return for_push(message)

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Mailbox:
        return Mailbox(tmp_path / "mailbox", ChannelName.PUSH)

    @pytest.fixture
    def taken(self, tmp_path: Path) -> Taken:
        return lambda: Counter(
            orjson.loads(path.read_bytes())["to"] for path in (tmp_path / "mailbox").glob("*/*.json")
        )

    @pytest.mark.parametrize("changes", [{"text": "no json"}])
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(for_push(MEGUMI), **changes))  # type: ignore[arg-type]


def test_what_is_posted(google: Google, google_api: Scripted, fcm: Fcm) -> None:
    [result] = post(fcm, for_push(MEGUMI))
    [message] = google.taken
    tag = MEGUMI.key.hex
    assert (message["token"], result.provider_id) == (token(MEGUMI.to_address), "projects/hinata/messages/1")
    assert message["notification"] == {"title": NOTE["title"], "body": NOTE["body"]}
    assert message["data"] == {"link": NOTE["link"], "key": tag, "touchpoint": "shipped"}
    assert message["android"] == {"ttl": "86400s", "notification": {"tag": tag}}
    assert message["apns"]["headers"]["apns-collapse-id"] == message["webpush"]["notification"]["tag"] == tag
    assert google_api.requests[-1].path == "/v1/projects/hinata/messages:send"


def test_an_app_is_told_where_marketing_stops(google: Google, fcm: Fcm) -> None:
    stop = "https://shop.example/unsubscribe?t=1"
    post(fcm, replace(for_push(MEGUMI), text=orjson.dumps({**NOTE, "stop": stop}).decode()))
    assert google.taken[0]["data"]["stop"] == stop


INVALID = "INVALID_ARGUMENT"
BAD_TOKEN = said(400, INVALID, message="The registration token is not a valid FCM registration token")
PLAIN = said(400, INVALID)
OTHER_FIELD = orjson.dumps({"error": {"details": [{"fieldViolations": [{"field": "message.data[0].value"}]}]}})
TOKEN_FIELD = orjson.dumps({"error": {"details": [{"fieldViolations": [{"field": "message.token"}]}]}})
ANSWERS: list[tuple[Answer, type[DeliveryError]]] = [
    (said(404, "UNREGISTERED"), AddressGone),
    (BAD_TOKEN, AddressGone),
    (Answer(400, TOKEN_FIELD), AddressGone),
    (Answer(400, OTHER_FIELD), Rejected),
    (PLAIN, Rejected),
    (said(400, INVALID, message="Message too big"), Rejected),
    (said(403, "SENDER_ID_MISMATCH"), Rejected),
    (said(401, "THIRD_PARTY_AUTH_ERROR"), AccountStopped),
    (said(429, "QUOTA_EXCEEDED"), NotWritten),
    *[(Answer(status), AccountStopped) for status in (401, 403, 404)],
    *[(said(status, "UNREGISTERED"), UnknownOutcome) for status in (500, 503)],
    *[(Answer(status), UnknownOutcome) for status in (302, 408, 409, 500, 502, 503)],
    *[(Answer(fault=fault), UnknownOutcome) for fault in ("reset", "hang")],
    *[(Answer(body=body), UnknownOutcome) for body in (b"", b"<html>", b"[]", b"{}")],
]


@pytest.mark.parametrize(
    ("answer", "error"), ANSWERS, ids=[f"{a.status} {a.fault}{a.body[-60:]!r}" for a, _ in ANSWERS]
)
def test_what_an_answer_proves(google_api: Scripted, warm: Fcm, answer: Answer, error: type[DeliveryError]) -> None:
    google_api.answers.append(answer)
    with pytest.raises(error) as raised:
        post(warm, for_push(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert google_api.posts == 1, "posted once, whatever was answered"


def test_every_code_is_asked_about() -> None:
    asked = {orjson.loads(a.body)["error"]["details"][0].get("errorCode") for a, _ in ANSWERS if b"errorCode" in a.body}
    assert asked == set(CODES)


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60.0), ({"Retry-After": "7"}, 7.0)])
def test_a_quota_says_when_to_come_back(
    google_api: Scripted, warm: Fcm, headers: dict[str, str], seconds: float
) -> None:
    google_api.answers.append(replace(said(429, "QUOTA_EXCEEDED"), headers=headers))
    with pytest.raises(NotWritten) as raised:
        post(warm, for_push(MEGUMI))
    assert raised.value.retry_after_seconds == seconds


def as_push(claimed: Claimed) -> Rendered:
    if claimed.channel is not ChannelName.PUSH:
        return render(claimed)
    return replace(render(claimed), text=orjson.dumps(NOTE).decode())


TO_PHONE = """update message_content set recipient = recipient || jsonb_build_object('push_token', cast(:token as text))
              where subject_id = :id"""


def planned_on_push(database: Database, count: int) -> list[str]:
    """Messages planned on push, their people reachable by mail too; the tokens they go to."""
    made = orders(count)
    plan(database, made)
    change(database, "update message set channel = 'push', address_key = 'k-' || subject_id")
    change(database, "update outbox set channel = 'push'")
    for one in made:
        change(database, TO_PHONE, token=token(one.subject_id), id=one.subject_id)
    return [token(one.subject_id) for one in made]


def deliver(database: Database, home: Path, *channels: Channel) -> list[str]:
    run = run_of(database, home, env="production", push="fcm")
    return deliver_messages(run, channels, as_push, all_due, STEADY).notes


def test_a_phone_without_the_app_is_forgotten_and_its_news_goes_by_mail(
    database: Database, tmp_path: Path, google: Google, fcm: Fcm
) -> None:
    """Rejected of this message alone; the token is suppressed, once; class T takes its next channel."""
    gone, known = planned_on_push(database, 2)
    google.gone.add(gone)
    deliver(database, tmp_path, Mailbox(tmp_path / "mailbox"), fcm)
    assert states(database) == {"O-00000": "accepted", "O-00001": "accepted"}
    assert google.copies == {known: 1}
    assert len(list((tmp_path / "mailbox").glob("*/*.eml"))) == 1
    assert settle(database)
    with database.transaction() as connection:
        told = connection.execute(text("select provider, kind, channel, address_key from feedback")).all()
        stopped = connection.execute(text("select address_key, scope, source from suppression")).all()
    assert [tuple(row) for row in told] == [("fcm", "bounced", "push", "k-O-00000")]
    assert [tuple(row) for row in stopped] == [("k-O-00000", "all", "feedback:fcm")]


def test_no_answer_is_never_sent_again(
    database: Database, tmp_path: Path, google: Google, google_api: Scripted, warm: Fcm
) -> None:
    phones = planned_on_push(database, 3)
    google_api.faults_after.extend(["", "reset"])
    for _ in range(2):
        deliver(database, tmp_path, warm)
    assert google.copies == dict.fromkeys(phones, 1)
    assert Counter(states(database).values())["accepted"] == 2


def test_a_stopped_account_leaves_everything_planned(
    database: Database, tmp_path: Path, google_api: Scripted, warm: Fcm
) -> None:
    planned_on_push(database, 3)
    google_api.answers.append(said(403, "THIRD_PARTY_AUTH_ERROR"))
    notes = deliver(database, tmp_path, warm)
    assert google_api.posts == 1
    assert set(states(database).values()) == {"planned"}
    assert any("THIRD_PARTY_AUTH_ERROR" in note for note in notes)
