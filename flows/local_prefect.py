"""Prefect on this machine: server (its database in the embedded PostgreSQL), one process worker, the deployments.

Everything lies in TODOKE_HOME/prefect: pid files, logs, the port. Figures and settings: Prefect 3.8 as measured; the
port must be a setting (with `--port` alone the UI keeps talking to 4200), the database needs pg_trgm.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_HOME,
    PREFECT_LOGGING_LEVEL,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from tasks.core.background import Background, locked
from tasks.core.environment import QUIET, clean_environment
from tasks.core.errors import ConfigurationError
from tasks.core.paths import ROOT
from tasks.core.postgres import ensure_server, server_url, stop_server
from tasks.core.settings import Settings

HOST = "127.0.0.1"
POOL = "todoke"
DEPLOYMENT = "hourly/hourly"
PREFECT_FILE = ROOT / "infra" / "prefect.yaml"
ANY_PORT = 0
START_SECONDS = 120.0
_CLIENT_SETTINGS = (PREFECT_API_URL, PREFECT_HOME, PREFECT_LOGGING_LEVEL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE)
Say = Callable[[str], None]


def _silent(_: str) -> None:
    return None


# Starting


def serve(settings: Settings, say: Say = _silent) -> str:
    """Start what does not run yet of server, worker and deployments; returns the address of the UI."""
    address = start_server(settings, say)
    start_worker(settings, say)
    deploy(settings, say)
    return address


def start_server(settings: Settings, say: Say = _silent) -> str:
    """Start the Prefect server unless it runs (about 10 s); returns its address, http://127.0.0.1:PORT.

    Raises ConfigurationError with the end of its log when it is not healthy within START_SECONDS.
    """
    server = _background(settings.home, "server")
    with locked(_folder(settings.home) / "start.lock"):
        if server.process() is None:
            say("Starting the Prefect server (about 10 s) ...")
            ensure_server(settings.home, "prefect")
            _launch_server(settings, server, free_port(settings.prefect_port))
        try:
            wait_for(server, lambda: _serves(server, settings.home))
        except ConfigurationError:
            if not _lost_its_port(server, settings.home):
                raise
            say("Its port was taken by another program in between: starting it at another one ...")
            _launch_server(settings, server, free_port(ANY_PORT))
            wait_for(server, lambda: _serves(server, settings.home))
    return _address(settings.home)


def _launch_server(settings: Settings, server: Background, port: int) -> None:
    _port_file(settings.home).write_text(str(port), encoding="utf-8")
    environment = environment_of(settings)
    database = server_url(settings.home, "prefect", driver="asyncpg")
    environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    server.start([sys.executable, "-m", "prefect", "server", "start"], environment)


def _serves(server: Background, home: Path) -> bool:
    """It is healthy, and it is ours: a server of another home answers as healthily where it took our port."""
    return server.listens(_port(home)) and _healthy(_address(home))


def _lost_its_port(server: Background, home: Path) -> bool:
    return server.process() is None and free_port(_port(home)) != _port(home)


def start_worker(settings: Settings, say: Say = _silent) -> None:
    """Start the process worker of pool `todoke` unless it runs; it creates the pool. Needs the server."""
    worker = _background(settings.home, "worker")
    with locked(_folder(settings.home) / "start.lock"):
        if worker.process() is None:
            say("Starting the worker (about 5 s) ...")
            options = ["--pool", POOL, "--type", "process", "--name", "todoke", "--install-policy", "never"]
            worker.start([sys.executable, "-m", "prefect", "worker", "start", *options], environment_of(settings))
        wait_for(worker, lambda: _worker_online(settings.home))


def deploy(settings: Settings, say: Say = _silent) -> None:
    """Apply infra/prefect.yaml. Needs the pool, so the worker.

    Raises ConfigurationError when the deployment did not change: `prefect deploy` ends with 0 on a flow that cannot
    be imported.
    """
    say("Applying the deployments of infra/prefect.yaml (about 5 s) ...")
    before = _deployment_version(settings.home)
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(PREFECT_FILE)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment_of(settings), capture_output=True, text=True
    )
    if done.returncode or _deployment_version(settings.home) in (None, before):
        reason = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise ConfigurationError(f"The deployment {DEPLOYMENT} was not applied; prefect deploy said:\n{reason}")


def environment_of(settings: Settings) -> dict[str, str]:
    """Environment of Prefect's processes: ours, quiet, no PREFECT_* of another installation, a fixed TODOKE_HOME."""
    address = _address(settings.home)
    own = {
        "TODOKE_HOME": str(settings.home.resolve()),
        "TODOKE_ROOT": str(ROOT),
        "PREFECT_HOME": str(_folder(settings.home)),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": address.rsplit(":", 1)[1],
        "PREFECT_WORKER_QUERY_SECONDS": "5",
    }
    return clean_environment("PREFECT_") | QUIET | own


