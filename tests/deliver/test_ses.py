"""SES: what is sent and what an answer proves, one POST each."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tasks.channels.ses import CODES, STATUSES, Ses
from tasks.core.accounts import SesSettings
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tests.deliver.conftest import Shop
from tests.deliver.contract import CALENDAR, MEGUMI, people, post
from tests.deliver.people import STEADY, orders, plan, states
from tests.deliver.scripted import Answer, Request, Scripted, listening

QUICK_TIMEOUT = 1.0
SETTINGS = SesSettings(rate=10_000)


def entry_answer(*statuses: str) -> Answer:
    """One result an entry."""
    results = [{"Status": status, "MessageId": f"m-{n}"} for n, status in enumerate(statuses)]
    return Answer(body=json.dumps({"BulkEmailEntryResults": results}).encode())


def error_answer(code: str, status: int = 400, message: str = "no") -> Answer:
    """An error as SES writes it."""
    return Answer(status, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": code})


def takes_everything(request: Request) -> Answer:
    """GetAccount, and success for every entry."""
    if request.path.endswith("/account"):
        return Answer(body=b'{"SendQuota": {"MaxSendRate": 20.0}}')
    return entry_answer(*["SUCCESS"] * len(json.loads(request.body)["BulkEmailEntries"]))


@pytest.fixture
def scripted(aws: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with listening(Scripted(takes_everything)) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def ses(scripted: Scripted) -> Iterator[Ses]:  # noqa: ARG001  # its endpoint
    made = Ses(SETTINGS, QUICK_TIMEOUT)
    yield made
    made.close()


def test_what_is_posted(scripted: Scripted, ses: Ses) -> None:
    post(replace(ses, settings=SesSettings(configuration_set="events", rate=100)), MEGUMI)
    [request] = scripted.requests
    call = json.loads(request.body)
    assert request.path == "/v2/email/outbound-bulk-emails"
    assert call["FromEmailAddress"] == "=?utf-8?b?44Go44Gp44GR5aCC?= <orders@todoke.invalid>"
    assert (call["ReplyToAddresses"], call["ConfigurationSetName"]) == (["help@todoke.invalid"], "events")
    [entry] = call["BulkEmailEntries"]
    assert entry["Destination"] == {"ToAddresses": ["megumi@example.com"]}
    assert {tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]} == {
        "todoke_key": MEGUMI.key.hex,
        "touchpoint": "shipped",
    }
    assert {one["Name"]: one["Value"] for one in entry["ReplacementHeaders"]} == MEGUMI.headers


def test_the_sealed_bytes_are_those_of_the_wire(scripted: Scripted, ses: Ses) -> None:
    body = ses.join([ses.encode(message) for message in people(3)])
    ses.post(body, "key", time.monotonic() + 5)
    assert json.loads(scripted.requests[0].body) == json.loads(body)
    assert abs(len(scripted.requests[0].body) - len(body)) < 100, "so max_bytes counts what SES counts"


def test_a_message_with_an_attachment_is_one_call_of_its_own(unkeyed: Shop, scripted: Scripted, ses: Ses) -> None:
    plan(unkeyed.database, [*orders(2), *(replace(one, context={"file": "x"}) for one in orders(5)[2:])])
    scripted.handler = lambda request: (
        Answer(body=b'{"MessageId": "m-1"}') if b'"Simple"' in request.body else takes_everything(request)
    )
    named = replace(ses, settings=SesSettings(configuration_set="events", rate=10_000))
    done = unkeyed.deliver(named, run={"env": "production"}, times=STEADY)
    assert done.counts == {"accepted": 5}
    singles = [json.loads(one.body) for one in scripted.requests if one.path == "/v2/email/outbound-emails"]
    assert (len(singles), scripted.posts) == (3, 4), "one POST an intent; those without a file share one"
    assert {tag["Name"] for tag in singles[0]["EmailTags"]} == {"todoke_key", "touchpoint"}
    assert singles[0]["ConfigurationSetName"] == "events"
    assert [one["Name"] for one in singles[0]["Content"]["Simple"]["Headers"]] == ["Content-Language"]
    unkeyed.check_sum()


def test_an_answer_without_an_id_proves_nothing(scripted: Scripted, ses: Ses) -> None:
    scripted.answers.append(Answer(body=b"{}"))
    with pytest.raises(UnknownOutcome, match="MessageId"):
        post(ses, replace(MEGUMI, attachments=(CALENDAR,)))
    assert scripted.posts == 1


def test_only_messages_of_one_sender_share_a_call(ses: Ses) -> None:
    same, other = replace(MEGUMI, subject="Hi"), replace(MEGUMI, from_name="Todoke")
    first, second, third = (ses.envelope(ses.encode(message)) for message in (MEGUMI, same, other))
    assert first == second != third


@pytest.mark.parametrize("value", ["x" * 871, "日本"])
def test_a_header_ses_does_not_take_is_refused_alone(ses: Ses, value: str) -> None:
    with pytest.raises(Rejected, match="header"):
        ses.encode(replace(MEGUMI, headers={"List-Unsubscribe": value}))


def test_a_sender_s_name_longer_than_ses_takes_is_left_out(ses: Ses) -> None:
    shared = json.loads(ses.envelope(ses.encode(replace(MEGUMI, from_name="長" * 200))))
    assert shared["FromEmailAddress"] == "orders@todoke.invalid"


FAULTS = [
    (Answer(fault="reset"), UnknownOutcome),
    (Answer(fault="hang"), UnknownOutcome),
    (Answer(body=b'{"BulkEmailEntryResults": []}', fault="cut"), UnknownOutcome),
    (Answer(500), UnknownOutcome),
    (Answer(502, b"<html>bad gateway</html>"), UnknownOutcome),
    (Answer(503), UnknownOutcome),
    (error_answer("InternalServiceErrorException", 500), UnknownOutcome),
    (Answer(200, b"<html>welcome</html>"), UnknownOutcome),
    (Answer(200), UnknownOutcome),
    (entry_answer(), UnknownOutcome),
    (entry_answer("SUCCESS", "SUCCESS"), UnknownOutcome),
    (entry_answer("SOMETHING_NEW"), UnknownOutcome),
    (Answer(200, b'{"BulkEmailEntryResults": [{"Status": "SUCCESS"}]}'), UnknownOutcome),
    (error_answer("SomethingNewException"), UnknownOutcome),
    (Answer(429), NotWritten),
    (error_answer("TooManyRequestsException", 429), NotWritten),
    (error_answer("ThrottlingException", 400, "Maximum sending rate exceeded."), NotWritten),
    (error_answer("ThrottlingException", 400, "Daily message quota exceeded."), AccountStopped),
    (error_answer("AccountSuspendedException"), AccountStopped),
    (error_answer("SendingPausedException"), AccountStopped),
    (error_answer("InvalidSignatureException", 403), AccountStopped),
    (error_answer("ExpiredTokenException", 403), AccountStopped),
    (error_answer("MessageRejected", 400, "Email address is not verified."), AccountStopped),
    (Answer(403, b'{"message": "Missing Authentication Token"}'), AccountStopped),
    (error_answer("MessageRejected"), Rejected),
    (error_answer("BadRequestException"), Rejected),
]


@pytest.mark.parametrize(
    ("answer", "error"), FAULTS, ids=[f"{one.status}{one.fault}{one.headers}{one.body[:60]!r}" for one, _ in FAULTS]
)
def test_one_post_whatever_is_answered(
    scripted: Scripted, ses: Ses, answer: Answer, error: type[DeliveryError]
) -> None:
    scripted.answers.append(answer)
    with pytest.raises(error) as raised:
        post(ses, MEGUMI)
    assert raised.type is error
    assert scripted.posts == 1


@pytest.mark.parametrize(("mode", "posts"), [("legacy", 5), ("standard", 3)])
def test_boto3_left_alone_posts_again(scripted: Scripted, ses: Ses, mode: Any, posts: int) -> None:
    """The control: the count above would see a retry."""
    scripted.answers.extend([Answer(500)] * 5)
    client = boto3.client("sesv2", config=Config(retries={"mode": mode}))
    with pytest.raises(client.exceptions.ClientError):
        client.send_bulk_email(**json.loads(ses.join([ses.encode(MEGUMI)])))
    client.close()
    assert scripted.posts == posts


def test_the_environment_turns_no_retries_on(scripted: Scripted, ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    scripted.answers.extend([Answer(500)] * 7)
    with pytest.raises(UnknownOutcome):
        post(ses, MEGUMI)
    assert scripted.posts == 1


@pytest.mark.parametrize("status", [status for status, error in STATUSES.items() if error is Rejected])
def test_one_refused_entry_harms_no_other(scripted: Scripted, ses: Ses, status: str) -> None:
    scripted.answers.append(entry_answer("SUCCESS", status, "SUCCESS"))
    results = post(ses, *people(3))
    assert [one.accepted for one in results] == [True, False, True]
    assert results[1].failure is None
    assert status in str(results[1].reason)


@pytest.mark.parametrize(
    "status", [status for status, error in STATUSES.items() if error in (NotWritten, AccountStopped)]
)
def test_what_was_put_off_is_not_refused(scripted: Scripted, ses: Ses, status: str) -> None:
    scripted.answers.extend([entry_answer("SUCCESS", status), entry_answer(status, status)])
    taken, put_off = post(ses, *people(2))
    assert taken.accepted
    assert isinstance(put_off.failure, NotWritten)
    with pytest.raises(STATUSES[status]):  # type: ignore[arg-type]
        post(ses, *people(2))


def test_every_status_and_error_of_the_api_is_known(aws: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    client = boto3.client("sesv2")
    calls = client.meta.service_model.operation_model
    model = calls("SendBulkEmail")
    entry = model.output_shape.members["BulkEmailEntryResults"].member
    assert set(entry.members["Status"].enum) == set(STATUSES)
    assert {error.name for error in (*model.error_shapes, *calls("SendEmail").error_shapes)} <= set(CODES)
    client.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid"])
def test_a_connection_that_never_was_wrote_nothing(aws: pytest.MonkeyPatch, url: str) -> None:
    aws.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(NotWritten):
        post(Ses(SETTINGS, QUICK_TIMEOUT), MEGUMI)


def test_without_credentials_nothing_is_posted(scripted: Scripted, aws: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws.delenv(name)
    aws.setenv("AWS_EC2_METADATA_DISABLED", "true")
    aws.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(AccountStopped, match="redentials"):
        post(Ses(SETTINGS, QUICK_TIMEOUT), MEGUMI)
    assert scripted.posts == 0


def test_a_batch_is_no_larger_than_a_second_of_the_account(scripted: Scripted) -> None:
    asked = Ses(SesSettings(), QUICK_TIMEOUT)
    assert asked.max_messages == 20, "what GetAccount says"
    assert Ses(SETTINGS, QUICK_TIMEOUT).max_messages == 50
    scripted.handler = lambda _: error_answer("AccessDeniedException", 403)
    assert Ses(SesSettings(), QUICK_TIMEOUT).max_messages == 14
    asked.close()


def test_the_account_s_pace_is_kept(unkeyed: Shop, ses: Ses) -> None:
    plan(unkeyed.database, orders(30))
    started = time.monotonic()
    unkeyed.deliver(replace(ses, settings=SesSettings(rate=50)), run={"env": "production"}, times=STEADY)
    assert time.monotonic() - started > 0.4, "ten, ten and ten at fifty a second"
    assert set(states(unkeyed.database).values()) == {"accepted"}


def test_a_throttle_half_way_plans_the_rest_again(unkeyed: Shop, scripted: Scripted, ses: Ses) -> None:
    plan(unkeyed.database, orders(3))
    scripted.answers.append(entry_answer("SUCCESS", "ACCOUNT_THROTTLED", "MESSAGE_REJECTED"))
    done = unkeyed.deliver(ses, run={"env": "production"}, times=STEADY)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 2, "rejected": 1}
    assert (done.counts["NotWritten"], scripted.posts) == (1, 2)
    assert len(json.loads(scripted.requests[1].body)["BulkEmailEntries"]) == 1
    unkeyed.check_sum()


def test_a_quota_half_way_stops_and_keeps_the_rest_planned(unkeyed: Shop, scripted: Scripted, ses: Ses) -> None:
    plan(unkeyed.database, orders(25))
    scripted.answers.append(entry_answer(*["SUCCESS"] * 4, *["ACCOUNT_DAILY_QUOTA_EXCEEDED"] * 6))
    done = unkeyed.deliver(ses, run={"env": "production"}, times=STEADY)
    assert Counter(states(unkeyed.database).values()) == {"accepted": 4, "planned": 21}
    assert scripted.posts == 1
    assert [note for note in done.notes if "stay planned" in note]
    unkeyed.check_sum()
