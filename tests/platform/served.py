"""Todoke served on this machine as a person does it: the commands, each in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

SECONDS = 400  # 20 on an idle machine; Prefect imports for seconds


class _Healthy(BaseHTTPRequestHandler):
    """Another home's Prefect, as far as a health check can tell."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return None


@contextmanager
def port_lost_to_another_home(home: Path) -> Iterator[int]:
    """A port that is free when `home` chooses it, and answers for somebody else before its server listens there."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        other = HTTPServer(held.getsockname(), _Healthy, bind_and_activate=False)
        other.socket.close()
        other.socket = held
        thread = threading.Thread(target=_answer_once_chosen, args=(other, home / "prefect" / "port"), daemon=True)
        thread.start()
        yield held.getsockname()[1]
        other.shutdown()
        thread.join()


def _answer_once_chosen(other: HTTPServer, chosen: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not chosen.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    other.server_activate()
    other.serve_forever(poll_interval=0.1)


def command(home: Path, *arguments: str, **settings: str) -> str:
    """Run a command of `todoke`; what it printed."""
    environment = os.environ | {"TODOKE_HOME": str(home), "TODOKE_SAMPLE_ORDERS": "200"} | settings
    line = [sys.executable, "-W", "error::DeprecationWarning:flows", "-m", "flows.cli.main", *arguments]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def todoke(home: Path, *arguments: str, **settings: str) -> Any:
    """The same with --json; its answer."""
    return json.loads(command(home, *arguments, "--json", **settings))
