"""Postmark: `POST /email/batch`, 500 messages or 50 MB (https://postmarkapp.com/developer/api/email-api).

Unkeyed, but it can be asked: a message is found by the metadata field `todoke_key`, one search a message. The call is
answered with 200 even if every message failed, so each `ErrorCode` is read.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from tasks.channels.account import HttpAccount
from tasks.channels.http import Answer, clipped, dumped, failure, unless_none_was_taken
from tasks.core.accounts import PostmarkSettings
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import check, mailbox, message_id, shown_mailbox

CODES: dict[int, type[DeliveryError] | None] = {
    0: None,
    10: AccountStopped,  # bad or missing server token
    100: NotWritten,  # offline for maintenance
    300: Rejected,  # invalid e-mail request: an address or a field
    400: AccountStopped,  # sender signature not found
    401: AccountStopped,  # sender signature not confirmed
    402: Rejected,  # invalid JSON
    403: Rejected,  # incompatible JSON
    405: AccountStopped,  # out of credits
    406: Rejected,  # inactive recipient: bounced hard, complained or unsubscribed before
    409: Rejected,  # JSON required
    410: Rejected,  # too many messages in a batch
    411: Rejected,  # forbidden attachment type
    412: AccountStopped,  # account is pending
    413: AccountStopped,  # account may not send
    429: NotWritten,  # rate limit
    1235: AccountStopped,  # the message stream does not exist
}
"""ErrorCode -> what it proves (None: taken). Another makes the whole call unknown, and it is asked about."""

WORDS: dict[int, str] = {300: "invalid_request", 406: "inactive_recipient"}
"""ErrorCode -> first word of the reason. `inactive_recipient` is for the suppression list."""

STATUSES: dict[int, type[DeliveryError]] = {
    **dict.fromkeys((301, 302, 307, 308, 401, 403, 404, 405), AccountStopped),
    **dict.fromkeys((413, 415), Rejected),
    429: NotWritten,
}
"""Status of a refused call -> what it proves, before its ErrorCode is asked. 5xx proves nothing."""

OUTBOUND = "outbound"
"""Postmark's stream where none is named."""

_UNPROCESSABLE = 422
_TAG_LENGTH = 1000


@dataclass(frozen=True)
class Postmark(HttpAccount):
    """One Postmark server. `streams`: ours -> Postmark's. `timeout`: seconds of one search."""

    url: str = "https://api.postmarkapp.com"
    provider: str = "postmark"
    can_look_up: bool = True
    max_messages: int = 500
    max_bytes: int = 49_000_000
    streams: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10

    @classmethod
    def with_streams(cls, settings: PostmarkSettings, timeout: float) -> "Postmark":
        """Raises ConfigurationError where the token is missing or the address unsafe."""
        streams = dict(pair.split("=") for pair in settings.streams.split(",") if pair)
        return cls.from_settings(settings, timeout=timeout, streams=streams)

    def encode(self, message: Outgoing) -> bytes:
        """One object of the list."""
        check(message)
        return dumped(_fields(message, self.streams.get(message.stream, OUTBOUND)))

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # Postmark knows no key
        """One POST."""
        answer = self.http.send("POST", f"{self.url}/email/batch", deadline, body, self._headers())
        if not answer.is_success:
            raise _refused(answer)
        return unless_none_was_taken(_results(answer, len(orjson.loads(body))))

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """One search a message and stream, by metadata: Postmark takes one field and one value at a time."""
        found = {key: self._find(key) for key in keys}
        return {key: provider_id for key, provider_id in found.items() if provider_id}

    def _headers(self) -> dict[str, str]:
        return {
            "X-Postmark-Server-Token": self.secret,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def _find(self, key: UUID) -> str | None:
        streams = sorted({OUTBOUND, *self.streams.values()})
        return next((found for stream in streams if (found := self._search(key, stream))), None)

    def _search(self, key: UUID, stream: str) -> str | None:
        asked = {"count": 1, "offset": 0, "metadata_todoke_key": key.hex, "messagestream": stream}
        answer = self.http.send(
            "GET",
            f"{self.url}/messages/outbound?{urlencode(asked)}",
            time.monotonic() + self.timeout,
            headers=self._headers(),
        )
        said = answer.said
        if not answer.is_success or not isinstance(said, dict) or not isinstance(said.get("Messages"), list):
            raise UnknownOutcome(f"Postmark's search: {answer}")
        ids = [_id_of(one, key, answer) for one in said["Messages"]]
        return ids[0] if ids else None


def _id_of(one: Any, key: UUID, answer: Answer) -> str:
    """Id of a message that was found; one that is not ours means the search did not do what we think."""
    if one.get("Metadata", {}).get("todoke_key") != key.hex or not one.get("MessageID"):
        raise UnknownOutcome(f"Postmark's search found another message than {key}: {answer}")
    return str(one["MessageID"])


def _fields(message: Outgoing, stream: str) -> dict[str, Any]:
    own = {**message.headers, "Message-ID": message_id(message), "X-PM-KeepID": "true"}
    attached = [{"Name": one.name, "Content": one.base64, "ContentType": one.media_type} for one in message.attachments]
    return ({"Attachments": attached} if attached else {}) | {
        "From": shown_mailbox(message.from_name, message.from_address),
        "To": mailbox("", message.to_address),
        "ReplyTo": mailbox("", message.reply_to),
        "Subject": message.subject,
        "HtmlBody": message.html,
        "TextBody": message.text,
        "Headers": [{"Name": name, "Value": value} for name, value in own.items()],
        "Metadata": {"todoke_key": message.key.hex},
        "Tag": message.touchpoint[:_TAG_LENGTH],
        "MessageStream": stream,
    }


def _refused(answer: Answer) -> DeliveryError:
    """What an error of the whole call proves."""
    said = answer.said
    code = said.get("ErrorCode") if isinstance(said, dict) else None
    kind = STATUSES.get(answer.status)
    if kind is None and answer.status == _UNPROCESSABLE:
        kind = CODES.get(code) if isinstance(code, int) else None
    return failure(kind or UnknownOutcome, answer, answer.retry_after)


def _results(answer: Answer, asked: int) -> list[Result]:
    said = answer.said
    if not isinstance(said, list) or len(said) != asked or not all(isinstance(one, dict) for one in said):
        raise UnknownOutcome(f"not one result for each of {asked} messages: {answer}")
    return list(map(_result, said))


def _result(one: dict[str, Any]) -> Result:
    code, text = one.get("ErrorCode"), clipped(f"{one.get('ErrorCode')}: {one.get('Message')}") or ""
    if code not in CODES or (code == 0 and not one.get("MessageID")):
        raise UnknownOutcome(f"Postmark: a message with ErrorCode {text:.200}")
    return OUTCOMES[CODES[code]](one, " ".join(filter(None, (WORDS.get(code), text))))


OUTCOMES: dict[type[DeliveryError] | None, Callable[[dict[str, Any], str], Result]] = {
    None: lambda one, _: Result(True, provider_id=str(one["MessageID"])),
    Rejected: lambda _, text: Result(False, reason=text),
    NotWritten: lambda _, text: Result(False, reason=text, failure=NotWritten(text)),
    AccountStopped: lambda _, text: Result(False, reason=text, failure=AccountStopped(text)),
}
"""What an ErrorCode proves -> the result of its message."""
