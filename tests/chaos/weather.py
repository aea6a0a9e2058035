"""Faults without end while it is stormy, and a proxy that brings them to stand-ins which others wrote."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import orjson

from tests.deliver.ordeal import FAULTS
from tests.deliver.scripted import Answer, Request, Scripted

SHARE = 1 / 3
"""Share of calls that fail."""

_TOO_MANY = orjson.dumps({"name": "rate_limit_exceeded", "__type": "TooManyRequestsException", "message": "slowly"})
_BEFORE = {
    "500 before": Answer(500),
    "502 before": Answer(502),
    "reset before": Answer(fault="reset"),
    "429": Answer(429, _TOO_MANY),
    "429 with Retry-After": Answer(429, _TOO_MANY, {"Retry-After": "1"}),
}
"""The call does not reach the stand-in."""

_AFTER: dict[str, Callable[[Answer], Answer]] = {
    "500 after": lambda _: Answer(500, b"oops"),
    "502 after": lambda _: Answer(502, b"oops"),
    "reset after": lambda _: Answer(fault="reset"),
    "reset mid-body": lambda made: Answer(made.status, made.body, made.headers, "cut"),
    "timeout after": lambda _: Answer(fault="hang"),
    "garbage": lambda _: Answer(200, b"<html>welcome</html>"),
    "short": lambda made: Answer(made.status, _shorter(made.body), made.headers),
}
"""The stand-in took it; what the client hears of that."""

THROUGH_A_PROXY = (*_BEFORE, *_AFTER)


class Weather(deque[str]):
    """An endless supply of faults while it is stormy."""

    def __init__(self, chance: random.Random, faults: tuple[str, ...] = FAULTS) -> None:
        super().__init__()
        self._chance, self._faults = chance, faults
        self.stormy = True
        self.seen = 0

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> str:
        """The fault of the next call, mostly none."""
        if not self.stormy or self._chance.random() > SHARE:
            return ""
        self.seen += 1
        return self._chance.choice(self._faults)


@dataclass
class Troubled(Scripted):
    """In front of the stand-in at `target`. `took` hears of every call that reached it."""

    target: str = ""
    weather: Weather = field(default_factory=lambda: Weather(random.Random()))  # noqa: S311  # no secret
    took: Callable[[Request, Answer], None] = lambda *_: None
    calls: int = 0
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def answer(self, request: Request) -> Answer:
        """One call."""
        self.calls += 1
        fault = self.weather.popleft()
        if fault in _BEFORE:
            return _BEFORE[fault]
        made = self._forward(request)
        self.took(request, made)
        return _AFTER[fault](made) if fault else made

    def _forward(self, request: Request) -> Answer:
        kept = ("Authorization", "Content-Type", "Idempotency-Key")
        headers = {name: value for name, value in request.headers.items() if name in kept}
        answer = self.client.request(request.method, self.target + request.path, content=request.body, headers=headers)
        return Answer(answer.status_code, answer.content, {"Content-Type": "application/json"})


def _shorter(body: bytes) -> bytes:
    """Each list of the answer without its last entry."""
    said = orjson.loads(body)
    return orjson.dumps({name: value[:-1] if isinstance(value, list) else value for name, value in said.items()})
