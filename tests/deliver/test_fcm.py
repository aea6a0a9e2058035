"""App push through FCM: what is posted, what an answer proves, tokens of the account and tokens of the phones."""

import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from tasks.channels.base import Channel
from tasks.channels.fcm import CODES, Fcm
from tasks.channels.mailbox import Mailbox
from tasks.core.accounts import FcmSettings
from tasks.core.claims import Claimed
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    AddressGone,
    ConfigurationError,
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
from tests.deliver.people import STEADY, all_due, change, orders, plan, render, run_of, states
from tests.deliver.scripted import Answer, Request, Scripted, listening

NOTE = {"title": "商品を発送しました", "body": "9月17日(木)頃のお届け予定です。", "link": "https://pages.example/x"}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token(address: str) -> str:
    """The registration token of somebody's phone."""
    return "phone:" + address.replace("@", "-at-").replace(".", "_").rjust(40, "0")


def for_push(message: Outgoing) -> Outgoing:
    return replace(message, to_address=token(message.to_address), text=orjson.dumps(NOTE).decode(), html="")


def said(status: int, code: str = "", **error: Any) -> Answer:
    """An error as FCM writes it."""
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}] if code else []
    return Answer(status, orjson.dumps({"error": {"code": status, "details": details, **error}}))


@dataclass
class Google:
    """Hands out access tokens, and takes messages of who has the newest one."""

    fetched: list[Request] = field(default_factory=list)
    refusals: list[Answer] = field(default_factory=list)
    """What the next token requests get instead."""
    gone: set[str] = field(default_factory=set)
    taken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def copies(self) -> Counter[str]:
        """Registration token -> copies."""
        return Counter(message["token"] for message in self.taken)

    def __call__(self, request: Request) -> Answer:
        if request.path == "/token":
            self.fetched.append(request)
            made = {"access_token": f"access-{len(self.fetched)}", "expires_in": 3599, "token_type": "Bearer"}
            return self.refusals.pop(0) if self.refusals else Answer(200, orjson.dumps(made))
        if request.headers["Authorization"] != f"Bearer access-{len(self.fetched)}":
            return said(401)
        message = orjson.loads(request.body)["message"]
        if message["token"] in self.gone:
            return said(404, "UNREGISTERED")
        self.taken.append(message)
        return Answer(200, orjson.dumps({"name": f"projects/hinata/messages/{len(self.taken)}"}))


@pytest.fixture
def google() -> Google:
    return Google()


@pytest.fixture
def api(google: Google) -> Iterator[Scripted]:
    with listening(Scripted(google)) as scripted:
        yield scripted


@pytest.fixture
def key_file(api: Scripted, tmp_path: Path) -> Path:
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    said = {"project_id": "hinata", "client_email": "todoke@hinata.iam.example", "private_key": pem}
    path = tmp_path / "service-account.json"
    path.write_bytes(orjson.dumps({**said, "token_uri": f"{api.url}/token"}))
    return path


@pytest.fixture
def fcm(api: Scripted, key_file: Path) -> Iterator[Fcm]:
    made = Fcm.from_settings(FcmSettings(credentials=key_file, api=api.url))
    yield made
    made.close()


@pytest.fixture
def warm(fcm: Fcm, api: Scripted) -> Fcm:
    """With an access token, so that the next request is the message."""
    fcm.access.token(time.monotonic() + 30)
    api.requests.clear()
    return fcm


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


def test_what_is_posted(google: Google, api: Scripted, fcm: Fcm) -> None:
    [result] = post(fcm, for_push(MEGUMI))
    [message] = google.taken
    tag = MEGUMI.key.hex
    assert (message["token"], result.provider_id) == (token(MEGUMI.to_address), "projects/hinata/messages/1")
    assert message["notification"] == {"title": NOTE["title"], "body": NOTE["body"]}
    assert message["data"] == {"link": NOTE["link"], "key": tag, "touchpoint": "shipped"}
    assert message["android"] == {"ttl": "86400s", "notification": {"tag": tag}}
    assert message["apns"]["headers"]["apns-collapse-id"] == message["webpush"]["notification"]["tag"] == tag
    assert api.requests[-1].path == "/v1/projects/hinata/messages:send"