@contextmanager
def connected(settings: Settings) -> Iterator[None]:
    """Within it, flows called in this process report to the local server, which must run."""
    values = environment_of(settings)
    with temporary_settings({setting: values[setting.name] for setting in _CLIENT_SETTINGS}):
        yield


# Stopping


def stop(home: Path, say: Say = _silent) -> list[str]:
    """Stop worker, server and PostgreSQL, in this order (Prefect needs its database); names of what ran."""
    stopped = [name for name in ("worker", "server") if _stop(_background(home, name), say)]
    if stop_server(home):
        stopped.append("PostgreSQL")
    return stopped


def _stop(background: Background, say: Say) -> bool:
    if background.process() is None:
        return False
    say(f"Stopping the Prefect {background.name} ...")
    return background.stop(30)


def running(home: Path) -> dict[str, str]:
    """What runs of server and worker: name -> where its log lies."""
    candidates = [_background(home, name) for name in ("server", "worker")]
    return {found.name: str(found.log) for found in candidates if found.process() is not None}


def server_address(home: Path) -> str | None:
    """Address of the running server; None where none runs."""
    return _address(home) if _background(home, "server").process() else None


# Asking the server


def ask(home: Path, path: str, body: Any = None) -> Any:
    """GET (POST with `body`) of the local API; the JSON answer, None for 404. Raises OSError without a server."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{_address(home)}/api{path}", data=data, headers=headers)  # noqa: S310  # http://127.0.0.1
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def _worker_online(home: Path) -> bool:
    workers = ask(home, f"/work_pools/{POOL}/workers/filter", {"workers": {"status": {"any_": ["ONLINE"]}}})
    return bool(workers)


def _deployment_version(home: Path) -> str | None:
    deployment = ask(home, f"/deployments/name/{DEPLOYMENT}")
    return deployment["updated"] if deployment else None


def wait_for(background: Background, ready: Callable[[], bool]) -> None:
    """Wait until `ready`; ConfigurationError with the end of its log when the process ended or START_SECONDS passed."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if background.process() is None or time.monotonic() > deadline:
            raise ConfigurationError(
                f"The Prefect {background.name} did not start; {background.log} ends with:\n{background.log_tail()}"
            )
        time.sleep(0.2)


# Where things lie


def _folder(home: Path) -> Path:
    folder = home.expanduser().resolve() / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _background(home: Path, name: str) -> Background:
    return Background(_folder(home), name)


def _port_file(home: Path) -> Path:
    return _folder(home) / "port"


def _port(home: Path) -> int:
    return int(_port_file(home).read_text(encoding="utf-8"))


def _address(home: Path) -> str:
    return f"http://{HOST}:{_port(home)}"


def free_port(wanted: int) -> int:
    """`wanted` where nobody listens there, else a port the system chooses."""
    for port in (wanted, ANY_PORT):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigurationError(f"No free port on {HOST}.")
