"""LINE Messaging API: push messages, one user a call, never twice.

Keyed: `X-Line-Retry-Key` is the batch's id; LINE remembers it for 24 hours and answers 409 where it took the request
before. httpx and not line-bot-sdk: the transport is ours, with one attempt and a deadline.
https://developers.line.biz/en/reference/messaging-api/#send-push-message
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.channels.http import CONFLICT, TOO_MANY_REQUESTS, Answer, checked_url, clipped
from tasks.channels.one_by_one import OneByOne
from tasks.core.accounts import LineSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import (
    AccountStopped,
    ConfigurationError,
    DeliveryError,
    NotWritten,
    Rejected,
    UnknownOutcome,
)
from tasks.core.line_messages import broken_limits, unreachable
from tasks.core.outgoing import Outgoing, Result

FAILURES: dict[int, Callable[[str], DeliveryError]] = {
    **dict.fromkeys((400, 413, 415), Rejected),
    **dict.fromkeys((401, 403, 404, 405, 410), AccountStopped),
}
"""Status -> what it proves; any other proves nothing. 400: this user or these messages; 403: the plan or the token."""

QUOTA = re.compile(rb"monthly limit", re.IGNORECASE)
"""What LINE says in a 429 when the account's messages of the month are used up; any other 429 is the rate limit."""

_USER = re.compile(r"U[0-9a-f]{32}")
_ACCEPTED_BEFORE = "x-line-accepted-request-id"
_REQUEST = "x-line-request-id"
_RATE_PAUSE = 1.0
"""Seconds to wait where LINE says "too many" without saying for how long: its limit is per second."""


@dataclass(frozen=True)
class Line(OneByOne):
    """One LINE official account. Within 24 hours the retry key answers what no search would."""

    token: str = field(repr=False)
    api: str = "https://api.line.me"
    name = ChannelName.LINE
    provider = "line"
    keyed = True
    max_bytes = 200_000

    @classmethod
    def from_settings(cls, settings: LineSettings) -> "Line":
        """Raises ConfigurationError where the token is missing or the address unsafe."""
        token = settings.token.get_secret_value() if settings.token else ""
        if not token:
            raise ConfigurationError("TODOKE_LINE_TOKEN is empty: set the channel access token of the LINE account.")
        return cls(token, checked_url("TODOKE_LINE_API", settings.api, "docs/delivery.md").rstrip("/"))

    def encode(self, message: Outgoing) -> bytes:
        """The body of the call. Raises Rejected for what LINE would refuse, or nobody could open."""
        if not _USER.fullmatch(message.to_address):
            raise Rejected(f"not a LINE user id: {message.to_address!r:.80}")
        try:
            messages = orjson.loads(message.text)
        except orjson.JSONDecodeError as error:
            raise Rejected(f"not LINE messages: {error}") from error
        problems = broken_limits(messages)
        if (address := unreachable(messages)) is not None:
            problems.append(f"LINE cannot open {address!r:.80}; set TODOKE_BASE_URL to a public address")
        if problems:
            raise Rejected("; ".join(problems))
        return orjson.dumps({"to": message.to_address, "messages": messages})

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """One push."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "X-Line-Retry-Key": key,
        }
        return [_result(self.http.send("POST", f"{self.api}/v2/bot/message/push", deadline, body, headers))]


def _result(answer: Answer) -> Result:
    """Taken now or before; anything else is raised as what it proves."""
    if answer.is_success:
        return Result(True, provider_id=_sent_id(answer))
    if answer.status == CONFLICT and _ACCEPTED_BEFORE in answer.headers:
        return Result(True, provider_id=_sent_id(answer))
    if answer.status == TOO_MANY_REQUESTS:
        if QUOTA.search(answer.body):
            raise AccountStopped(f"{answer}; the LINE account's messages of this month are used up")
        raise NotWritten(str(answer), answer.retry_after or _RATE_PAUSE)
    raise FAILURES.get(answer.status, UnknownOutcome)(str(answer))


def _sent_id(answer: Answer) -> str | None:
    """Id of the sent message, else of the request. Raises UnknownOutcome for a 2xx that LINE would not write."""
    said: Any = answer.said
    if not isinstance(said, dict):
        raise UnknownOutcome(f"not an answer of LINE: {answer}")
    sent = said.get("sentMessages")
    first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
    return clipped(first.get("id") or answer.headers.get(_ACCEPTED_BEFORE) or answer.headers.get(_REQUEST))
