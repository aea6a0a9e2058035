"""Signed JSON batches to an address of your own: the generic way out (docs/webhook.md says what a receiver must do).

Keyed: the receiver remembers `Idempotency-Key`, the batch's id, so the same bytes may be posted again.
"""

import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import UUID

from tasks.channels.http import CONFLICT, Answer, Http, checked_url, clipped, dumped, failure
from tasks.core.accounts import WebhookSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    ConfigurationError,
    DeliveryError,
    NotWritten,
    Rejected,
    UnknownOutcome,
)
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import check

Failure = Callable[[str], DeliveryError]

FAILURES: dict[int, Failure] = {
    **dict.fromkeys((400, 413, 415, 422), Rejected),
    **dict.fromkeys((301, 302, 307, 308, 401, 402, 403, 404, 405, 410), AccountStopped),
    429: NotWritten,
}
"""Status -> what it proves; any other proves nothing. A wrong address or secret stops, it rejects nobody's message."""

_SECRET_LENGTH = 16
_ENTRY, _UUID_LENGTH = b'{"key":"', 36
_HEAD, _TAIL = b'{"version":1,"messages":[', b"]}"


@dataclass(frozen=True)
class Webhook:
    """One receiver, on one kept connection."""

    url: str
    secret: bytes = field(repr=False)
    name: ChannelName = ChannelName.EMAIL
    provider: str = "webhook"
    is_real: bool = True
    keyed: bool = True
    can_look_up: bool = False
    max_messages: int = 500
    max_bytes: int = 20_000_000
    _http: Http = field(default_factory=lambda: Http("todoke-webhook/1"), repr=False)

    @classmethod
    def from_settings(cls, settings: WebhookSettings) -> "Webhook":
        """Raises ConfigurationError where address or secret are missing or unsafe."""
        secret = settings.secret.get_secret_value() if settings.secret else ""
        url = checked_url("TODOKE_WEBHOOK_URL", settings.url, "docs/webhook.md")
        if len(secret) < _SECRET_LENGTH:
            raise ConfigurationError(
                f"TODOKE_WEBHOOK_SECRET has {len(secret)} characters: set {_SECRET_LENGTH} or more."
            )
        return cls(url, secret.encode())

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Every message brings its own sender."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """One object of `messages`."""
        check(message)
        return dumped(_fields(message))

    def join(self, entries: Sequence[bytes]) -> bytes:
        """The request's body."""
        return _HEAD + b",".join(entries) + _TAIL

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """One POST; a redirect is not followed."""
        answer = self._http.send("POST", self.url, deadline, body, self._headers(body, key))
        return _results(answer, _keys(body))

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """A receiver cannot be asked."""
        raise UnknownOutcome(f"{self.url} cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        self._http.close()

    def _headers(self, body: bytes, key: str) -> dict[str, str]:
        at = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Todoke-Signature": f"t={at},v1={signature(self.secret, at, key, body)}",
        }


def signature(secret: bytes, at: str, key: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `<unix seconds>.<Idempotency-Key>.<body>`: neither can be changed without the other."""
    made = hmac.new(secret, f"{at}.{key}.".encode(), sha256)
    made.update(body)
    return made.hexdigest()


def _keys(body: bytes) -> list[str]:
    """Keys of the messages without parsing 20 MB: a quote in a text is escaped, so this begins a message."""
    parts = body.split(_ENTRY)
    return [after[:_UUID_LENGTH].decode() for before, after in pairwise(parts) if before[-1:] in (b"[", b",")]


def _fields(message: Outgoing) -> dict[str, Any]:
    attached = [{"name": one.name, "type": one.media_type, "content": one.base64} for one in message.attachments]
    return {
        "key": str(message.key),
        "channel": "email",
        "touchpoint": message.touchpoint,
        "subject_id": message.subject_id,
        "stream": message.stream,
        "from": {"address": message.from_address, "name": message.from_name},
        "to": {"address": message.to_address, "name": message.to_name},
        "reply_to": message.reply_to,
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "headers": message.headers,
        "dated_at": message.dated_at,
        **({"attachments": attached} if attached else {}),
    }


def _results(answer: Answer, keys: Sequence[str]) -> list[Result]:
    if answer.is_success:
        return _accepted(answer, keys)
    if answer.status == CONFLICT and answer.said == {"already_accepted": True}:
        return [Result(True) for _ in keys]
    raise failure(FAILURES.get(answer.status, UnknownOutcome), answer, answer.seconds("retry-after"))


def _accepted(answer: Answer, keys: Sequence[str]) -> list[Result]:
    """An empty answer takes all; anything else must be a result for each message, in order."""
    if not answer.body.strip():
        return [Result(True) for _ in keys]
    said = answer.said
    results = said.get("results") if isinstance(said, dict) else None
    if not isinstance(results, list) or [_key(one) for one in results] != list(keys):
        raise UnknownOutcome(f"not one result for each of {len(keys)} messages: {answer}")
    return list(map(_result, results))


def _key(one: Any) -> Any:
    return one.get("key") if isinstance(one, dict) else None


def _result(one: dict[str, Any]) -> Result:
    made = RESULTS.get(str(one.get("status")))
    if made is None:
        raise UnknownOutcome(f"message {one['key']}: status {one.get('status')!r:.80} is neither accepted nor rejected")
    return made(one)


RESULTS: dict[str, Callable[[dict[str, Any]], Result]] = {
    "accepted": lambda one: Result(True, provider_id=clipped(one.get("id"))),
    "rejected": lambda one: Result(False, reason=clipped(one.get("reason")) or "rejected by the receiver"),
}
"""`status` of one message -> its result."""
