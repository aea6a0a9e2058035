"""SendGrid's signed event webhook.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event and
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback.base import Incoming, Trust, decoded, fresh, instant, listed, mapping, needed, text

PROVIDER = "sendgrid"

KINDS = {
    "processed": Kind.SENT,
    "deferred": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "bounce": Kind.BOUNCED,
    "dropped": Kind.FAILED,
    "open": Kind.OPENED,
    "click": Kind.CLICKED,
    "spamreport": Kind.COMPLAINED,
    "unsubscribe": Kind.UNSUBSCRIBED,
    "group_unsubscribe": Kind.UNSUBSCRIBED,
    "group_resubscribe": Kind.RESUBSCRIBED,
}
BOUNCES = {"bounce": Kind.BOUNCED, "blocked": Kind.FAILED}
DROPS = {
    "Bounced Address": Kind.BOUNCED,
    "Spam Reporting Address": Kind.COMPLAINED,
    "Unsubscribed Address": Kind.UNSUBSCRIBED,
}
"""Why SendGrid dropped a message: what it knew of the address and we did not."""


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event each of the list; events repeat, `sg_event_id` names them."""
    _verify(incoming, trust)
    return [_event(mapping(one, "an event")) for one in listed(incoming.json(), "the body")]


def _verify(incoming: Incoming, trust: Trust) -> None:
    """ECDSA (P-256, SHA-256) over time and body."""
    key = _key(needed(trust.settings.sendgrid_key, "TODOKE_FEEDBACK_SENDGRID_KEY"))
    signature = decoded(incoming.header("x-twilio-email-event-webhook-signature"), "the signature")
    at = incoming.header("x-twilio-email-event-webhook-timestamp")
    try:
        key.verify(signature, at.encode() + incoming.body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise FeedbackRefused("forged", "the signature is not SendGrid's") from error
    fresh(at, incoming, trust)


def _key(value: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(decoded(value, "TODOKE_FEEDBACK_SENDGRID_KEY"))
    except (ValueError, UnsupportedAlgorithm, FeedbackRefused) as error:
        raise ConfigurationError(
            "TODOKE_FEEDBACK_SENDGRID_KEY is no public key in base64: copy it from SendGrid."
        ) from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ConfigurationError("TODOKE_FEEDBACK_SENDGRID_KEY is no ECDSA key: copy it from SendGrid.")
    return key


def _event(one: dict[str, Any]) -> Event:
    word = str(one.get("event"))
    kind = KINDS.get(word, Kind.UNKNOWN)
    if word == "bounce":
        kind = BOUNCES.get(str(one.get("type", "bounce")), Kind.UNKNOWN)
    elif word == "dropped":
        kind = DROPS.get(str(one.get("reason")), Kind.FAILED)
    reason = one.get("reason") or one.get("response")
    return Event(
        provider=PROVIDER,
        event_id=text(one.get("sg_event_id"), "sg_event_id"),
        kind=kind,
        at=instant(one.get("timestamp"), "timestamp"),
        message_key=key_of(one.get(KEY_TAG)),
        address=text(one.get("email"), "email"),
        reason=f"{word}:{reason}" if isinstance(reason, str) else word,
        raw=one,
    )
