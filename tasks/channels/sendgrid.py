"""SendGrid: `POST /v3/mail/send`, one message a call (https://www.twilio.com/docs/sendgrid/api-reference/mail-send).

A call has one content for all its personalizations. Ours differ, and substitutions end at 10,000 bytes a person, less
than one of our HTML parts: so one message is one call. Unkeyed; 202 means queued, and every later failure arrives as an
event, which finds its message by the custom argument `todoke_key`. Nobody can be asked: what is unknown
is settled by events, else parked.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.channels.account import HttpAccount
from tasks.channels.http import Answer, clipped, dumped, failure
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import check, mailbox, message_id

STATUSES: dict[int, type[DeliveryError]] = {
    **dict.fromkeys((400, 413), Rejected),
    **dict.fromkeys((301, 302, 307, 308, 401, 403, 404, 405, 406, 415), AccountStopped),
    429: NotWritten,
}
"""Status -> what it proves; 5xx and any other prove nothing. 401 is also an account without credits."""

FIELDS: dict[str, type[DeliveryError]] = dict.fromkeys(
    ("from", "from.email", "from.name", "reply_to", "reply_to.email", "reply_to.name"), AccountStopped
)
"""`field` of an error of a call -> what it proves instead: our sender is wrong, not the customer's message."""

ACCEPTED = 202
"""Any other 2xx (200 is a call in sandbox mode) did not queue the message."""


@dataclass(frozen=True)
class Sendgrid(HttpAccount):
    """One SendGrid account."""

    url: str = "https://api.sendgrid.com"
    provider: str = "sendgrid"

    def encode(self, message: Outgoing) -> bytes:
        """The whole body of a call."""
        check(message)
        return dumped(_fields(message))

    def join(self, entries: Sequence[bytes]) -> bytes:
        """The only entry."""
        [entry] = entries
        return entry

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # SendGrid knows no key
        """One POST."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        answer = self.http.send("POST", f"{self.url}/v3/mail/send", deadline, body, headers)
        if answer.status != ACCEPTED:
            raise _refused(answer)
        return [Result(True, provider_id=clipped(answer.headers.get("x-message-id")))]


def _fields(message: Outgoing) -> dict[str, Any]:
    own = {"todoke_key": message.key.hex, "touchpoint": message.touchpoint}
    attached = [
        {"filename": one.name, "content": one.base64, "type": one.media_type, "disposition": "attachment"}
        for one in message.attachments
    ]
    return ({"attachments": attached} if attached else {}) | {
        "personalizations": [{"to": [{"email": mailbox("", message.to_address)}], "custom_args": own}],
        "from": {"email": mailbox("", message.from_address), "name": message.from_name},
        "reply_to": {"email": mailbox("", message.reply_to)},
        "subject": message.subject,
        "content": [{"type": "text/plain", "value": message.text}, {"type": "text/html", "value": message.html}],
        "headers": {**message.headers, "Message-ID": message_id(message)},
    }


def _refused(answer: Answer) -> DeliveryError:
    kind = STATUSES.get(answer.status, UnknownOutcome)
    said = answer.said
    errors = said.get("errors") if isinstance(said, dict) else None
    named = [one.get("field") for one in errors or [] if isinstance(one, dict)]
    if kind is Rejected:
        kind = next((FIELDS[name] for name in named if name in FIELDS), kind)
    return failure(kind, answer, answer.seconds("retry-after") or _until(answer.seconds("x-ratelimit-reset")))


def _until(reset: float | None) -> float | None:
    """Seconds until the moment SendGrid names, in Unix time."""
    return None if reset is None else max(reset - time.time(), 0)
