"""Resend's webhooks, signed as Svix signs.

https://resend.com/docs/webhooks/event-types and https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import base64
import hmac
from hashlib import sha256
from typing import Any

from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback.base import Incoming, Trust, decoded, fresh, inner, instant, mapping, needed, same, text

PROVIDER = "resend"

KINDS = {
    "email.scheduled": Kind.QUEUED,
    "email.sent": Kind.SENT,
    "email.delivered": Kind.DELIVERED,
    "email.delivery_delayed": Kind.DELAYED,
    "email.failed": Kind.FAILED,
    "email.suppressed": Kind.FAILED,
    "email.bounced": Kind.BOUNCED,  # by its type
    "email.complained": Kind.COMPLAINED,
    "email.opened": Kind.OPENED,
    "email.clicked": Kind.CLICKED,
}
BOUNCES = {"Permanent": Kind.BOUNCED, "Transient": Kind.FAILED, "Undetermined": Kind.FAILED}


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event a recipient of the request; `svix-id` names it."""
    event_id = _verify(incoming, trust)
    body = mapping(incoming.json(), "the body")
    word, data = text(body.get("type"), "type"), mapping(body.get("data"), "data")
    bounce = inner(data.get("bounce"))
    kind = KINDS.get(word, Kind.UNKNOWN)
    if word == "email.bounced":
        kind = BOUNCES.get(str(bounce.get("type", "Permanent")), Kind.UNKNOWN)
    people = [one for one in data.get("to") or [] if isinstance(one, str)] if isinstance(data.get("to"), list) else []
    return [
        Event(
            provider=PROVIDER,
            event_id=f"{event_id}:{place}" if place else event_id,
            kind=kind,
            at=instant(body.get("created_at"), "created_at"),
            message_key=key_of(_tag(data.get("tags"))),
            address=address,
            reason=":".join([word, *(str(bounce[name]) for name in ("type", "subType") if bounce.get(name))]),
            raw=body,
        )
        for place, address in enumerate(people or [None])
    ]


def _verify(incoming: Incoming, trust: Trust) -> str:
    secret = needed(trust.settings.resend_secret, "TODOKE_FEEDBACK_RESEND_SECRET")
    event_id, at = incoming.header("svix-id"), incoming.header("svix-timestamp")
    try:
        key = decoded(secret.removeprefix("whsec_"), "the secret")
    except FeedbackRefused as error:
        raise ConfigurationError("TODOKE_FEEDBACK_RESEND_SECRET is no whsec_ secret: copy it from Resend.") from error
    signed = f"{event_id}.{at}.".encode() + incoming.body
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    given = [part.removeprefix("v1,") for part in incoming.header("svix-signature").split() if part.startswith("v1,")]
    if not any(same(one, expected) for one in given):
        raise FeedbackRefused("forged", "the signature is not Resend's")
    fresh(at, incoming, trust)
    return event_id


def _tag(tags: Any) -> Any:
    """Tags come as an object, or as the list they were sent as."""
    if isinstance(tags, list):
        return next((one.get("value") for one in tags if isinstance(one, dict) and one.get("name") == KEY_TAG), None)
    return tags.get(KEY_TAG) if isinstance(tags, dict) else None
