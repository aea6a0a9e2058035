"""Where `make bench` posts to: a loopback HTTP server that checks signatures and counts. `python -m flows.bench_sink`.

POST / is a receiver of the webhook channel (docs/webhook.md), POST /email one call of Postmark's API, GET / the counts.
"""

import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tasks.channels.webhook import signature

_ENTRY = b'{"key":"'
_POSTMARK = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "00000000-0000-0000-0000-000000000000",
    "SubmittedAt": "",
    "To": "someone@example.invalid",
}


class Receiver(BaseHTTPRequestHandler):
    """Takes everything that is signed; a batch it knows is not counted again."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # an answer is one packet: in two, the second waits 40 ms for the first's acknowledgement
    disable_nagle_algorithm = True
    secret = os.environ.get("TODOKE_WEBHOOK_SECRET", "").encode()
    batches: dict[str, int] = {}  # noqa: RUF012  # of the process
    calls = 0

    def do_GET(self) -> None:
        """Batches and messages so far."""
        self._answer(200, json.dumps({"batches": len(self.batches), "messages": sum(self.batches.values())}).encode())

    def do_POST(self) -> None:
        """One batch, or one message of Postmark's."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/":
            return self._answer(200, json.dumps(_POSTMARK).encode())
        key = self.headers["Idempotency-Key"]
        at, _, given = self.headers["Todoke-Signature"].removeprefix("t=").partition(",v1=")
        if not hmac.compare_digest(signature(self.secret, at, key, body), given):
            return self._answer(401, b"")
        self.batches[key] = body.count(_ENTRY)
        return self._answer(200, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    print(server.server_port, flush=True)
    server.serve_forever()
