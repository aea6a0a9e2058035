"""A real MariaDB of a test run: its own folder, a socket, no network, no rights but those of an ordinary user."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pymysql
import pytest

SERVER, INSTALL = "/usr/sbin/mariadbd", "mariadb-install-db"
_STARTS = 60.0
_ORDINARY = "nobody"


def is_installed() -> bool:
    return Path(SERVER).exists() and all(shutil.which(tool) for tool in (INSTALL, "my_print_defaults"))


@contextmanager
def running() -> Iterator[Path]:
    """Its socket. As root the server gives its rights away, so its folder is that user's."""
    home = Path(mkdtemp(prefix="todoke-mariadb-", dir="/tmp"))
    is_root = os.geteuid() == 0
    user = [f"--user={_ORDINARY}"] if is_root else []
    try:
        if is_root:
            shutil.chown(home, _ORDINARY)
        _install(home, user)
        with (home / "log").open("wb") as log:
            server = subprocess.Popen([SERVER, "--no-defaults", *user, *_options(home)], stdout=log, stderr=log)
        try:
            _wait(home, server)
            yield home / "socket"
        finally:
            server.terminate()
            server.wait(_STARTS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _install(home: Path, user: list[str]) -> None:
    command = [INSTALL, "--no-defaults", *user, f"--datadir={home}/data", "--auth-root-authentication-method=normal"]
    subprocess.run([*command, "--skip-test-db", "--skip-name-resolve"], check=True, capture_output=True)


def _options(home: Path) -> list[str]:
    return [
        f"--datadir={home}/data",
        f"--socket={home}/socket",
        f"--pid-file={home}/pid",
        "--skip-networking",
        "--innodb-flush-log-at-trx-commit=0",  # tests outlive no power cut
        "--innodb-buffer-pool-size=256M",
        "--character-set-server=utf8mb4",
    ]


def _wait(home: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _STARTS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        if _answers(home / "socket"):
            return
        time.sleep(0.1)
    pytest.fail(f"MariaDB did not start: {(home / 'log').read_text(errors='replace')[-2000:]}")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def connect(path: Path, database: str | None = None) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(unix_socket=str(path), user="root", database=database, charset="utf8mb4", autocommit=True)
