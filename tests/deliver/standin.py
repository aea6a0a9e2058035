"""A provider over real HTTP that fails on demand, with a store of its own: the tests' only oracle.

Keyed, it remembers answers by Idempotency-Key as Resend does (another body under a known key is refused with 409).
"""

import hashlib
import http.client
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from uuid import UUID

import orjson

from tasks.core.domain import ChannelName
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result

REFUSED = "refused@example.invalid"


@dataclass
class StandIn:
    """What the provider holds. `faults` are used up one a call."""

    keyed: bool
    faults: deque[str] = field(default_factory=deque)
    taken: list[str] = field(default_factory=list)
    calls: int = 0
    conflicts: int = 0
    """Calls with another body under a known key: somebody rendered again."""
    port: int = 0
    _answers: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def copies(self) -> Counter[str]:
        """Message key -> how many copies were taken."""
        return Counter(self.taken)

    def accept(self, key: str, body: bytes, leave_out: bool = False) -> list[dict[str, Any]] | None:
        """Take a batch, or all but its last message; None when the key was used for another body."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            if self.keyed and key in self._answers:
                known, results = self._answers[key]
                self.conflicts += known != digest
                return results if known == digest else None
            messages = orjson.loads(body)
            taken = messages[:-1] if leave_out else messages
            results = [self._take(message) for message in taken]
            self._answers[key] = (digest, results)
            return results

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["to"] == REFUSED:
            return {"error": "unknown recipient"}
        self.taken.append(message["key"])
        return {"id": f"id-{len(self.taken)}"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        """One call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/search":
            taken = set(self.server.standin.taken)
            return self._answer(200, orjson.dumps([key for key in orjson.loads(body) if key in taken]))
        return self._batch(body)

    def _batch(self, body: bytes) -> None:
        standin = self.server.standin
        standin.calls += 1
        fault = standin.faults.popleft() if standin.faults else ""
        if fault in _BEFORE:
            return self._refuse(fault)
        if fault == "slow":
            time.sleep(0.15)
        results = standin.accept(self.headers["Idempotency-Key"], body, fault == "one left out")
        if results is None:
            return self._answer(409, b"{}")
        return self._spoil(fault, results)

    def _refuse(self, fault: str) -> None:
        if fault == "reset before":
            return self._reset()
        return self._answer(_BEFORE[fault], b"{}", _RETRY_AFTER.get(fault, {}))

    def _spoil(self, fault: str, results: list[dict[str, Any]]) -> None:
        """The batch was taken; what the client hears of it."""
        if fault == "timeout after":
            time.sleep(0.6)
        if fault in ("reset after", "timeout after"):
            return self._reset()
        if fault in ("500 after", "502 after"):
            return self._answer(int(fault[:3]), b"oops")
        if fault == "garbage":
            return self._answer(200, b"<html>welcome</html>")
        if fault == "short":
            results = results[:-1]
        return self._answer(200, orjson.dumps(results), cut=fault == "reset mid-body")

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self._reset()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


_BEFORE = {
    "500 before": 500,
    "502 before": 502,
    "429": 429,
    "429 with Retry-After": 429,
    "429 for an hour": 429,
    "suspended": 403,
    "invalid": 422,
    "reset before": 0,
}


_RETRY_AFTER = {"429 with Retry-After": {"Retry-After": "1"}, "429 for an hour": {"Retry-After": "3600"}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    standin: StandIn

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what this is for."""


@contextmanager
def serving(standin: StandIn) -> Iterator[StandIn]:
    """The stand-in on a loopback port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.standin, standin.port = standin, server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class HttpChannel:
    """The adapter of the stand-in: one attempt, every failure classified."""

    port: int
    keyed: bool
    can_look_up: bool = True
    is_real: bool = False
    max_messages: int = 100
    max_bytes: int = 1_000_000
    name: ChannelName = ChannelName.EMAIL
    provider: str = "standin"

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Nothing is shared."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """Key, address, subject and HTML as JSON."""
        values = {"key": str(message.key), "to": message.to_address, "subject": message.subject, "html": message.html}
        try:
            return orjson.dumps(values)
        except TypeError as error:
            raise Rejected(f"not a sendable message: {error}") from error

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """POST /batch."""
        answer = self._call("/batch", body, key, deadline)
        return [Result("id" in one, one.get("id"), one.get("error")) for one in answer]

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """POST /search."""
        found = self._call("/search", orjson.dumps([str(key) for key in keys]), "", time.monotonic() + 1)
        return {UUID(key): f"found-{key}" for key in found}

    def close(self) -> None:
        """Nothing is kept open."""

    def _call(self, path: str, body: bytes, key: str, deadline: float) -> list[Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=max(deadline - time.monotonic(), 0.01))
        try:
            connection.connect()
        except OSError as error:
            raise NotWritten(f"connect: {error}") from error
        try:
            connection.request("POST", path, body, {"Idempotency-Key": key})
            response = connection.getresponse()
            return self._read(response.status, response.read(), response.getheader("Retry-After"))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnknownOutcome(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()

    def _read(self, status: int, body: bytes, retry_after: str | None) -> list[Any]:
        if status == 200:
            answer: list[Any] = orjson.loads(body)
            return answer
        raise _failure(status, float(retry_after) if retry_after else None)


def _failure(status: int, retry_after_seconds: float | None) -> DeliveryError:
    if status == 429:
        return NotWritten("too many requests", retry_after_seconds)
    if status in (401, 403):
        return AccountStopped("account suspended")
    return Rejected(f"status {status}") if status < 500 else UnknownOutcome(f"status {status}")
