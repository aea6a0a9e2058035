"""Receipts of SMS through AWS End User Messaging, and STOP; they come in the same envelope as events of SES.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html. AWS tells of no opt-out by
an event: what somebody answered comes by two-way SMS to a topic of its own
(https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html).
"""

import re
import unicodedata
from typing import Any

from tasks.core.domain import ChannelName
from tasks.core.feedback import KEY_TAG, Event, Kind, key_of
from tasks.feedback.base import inner, instant, text

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

ANSWERS = {
    **dict.fromkeys(
        ("ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"),
        Kind.UNSUBSCRIBED,
    ),
    **dict.fromkeys(("停止", "配信停止", "配信解除", "ストップ"), Kind.UNSUBSCRIBED),
    **dict.fromkeys(("START", "UNSTOP", "再開", "配信再開"), Kind.RESUBSCRIBED),
}
"""A whole answer -> what it asks for: AWS's words, and what people write in Japan. Any other is unknown: one that only
begins with such a word may mean something else.
https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html"""


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


def answer(message: dict[str, Any], told_at: str) -> Event:
    """What somebody wrote to our number, without its text. `told_at`: when SNS took it; AWS gives no time of its own.

    Raises FeedbackRefused where number or id is missing.
    """
    written = re.sub(r"[\s.!。「」]", "", unicodedata.normalize("NFKC", str(message.get("messageBody") or ""))).upper()
    word = written if written in ANSWERS else "other"
    return Event(
        provider=PROVIDER,
        event_id=text(message.get("inboundMessageId"), "inboundMessageId"),
        kind=ANSWERS.get(word, Kind.UNKNOWN),
        at=instant(told_at, "Timestamp"),
        channel=ChannelName.SMS,
        address=text(message.get("originationNumber"), "originationNumber"),
        reason=f"answer:{word}",
        raw={name: value for name, value in message.items() if name != "messageBody"},
    )
