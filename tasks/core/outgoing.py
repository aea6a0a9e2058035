"""What goes out and what comes back: the words that ledger, delivery and channel adapters share."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from tasks.core.domain import ChannelName
from tasks.core.errors import NotWritten, UnknownOutcome

_MESSAGES = UUID("5f0c3c52-7d0e-5b0a-9a57-7c1b3f0e6d2a")

ADDRESS_FIELD = {
    ChannelName.EMAIL: "email",
    ChannelName.LINE: "line_user_id",
    ChannelName.SMS: "phone",
    ChannelName.PUSH: "push_token",
    ChannelName.POSTCARD: "customer_id",
    ChannelName.INSERT: "customer_id",
}
"""Which field of the recipient a channel needs."""


def message_key(touchpoint: str, subject_id: str) -> UUID:
    """The key a provider sees: uuid5 of the natural key, so that two workers and two attempts say the same."""
    return uuid5(_MESSAGES, f"{touchpoint}\n{subject_id}")


@dataclass(frozen=True)
class Attachment:
    """A small text file that travels with a mail."""

    name: str
    """File name: ASCII letters, digits, `.`, `_`, `-`."""
    media_type: str
    """Without parameters; the text is UTF-8."""
    text: str

    @property
    def base64(self) -> str:
        """Its bytes in one line, as providers' JSON wants them."""
        return b64encode(self.text.encode()).decode()


@dataclass(frozen=True)
class Outgoing:
    """One rendered message, addressed."""

    key: UUID
    touchpoint: str
    subject_id: str
    to_address: str
    to_name: str
    from_address: str
    from_name: str
    reply_to: str
    stream: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]
    dated_at: datetime
    """Business time of the run that sealed it: the Date header."""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Result:
    """What the provider said of one message: taken (with its id), refused (with the reason), or not now (`failure`)."""

    accepted: bool
    provider_id: str | None = None
    reason: str | None = None
    failure: NotWritten | UnknownOutcome | None = None
    """Neither. NotWritten: provably not taken though the call was answered, as by a throttle half-way: planned again.
    UnknownOutcome: no proof of this one alone, from a provider that nobody can ask: parked."""
