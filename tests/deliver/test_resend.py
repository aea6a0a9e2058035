"""Resend against `emulate`, which others wrote: it honours the key and keeps an inbox. What errors prove."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from tasks.channels.base import told_calls
from tasks.channels.resend import NAMES, Resend
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tests.deliver.conftest import Shop
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_json, people, post
from tests.deliver.node import running
from tests.deliver.people import QUICK, STEADY, orders, plan, states
from tests.deliver.scripted import Answer, Request, Scripted, listening

TOKEN = "re_tests"


@pytest.fixture
def standin() -> Iterator[str]:
    """emulate with an empty inbox."""
    arguments = ("start", "--service", "resend", "--host", "127.0.0.1")
    with running("emulate/dist/index.js", *arguments, port_option="--port", ready="/emails") as url:
        yield url


def inbox(url: str) -> list[dict[str, Any]]:
    """What the stand-in's own store holds."""
    found: list[dict[str, Any]] = httpx.get(f"{url}/emails").json()["data"]
    return found


def through(url: str) -> Scripted:
    """A proxy in front of the stand-in that counts, and loses answers on demand."""

    def forward(request: Request) -> Answer:
        kept = {name: request.headers[name] for name in ("Authorization", "Content-Type", "Idempotency-Key")}
        answer = httpx.request(request.method, url + request.path, content=request.body, headers=kept)
        return Answer(answer.status_code, answer.content)

    return Scripted(forward)


@pytest.fixture
def wire(standin: str) -> Iterator[Scripted]:
    with listening(through(standin)) as proxy:
        yield proxy


class TestStandIn(MailContract):
    @pytest.fixture
    def channel(self, wire: Scripted) -> Iterator[Resend]:
        made = Resend(TOKEN, wire.url)
        yield made
        made.close()

    @pytest.fixture
    def attached(self, wire: Scripted) -> Attached:
        """Off the wire: emulate does not keep files."""
        calls = (orjson.loads(request.body) for request in wire.requests if request.path == "/emails")
        return lambda: [
            file for call in calls for file in files_of_json(call["attachments"], "filename", "content_type", "content")
        ]

    @pytest.fixture
    def taken(self, standin: str) -> Taken:
        return lambda: Counter(one["to"][0] for one in inbox(standin))

    def test_the_message_arrives_as_it_was_rendered(self, channel: Resend, standin: str) -> None:
        [result] = post(channel, MEGUMI)
        [mail] = inbox(standin)
        assert (mail["subject"], mail["html"], mail["text"]) == (MEGUMI.subject, MEGUMI.html, MEGUMI.text)
        assert (mail["from"], mail["reply_to"]) == ('"とどけ堂" <orders@todoke.invalid>', ["help@todoke.invalid"])
        assert mail["headers"] == MEGUMI.headers
        assert {tag["name"]: tag["value"] for tag in mail["tags"]} == {
            "todoke_key": MEGUMI.key.hex,
            "touchpoint": "shipped",
        }
        assert result.provider_id == mail["id"]

    def test_another_body_under_a_known_key_proves_nothing(self, channel: Resend, taken: Taken) -> None:
        post(channel, MEGUMI)
        with pytest.raises(UnknownOutcome, match="invalid_idempotent_request"):
            post(channel, replace(MEGUMI, subject="another"))
        assert taken() == {MEGUMI.to_address: 1}


def test_a_lost_answer_is_posted_again_and_taken_once(keyed: Shop, standin: str) -> None:
    plan(keyed.database, orders(250))
    patient = QUICK.model_copy(update={"batch_size": 500, "lease_seconds": 20, "timeout_seconds": 5})
    with listening(through(standin)) as proxy:
        proxy.faults_after.extend(["", "reset"])
        channel = Resend(TOKEN, proxy.url)
        done = keyed.deliver(channel, run={"env": "production"}, times=patient)
        channel.close()
    assert (done.counts["accepted"], done.counts["reposted"], proxy.posts) == (250, 1, 4)
    assert set(states(keyed.database).values()) == {"accepted"}
    assert len({one["to"][0] for one in inbox(standin)}) == len(inbox(standin)) == 250
    keyed.check_sum()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with listening(Scripted()) as server:
        yield server


@pytest.fixture
def resend(scripted: Scripted) -> Iterator[Resend]:
    made = Resend(TOKEN, scripted.url)
    yield made
    made.close()


def error_answer(status: int, name: str) -> Answer:
    """An error as Resend writes it."""
    return Answer(status, orjson.dumps({"statusCode": status, "name": name, "message": "no"}))


