"""Asking a shop's API: every wait has an end, a lost answer is asked for again, and who gives up says whom it asked.

Reading twice changes nothing, so it is safe to repeat; messages are never sent this way (tasks/channels).
"""

import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import httpx
import orjson

from tasks.core.errors import DataError
from tasks.core.thresholds import OmsSettings

_AGAIN = frozenset({408, 425, 429, 430, 500, 502, 503, 504, 520, 522, 524})
"""430: Shopify's word for too many; 52x: those of a proxy before a shop (Cloudflare)."""

_LONGEST_WAIT = 120.0
_REFUSED = {
    401: "the key is not accepted: check it in the shop's settings",
    403: "the key may not read this: give it the permission (docs/order_systems.md)",
    404: "there is no such API: check the address, and that the shop's API is on",
}


@dataclass(frozen=True)
class Later:
    """No answer yet: seconds to wait at least, and why."""

    seconds: float
    reason: str


@dataclass
class Web:
    """One shop's API. `shop` names it in errors; `hidden` never appears there."""

    shop: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)
    settings: OmsSettings = field(default_factory=OmsSettings)
    sleep: Callable[[float], None] = time.sleep
    _client: httpx.Client | None = None

    def json(
        self, what: str, method: str, url: str, *, params: Mapping[str, str] | None = None, body: Any = None
    ) -> tuple[Any, httpx.Headers]:
        """The answer's JSON and its headers. Raises DataError naming the shop, `what` was asked for and the reason."""
        content = None if body is None else orjson.dumps(body)

        def once() -> tuple[Any, httpx.Headers] | Later:
            response = self.client.request(method, url, params=params, content=content)
            return later(response) if response.status_code in _AGAIN else (self._read(what, response), response.headers)

        answer, headers = self.until_answered(what, once)
        return answer, headers

    def save(self, what: str, url: str, file: IO[bytes]) -> None:
        """Save what lies at a signed address, which is not the shop's: no key goes there. Raises DataError."""

        def once() -> bool | Later:
            file.seek(0)
            file.truncate()
            with httpx.stream("GET", url, timeout=self.settings.timeout_seconds) as response:
                if response.status_code in _AGAIN:
                    return later(response)
                if not response.is_success:
                    raise DataError(f"{self.shop}: {what}: its file answered {response.status_code}; run again.")
                for part in response.iter_bytes(1 << 20):
                    file.write(part)
            return True

        self.until_answered(what, once)

    def until_answered(self, what: str, once: Callable[[], Any]) -> Any:
        """What `once` returns when it is no `Later`, called again with back-off. Raises DataError when given up."""
        put_off = Later(0, "")
        for attempt in range(self.settings.attempts):
            if attempt:
                backoff = min(self.settings.backoff_seconds * 2 ** (attempt - 1), _LONGEST_WAIT)
                self.sleep(max(put_off.seconds, backoff))
            try:
                found = once()
            except httpx.HTTPError as error:
                found = Later(0, f"no answer ({type(error).__name__})")
            if not isinstance(found, Later):
                return found
            put_off = found
        raise DataError(
            f"{self.shop}: {what}: {put_off.reason}, {self.settings.attempts} times in a row; "
            "nothing of it was taken, the next run asks again."
        )

    def shown(self, text: str) -> str:
        """Part of an answer, as errors may show it."""
        for secret in self.hidden:
            text = text.replace(secret, "•••")
        return repr(text[:300])

    @property
    def client(self) -> httpx.Client:
        """One connection for all calls."""
        if self._client is None:
            sent = {"User-Agent": "todoke/1", "Accept": "application/json", "Content-Type": "application/json"}
            self._client = httpx.Client(
                headers={**sent, **self.headers}, auth=self.auth, timeout=self.settings.timeout_seconds
            )
            weakref.finalize(self, self._client.close)
        return self._client

    def _read(self, what: str, response: httpx.Response) -> Any:
        if response.is_success:
            try:
                return orjson.loads(response.content)
            except orjson.JSONDecodeError as error:
                kind = response.headers.get("content-type", "no type")
                raise DataError(f"{self.shop}: {what}: answered {kind} instead of JSON: check the address.") from error
        status = response.status_code
        why = _REFUSED.get(status, "it refused")
        raise DataError(f"{self.shop}: {what}: answered {status}, {self.shown(response.text)}: {why}.")


def later(response: httpx.Response) -> Later:
    """Retry-After in seconds, within reason. Shopify writes 2.0."""
    try:
        asked = float(response.headers.get("retry-after", "0"))
    except ValueError:
        asked = 0.0
    return Later(min(max(asked, 0.0), _LONGEST_WAIT), f"answered {response.status_code}")
