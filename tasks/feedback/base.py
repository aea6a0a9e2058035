"""What every parser of feedback shares: the request as it came, whom we trust, and how to refuse."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import orjson
from cryptography import x509
from pydantic import SecretStr

from tasks.core.accounts import FeedbackSettings
from tasks.core.errors import ConfigurationError, FeedbackRefused
from tasks.core.feedback import Event

MAX_BODY = 5_000_000
"""Bytes of a request; more is refused unread."""


@dataclass(frozen=True)
class Incoming:
    """One request. `path` with its query as it was asked for; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    def header(self, name: str) -> str:
        """A header's value. Raises FeedbackRefused where it is missing."""
        value = self.headers.get(name, "")
        if not value:
            raise FeedbackRefused("unsigned", f"the header {name} is missing")
        return value

    def json(self) -> Any:
        """The body as JSON. Raises FeedbackRefused where it is none."""
        try:
            found = orjson.loads(self.body)
            orjson.dumps(found)  # too deep for it: what cannot be written cannot be kept
        except (ValueError, TypeError) as error:
            raise FeedbackRefused("malformed", "the body is no JSON that can be kept") from error
        return found


@dataclass(frozen=True)
class Trust:
    """Whom we believe. `public_url`: our own address as providers call it (Twilio signs it)."""

    settings: FeedbackSettings
    link_secrets: tuple[bytes, ...] = ()
    public_url: str = ""
    certificate: Callable[[str], bytes] = field(default=lambda url: _nowhere(url))
    """Fetches a signing certificate (PEM), or its issuer (PEM or DER), from a checked address: a seam for tests."""
    roots: tuple[x509.Certificate, ...] = ()
    """Who vouches for signing certificates; none: whom browsers trust. A seam for tests."""


class Parser(Protocol):
    """From one request to its events."""

    def __call__(self, incoming: Incoming, trust: Trust) -> list[Event]:
        """Raises FeedbackRefused for what is not the provider's, ConfigurationError where its key is not set."""


def _nowhere(url: str) -> bytes:
    raise ConfigurationError(f"nothing fetches the certificate {url}")


def needed(value: SecretStr | str | None, variable: str) -> str:
    """A setting without which a provider is not listened to."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not text:
        raise ConfigurationError(
            f"{variable} is not set, so these events cannot be verified: set it (docs/feedback.md)."
        )
    return text


def same(given: str, expected: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def decoded(value: str, what: str) -> bytes:
    """Base64. Raises FeedbackRefused."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FeedbackRefused("forged", f"{what} is no base64") from error


def fresh(seconds: str, incoming: Incoming, trust: Trust) -> None:
    """A signed time near the arrival. Raises FeedbackRefused for a replay."""
    if not seconds.isascii() or not seconds.isdecimal() or len(seconds) > 12:
        raise FeedbackRefused("malformed", "the signed time is no number of seconds")
    age = abs(incoming.received_at.timestamp() - int(seconds))
    if age > trust.settings.tolerance_seconds:
        raise FeedbackRefused("stale", f"the signed time is {age:.0f} s off: a replay, or a wrong clock")


def instant(value: Any, what: str) -> datetime:
    """ISO text with offset or Z, or seconds since 1970, as aware UTC. Raises FeedbackRefused."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        at = datetime.fromisoformat(str(value).replace(" +0000 UTC", "+00:00"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise FeedbackRefused("malformed", f"{what} is no instant: {value!r:.60}") from error


def text(value: Any, what: str) -> str:
    """A text that must be there. Raises FeedbackRefused."""
    if not isinstance(value, str) or not value:
        raise FeedbackRefused("malformed", f"{what} is missing")
    return value


def mapping(value: Any, what: str) -> dict[str, Any]:
    """An object that must be there. Raises FeedbackRefused."""
    if not isinstance(value, dict):
        raise FeedbackRefused("malformed", f"{what} is no object")
    return value


def inner(value: Any) -> dict[str, Any]:
    """An object that may be missing: then an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any, what: str) -> list[Any]:
    """A list that must be there. Raises FeedbackRefused."""
    if not isinstance(value, list):
        raise FeedbackRefused("malformed", f"{what} is no list")
    return value


def not_later(at: datetime, incoming: Incoming) -> datetime:
    """A sender's own time, which is not believed to lie after the arrival, nor ages before it."""
    return at if incoming.received_at - timedelta(days=30) <= at <= incoming.received_at else incoming.received_at
