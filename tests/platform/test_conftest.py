"""What every other test relies on: databases apart, no network, an own home."""

import os
import socket
from pathlib import Path

import psycopg
import pytest


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(database_url: str, turn: int) -> None:
    with _connect(database_url) as connection:
        connection.execute("create table mine (turn int)")
        connection.execute("insert into mine values (%s)", [turn])


def test_the_home_of_the_run_is_no_persons_home(test_home: Path) -> None:
    assert os.environ["TODOKE_HOME"] == str(test_home)
    assert not test_home.is_relative_to(Path.home())


def test_only_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname(), timeout=5).close()
    with (
        pytest.warns(UserWarning, match=r"192\.0\.2\.1"),
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
    ):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
