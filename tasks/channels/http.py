"""The one HTTP transport of all channels that speak it: one attempt, one kept connection, no redirect, no retry.

httpx, not a provider's SDK: an SDK of theirs retries, follows redirects or hides the connection; here `retries=0`, the
pool of one connection and the deadline of each wait are ours, and a failed connect is told from a lost answer.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from pydantic import SecretStr

from tasks.core.errors import AccountStopped, ConfigurationError, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Result

TOO_MANY_REQUESTS = 429
CONFLICT = 409

_BEFORE_ANY_BYTE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_ANSWER_BYTES = 4_000_000
_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Answer:
    """What came back, whole. `headers` has lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def said(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def retry_after(self) -> float | None:
        """Seconds of Retry-After, else of ratelimit-reset; a date or nonsense counts as none."""
        return next((found for name in ("retry-after", "ratelimit-reset") if (found := self.seconds(name))), None)

    def seconds(self, header: str) -> float | None:
        """A header that is a whole number of seconds."""
        value = self.headers.get(header)
        return float(value) if value and value.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.url} answered {self.status}: {self.body[:200].decode(errors='replace')!r}"


@dataclass(frozen=True)
class Http:
    """A transport. One per channel, so that channels share no connection."""

    user_agent: str = field(default="todoke/1")

    def send(
        self,
        method: str,
        url: str,
        deadline: float,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request until time.monotonic() is `deadline`. Raises NotWritten before any byte, then UnknownOutcome."""
        timeout = _left(deadline)
        sent = {"User-Agent": self.user_agent, **(headers or {})}
        try:
            with self._client.stream(method, url, content=body, headers=sent, timeout=timeout) as response:
                return Answer(url, response.status_code, dict(response.headers), _read(response, deadline))
        except _BEFORE_ANY_BYTE as error:
            raise NotWritten(f"{url}: {error or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise UnknownOutcome(f"{url}: {type(error).__name__} {error}") from error

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30)
        return httpx.Client(transport=httpx.HTTPTransport(retries=0, limits=limits), follow_redirects=False)


def checked_url(variable: str, url: str | None, where: str) -> str:
    """An address that may see messages. Raises ConfigurationError unless it is https, or http on this machine."""
    parts = urlsplit(url or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise ConfigurationError(f"{variable} is {url!r}: set an https address ({where}).")
    return url or ""


def needed(variable: str, secret: SecretStr | None) -> str:
    """A key without which nothing can be sent. Raises ConfigurationError."""
    if secret is None or not secret.get_secret_value():
        raise ConfigurationError(f"{variable} is empty: set the key the provider gave you.")
    return secret.get_secret_value()


def dumped(value: Any) -> bytes:
    """JSON, the same bytes each time. Raises Rejected for an unpaired character."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise Rejected(f"not a sendable message: {error}") from error


def failure(kind: Callable[[str], DeliveryError], answer: Answer, seconds: float | None = None) -> DeliveryError:
    """The error an answer proves; one that allows another attempt says when."""
    return NotWritten(str(answer), seconds) if kind is NotWritten else kind(str(answer))


def unless_none_was_taken(results: list[Result]) -> list[Result]:
    """The results, unless each is a failure: then the provider, not its messages, takes nothing now."""
    failures = [one.failure for one in results if one.failure]
    if results and len(failures) == len(results):
        raise next((one for one in failures if isinstance(one, AccountStopped)), failures[0])
    return results


def clipped(value: Any) -> str | None:
    """A provider's text as the ledger can hold it."""
    return None if value is None else str(value)[:500].replace("\0", "")


def _left(deadline: float) -> httpx.Timeout:
    """What is left of the attempt, for each of its waits."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise NotWritten("the deadline passed before the first byte")
    return httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))


def _read(response: httpx.Response, deadline: float) -> bytes:
    """The answer, not longer than the deadline or `_ANSWER_BYTES` allow."""
    answer = bytearray()
    for piece in response.iter_bytes():
        answer += piece
        if time.monotonic() > deadline or len(answer) > _ANSWER_BYTES:
            raise UnknownOutcome(f"{response.url}: an answer that does not end")
    return bytes(answer)
