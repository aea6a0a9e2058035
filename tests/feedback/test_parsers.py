"""Words of providers: what each means, matched on our own key."""

import time
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from tasks.channels import CHANNELS
from tasks.core.identity import address_key
from tasks.core.outgoing import message_key
from tests.feedback import signing
from tests.feedback.conftest import SECRET, Heard
from tests.feedback.signing import Signed

MESSAGE = message_key("shipped", "O-1")
TO = "megumi@example.invalid"


_ids = count()


def ses(word: str, **detail: Any) -> Signed:
    """An event of a configuration set."""
    mail = {
        "timestamp": "2026-09-15T00:59:00.000Z",
        "messageId": "0100-ses",
        "destination": [TO],
        "tags": {"todoke_key": [MESSAGE.hex], "ses:operation": ["SendBulkEmail"]},
    }
    return signing.sns({"eventType": word, "mail": mail, **detail}, f"m-{next(_ids)}")


def bounce(kind: str, to: str = TO) -> dict[str, Any]:
    """A bounce as SES tells it."""
    at = "2026-09-15T01:02:03.000Z"
    return {"bounce": {"bounceType": kind, "bouncedRecipients": [{"emailAddress": to}], "timestamp": at}}


def aws_sms(word: str) -> Signed:
    """A receipt in the envelope of SNS."""
    event = {"eventType": word, "eventTimestamp": 1789434123000, "destinationPhoneNumber": TO}
    return signing.sns(event | {"context": {"todoke_key": MESSAGE.hex}}, f"m-{next(_ids)}")


def answered(words: str) -> Signed:
    """Somebody answered our SMS."""
    answer = {"originationNumber": TO, "destinationNumber": "+815012345678", "messageKeyword": "KEYWORD_1_DEFAULT"}
    return signing.sns(answer | {"messageBody": words, "inboundMessageId": f"in-{next(_ids)}"}, f"m-{next(_ids)}")


def sendgrid(word: str, **detail: Any) -> Signed:
    """One event of a list."""
    event = {"event": word, "email": TO, "timestamp": int(time.time()), "sg_event_id": f"sg-{next(_ids)}"}
    return signing.sendgrid([event | {"todoke_key": MESSAGE.hex} | detail])


def postmark(record: str, **detail: Any) -> Signed:
    """One webhook."""
    at = {
        "BouncedAt": "2026-09-15T10:02:03+09:00",
        "MessageID": f"pm-{next(_ids)}",
        "Metadata": {"todoke_key": MESSAGE.hex},
    }
    return signing.postmark({"RecordType": record, "Recipient": TO, **at, **detail})


def resend(word: str, **data: Any) -> Signed:
    """One webhook."""
    tags = [{"name": "todoke_key", "value": MESSAGE.hex}]
    event = {"type": word, "created_at": "2026-09-15T01:02:03.000Z", "data": {"to": [TO], "tags": tags, **data}}
    return signing.resend(event, f"msg-{next(_ids)}")


def line(word: str) -> Signed:
    """One event of the account."""
    source = {"type": "user", "userId": TO}
    event = {"type": word, "timestamp": 1789434123000, "source": source, "webhookEventId": f"L{next(_ids)}"}
    return signing.line([event | {"message": {"type": "text", "text": "秘密"}}])


def twilio(word: str, code: str = "", **form: str) -> Signed:
    """One receipt."""
    given = {"MessageSid": f"SM{next(_ids)}", "MessageStatus": word, "To": TO, "From": "+81500000000", **form}
    return signing.twilio(given | ({"ErrorCode": code} if code else {}), f"?key={MESSAGE.hex}")


NEWEST = """select provider, kind, message_key, address_key, raw::text from feedback
            where provider <> 'page' order by feedback_id desc limit 1"""


