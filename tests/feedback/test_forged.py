"""Requests nobody signed, replayed or broken: kept nowhere and counted."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tasks.core.accounts import FeedbackSettings
from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.feedback.base import MAX_BODY
from tests.feedback import signing
from tests.feedback.conftest import Heard, incoming_of
from tests.feedback.signing import Signed
from tests.feedback.test_parsers import TO, line, postmark, resend, sendgrid, ses

Spoil = Callable[[], Signed]
FORGED: dict[str, tuple[Spoil, int, str]] = {
    "ses: certificate elsewhere": (
        lambda: signing.sns(
            {}, SigningCertURL="https://sns.ap-northeast-1.amazonaws.com.evil.invalid/SimpleNotificationService-1.pem"
        ),
        403,
        "ses:wrong_host",
    ),
    "ses: certificate without TLS": (
        lambda: signing.sns({}, SigningCertURL=signing.CERTIFICATE.replace("https", "http")),
        403,
        "ses:wrong_host",
    ),
    "ses: certificate in a bucket": (
        lambda: signing.sns(
            {}, SigningCertURL="https://s3.ap-northeast-1.amazonaws.com/SimpleNotificationService-1.pem"
        ),
        403,
        "ses:wrong_host",
    ),
    "ses: user name in the address": (
        lambda: signing.sns({}, SigningCertURL=signing.CERTIFICATE.replace("https://", "https://x@")),
        403,
        "ses:wrong_host",
    ),
    "ses: other text under the signature": (lambda: signing.sns({}, Message='{"a": 1}'), 403, "ses:forged"),
    "ses: signature of version 1 called 2": (
        lambda: signing.sns({}, version="1", SignatureVersion="2"),
        403,
        "ses:forged",
    ),
    "ses: a stranger's topic": (
        lambda: signing.sns({}, TopicArn="arn:aws:sns:us-east-1:9:evil"),
        403,
        "ses:foreign_topic",
    ),
    "ses: no SNS at all": (lambda: Signed("/feedback/ses", b'{"eventType": "Bounce"}'), 400, "ses:malformed"),
    "ses: signed, but no event": (lambda: signing.sns("Bounced!"), 400, "ses:malformed"),
    "sendgrid: replayed": (lambda: signing.sendgrid([], age=600), 403, "sendgrid:stale"),
    "sendgrid: from the future": (lambda: signing.sendgrid([], age=-600), 403, "sendgrid:stale"),
    "sendgrid: another time": (
        lambda: signing.sendgrid([], headers={"X-Twilio-Email-Event-Webhook-Timestamp": str(int(time.time()) + 1)}),
        403,
        "sendgrid:forged",
    ),
    "sendgrid: unsigned": (lambda: Signed("/feedback/sendgrid", b"[]"), 403, "sendgrid:unsigned"),
    "sendgrid: no list": (lambda: signing.sendgrid({"event": "bounce"}), 400, "sendgrid:malformed"),
    "sendgrid: no id": (lambda: signing.sendgrid([{"event": "bounce", "email": TO}]), 400, "sendgrid:malformed"),
    "postmark: wrong password": (lambda: signing.postmark({}, "guess"), 403, "postmark:forged"),
    "postmark: wrong header": (lambda: signing.postmark({}, "guess", header=True), 403, "postmark:forged"),
    "postmark: none": (lambda: Signed("/feedback/postmark", b"{}"), 403, "postmark:unsigned"),
    "resend: replayed": (lambda: signing.resend({}, age=600), 403, "resend:stale"),
    "resend: another secret": (lambda: signing.resend({}, secret=b"guess"), 403, "resend:forged"),
    "resend: another id": (
        lambda: (lambda one: replace(one, headers=one.headers | {"svix-id": "msg-2"}))(signing.resend({})),
        403,
        "resend:forged",
    ),
    "line: another secret": (lambda: signing.line([], "guess"), 403, "line:forged"),
    "twilio: another address": (
        lambda: signing.twilio({"MessageSid": "1"}, base="https://evil.invalid"),
        403,
        "twilio:forged",
    ),
    "twilio: another key in the query": (
        lambda: (lambda one: replace(one, path=one.path + "?key=x"))(signing.twilio({"MessageSid": "1"})),
        403,
        "twilio:forged",
    ),
    "reply: wrong secret": (lambda: signing.reply(b"From: a@b\r\n\r\n", "guess"), 403, "reply:forged"),
    "reply: no sender": (lambda: signing.reply(b"\x00\xff"), 400, "reply:malformed"),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_nobody_signed_is_kept_nowhere_and_counted(module_heard: Heard, what: str) -> None:
    spoiled, status, reason = FORGED[what]
    before = module_heard.refused().get(reason, 0)
    assert module_heard.post(spoiled()).status_code == status
    assert module_heard.refused()[reason] == before + 1
    assert module_heard.kinds() == []


def test_the_certificate_must_be_valid_now(heard: Heard) -> None:
    old = replace(heard.receiver.trust, certificate=lambda _url: signing.certificate(-1))
    late = replace(heard.receiver, trust=old)
    with pytest.raises(FeedbackRefused, match="not valid now"):
        late.receive(incoming_of(ses("Send")))
    assert heard.refused() == {"ses:stale": 1}


def test_a_provider_without_a_key_is_not_listened_to(heard: Heard) -> None:
    """It is told to come again: nothing is refused, nothing is kept."""
    deaf = replace(heard.receiver, trust=replace(heard.receiver.trust, settings=FeedbackSettings()))
    for signed in (sendgrid("bounce"), line("unfollow"), resend("email.sent"), ses("Send"), postmark("Open")):
        with pytest.raises(ConfigurationError, match="TODOKE_FEEDBACK_"):
            deaf.receive(incoming_of(signed))
    assert (heard.kinds(), heard.refused()) == ([], {})


def test_a_body_beyond_the_limit_is_refused(heard: Heard) -> None:
    answer = heard.post(Signed("/feedback/line", b"x" * (MAX_BODY + 10)))
    assert (answer.status_code, heard.refused()) == (413, {"line:too_large": 1})
