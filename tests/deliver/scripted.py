"""An HTTP server that counts what it gets and answers as the test says, then as its handler does."""

import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Request:
    """What came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes back. `fault`: reset (no answer), hang (too late), cut (half a body), drip (byte by byte)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class Scripted:
    """`answers` are used up one a request; then `handler` answers. `taken` is what the handler saw."""

    handler: Callable[[Request], Answer] = lambda _: Answer()
    answers: deque[Answer] = field(default_factory=deque)
    faults_after: deque[str] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def posts(self) -> int:
        """How many POSTs came."""
        return sum(request.method == "POST" for request in self.requests)

    def answer(self, request: Request) -> Answer:
        """The next scripted answer; else the handler's, lost on the way where `faults_after` says so."""
        self.requests.append(request)
        if self.answers:
            return self.answers.popleft()
        made = self.handler(request)
        fault = self.faults_after.popleft() if self.faults_after else ""
        return Answer(made.status, made.body, made.headers, fault)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self.server.scripted.connections += 1

    def do_POST(self) -> None:
        """Any method alike."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._send(self.server.scripted.answer(Request(self.command, self.path, dict(self.headers), body)))

    do_GET = do_PUT = do_POST  # noqa: N815

    def _send(self, answer: Answer) -> None:
        if answer.fault == "hang":
            time.sleep(1.5)
        if answer.fault in ("hang", "reset"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.fault == "drip":
            self._drip(answer.body)
        else:
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.fault == "cut" else answer.body)
        self.close_connection = self.close_connection or answer.fault == "cut"

    def _drip(self, body: bytes) -> None:
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    scripted: Scripted

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what this is for."""


@contextmanager
def listening(scripted: Scripted) -> Iterator[Scripted]:
    """On a loopback port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.scripted, scripted.port = scripted, server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