ERRORS: list[tuple[int, str, type[DeliveryError]]] = [
    (400, "validation_error", Rejected),
    (422, "validation_error", Rejected),
    (422, "missing_required_field", Rejected),
    (400, "invalid_idempotency_key", Rejected),
    (403, "validation_error", AccountStopped),
    (403, "invalid_api_key", AccountStopped),
    (401, "restricted_api_key", AccountStopped),
    (422, "invalid_from_address", AccountStopped),
    (429, "daily_quota_exceeded", AccountStopped),
    (429, "monthly_quota_exceeded", AccountStopped),
    (451, "security_error", AccountStopped),
    (429, "rate_limit_exceeded", NotWritten),
    (409, "invalid_idempotent_request", UnknownOutcome),
    (409, "concurrent_idempotent_requests", UnknownOutcome),
    (409, "something_new", UnknownOutcome),
    (500, "rate_limit_exceeded", UnknownOutcome),
]


@pytest.mark.parametrize(("status", "name", "error"), ERRORS)
def test_what_an_error_proves(
    scripted: Scripted, resend: Resend, status: int, name: str, error: type[DeliveryError]
) -> None:
    scripted.answers.append(error_answer(status, name))
    with pytest.raises(error) as raised:
        post(resend, MEGUMI)
    assert raised.type is error
    assert scripted.posts == 1


def test_every_listed_name_means_something() -> None:
    assert set(NAMES.values()) == {AccountStopped, NotWritten, Rejected, UnknownOutcome}


def test_one_invalid_message_harms_no_other(scripted: Scripted, resend: Resend) -> None:
    said = {"data": [{"id": "a"}, {"id": "c"}], "errors": [{"index": 1, "message": "Invalid `to` field."}]}
    scripted.answers.append(Answer(body=orjson.dumps(said)))
    found = post(resend, *people(3))
    assert [(one.accepted, one.provider_id, one.reason) for one in found] == [
        (True, "a", None),
        (False, None, "Invalid `to` field."),
        (True, "c", None),
    ]
    assert scripted.requests[0].headers["x-batch-validation"] == "permissive"


@pytest.mark.parametrize(
    "said",
    [
        {"data": [{"id": "a"}]},
        {"data": [{"id": "a"}, {"id": None}]},
        {"data": [{"id": "a"}, {"id": "b"}], "errors": [{"index": 1, "message": "no"}]},
        {"data": [{"id": "a"}], "errors": [{"index": 5, "message": "no"}]},
    ],
)
def test_results_that_do_not_add_up_prove_nothing(scripted: Scripted, resend: Resend, said: Any) -> None:
    scripted.answers.append(Answer(body=orjson.dumps(said)))
    with pytest.raises(UnknownOutcome):
        post(resend, *people(2))


def test_what_the_rate_limit_says_is_kept(scripted: Scripted, resend: Resend) -> None:
    taken = orjson.dumps({"data": [{"id": "a"}]})
    scripted.answers.append(Answer(200, taken, {"ratelimit-remaining": "0", "ratelimit-reset": "1"}))
    scripted.answers.append(Answer(200, taken, {"ratelimit-remaining": "0", "ratelimit-reset": "60"}))
    post(resend, MEGUMI)
    post(resend, MEGUMI)
    with pytest.raises(NotWritten, match="rate limit") as raised:
        post(resend, MEGUMI)
    assert 58 < (raised.value.retry_after_seconds or 0) <= 60
    assert scripted.posts == 2


def test_resend_says_how_often_it_may_be_called(scripted: Scripted, resend: Resend) -> None:
    assert told_calls(resend) == 5, "the documented limit of a team"
    scripted.answers.append(Answer(200, orjson.dumps({"data": [{"id": "a"}]}), {"ratelimit-limit": "2"}))
    post(resend, MEGUMI)
    assert told_calls(resend) == 2


def test_a_message_with_an_attachment_goes_alone_and_is_posted_again_under_its_key(
    keyed: Shop, scripted: Scripted, resend: Resend
) -> None:
    plan(keyed.database, [*orders(2), *(replace(one, context={"file": "x"}) for one in orders(4)[2:])])
    scripted.handler = lambda request: Answer(
        body=orjson.dumps({"id": "a"} if request.path == "/emails" else {"data": [{"id": "a"}, {"id": "b"}]}),
        headers={"ratelimit-limit": "1000"},
    )
    scripted.faults_after.extend(["", "reset"])
    done = keyed.deliver(resend, run={"env": "production"}, times=STEADY)
    assert (done.counts["accepted"], done.counts["reposted"]) == (4, 1)
    paths = Counter(request.path for request in scripted.requests)
    assert paths in ({"/emails/batch": 1, "/emails": 3}, {"/emails/batch": 2, "/emails": 2})
    keys = Counter(request.headers["Idempotency-Key"] for request in scripted.requests)
    assert sorted(keys.values()) == [1, 1, 2]
    keyed.check_sum()
