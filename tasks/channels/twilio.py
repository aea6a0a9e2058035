"""SMS through Twilio's Messages API, one a call.

Unkeyed, and nobody to ask: the list of messages can be filtered by number and day, but holds no key of ours. A message
without proof is parked. Our key comes back in the status callback's address. httpx and not Twilio's SDK, for one
attempt and a deadline. https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from tasks.channels.http import TOO_MANY_REQUESTS, Answer, checked_url, clipped
from tasks.channels.one_by_one import OneByOne
from tasks.core.accounts import TwilioSettings
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
from tasks.core.phones import checked_sms
from tasks.core.segments import segments

FAILURES: dict[int, Callable[[str], DeliveryError]] = {
    400: Rejected,
    **dict.fromkeys((401, 402, 403, 404, 405), AccountStopped),
}
"""Status -> what it proves; any other proves nothing. 404: the account of the address does not exist."""

CODES: dict[int, Callable[[str], DeliveryError]] = {
    **dict.fromkeys((21212, 21603, 21606, 21609, 21659, 21660, 21703, 21705), AccountStopped),
    **dict.fromkeys((20429, 21611), NotWritten),
}
"""Code within a 400 -> what it proves, where it is not about this message: sender, callback or service are wrong; the
queue is full. https://www.twilio.com/docs/api/errors"""

BAD_REQUEST = 400


@dataclass(frozen=True)
class Twilio(OneByOne):
    """One account and sender."""

    account: str
    token: str = field(repr=False)
    sender: str
    callback: str = ""
    api: str = "https://api.twilio.com"
    name = ChannelName.SMS
    provider = "twilio"
    max_bytes = 40_000

    @classmethod
    def from_settings(cls, settings: TwilioSettings) -> "Twilio":
        """Raises ConfigurationError where something is missing or an address unsafe."""
        token = settings.token.get_secret_value() if settings.token else ""
        given = {"ACCOUNT": settings.account, "TOKEN": token, "SENDER": settings.sender}
        if missing := [f"TODOKE_TWILIO_{name}" for name, value in given.items() if not value]:
            raise ConfigurationError(f"Twilio: set {', '.join(missing)}.")
        api = checked_url("TODOKE_TWILIO_API", settings.api, "docs/delivery.md").rstrip("/")
        if settings.callback:
            checked_url("TODOKE_TWILIO_CALLBACK", settings.callback, "docs/delivery.md")
        return cls(settings.account, token, settings.sender, settings.callback, api)

    def encode(self, message: Outgoing) -> bytes:
        """The form that is posted. Raises Rejected for a number that is none, or a text nobody takes."""
        number = checked_sms(message)
        sender = "MessagingServiceSid" if self.sender.startswith("MG") else "From"
        form = {"To": number, sender: self.sender, "Body": message.text}
        if self.callback:
            joint = "&" if "?" in self.callback else "?"
            form["StatusCallback"] = f"{self.callback}{joint}key={message.key}"
        return urlencode(form).encode()

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # Twilio knows no key
        """One message."""
        address = f"{self.api}/2010-04-01/Accounts/{self.account}/Messages.json"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": self._basic}
        answer = self.http.send("POST", address, deadline, body, headers)
        if not answer.is_success:
            raise _failure(answer)
        said: Any = answer.said
        if not isinstance(said, dict) or not said.get("sid"):
            raise UnknownOutcome(f"not an answer of Twilio: {answer}")
        cost = segments(parse_qs(body.decode())["Body"][0])
        return [Result(True, clipped(said["sid"]), f"{cost.count} segments, {cost.encoding}")]

    @property
    def _basic(self) -> str:
        return f"Basic {b64encode(f'{self.account}:{self.token}'.encode()).decode()}"


def _failure(answer: Answer) -> DeliveryError:
    """What an answer without success proves."""
    if answer.status == TOO_MANY_REQUESTS:
        return NotWritten(str(answer), answer.retry_after)
    code = answer.said.get("code") if isinstance(answer.said, dict) else None
    known = CODES.get(code) if answer.status == BAD_REQUEST and isinstance(code, int) else None
    return (known or FAILURES.get(answer.status, UnknownOutcome))(str(answer))
