"""App push through Firebase Cloud Messaging (HTTP v1), one a call.

Unkeyed, and nobody to ask: a message without proof is parked. Our key is the notification's tag (Android, web) and
apns-collapse-id, so that a phone that gets a message twice shows one. It is no collapse_key: Android keeps four of
these for a phone that is off and drops the rest. httpx and not firebase-admin, for one attempt and a deadline.
https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.channels.google_access import Access, ServiceAccount
from tasks.channels.http import Answer, checked_url, clipped, dumped, failure
from tasks.channels.one_by_one import OneByOne
from tasks.core.accounts import FcmSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import AccountStopped, AddressGone, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"

CODES: dict[str, Callable[[str], DeliveryError]] = {
    "INVALID_ARGUMENT": Rejected,
    "QUOTA_EXCEEDED": NotWritten,
    "SENDER_ID_MISMATCH": Rejected,  # the token is of another project: one phone's, or all where the key file is wrong
    "THIRD_PARTY_AUTH_ERROR": AccountStopped,
    "UNREGISTERED": AddressGone,
}
"""errorCode of an answer below 500 -> what it proves. https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode"""

FAILURES: dict[int, Callable[[str], DeliveryError]] = {
    **dict.fromkeys((400, 413), Rejected),
    **dict.fromkeys((401, 403, 404), AccountStopped),
    429: NotWritten,
}
"""Status -> what it proves where no errorCode is known; any other proves nothing. 404: the project does not exist."""

MAX_PAYLOAD = 4096
"""Bytes of notification and data together."""

SHOWN_SECONDS = 24 * 3600
"""How long FCM keeps a message for a phone that is off: news of a parcel is stale after a day."""

_QUOTA_PAUSE = 60.0
"""Seconds to wait where a 429 does not say: what FCM asks for."""
_TOKEN = re.compile(r"[\w:-]{20,4096}", re.ASCII)
_UNAUTHORIZED = 401
_SERVER = 500


@dataclass(frozen=True)
class Fcm(OneByOne):
    """One Firebase project."""

    access: Access = field(repr=False)
    api: str = "https://fcm.googleapis.com"
    name = ChannelName.PUSH
    provider = "fcm"
    max_bytes = 20_000

    @classmethod
    def from_settings(cls, settings: FcmSettings) -> "Fcm":
        """Raises ConfigurationError where the key file is none, or an address unsafe."""
        api = checked_url("TODOKE_FCM_API", settings.api, "docs/delivery.md").rstrip("/")
        account = ServiceAccount.read("TODOKE_FCM_CREDENTIALS", settings.credentials)
        return cls(Access(account, SCOPE), api)

    def encode(self, message: Outgoing) -> bytes:
        """The body of the call. Raises Rejected for what FCM would refuse."""
        if not _TOKEN.fullmatch(message.to_address):
            raise Rejected(f"not a registration token: {message.to_address!r:.80}")
        try:
            said = orjson.loads(message.text)
            shown = {"title": said["title"], "body": said["body"]}
            data = {"link": said["link"], "key": message.key.hex, "touchpoint": message.touchpoint}
            data |= {"stop": said["stop"]} if said.get("stop") else {}
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Rejected(f"not a push message: {error!r}") from error
        if not all(shown.values()):
            raise Rejected("a push message needs a title and a text")
        if not str(data["link"]).startswith("https://"):
            raise Rejected(f"an app cannot open {data['link']!r:.80}; set TODOKE_BASE_URL to a public address")
        size = len(dumped(shown)) + len(dumped(data))
        if size > MAX_PAYLOAD:
            raise Rejected(f"the payload has {size} bytes, FCM takes {MAX_PAYLOAD}")
        return dumped({"message": {"token": message.to_address, "notification": shown, "data": data, **_once(message)}})

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # FCM knows no key
        """One message, after a token was fetched if none lasts."""
        headers = {"Authorization": f"Bearer {self.access.token(deadline)}", "Content-Type": "application/json"}
        url = f"{self.api}/v1/projects/{self.access.account.project}/messages:send"
        answer = self.http.send("POST", url, deadline, body, headers)
        if not answer.is_success:
            if answer.status == _UNAUTHORIZED:
                self.access.forget()
            raise _failure(answer)
        said: Any = answer.said
        if not isinstance(said, dict) or not said.get("name"):
            raise UnknownOutcome(f"not an answer of FCM: {answer}")
        return [Result(True, clipped(said["name"]))]

    def close(self) -> None:
        """Close the kept connections, if there are any."""
        super().close()
        self.access.close()


def _once(message: Outgoing) -> dict[str, Any]:
    """Per platform: shown once, and not after a day."""
    tag, until = message.key.hex, int(message.dated_at.timestamp()) + SHOWN_SECONDS
    return {
        "android": {"ttl": f"{SHOWN_SECONDS}s", "notification": {"tag": tag}},
        "apns": {"headers": {"apns-collapse-id": tag, "apns-expiration": str(until)}},
        "webpush": {"headers": {"TTL": str(SHOWN_SECONDS)}, "notification": {"tag": tag}},
    }


def _failure(answer: Answer) -> DeliveryError:
    """What an answer without success proves."""
    error: Any = answer.said.get("error") if isinstance(answer.said, dict) else None
    if answer.status >= _SERVER:
        return UnknownOutcome(str(answer))
    kind = CODES.get(_code(error)) or FAILURES.get(answer.status, UnknownOutcome)
    if kind is Rejected and _is_of_the_token(error):
        kind = AddressGone
    return failure(kind, answer, answer.retry_after or _QUOTA_PAUSE)


def _code(error: Any) -> str:
    """FCM's own error code; empty where the answer has none."""
    return next((str(one["errorCode"]) for one in _details(error) if "errorCode" in one), "")


def _is_of_the_token(error: Any) -> bool:
    """Is it the registration token that FCM calls invalid, not what the message says?"""
    fields = [one.get("field") for detail in _details(error) for one in detail.get("fieldViolations", [])]
    return "message.token" in fields or "not a valid FCM registration token" in str(error)


def _details(error: Any) -> list[dict[str, Any]]:
    found = error.get("details") if isinstance(error, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
