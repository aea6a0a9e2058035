"""Asking an address for what is new: once, conditionally, and not again before its time.

The state of an address stays with the caller, who stores it together with what was read.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from tasks.hazards.documents import BIGGEST

SECONDS = 15
FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=6)
HEADERS = {"User-Agent": "todoke/1 (delivery notices of an online shop)"}
"""The NWS refuses clients without a name."""


@dataclass(frozen=True)
class Asked:
    """What is remembered of one address. `failures` count since the last good answer, `problem` is the last one's."""

    url: str
    source: str
    etag: str | None = None
    last_modified: str | None = None
    asked_at: datetime | None = None
    good_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    problem: str | None = None

    def good(self, at: datetime, headers: Mapping[str, str] | None = None) -> "Asked":
        """After an answer that could be read; without headers it had not changed."""
        after = replace(self, asked_at=at, good_at=at, failures=0, retry_at=None, problem=None)
        if headers is None:
            return after
        return replace(after, etag=headers.get("etag"), last_modified=headers.get("last-modified"))

    def failed(self, at: datetime, problem: str, wait: timedelta | None = None) -> "Asked":
        """After one that could not: the pause doubles, and is never shorter than the server wishes."""
        pause = max(FIRST_PAUSE * 2 ** min(self.failures, 10), wait or FIRST_PAUSE)
        return replace(
            self, asked_at=at, failures=self.failures + 1, retry_at=at + min(pause, LONGEST_PAUSE), problem=problem
        )

    def must_wait(self, at: datetime) -> bool:
        """Is it too early to ask again?"""
        return self.retry_at is not None and at < self.retry_at


@dataclass(frozen=True)
class Answer:
    """Bytes and headers of a 200; None and nothing of a 304, or where `problem` says why there are none."""

    content: bytes | None
    headers: Mapping[str, str] | None
    problem: str | None = None
    wait: timedelta | None = None


def client() -> httpx.Client:
    """One client for all addresses of an hour; close it."""
    return httpx.Client(timeout=SECONDS, follow_redirects=True, headers=HEADERS, max_redirects=3)


def ask(http: httpx.Client, asked: Asked) -> Answer:
    """One conditional GET. Never raises for what the network or the server does."""
    sent = {"If-None-Match": asked.etag, "If-Modified-Since": asked.last_modified}
    try:
        with http.stream("GET", asked.url, headers={name: value for name, value in sent.items() if value}) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Answer(None, None)
            if response.status_code != httpx.codes.OK:
                return Answer(None, None, f"answered {response.status_code}", _retry_after(response))
            return Answer(_content(response), response.headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(None, None, f"cannot be reached ({type(error).__name__})")


def _content(response: Any) -> bytes:
    """The body, no more of it than `documents` reads; what is longer is refused there. Raises ReadTimeout."""
    content, ends = bytearray(), time.monotonic() + SECONDS * 4
    for piece in response.iter_bytes():
        content += piece
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("too slow")
        if len(content) > BIGGEST:
            break
    return bytes(content)


def _retry_after(response: httpx.Response) -> timedelta | None:
    value = response.headers.get("retry-after", "")
    return timedelta(seconds=int(value)) if value.isdecimal() else None
