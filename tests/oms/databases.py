"""Databases of other people's shops: a real PostgreSQL and a real MariaDB, spoken to in the SQL both take."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tasks.core.paths import SQL
from tasks.core.queries import on_disk
from tasks.core.source_queries import load_source
from tests.oms import mariadb

_numbers = count(1)
_DIALECT = {
    "postgresql": {
        "instant": "timestamp(0) with time zone",
        "unsigned": "",
        "series": "generate_series(1, {n}) as s(seq)",
    },
    "mariadb": {"instant": "datetime", "unsigned": "unsigned", "series": "seq_1_to_{n} as s"},
}


@dataclass
class ShopDatabase:
    """An empty database of one test. `zone`: where MariaDB's times, which have no offset, are read."""

    kind: str
    url: str
    connection: Any
    zone: str = "UTC"

    def run(self, script: str, **values: str) -> None:
        """Statements with a semicolon at the end of a line after each; {words} differ between databases."""
        for part in script.split(";\n"):
            if part.strip():
                cursor = self.connection.cursor()
                cursor.execute(part.format(**_DIALECT[self.kind], **values))
                cursor.close()

    def write(self, statement: str, *values: object) -> None:
        cursor = self.connection.cursor()
        cursor.execute(statement, [self._written(value) for value in values])
        cursor.close()

    def series(self, numbers: int) -> str:
        """A table `s` with a column `seq` from 1 to so many."""
        return _DIALECT[self.kind]["series"].format(n=numbers)

    def cut(self) -> None:
        """End every connection of Todoke to this database."""
        cursor = self.connection.cursor()
        if self.kind == "postgresql":
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        else:
            cursor.execute(
                "select id from information_schema.processlist where db = database() and id <> connection_id()"
            )
            for (one,) in cursor.fetchall():
                cursor.execute(f"kill {one}")
        cursor.close()

    def _written(self, value: object) -> object:
        if self.kind == "mariadb" and isinstance(value, datetime):
            return value.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return value


def open_postgres(url: str) -> ShopDatabase:
    plain = url.replace("+psycopg", "")
    return ShopDatabase("postgresql", plain, psycopg.connect(plain, autocommit=True))


def open_mariadb(socket: Path) -> ShopDatabase:
    name = f"shop_{next(_numbers)}"
    with mariadb.connect(socket) as server, server.cursor() as cursor:
        cursor.execute(f"create database {name} character set utf8mb4")
    return ShopDatabase("mariadb", f"mariadb://root@/{name}?unix_socket={socket}", mariadb.connect(socket, name))


@pytest.fixture(scope="session")
def mariadb_socket() -> Iterator[Path]:
    """One server for the run's tests of databases: they are one group."""
    if not mariadb.is_installed():
        pytest.skip("MariaDB is not installed")
    with mariadb.running() as socket:
        yield socket


@pytest.fixture(params=["postgresql", "mariadb"])
def shop_database(request: pytest.FixtureRequest) -> Iterator[ShopDatabase]:
    if request.param == "postgresql":
        opened = open_postgres(request.getfixturevalue("database_url"))
    else:
        opened = open_mariadb(request.getfixturevalue("mariadb_socket"))
    yield opened
    opened.connection.close()


@pytest.fixture
def queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """sql/ with a folder oms/sqlshop of this test's own: the queries of the shop in New York."""
    home = tmp_path / "sql"
    (home / "oms" / "sqlshop").mkdir(parents=True)
    for path in [*SQL.iterdir(), *(SQL / "oms").iterdir()]:
        if path.name != "oms":
            (home / path.relative_to(SQL)).symlink_to(path)
    for path in (Path(__file__).parent / "sqlshop" / "queries").iterdir():
        (home / "oms" / "sqlshop" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    for module in ("source_queries", "queries"):
        monkeypatch.setattr(f"tasks.core.{module}.SQL", home)
    _forget()
    yield home / "oms" / "sqlshop"
    _forget()


def _forget() -> None:
    load_source.cache_clear()
    on_disk.cache_clear()
