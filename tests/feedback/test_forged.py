"""Requests nobody signed, replayed or broken: kept nowhere and counted."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tasks.core.accounts import FeedbackSettings
from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.feedback.base import MAX_BODY
from tasks.feedback.chain import browser_roots
from tasks.feedback.ses import parse
from tests.feedback import signing
from tests.feedback.authorities import authority, certificate, serving
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


ELSEWHERE = "http://issuer.evil.invalid/issuer.cer"


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (lambda: certificate(-1), "stale: the signing certificate is not valid now"),
        (lambda: certificate(host="sns.evil.invalid"), "untrusted: the signing certificate is for none of sns."),
        (lambda: certificate(by="Stranger"), "untrusted: nobody we trust vouches"),
        (
            lambda: certificate(by="Stranger") + authority("Stranger", "Stranger").public_bytes(Encoding.PEM),
            "untrusted: nobody we trust vouches",
        ),
        (lambda: certificate(at=ELSEWHERE), "untrusted: nobody we trust vouches"),
    ],
)
def test_a_certificate_nobody_vouches_for(module_heard: Heard, pem: Callable[[], bytes], why: str) -> None:
    reason, _, message = why.partition(": ")
    before = module_heard.refused().get(f"ses:{reason}", 0)
    trust = replace(module_heard.receiver.trust, certificate=serving(pem()))
    with pytest.raises(FeedbackRefused, match=message):
        replace(module_heard.receiver, trust=trust).receive(incoming_of(ses("Send")))
    assert module_heard.refused()[f"ses:{reason}"] == before + 1


def test_the_certificate_may_bring_its_issuer_and_name_the_region(module_heard: Heard) -> None:
    issuer = authority("Issuer", "Root").public_bytes(Encoding.PEM)
    regional = certificate(host="sns.ap-northeast-1.amazonaws.com", at=ELSEWHERE)
    for pem in (certificate(at=ELSEWHERE) + issuer, regional + issuer):
        trust = replace(module_heard.receiver.trust, certificate=serving(pem))
        assert len(parse(incoming_of(ses("Send")), trust)) == 1


def test_without_a_root_of_ours_browsers_roots_count(module_heard: Heard) -> None:
    assert {"Amazon Root CA 1", "Amazon Root CA 4"} <= {
        name.value for root in browser_roots() for name in root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    }
    with pytest.raises(FeedbackRefused, match="nobody we trust"):
        parse(incoming_of(ses("Send")), replace(module_heard.receiver.trust, roots=()))


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
