"""Receipts of SMS through Twilio, and STOP.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status and
https://www.twilio.com/docs/usage/security#validating-requests. Twilio signs the address it calls, so it must be ours
as Twilio knows it (TODOKE_LISTEN_URL); our key is the query `key` of the status callback.
"""

import base64
import hmac
from hashlib import sha1
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tasks.core.domain import ChannelName
from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import Event, Kind, key_of
from tasks.feedback.base import Incoming, Trust, needed, same, text

PROVIDER = "twilio"

KINDS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), Kind.QUEUED),
    "sent": Kind.SENT,
    "delivered": Kind.DELIVERED,
    "read": Kind.OPENED,
    **dict.fromkeys(("undelivered", "failed", "canceled"), Kind.FAILED),
}
ERRORS = {
    "21610": Kind.UNSUBSCRIBED,  # replied STOP
    "21211": Kind.BOUNCED,  # invalid number
    "21614": Kind.BOUNCED,  # no mobile number
    "30005": Kind.BOUNCED,  # unknown handset
    "30006": Kind.BOUNCED,  # landline
}
"""Error codes that say something of the number; every other one only of this message."""
OPT_OUTS = {"STOP": Kind.UNSUBSCRIBED, "START": Kind.RESUBSCRIBED, "HELP": Kind.UNKNOWN}


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event a request: a status, or a word of opt-out from the other side. Twilio tells no time: the arrival's."""
    form = _verified(incoming, trust)
    sid = text(form.get("MessageSid") or form.get("SmsSid"), "MessageSid")
    answered = form.get("OptOutType")
    word = answered or form.get("MessageStatus") or form.get("SmsStatus") or "none"
    kind = OPT_OUTS.get(answered, Kind.UNKNOWN) if answered else KINDS.get(word, Kind.UNKNOWN)
    code = form.get("ErrorCode", "")
    if kind is Kind.FAILED:
        kind = ERRORS.get(code, Kind.FAILED)
    keys = parse_qs(urlsplit(incoming.path).query).get("key", [])
    return [
        Event(
            provider=PROVIDER,
            event_id=f"{sid}:{word}",
            kind=kind,
            at=incoming.received_at,
            channel=ChannelName.SMS,
            message_key=key_of(keys[0] if keys else None),
            address=form.get("From" if answered or word == "received" else "To"),
            reason=f"{word}:{code}" if code else word,
            raw={name: value for name, value in form.items() if name != "Body"},
        )
    ]


def _verified(incoming: Incoming, trust: Trust) -> dict[str, str]:
    token = needed(trust.settings.twilio_token, "TODOKE_FEEDBACK_TWILIO_TOKEN")
    url = needed(trust.public_url, "TODOKE_LISTEN_URL").rstrip("/") + incoming.path
    try:
        pairs = parse_qsl(incoming.body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=200)
    except ValueError as error:
        raise FeedbackRefused("malformed", "the body is no form") from error
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    expected = base64.b64encode(hmac.new(token.encode(), signed.encode(), sha1).digest()).decode()
    if not same(incoming.header("x-twilio-signature"), expected):
        raise FeedbackRefused("forged", "the signature is not Twilio's for this address")
    return dict(pairs)
