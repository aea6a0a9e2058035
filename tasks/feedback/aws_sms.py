"""Receipts of SMS through AWS End User Messaging; they come in the same envelope as events of SES.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
"""

from typing import Any

from tasks.core.domain import ChannelName
from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback.base import inner, instant

PROVIDER = "aws"
PREFIX = "TEXT_"

KINDS = {
    **dict.fromkeys(("TEXT_PENDING", "TEXT_QUEUED"), Kind.QUEUED),
    **dict.fromkeys(("TEXT_SENT", "TEXT_SUCCESSFUL"), Kind.SENT),
    "TEXT_DELIVERED": Kind.DELIVERED,
    "TEXT_INVALID": Kind.BOUNCED,  # the number is none
    **dict.fromkeys(
        ("TEXT_BLOCKED", "TEXT_CARRIER_BLOCKED", "TEXT_CARRIER_UNREACHABLE", "TEXT_INVALID_MESSAGE", "TEXT_SPAM",
         "TEXT_TTL_EXPIRED", "TEXT_UNREACHABLE", "TEXT_PROTECT_BLOCKED"),
        Kind.FAILED,
    ),
}  # fmt: skip
"""TEXT_SUCCESSFUL: the carrier took it. TEXT_UNKNOWN says nothing, and is unknown."""


def event(message: dict[str, Any], event_id: str) -> Event:
    """One receipt. Raises FeedbackRefused for a time that is none."""
    word = str(message.get("eventType"))
    milliseconds = message.get("eventTimestamp")
    number = message.get("destinationPhoneNumber")
    return Event(
        provider=PROVIDER,
        event_id=event_id,
        kind=KINDS.get(word, Kind.UNKNOWN),
        at=instant(milliseconds / 1000 if isinstance(milliseconds, int) else milliseconds, "eventTimestamp"),
        channel=ChannelName.SMS,
        message_key=key_of(inner(message.get("context")).get(KEY_TAG)),
        address=number if isinstance(number, str) else None,
        reason=word,
        raw=message,
    )
