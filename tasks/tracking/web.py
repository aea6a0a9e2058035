"""Asking a carrier's or aggregator's API: paced, with a deadline for every wait, repeated with back-off.

Asking twice changes nothing, so a lost answer is asked for again; messages are never sent this way (tasks/channels).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tasks.core.thresholds import TrackingSettings
from tasks.tracking.base import NoAnswer

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 60.0
_ANSWER_BYTES = 20_000_000


@dataclass
class Web:
    """One source's way out. `per_second`: calls its provider allows."""

    per_second: float
    settings: TrackingSettings = field(default_factory=TrackingSettings)
    sleep: Callable[[float], None] = time.sleep
    _next_at: float = 0

    def json(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        also: frozenset[int] = frozenset(),
    ) -> Any:
        """The answer's JSON. `also`: statuses that are answers besides 2xx. Raises NoAnswer, with the last reason."""
        reason = ""
        for attempt in range(self.settings.attempts):
            if attempt:
                self.sleep(min(self.settings.backoff_seconds * 2 ** (attempt - 1), _LONGEST_WAIT))
            self._wait_for_turn()
            try:
                response = self._send(method, url, headers, params, body)
            except httpx.HTTPError as error:
                reason = f"{url}: {error or type(error).__name__}"
                continue
            if response.is_success or response.status_code in also:
                return _json(url, response)
            reason = f"{url} answered {response.status_code}: {_shown(response)}"
            if response.status_code not in _AGAIN:
                break
            self._obey(response)
        raise NoAnswer(reason)

    def _send(self, method: str, url: str, headers: Mapping[str, str], params: Any, body: Any) -> httpx.Response:
        sent = {"User-Agent": "todoke/1", "Accept": "application/json", **headers}
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        timeout = httpx.Timeout(self.settings.timeout_seconds)
        return httpx.request(
            method, url, headers=sent, params=params, content=content, timeout=timeout, follow_redirects=False
        )

    def _wait_for_turn(self) -> None:
        now = time.monotonic()
        if self._next_at > now:
            self.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self.per_second

    def _obey(self, response: httpx.Response) -> None:
        """Retry-After in seconds, within reason."""
        asked = response.headers.get("retry-after", "")
        if asked.isdecimal():
            self._next_at = time.monotonic() + min(float(asked), _LONGEST_WAIT)


def _json(url: str, response: httpx.Response) -> Any:
    if len(response.content) > _ANSWER_BYTES:
        raise NoAnswer(f"{url}: an answer of {len(response.content)} bytes")
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        kind = response.headers.get("content-type", "no type")
        raise NoAnswer(f"{url} answered {kind} instead of JSON: {_shown(response)}") from error


def _shown(response: httpx.Response) -> str:
    return repr(response.text[:120])
