"""SMS through Twilio and AWS: what is posted, what an answer proves, one POST each."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from tasks.channels.aws_sms import CODES as AWS_CODES
from tasks.channels.aws_sms import STOPS, AwsSms
from tasks.channels.twilio import CODES, Twilio
from tasks.core.accounts import AwsSmsSettings, TwilioSettings
from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing
from tests.deliver.contract import MEGUMI, ChannelContract, Taken, post
from tests.deliver.scripted import Answer, Request, Scripted, listening

TEXT = "【とどけ堂】商品を発送しました。"
UNSENDABLE: list[dict[str, str]] = [
    {"to_address": "nobody"},
    {"to_address": "+81"},
    {"to_address": ""},
    {"text": ""},
    {"text": "x" * 1601},
    {"text": "lone \ud83d surrogate"},
]


def for_sms(message: Outgoing) -> Outgoing:
    """A Japanese mobile of somebody."""
    digits = sum(map(ord, message.to_address)) % 10_000
    return replace(message, to_address=f"+8190{digits:08}", text=TEXT, html="", subject="")


class SmsContract(ChannelContract):
    def fit(self, message: Outgoing) -> Outgoing:
        return for_sms(message)

    @pytest.mark.parametrize("changes", UNSENDABLE)
    def test_what_cannot_be_a_message_is_refused_alone(self, channel: Any, changes: dict[str, str]) -> None:
        with pytest.raises(Rejected):
            channel.encode(replace(for_sms(MEGUMI), **changes))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "written", ["090-1234-5678", "09012345678", "０９０－１２３４－５６７８", "+81 90 1234 5678"]
    )
    def test_numbers_go_out_in_the_international_form(self, channel: Any, taken: Taken, written: str) -> None:
        post(channel, replace(for_sms(MEGUMI), to_address=written))
        assert list(taken()) == ["+819012345678"]

    def test_what_it_cost_is_recorded(self, channel: Any) -> None:
        [result] = post(channel, replace(for_sms(MEGUMI), text="あ" * 71))
        assert result.reason == "2 segments, UCS-2"
        assert result.provider_id


# Twilio


def takes(_request: Request) -> Answer:
    return Answer(201, json.dumps({"sid": "SM1", "num_segments": "1", "status": "queued"}).encode())


def forms(server: Scripted) -> list[dict[str, str]]:
    return [dict(parse_qsl(request.body.decode())) for request in server.requests]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with listening(Scripted(takes)) as server:
        yield server


@pytest.fixture
def twilio(scripted: Scripted) -> Iterator[Twilio]:
    made = Twilio("AC1", "token", "+815012345678", "https://shop.example/sms", scripted.url)
    yield made
    made.close()


class TestTwilio(SmsContract):
    @pytest.fixture
    def channel(self, twilio: Twilio) -> Twilio:
        return twilio

    @pytest.fixture
    def taken(self, scripted: Scripted) -> Taken:
        return lambda: Counter(form["To"] for form in forms(scripted))


def test_what_twilio_gets(scripted: Scripted, twilio: Twilio) -> None:
    post(twilio, for_sms(MEGUMI))
    [request] = scripted.requests
    assert request.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert request.headers["Authorization"] == "Basic QUMxOnRva2Vu"
    assert forms(scripted) == [
        {
            "To": for_sms(MEGUMI).to_address,
            "From": "+815012345678",
            "Body": TEXT,
            "StatusCallback": f"https://shop.example/sms?key={MEGUMI.key}",
        }
    ]


def test_a_messaging_service_is_named_as_one(scripted: Scripted, twilio: Twilio) -> None:
    post(replace(twilio, sender="MG1", callback=""), for_sms(MEGUMI))
    assert forms(scripted)[0].keys() == {"To", "MessagingServiceSid", "Body"}


def refused(code: int, status: int = 400) -> Answer:
    return Answer(status, json.dumps({"code": code, "message": "no", "status": status}).encode())


TWILIO: list[tuple[Answer, type[DeliveryError]]] = [
    *[(refused(code), Rejected) for code in (21211, 21610, 21614, 21408, 30007)],
    *[(refused(code), AccountStopped if code not in (20429, 21611) else NotWritten) for code in CODES],
    (refused(20003, 401), AccountStopped),
    (refused(20005, 403), AccountStopped),
    (refused(20404, 404), AccountStopped),
    (refused(20429, 429), NotWritten),
    (Answer(400, b"no json"), Rejected),
    *[(Answer(status), UnknownOutcome) for status in (302, 408, 409, 500, 502, 503, 504)],
    *[(Answer(fault=fault), UnknownOutcome) for fault in ("reset", "hang")],
    *[(Answer(201, body), UnknownOutcome) for body in (b"", b"<html>", b"{}", b"[]")],
]


@pytest.mark.parametrize(
    ("answer", "error"), TWILIO, ids=[f"{one.status} {one.fault}{one.body[:30]!r}" for one, _ in TWILIO]
)
def test_what_an_answer_of_twilio_proves(
    scripted: Scripted, twilio: Twilio, answer: Answer, error: type[DeliveryError]
) -> None:
    scripted.answers.append(answer)
    with pytest.raises(error) as raised:
        post(twilio, for_sms(MEGUMI), seconds=0.8)
    assert raised.type is error
    assert scripted.posts == 1, "posted once, whatever was answered"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"account": ""}, "TODOKE_TWILIO_ACCOUNT"),
        ({"token": None}, "TODOKE_TWILIO_TOKEN"),
        ({"sender": ""}, "TODOKE_TWILIO_SENDER"),
        ({"api": "http://api.example"}, "TODOKE_TWILIO_API"),
        ({"callback": "http://shop.example"}, "TODOKE_TWILIO_CALLBACK"),
    ],
)
def test_unsafe_settings_are_refused_by_name(changes: dict[str, Any], named: str) -> None:
    given: dict[str, Any] = {"account": "AC1", "token": SecretStr("x"), "sender": "+815012345678"} | changes
    with pytest.raises(ConfigurationError, match=named):
        Twilio.from_settings(TwilioSettings(**given))


# AWS


@pytest.fixture
def end_user_messaging(aws: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with listening(Scripted(lambda _: Answer(200, b'{"MessageId": "aws-1"}'))) as server:
        aws.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def sms(end_user_messaging: Scripted) -> Iterator[AwsSms]:  # noqa: ARG001  # its endpoint
    made = AwsSms(AwsSmsSettings(sender="TODOKE", configuration_set="events"), 1.0)
    yield made
    made.close()


def calls(server: Scripted) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in server.requests]


class TestAws(SmsContract):
    @pytest.fixture
    def channel(self, sms: AwsSms) -> AwsSms:
        return sms

    @pytest.fixture
    def taken(self, end_user_messaging: Scripted) -> Taken:
        return lambda: Counter(call["DestinationPhoneNumber"] for call in calls(end_user_messaging))


def test_what_aws_gets(end_user_messaging: Scripted, sms: AwsSms) -> None:
    post(sms, for_sms(MEGUMI))
    assert calls(end_user_messaging) == [
        {
            "DestinationPhoneNumber": for_sms(MEGUMI).to_address,
            "MessageBody": TEXT,
            "MessageType": "TRANSACTIONAL",
            "OriginationIdentity": "TODOKE",
            "ConfigurationSetName": "events",
            "Context": {"todoke_key": MEGUMI.key.hex, "touchpoint": "shipped"},
        }
    ]


def aws_error(code: str, reason: str = "", status: int = 400) -> Answer:
    body = {"__type": code, "Message": "no", "Reason": reason}
    return Answer(status, json.dumps(body).encode(), {"x-amzn-ErrorType": code})


AWS: list[tuple[Answer, type[DeliveryError]]] = [
    *[(aws_error(code), kind) for code, kind in AWS_CODES.items()],
    *[(aws_error("ConflictException", reason), AccountStopped) for reason in sorted(STOPS)],
    (aws_error("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"), Rejected),
    (aws_error("ValidationException", "DESTINATION_COUNTRY_BLOCKED"), Rejected),
    (aws_error("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"), AccountStopped),
    (aws_error("InternalServerException", status=500), UnknownOutcome),
    (aws_error("ThrottlingException", status=500), UnknownOutcome),
    (aws_error("SomethingNew"), UnknownOutcome),
    *[(Answer(fault=fault), UnknownOutcome) for fault in ("reset", "hang")],
    (Answer(502, b"<html>"), UnknownOutcome),
    (Answer(200, b"{}"), UnknownOutcome),
]


@pytest.mark.parametrize(("answer", "error"), AWS, ids=[f"{one.status} {one.fault}{one.body[:60]!r}" for one, _ in AWS])
def test_what_an_answer_of_aws_proves(
    end_user_messaging: Scripted, sms: AwsSms, answer: Answer, error: type[DeliveryError]
) -> None:
    end_user_messaging.answers.append(answer)
    with pytest.raises(error) as raised:
        post(sms, for_sms(MEGUMI))
    assert raised.type is error
    assert end_user_messaging.posts == 1, "boto3 would post it three times"


def test_a_connection_that_never_was_wrote_nothing(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for nobody in (AwsSms(AwsSmsSettings(), 1.0), Twilio("AC1", "t", "+815012345678", "", "http://127.0.0.1:1")):
        with pytest.raises(NotWritten):
            post(nobody, for_sms(MEGUMI))
        nobody.close()


def test_without_credentials_sending_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    nobody = AwsSms(AwsSmsSettings(), 1.0)
    with pytest.raises(AccountStopped):
        post(nobody, for_sms(MEGUMI))
    nobody.close()
