"""Resend: `POST /emails/batch`, 100 messages, each with its own content (https://resend.com/docs/api-reference).

Keyed: Resend remembers `Idempotency-Key` for 24 hours and gives a known key its first answer again. Permissive
validation: one bad address harms no other message. Message-ID is Resend's; our key is the tag `todoke_key`. The batch
drops attachments without a word (https://resend.com/docs/dashboard/emails/attachments), so such a message goes alone
through `POST /emails`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.channels.account import HttpAccount
from tasks.channels.http import Answer, clipped, dumped, failure
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

CALLS = 5.0
"""Calls a second of a team, until an answer says otherwise (https://resend.com/docs/api-reference/rate-limit)."""

_TAG_LENGTH = 256
_ALONE = b'{"attachments":'
"""How an entry with an attachment begins."""


@dataclass(frozen=True)
class Resend(HttpAccount):
    """One Resend account."""

    url: str = "https://api.resend.com"
    provider: str = "resend"
    keyed: bool = True
    max_messages: int = 100
    _told: list[float] = field(default_factory=lambda: [CALLS], repr=False)
    _next: list[float] = field(default_factory=lambda: [0.0], repr=False)

    @property
    def calls(self) -> float:
        """Calls a second, as the last answer said."""
        return self._told[0]

    def envelope(self, entry: bytes) -> bytes:
        """Messages share nothing, but one with an attachment goes alone."""
        return entry if entry.startswith(_ALONE) else b""

    def encode(self, message: Outgoing) -> bytes:
        """One object of the list."""
        check(message)
        return dumped(_fields(message))

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list; the only entry where it goes alone."""
        return entries[0] if entries[0].startswith(_ALONE) else super().join(entries)

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """One POST, not before Resend's rate limit allows it."""
        self._wait(deadline)
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        alone = body.startswith(_ALONE)
        path, permissive = ("emails", {}) if alone else ("emails/batch", {"x-batch-validation": "permissive"})
        answer = self.http.send("POST", f"{self.url}/{path}", deadline, body, headers | permissive)
        self._heed(answer)
        if not answer.is_success:
            raise _refused(answer)
        return [_only(answer)] if alone else _results(answer, len(orjson.loads(body)))

    def _heed(self, answer: Answer) -> None:
        """`ratelimit-limit` is for a second; 0 in `ratelimit-remaining`: nothing more for `ratelimit-reset` seconds."""
        self._told[0] = answer.seconds("ratelimit-limit") or self._told[0]
        if answer.seconds("ratelimit-remaining") == 0:
            self._next[0] = time.monotonic() + (answer.seconds("ratelimit-reset") or 1)

    def _wait(self, deadline: float) -> None:
        pause = self._next[0] - time.monotonic()
        if pause > 0 and time.monotonic() + pause > deadline:
            raise NotWritten("Resend's rate limit leaves no time for this batch", pause)
        time.sleep(max(pause, 0))


def _fields(message: Outgoing) -> dict[str, Any]:
    attached = [
        {"filename": one.name, "content": one.base64, "content_type": one.media_type} for one in message.attachments
    ]
    return ({"attachments": attached} if attached else {}) | {
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


def _only(answer: Answer) -> Result:
    """The id of a message that went alone."""
    said = answer.said
    if not isinstance(said, dict) or not said.get("id"):
        raise UnknownOutcome(f"not an answer of Resend: {answer}")
    return _taken(said["id"])


def _taken(provider_id: Any) -> Result:
    return Result(True, provider_id=clipped(provider_id))


def _is_error(one: Any, asked: int) -> bool:
    return isinstance(one, dict) and isinstance(one.get("index"), int) and 0 <= one["index"] < asked
