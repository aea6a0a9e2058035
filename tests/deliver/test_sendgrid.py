"""SendGrid: one message a call, what its errors prove, and that nothing unknown is posted twice."""

import time
from collections import Counter
from collections.abc import Iterator

import orjson
import pytest

from tasks.channels.sendgrid import FIELDS, Sendgrid
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected
from tests.deliver.conftest import Shop
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_json, post
from tests.deliver.people import STEADY, orders, plan, reason_of, states
from tests.deliver.providers import TOKEN, SendgridStandIn
from tests.deliver.scripted import Answer, Scripted, listening


@pytest.fixture
def standin() -> SendgridStandIn:
    return SendgridStandIn()


@pytest.fixture
def wire(standin: SendgridStandIn) -> Iterator[Scripted]:
    with listening(Scripted(standin)) as made:
        yield made


@pytest.fixture
def sendgrid(wire: Scripted) -> Iterator[Sendgrid]:
    made = Sendgrid(TOKEN, wire.url)
    yield made
    made.close()


class TestSendgrid(MailContract):
    @pytest.fixture
    def channel(self, sendgrid: Sendgrid) -> Sendgrid:
        return sendgrid

    @pytest.fixture
    def taken(self, standin: SendgridStandIn) -> Taken:
        return lambda: standin.copies

    @pytest.fixture
    def attached(self, standin: SendgridStandIn) -> Attached:
        return lambda: [
            file
            for one in standin.taken
            for file in files_of_json(one.get("attachments", []), "filename", "type", "content")
        ]


def test_what_is_posted(standin: SendgridStandIn, wire: Scripted, sendgrid: Sendgrid) -> None:
    [result] = post(sendgrid, MEGUMI)
    [message] = standin.taken
    assert (wire.requests[0].path, result.provider_id) == ("/v3/mail/send", "sg-1")
    assert message["personalizations"] == [
        {
            "to": [{"email": "megumi@example.com"}],
            "custom_args": {"todoke_key": MEGUMI.key.hex, "touchpoint": "shipped"},
        }
    ]
    assert message["from"] == {"email": "orders@todoke.invalid", "name": "とどけ堂"}
    assert [(part["type"], part["value"]) for part in message["content"]] == [
        ("text/plain", MEGUMI.text),
        ("text/html", MEGUMI.html),
    ]
    assert message["headers"] == {**MEGUMI.headers, "Message-ID": f"<{MEGUMI.key}@todoke.invalid>"}


def test_a_wrong_key_stops(wire: Scripted, standin: SendgridStandIn) -> None:
    stranger = Sendgrid("another", wire.url)
    with pytest.raises(AccountStopped, match="401"):
        post(stranger, MEGUMI)
    stranger.close()
    assert not standin.taken


def errors(status: int, field: str | None) -> Answer:
    """An error as SendGrid writes it."""
    return Answer(status, orjson.dumps({"errors": [{"message": "no", "field": field, "help": None}]}))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (errors(400, "personalizations.0.to"), Rejected),
        (errors(400, None), Rejected),
        *[(errors(400, field), AccountStopped) for field in FIELDS],
        (errors(401, None), AccountStopped),
        (errors(403, "from"), AccountStopped),
    ],
)
def test_a_refused_call(wire: Scripted, sendgrid: Sendgrid, answer: Answer, error: type[DeliveryError]) -> None:
    wire.answers.append(answer)
    with pytest.raises(error) as raised:
        post(sendgrid, MEGUMI)
    assert raised.type is error
    assert wire.posts == 1


def test_the_rate_limit_ends_at_a_moment(wire: Scripted, sendgrid: Sendgrid) -> None:
    wire.answers.append(Answer(429, headers={"X-RateLimit-Reset": str(int(time.time()) + 40)}))
    with pytest.raises(NotWritten) as raised:
        post(sendgrid, MEGUMI)
    assert 38 < (raised.value.retry_after_seconds or 0) <= 40


def test_one_message_is_one_call_and_what_is_lost_is_parked(
    unkeyed: Shop, wire: Scripted, standin: SendgridStandIn, sendgrid: Sendgrid
) -> None:
    plan(unkeyed.database, orders(6))
    wire.faults_after.extend(["", "reset"])
    unkeyed.deliver(sendgrid, run={"env": "production"}, times=STEADY)
    time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
    unkeyed.deliver(sendgrid, run={"env": "production"}, times=STEADY)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 5, "parked": 1}
    assert reason_of(unkeyed.database, "O-00001") == "cannot_ask_provider"
    assert (wire.posts, Counter(standin.copies.values())) == (6, {1: 6})
    unkeyed.check_sum()


def test_an_account_stop_keeps_the_rest_planned(unkeyed: Shop, wire: Scripted, sendgrid: Sendgrid) -> None:
    plan(unkeyed.database, orders(4))
    wire.answers.extend([Answer(202, headers={"X-Message-Id": "a"}), errors(401, None)])
    unkeyed.deliver(sendgrid, run={"env": "production"}, times=STEADY)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 1, "planned": 3}
    assert wire.posts == 2
