"""Resend: `POST /emails/batch`, 100 messages, each with its own content (https://resend.com/docs/api-reference).

Keyed: Resend remembers `Idempotency-Key` for 24 hours and gives a known key its first answer again. Permissive
validation: one bad address harms no other message. Message-ID is Resend's; our key is the tag `todoke_key`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from tasks.channels.http import Answer, Http, checked_url, clipped, dumped, failure, needed
from tasks.core.accounts import ResendSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import check, mailbox, shown_mailbox

NAMES: dict[str, type[DeliveryError]] = {
    **dict.fromkeys(("missing_api_key", "invalid_api_key", "restricted_api_key", "invalid_access"), AccountStopped),
    **dict.fromkeys(("daily_quota_exceeded", "monthly_quota_exceeded", "security_error"), AccountStopped),
    **dict.fromkeys(("invalid_from_address", "not_found", "method_not_allowed"), AccountStopped),
    "rate_limit_exceeded": NotWritten,
    **dict.fromkeys(("invalid_parameter", "missing_required_field", "invalid_attachment"), Rejected),
    **dict.fromkeys(("invalid_idempotent_request", "concurrent_idempotent_requests"), UnknownOutcome),
}
"""`name` of an error -> what it proves. A key that is in use, or was used for other bytes, says nothing about ours."""

STATUSES: dict[int, type[DeliveryError]] = {
    **dict.fromkeys((400, 413, 415, 422), Rejected),
    **dict.fromkeys((301, 302, 307, 308, 401, 402, 403, 404, 405, 451), AccountStopped),
    429: NotWritten,
}
"""The same by status, for a name that is not listed (`validation_error` is a domain of ours with 403). 5xx and any
other prove nothing."""

_TAG_LENGTH = 256


@dataclass(frozen=True)
class Resend:
    """One Resend account."""

    secret: str = field(repr=False)
    url: str = "https://api.resend.com"
    name: ChannelName = ChannelName.EMAIL
    provider: str = "resend"
    is_real: bool = True
    keyed: bool = True
    can_look_up: bool = False
    max_messages: int = 100
    max_bytes: int = 20_000_000
    _http: Http = field(default_factory=Http, repr=False)
    _next: list[float] = field(default_factory=lambda: [0.0], repr=False)

    @classmethod
    def from_settings(cls, settings: ResendSettings) -> "Resend":
        """Raises ConfigurationError where the key is missing or the address unsafe."""
        url = checked_url("TODOKE_RESEND_URL", settings.url, "docs/providers.md")
        return cls(needed("TODOKE_RESEND_SECRET", settings.secret), url.rstrip("/"))

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Every message brings its own sender."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """One object of the list."""
        check(message)
        return dumped(_fields(message))

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """One POST, not before Resend's rate limit allows it."""
        self._wait(deadline)
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "x-batch-validation": "permissive",
        }
        answer = self._http.send("POST", f"{self.url}/emails/batch", deadline, body, headers)
        self._heed(answer)
        if not answer.is_success:
            raise _refused(answer)
        return _results(answer, len(orjson.loads(body)))

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """Resend finds no message by a key of ours."""
        raise UnknownOutcome(f"Resend cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Close the kept connection."""
        self._http.close()

    def _heed(self, answer: Answer) -> None:
        """`ratelimit-remaining: 0` means: nothing more within `ratelimit-reset` seconds."""
        if answer.seconds("ratelimit-remaining") == 0:
            self._next[0] = time.monotonic() + (answer.seconds("ratelimit-reset") or 1)

    def _wait(self, deadline: float) -> None:
        pause = self._next[0] - time.monotonic()
        if pause > 0 and time.monotonic() + pause > deadline:
            raise NotWritten("Resend's rate limit leaves no time for this batch", pause)
        time.sleep(max(pause, 0))


def _fields(message: Outgoing) -> dict[str, Any]:
    return {
        "from": shown_mailbox(message.from_name, message.from_address),
        "to": [mailbox("", message.to_address)],
        "reply_to": [mailbox("", message.reply_to)],
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "headers": message.headers,
        "tags": [
            {"name": "todoke_key", "value": message.key.hex},
            {"name": "touchpoint", "value": message.touchpoint[:_TAG_LENGTH]},
        ],
    }


def _refused(answer: Answer) -> DeliveryError:
    said = answer.said
    name = said.get("name") if isinstance(said, dict) else None
    by_status = STATUSES.get(answer.status, UnknownOutcome)
    kind = UnknownOutcome if answer.status >= 500 else NAMES.get(str(name), by_status)
    return failure(kind, answer, answer.retry_after)


def _results(answer: Answer, asked: int) -> list[Result]:
    """`data` holds the ids of what was taken, in order; `errors` the index and message of what was not."""
    said = answer.said if isinstance(answer.said, dict) else {}
    refused = {one["index"]: one.get("message") for one in said.get("errors") or [] if _is_error(one, asked)}
    ids = [one.get("id") for one in said.get("data") or [] if isinstance(one, dict)]
    if len(ids) + len(refused) != asked or not all(ids):
        raise UnknownOutcome(f"not one result for each of {asked} messages: {answer}")
    taken = iter(ids)
    return [
        Result(False, reason=clipped(refused[place]) or "refused") if place in refused else _taken(next(taken))
        for place in range(asked)
    ]


def _taken(provider_id: Any) -> Result:
    return Result(True, provider_id=clipped(provider_id))


def _is_error(one: Any, asked: int) -> bool:
    return isinstance(one, dict) and isinstance(one.get("index"), int) and 0 <= one["index"] < asked
