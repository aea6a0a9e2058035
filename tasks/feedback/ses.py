"""Events of Amazon SES, published by a configuration set to SNS; receipts of SMS and answers to it come likewise.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from typing import Any

from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback import aws_sms
from tasks.feedback.base import Incoming, Trust, inner, instant, mapping, text
from tasks.feedback.sns import open_envelope

PROVIDER = "ses"

KINDS = {
    "Send": Kind.SENT,
    "Delivery": Kind.DELIVERED,
    "DeliveryDelay": Kind.DELAYED,
    "Bounce": Kind.FAILED,  # unless permanent
    "Complaint": Kind.COMPLAINED,
    "Reject": Kind.FAILED,
    "Rendering Failure": Kind.FAILED,
    "Open": Kind.OPENED,
    "Click": Kind.CLICKED,
}
BOUNCES = {"Permanent": Kind.BOUNCED, "Transient": Kind.FAILED, "Undetermined": Kind.FAILED}
_DETAIL = {"DeliveryDelay": "deliveryDelay", "Rendering Failure": "failure"}
_RECIPIENTS = {"bounce": "bouncedRecipients", "complaint": "complainedRecipients"}


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event a recipient; we send to one at a time."""
    envelope = open_envelope(incoming, trust)
    told = Incoming("", {}, text(envelope.get("Message"), "Message").encode(), incoming.received_at)
    message = mapping(told.json(), "Message")
    word = str(message.get("eventType") or message.get("notificationType"))
    if word.startswith(aws_sms.PREFIX):
        return [aws_sms.event(message, text(envelope.get("MessageId"), "MessageId"))]
    if "inboundMessageId" in message:
        return [aws_sms.answer(message, text(envelope.get("Timestamp"), "Timestamp"))]
    mail = inner(message.get("mail"))
    name = _DETAIL.get(word, word.lower())
    detail = inner(message.get(name))
    kind = KINDS.get(word, Kind.UNKNOWN)
    if word == "Bounce":
        kind = BOUNCES.get(str(detail.get("bounceType")), Kind.UNKNOWN)
    at = instant(detail.get("timestamp") or mail.get("timestamp") or envelope["Timestamp"], "timestamp")
    return [
        Event(
            provider=PROVIDER,
            event_id=f"{envelope['MessageId']}:{place}" if place else text(envelope.get("MessageId"), "MessageId"),
            kind=kind,
            at=at,
            message_key=key_of(_tag(mail)),
            address=address,
            reason=_reason(word, detail),
            raw=message,
        )
        for place, address in enumerate(_addresses(name, detail, mail))
    ]


def _tag(mail: dict[str, Any]) -> Any:
    tags = mail.get("tags")
    values = tags.get(KEY_TAG) if isinstance(tags, dict) else None
    return values[0] if isinstance(values, list) and values else None


def _addresses(name: str, detail: dict[str, Any], mail: dict[str, Any]) -> list[str | None]:
    named = detail.get(_RECIPIENTS.get(name, "")) or []
    found = [one.get("emailAddress") for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    listed = found or mail.get("destination") or []
    return [one for one in listed if isinstance(one, str)] or [None]


def _reason(word: str, detail: dict[str, Any]) -> str:
    parts = [
        detail.get(name)
        for name in ("bounceType", "bounceSubType", "complaintFeedbackType", "delayType", "reason", "errorMessage")
    ]
    return ":".join([word, *(part for part in parts if isinstance(part, str) and part)])
