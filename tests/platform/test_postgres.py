"""The embedded server: started by many at once, not ended by its starter, up again after kill -9, closed to others."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from tasks.core.paths import ROOT
from tasks.core.postgres import create_database, drop_database, ensure_server, server_url, stop_server
from tests.places import new_home

START = "import sys, pathlib, tasks.core.postgres as p; print(p.ensure_server(pathlib.Path(sys.argv[1]), sys.argv[2]))"


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of the test alone, for it kills the server; not in tmp_path, which is deep and swept by others."""
    folder = new_home()
    yield folder
    stop_server(folder)
    shutil.rmtree(folder)


def starter(home: Path, database: str = "todoke") -> subprocess.Popen[str]:
    """A process that starts the server, prints the URL and ends."""
    command = [sys.executable, "-c", START, str(home), database]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def test_many_start_it_at_once_and_it_outlives_them(home: Path) -> None:
    processes = [starter(home, f"d{number % 2}") for number in range(4)]
    urls = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert {ask(url, "select current_database()") for url in urls} == {"d0", "d1"}


def test_it_starts_again_after_kill_9_and_keeps_what_was_committed(home: Path) -> None:
    url = ensure_server(home)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("create table kept as select 7 as n")
    psutil.Process(postmaster(home)).kill()
    assert ensure_server(home) == url
    assert ask(url, "select n from kept") == 7


def test_a_pid_file_whose_number_belongs_to_another_program_stops_nothing(home: Path) -> None:
    url = ensure_server(home)
    recorded = (home / "postgres" / "data" / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)
    stop_server(home)
    stale = home / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{recorded[1]}", encoding="utf-8")
    assert not stop_server(home)
    assert ask(ensure_server(home), "select 1") == ask(url, "select 1")


def test_its_settings_are_ours(home: Path) -> None:
    url = ensure_server(home)
    shown = {name: ask(url, f"show {name}") for name in ("jit", "timezone", "fsync", "listen_addresses")}
    assert shown == {"jit": "off", "timezone": "UTC", "fsync": "on", "listen_addresses": ""}
    assert ask(url, "select extname from pg_extension where extname = 'plpgsql'") == "plpgsql"
    assert ask(url, "select name from pg_available_extensions where name = 'pg_trgm'") == "pg_trgm"


def test_a_deep_home_has_a_short_socket(home: Path) -> None:
    deep = home / ("x y&z" * 12) / ("y" * 60)
    url = ensure_server(deep)
    assert ask(url, "select 1") == 1
    socket_folder = Path(str(make_url(url).query["host"]))
    assert len(str(socket_folder)) < 60
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    assert stop_server(deep)
    socket_folder.rmdir()


def test_a_home_with_odd_characters_and_a_foreign_pgport(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1234")
    odd = home / "state of 届け & more's #1"
    assert ask(ensure_server(odd), "select 1") == 1
    assert stop_server(odd)


def test_nobody_else_may_look_in(home: Path) -> None:
    home.chmod(0o700)
    ensure_server(home)
    assert stat.S_IMODE(home.stat().st_mode) & stat.S_IRWXO == 0
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700


def test_databases_are_copied_from_a_template_and_dropped_with_their_users(server: str, test_home: Path) -> None:
    source, copy = f"source_{os.getpid()}", f"copy_{os.getpid()}"
    create_database(server, source)
    with psycopg.connect(server_url(test_home, source).replace("+psycopg", "")) as connection:
        connection.execute("create table t as select 1 as n")
    create_database(server, copy, source)
    user = psycopg.connect(server_url(test_home, copy).replace("+psycopg", ""))
    assert user.execute("select n from t").fetchone() == (1,)
    for name in (copy, source, "never_there"):
        drop_database(server, name)
    with pytest.raises(psycopg.OperationalError):
        user.execute("select 1")
    user.close()