WORDS: list[tuple[Callable[[], Signed], str]] = [
    (lambda: ses("Send"), "sent"),
    (lambda: ses("Delivery", delivery={"timestamp": "2026-09-15T01:02:03.000Z"}), "delivered"),
    (lambda: ses("DeliveryDelay", deliveryDelay={"delayType": "MailboxFull"}), "delayed"),
    (lambda: ses("Bounce", **bounce("Permanent")), "bounced"),
    (lambda: ses("Bounce", **bounce("Transient")), "failed"),
    (lambda: ses("Bounce", **bounce("Undetermined")), "failed"),
    (lambda: ses("Bounce", **bounce("Imaginary")), "unknown"),
    (lambda: ses("Complaint", complaint={"complainedRecipients": [{"emailAddress": TO}]}), "complained"),
    (lambda: ses("Reject", reject={"reason": "Bad content"}), "failed"),
    (lambda: ses("Rendering Failure", failure={"errorMessage": "no value"}), "failed"),
    (lambda: ses("Open"), "opened"),
    (lambda: ses("Click"), "clicked"),
    (lambda: ses("Subscription"), "unknown"),
    (lambda: aws_sms("TEXT_QUEUED"), "queued"),
    (lambda: aws_sms("TEXT_SUCCESSFUL"), "sent"),
    (lambda: aws_sms("TEXT_DELIVERED"), "delivered"),
    (lambda: aws_sms("TEXT_INVALID"), "bounced"),
    (lambda: aws_sms("TEXT_CARRIER_UNREACHABLE"), "failed"),
    (lambda: aws_sms("TEXT_UNKNOWN"), "unknown"),
    (lambda: answered("Stop"), "unsubscribed"),
    (lambda: answered(" 配信停止。"), "unsubscribed"),
    (lambda: answered("ＳＴＯＰ!"), "unsubscribed"),
    (lambda: answered("start"), "resubscribed"),
    (lambda: answered("Don't stop"), "unknown"),
    (lambda: answered(""), "unknown"),
    (lambda: sendgrid("processed"), "sent"),
    (lambda: sendgrid("deferred"), "delayed"),
    (lambda: sendgrid("delivered"), "delivered"),
    (lambda: sendgrid("bounce", type="bounce"), "bounced"),
    (lambda: sendgrid("bounce", type="blocked"), "failed"),
    (lambda: sendgrid("dropped", reason="Bounced Address"), "bounced"),
    (lambda: sendgrid("dropped", reason="Invalid SMTPAPI header"), "failed"),
    (lambda: sendgrid("spamreport"), "complained"),
    (lambda: sendgrid("group_unsubscribe"), "unsubscribed"),
    (lambda: sendgrid("group_resubscribe"), "resubscribed"),
    (lambda: sendgrid("account_status_change"), "unknown"),
    (lambda: postmark("Delivery"), "delivered"),
    (lambda: postmark("Bounce", Type="HardBounce", ID=1), "bounced"),
    (lambda: postmark("Bounce", Type="SoftBounce", ID=2), "failed"),
    (lambda: postmark("Bounce", Type="Surprise", ID=3), "unknown"),
    (lambda: postmark("SpamComplaint", ID=7), "complained"),
    (
        lambda: postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"),
        "unsubscribed",
    ),
    (lambda: postmark("SubscriptionChange", SuppressSending=False), "resubscribed"),
    (lambda: postmark("Open"), "opened"),
    (lambda: postmark("Weather"), "unknown"),
    (lambda: resend("email.sent"), "sent"),
    (lambda: resend("email.delivered"), "delivered"),
    (lambda: resend("email.delivery_delayed"), "delayed"),
    (lambda: resend("email.bounced", bounce={"type": "Permanent", "subType": "General"}), "bounced"),
    (lambda: resend("email.bounced", bounce={"type": "Transient"}), "failed"),
    (lambda: resend("email.complained", tags={"todoke_key": MESSAGE.hex}), "complained"),
    (lambda: resend("contact.created"), "unknown"),
    (lambda: line("unfollow"), "unsubscribed"),
    (lambda: line("follow"), "resubscribed"),
    (lambda: line("message"), "unknown"),
    (lambda: twilio("queued"), "queued"),
    (lambda: twilio("sent"), "sent"),
    (lambda: twilio("delivered"), "delivered"),
    (lambda: twilio("undelivered", "30005"), "bounced"),
    (lambda: twilio("undelivered", "30003"), "failed"),
    (lambda: twilio("failed", "21610"), "unsubscribed"),
    (lambda: twilio("received", OptOutType="STOP", From=TO), "unsubscribed"),
    (lambda: twilio("teleported"), "unknown"),
]
"""Signed when it is posted: a signature grows stale."""


def test_every_word_is_kept_for_what_it_means(heard: Heard) -> None:
    """One of each over real HTTP; matched on our key, not on the provider's."""
    with_key = {"ses", "aws", "sendgrid", "postmark", "resend", "twilio"}
    assert with_key <= {name for adapters in CHANNELS.values() for name in adapters}, "an event settles doubts by name"
    for sign, kind in WORDS:
        signed = sign()
        answer = heard.post(signed)
        assert answer.status_code == 200, (signed.body, answer.text)
        [(provider, told, key, address, raw)] = heard.rows(NEWEST)
        assert told == kind, signed.body
        without_key = provider == "line" or b"inboundMessageId" in signed.body
        assert key == (None if without_key else MESSAGE), signed
        assert address == address_key(SECRET, TO)
        assert "秘密" not in raw and "Don't" not in raw


def mail(*headers: str) -> bytes:
    """A reply."""
    return "\r\n".join(
        [
            "From: =?utf-8?b?5oG1?= <Megumi@example.invalid>",
            "Subject: Re",
            *headers,
            "",
            "いつ届きますか".encode().decode(),
        ]
    ).encode()


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        (["Message-ID: <1@x>"], 1),
        (["Message-ID: <2@x>", "Auto-Submitted: no"], 1),
        (["Message-ID: <3@x>", "Auto-Submitted: auto-replied (vacation)"], 0),
        (["Precedence: bulk"], 0),
        (["X-Autoreply: yes"], 0),
        (["Return-Path: <>"], 0),
        (["List-Id: <news.example.invalid>"], 0),
    ],
)
def test_what_a_machine_answers_is_no_reply(heard: Heard, headers: list[str], kept: int) -> None:
    answer = heard.post(signing.reply(mail(*headers)))
    assert (answer.status_code, len(heard.kinds())) == (200, kept)


def test_a_reply_knows_the_message_it_answers(heard: Heard) -> None:
    heard.post(signing.reply(mail(f"References: <{UUID(int=1)}@mail.shop.invalid> <{MESSAGE}@mail.shop.invalid>")))
    assert heard.rows("select kind, message_key, address_key from feedback") == [
        ("replied", MESSAGE, address_key(SECRET, TO))
    ]
