"""Webhook of the LINE Messaging API: who blocked the account, who came back.

https://developers.line.biz/en/reference/messaging-api/#webhooks
"""

import base64
import hmac
from hashlib import sha256
from typing import Any

from tasks.core.domain import ChannelName
from tasks.core.errors import FeedbackRefused
from tasks.core.feedback import Event, Kind
from tasks.feedback.base import Incoming, Trust, inner, instant, listed, mapping, needed, same, text

PROVIDER = "line"

KINDS = {"unfollow": Kind.UNSUBSCRIBED, "follow": Kind.RESUBSCRIBED}


def parse(incoming: Incoming, trust: Trust) -> list[Event]:
    """One event each of the list; redeliveries keep their `webhookEventId`. What people write is not kept."""
    secret = needed(trust.settings.line_secret, "TODOKE_FEEDBACK_LINE_SECRET")
    expected = base64.b64encode(hmac.new(secret.encode(), incoming.body, sha256).digest()).decode()
    if not same(incoming.header("x-line-signature"), expected):
        raise FeedbackRefused("forged", "the signature is not LINE's")
    body = mapping(incoming.json(), "the body")
    return [_event(mapping(one, "an event")) for one in listed(body.get("events"), "events")]


def _event(one: dict[str, Any]) -> Event:
    word = text(one.get("type"), "type")
    source = inner(one.get("source"))
    user = source.get("userId")
    milliseconds = one.get("timestamp")
    seconds = milliseconds / 1000 if isinstance(milliseconds, int) else milliseconds
    return Event(
        provider=PROVIDER,
        event_id=text(one.get("webhookEventId"), "webhookEventId"),
        kind=KINDS.get(word, Kind.UNKNOWN),
        at=instant(seconds, "timestamp"),
        channel=ChannelName.LINE,
        address=user if isinstance(user, str) else None,
        reason=word,
        raw={name: value for name, value in one.items() if name not in ("message", "postback", "replyToken")},
    )