def test_the_account_proves_who_it_is_once_an_hour(google: Google, api: Scripted, fcm: Fcm) -> None:
    for _ in range(3):
        post(fcm, for_push(MEGUMI))
    [asked] = google.fetched
    assert (api.posts, api.connections) == (4, 2), "a token and three messages, each kind on its own connection"
    form = parse_qs(asked.body.decode())
    signed, _, signature = form["assertion"][0].rpartition(".")
    KEY.public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    claims = orjson.loads(_decoded(signed.partition(".")[2]))
    assert (claims["iss"], claims["aud"]) == ("todoke@hinata.iam.example", f"{api.url}/token")
    assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
    assert claims["exp"] - claims["iat"] == 3600


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Answer(400, b'{"error":"invalid_grant"}'), AccountStopped),
        (Answer(401), AccountStopped),
        (Answer(429, headers={"Retry-After": "7"}), NotWritten),
        (Answer(500), NotWritten),
        (Answer(200, b"<html>"), NotWritten),
        (Answer(fault="reset"), NotWritten),
        (Answer(fault="hang"), NotWritten),
    ],
    ids=lambda value: f"{value.status} {value.fault}" if isinstance(value, Answer) else value.__name__,
)
def test_without_a_token_nothing_was_sent(
    google: Google, api: Scripted, fcm: Fcm, refusal: Answer, error: type[DeliveryError]
) -> None:
    google.refusals.append(refusal)
    with pytest.raises(error) as raised:
        post(fcm, for_push(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert (api.posts, len(google.taken)) == (1, 0), "the token was asked for once, the message never posted"


def test_a_refused_access_token_is_asked_for_again(google: Google, api: Scripted, warm: Fcm) -> None:
    api.answers.append(said(401))
    with pytest.raises(AccountStopped):
        post(warm, for_push(MEGUMI))
    assert [result.accepted for result in post(warm, for_push(MEGUMI))] == [True]
    assert len(google.fetched) == 2


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
    (said(403, "SENDER_ID_MISMATCH"), AccountStopped),
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
def test_what_an_answer_proves(api: Scripted, warm: Fcm, answer: Answer, error: type[DeliveryError]) -> None:
    api.answers.append(answer)
    with pytest.raises(error) as raised:
        post(warm, for_push(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert api.posts == 1, "posted once, whatever was answered"


def test_every_code_is_asked_about() -> None:
    asked = {orjson.loads(a.body)["error"]["details"][0].get("errorCode") for a, _ in ANSWERS if b"errorCode" in a.body}
    assert asked == set(CODES)


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60.0), ({"Retry-After": "7"}, 7.0)])
def test_a_quota_says_when_to_come_back(api: Scripted, warm: Fcm, headers: dict[str, str], seconds: float) -> None:
    api.answers.append(replace(said(429, "QUOTA_EXCEEDED"), headers=headers))
    with pytest.raises(NotWritten) as raised:
        post(warm, for_push(MEGUMI))
    assert raised.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "it is empty"),
        (b"{}", "KeyError"),
        (b"no json", "TODOKE_FCM_CREDENTIALS"),
        (b'{"private_key": "x", "project_id": "a", "client_email": "b", "token_uri": "https://c"}', "ValueError"),
    ],
)
def test_a_key_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes | None, named: str) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content or b"")
    with pytest.raises(ConfigurationError, match=named):
        Fcm.from_settings(FcmSettings(credentials=path if content is not None else None))


def test_unsafe_addresses_are_refused_by_name(key_file: Path) -> None:
    with pytest.raises(ConfigurationError, match="TODOKE_FCM_API"):
        Fcm.from_settings(FcmSettings(credentials=key_file, api="http://fcm.example"))
    key_file.write_bytes(key_file.read_bytes().replace(b"http://127.0.0.1", b"http://token.example"))
    with pytest.raises(ConfigurationError, match="TODOKE_FCM_CREDENTIALS"):
        Fcm.from_settings(FcmSettings(credentials=key_file))


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
    database: Database, tmp_path: Path, google: Google, api: Scripted, warm: Fcm
) -> None:
    phones = planned_on_push(database, 3)
    api.faults_after.extend(["", "reset"])
    for _ in range(2):
        deliver(database, tmp_path, warm)
    assert google.copies == dict.fromkeys(phones, 1)
    assert Counter(states(database).values())["accepted"] == 2


def test_a_stopped_account_leaves_everything_planned(
    database: Database, tmp_path: Path, api: Scripted, warm: Fcm
) -> None:
    planned_on_push(database, 3)
    api.answers.append(said(403, "SENDER_ID_MISMATCH"))
    notes = deliver(database, tmp_path, warm)
    assert api.posts == 1
    assert set(states(database).values()) == {"planned"}
    assert any("SENDER_ID_MISMATCH" in note for note in notes)
