"""Postmark's webhooks. They carry no signature: a password of basic auth, or a header, proves the sender.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

import hashlib
from typing import Any

from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback.base import Incoming, Trust, decoded, inner, instant, mapping, needed, same, text

PROVIDER = "postmark"

KINDS = {
    "Delivery": Kind.DELIVERED,
    "Bounce": Kind.FAILED,  # by its Type
    "SpamComplaint": Kind.COMPLAINED,
    "Open": Kind.OPENED,
    "Click": Kind.CLICKED,
    "SubscriptionChange": Kind.UNSUBSCRIBED,  # by SuppressSending and SuppressionReason
}
BOUNCES = {
    "HardBounce": Kind.BOUNCED,
    "BadEmailAddress": Kind.BOUNCED,
    "ManuallyDeactivated": Kind.BOUNCED,
    "SpamComplaint": Kind.COMPLAINED,
    "Unsubscribe": Kind.UNSUBSCRIBED,
    "Subscribe": Kind.RESUBSCRIBED,
    **dict.fromkeys(
        ("Transient", "SoftBounce", "DnsError", "SpamNotification", "AutoResponder", "AddressChange", "OpenRelayTest",
         "VirusNotification", "ChallengeVerification", "SMTPApiError", "InboundError", "DMARCPolicy", "Blocked",
         "TemplateRenderingFailed", "Unconfirmed"),
        Kind.FAILED,
    ),
}  # fmt: skip
SUPPRESSIONS = {"HardBounce": Kind.BOUNCED, "SpamComplaint": Kind.COMPLAINED, "ManualSuppression": Kind.UNSUBSCRIBED}
_TIMES = ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event a request."""
    _verify(incoming, trust)
    one = mapping(incoming.json(), "the body")
    record = text(one.get("RecordType"), "RecordType")
    at = next((one[name] for name in _TIMES if one.get(name)), None)
    metadata = inner(one.get("Metadata"))
    detail = one.get("Type") or one.get("SuppressionReason")
    return [
        Event(
            provider=PROVIDER,
            event_id=_id(one, record, str(at), incoming.body),
            kind=_kind(record, one),
            at=instant(at, "the time"),
            message_key=key_of(metadata.get(KEY_TAG)),
            address=text(one.get("Recipient") or one.get("Email"), "Recipient"),
            reason=f"{record}:{detail}" if isinstance(detail, str) else record,
            raw=one,
        )
    ]


def _verify(incoming: Incoming, trust: Trust) -> None:
    secret = needed(trust.settings.postmark_secret, "TODOKE_FEEDBACK_POSTMARK_SECRET")
    scheme, _, credentials = incoming.headers.get("authorization", "").partition(" ")
    given = incoming.headers.get("x-todoke-secret", "")
    if scheme.lower() == "basic":
        given = decoded(credentials, "the password").decode("utf-8", "replace").partition(":")[2]
    if not given:
        raise FeedbackRefused("unsigned", "neither basic auth nor X-Todoke-Secret")
    if not same(given, secret):
        raise FeedbackRefused("forged", "the password is wrong")


def _kind(record: str, one: dict[str, Any]) -> Kind:
    if record == "Bounce":
        return BOUNCES.get(str(one.get("Type")), Kind.UNKNOWN)
    if record == "SubscriptionChange":
        if one.get("SuppressSending") is False:
            return Kind.RESUBSCRIBED
        return SUPPRESSIONS.get(str(one.get("SuppressionReason")), Kind.UNKNOWN)
    return KINDS.get(record, Kind.UNKNOWN)


def _id(one: dict[str, Any], record: str, at: str, body: bytes) -> str:
    """Only bounces have an id; others are known by what they say."""
    if one.get("ID"):
        return f"{record}:{one['ID']}"
    told = one.get("MessageID") or hashlib.sha256(body).hexdigest()
    return f"{record}:{told}:{at}"
