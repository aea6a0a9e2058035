"""Postmark: what is sent, what each ErrorCode proves, and how what is unknown is found again."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from tasks.channels.postmark import CODES, Postmark
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tests.deliver.conftest import Shop
from tests.deliver.contract import MEGUMI, Attached, MailContract, Taken, files_of_json, people, post
from tests.deliver.people import STEADY, Planned, orders, plan, reason_of, states
from tests.deliver.providers import TOKEN, PostmarkStandIn
from tests.deliver.scripted import Answer, Scripted, listening

FIRST = people(1)[0].to_address


@pytest.fixture
def standin() -> PostmarkStandIn:
    return PostmarkStandIn()


@pytest.fixture
def wire(standin: PostmarkStandIn) -> Iterator[Scripted]:
    with listening(Scripted(standin)) as made:
        yield made


@pytest.fixture
def postmark(wire: Scripted) -> Iterator[Postmark]:
    made = Postmark(TOKEN, wire.url, streams={"news": "broadcast"}, timeout=5)
    yield made
    made.close()


class TestPostmark(MailContract):
    @pytest.fixture
    def channel(self, postmark: Postmark) -> Postmark:
        return postmark

    @pytest.fixture
    def taken(self, standin: PostmarkStandIn) -> Taken:
        return lambda: standin.copies

    @pytest.fixture
    def attached(self, standin: PostmarkStandIn) -> Attached:
        return lambda: [
            file
            for one in standin.taken
            for file in files_of_json(one.get("Attachments", []), "Name", "ContentType", "Content")
        ]


def test_what_is_posted(standin: PostmarkStandIn, wire: Scripted, postmark: Postmark) -> None:
    post(postmark, MEGUMI, replace(MEGUMI, stream="news"))
    [request] = wire.requests
    message, news = standin.taken
    assert request.path == "/email/batch"
    assert (message["From"], message["To"]) == ('"とどけ堂" <orders@todoke.invalid>', "megumi@example.com")
    assert (message["HtmlBody"], message["TextBody"]) == (MEGUMI.html, MEGUMI.text)
    assert (message["Metadata"], message["Tag"]) == ({"todoke_key": MEGUMI.key.hex}, "shipped")
    assert {one["Name"]: one["Value"] for one in message["Headers"]} == {
        **MEGUMI.headers,
        "Message-ID": f"<{MEGUMI.key}@todoke.invalid>",
        "X-PM-KeepID": "true",
    }
    assert (message["MessageStream"], news["MessageStream"]) == ("outbound", "broadcast")


def test_a_wrong_token_stops(wire: Scripted, standin: PostmarkStandIn) -> None:
    stranger = Postmark("another", wire.url)
    with pytest.raises(AccountStopped, match="401"):
        post(stranger, MEGUMI)
    stranger.close()
    assert not standin.taken


@pytest.mark.parametrize("code", [code for code, error in CODES.items() if error is Rejected])
def test_one_refused_message_harms_no_other(standin: PostmarkStandIn, postmark: Postmark, code: int) -> None:
    standin.codes[FIRST] = code
    first, second = post(postmark, *people(2))
    assert (first.accepted, first.failure, second.accepted) == (False, None, True)
    assert f"{code}: " in str(first.reason)
    assert str(first.reason).startswith("inactive_recipient") == (code == 406)


@pytest.mark.parametrize("code", [code for code, error in CODES.items() if error in (NotWritten, AccountStopped)])
def test_what_was_put_off_is_not_refused(standin: PostmarkStandIn, postmark: Postmark, code: int) -> None:
    standin.codes[FIRST] = code
    put_off, taken = post(postmark, *people(2))
    assert (taken.accepted, type(put_off.failure)) == (True, CODES[code])
    with pytest.raises(NotWritten) as raised:
        post(postmark, people(1)[0])
    assert raised.type is CODES[code]


@pytest.mark.parametrize("said", [[{"ErrorCode": 7777}], [{"ErrorCode": 0}], [1], [], {"ErrorCode": 0}])
def test_what_cannot_be_read_proves_nothing(wire: Scripted, postmark: Postmark, said: object) -> None:
    wire.answers.append(Answer(body=orjson.dumps(said)))
    with pytest.raises(UnknownOutcome):
        post(postmark, MEGUMI)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (422, 300, Rejected),
        (422, 405, AccountStopped),
        (422, 413, AccountStopped),
        (422, 7777, UnknownOutcome),
        (429, 429, NotWritten),
        (500, 300, UnknownOutcome),
    ],
)
def test_a_refused_call(wire: Scripted, postmark: Postmark, status: int, code: int, error: type[DeliveryError]) -> None:
    wire.answers.append(Answer(status, orjson.dumps({"ErrorCode": code, "Message": "no"})))
    with pytest.raises(error) as raised:
        post(postmark, MEGUMI)
    assert raised.type is error
    assert wire.posts == 1


def test_each_stream_is_searched(postmark: Postmark) -> None:
    post(postmark, replace(MEGUMI, stream="news"))
    assert postmark.look_up([MEGUMI.key]) == {MEGUMI.key: "pm-1"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(200, b"{}"),
        Answer(fault="reset"),
        Answer(200, b'{"Messages": [{"MessageID": "x", "Metadata": {"todoke_key": "another"}}]}'),
        Answer(200, b'{"Messages": [{"MessageID": "x"}]}'),
    ],
)
def test_a_search_that_fails_finds_nothing_out(wire: Scripted, postmark: Postmark, answer: Answer) -> None:
    wire.answers.append(answer)
    with pytest.raises(UnknownOutcome):
        postmark.look_up([MEGUMI.key])


def test_an_answer_lost_after_accept_is_found_by_search(
    unkeyed: Shop, wire: Scripted, standin: PostmarkStandIn, postmark: Postmark
) -> None:
    plan(unkeyed.database, orders(8))
    wire.faults_after.append("reset")
    unkeyed.deliver(postmark, run={"env": "production"}, times=STEADY)
    assert set(states(unkeyed.database).values()) <= {"unknown", "accepted"}
    time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
    unkeyed.deliver(postmark, run={"env": "production"}, times=STEADY)
    assert set(states(unkeyed.database).values()) == {"accepted"}
    assert (wire.posts, Counter(standin.copies.values())) == (1, {1: 8})
    unkeyed.check_sum()


def test_a_worker_that_dies_after_the_post_repeats_nothing(
    unkeyed: Shop, wire: Scripted, standin: PostmarkStandIn, postmark: Postmark
) -> None:
    def dying(step: str) -> None:
        if step == "post":
            raise KeyboardInterrupt

    plan(unkeyed.database, orders(14))
    with pytest.raises(KeyboardInterrupt):
        unkeyed.deliver(postmark, dying, run={"env": "production"}, times=STEADY)
    for _ in range(2):
        time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
        unkeyed.deliver(postmark, run={"env": "production"}, times=STEADY)
    assert set(states(unkeyed.database).values()) == {"accepted"}
    assert (wire.posts, Counter(standin.copies.values())) == (2, {1: 14})
    unkeyed.check_sum()


def test_what_was_never_taken_is_planned_again_or_parked(
    unkeyed: Shop, wire: Scripted, standin: PostmarkStandIn, postmark: Postmark
) -> None:
    plan(unkeyed.database, [Planned("O-T"), Planned("O-S", touchpoint="thank_you", message_class="S")])
    wire.answers.extend([Answer(fault="reset")] * 2)
    unkeyed.deliver(postmark, run={"env": "production"}, times=STEADY)
    time.sleep(STEADY.lease_seconds + STEADY.timeout_seconds + 0.2)
    unkeyed.deliver(postmark, run={"env": "production"}, times=STEADY)
    assert states(unkeyed.database) == {"O-T": "accepted", "O-S": "parked"}
    assert reason_of(unkeyed.database, "O-S") == "not_found_at_provider"
    assert standin.copies == {"o-t@example.invalid": 1}
    unkeyed.check_sum()
