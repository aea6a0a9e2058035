"""Shared fixtures: one embedded PostgreSQL a test run, one database a test, no network but this machine's."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tasks.core.background import Background
from tasks.core.database import Database
from tasks.core.environment import QUIET
from tasks.core.postgres import create_database, drop_database, ensure_server, server_url, stop_server
from tests.places import left_behind, new_home
from tests.skip_policy import SkipPolicy

pytest_plugins = ["pytester"]

HOME_VARIABLE = "TODOKE_TEST_HOME"
TEMPLATE = "todoke_template"
FAST = {"fsync": "off", "full_page_writes": "off"}  # tests outlive no power cut
_numbers = count()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipPolicy.from_environment())
    if not hasattr(config, "workerinput"):
        for home in left_behind():
            _remove(home)
        os.environ[HOME_VARIABLE] = str(new_home())
    for name in [name for name in os.environ if name.startswith("TODOKE_")]:
        if not name.startswith("TODOKE_TEST_"):
            del os.environ[name]
    place = os.environ[HOME_VARIABLE]
    os.environ.update(QUIET, TODOKE_HOME=place, PREFECT_HOME=f"{place}/prefect")
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        # Not beside the sources then, but somewhere: else each of some hundred processes compiles 3,000 modules.
        os.environ["PYTHONPYCACHEPREFIX"] = f"{place}/bytecode"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups first: they are the long ones, and one worker does all of a group (--dist loadgroup)."""
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ[HOME_VARIABLE]))


def _remove(home: Path) -> None:
    for name in ("worker", "server"):
        Background(home / "prefect", name).stop(10)
    stop_server(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def test_home() -> Path:
    """The run's own TODOKE_HOME, shared by all pytest-xdist workers."""
    return Path(os.environ[HOME_VARIABLE])


@pytest.fixture(scope="session")
def server(test_home: Path) -> str:
    """URL of the `postgres` database of the run's server; started by the first test that needs it."""
    return ensure_server(test_home, "postgres", FAST)


@pytest.fixture
def database_url(server: str, test_home: Path) -> Iterator[str]:
    """URL of an empty database of this test alone."""
    yield from _own_database(server, test_home, "template0")


@pytest.fixture
def database(server: str, test_home: Path, migrated_template: str) -> Iterator[Database]:
    """A migrated database of this test alone: a copy of a template that was migrated once in the run."""
    for url in _own_database(server, test_home, migrated_template):
        opened = Database(url)
        yield opened
        opened.dispose()


@pytest.fixture(scope="module")
def module_database(server: str, test_home: Path, migrated_template: str) -> Iterator[Database]:
    """As `database`, shared by the tests of one module that leave it as they found it."""
    for url in _own_database(server, test_home, migrated_template):
        opened = Database(url)
        yield opened
        opened.dispose()


@pytest.fixture(scope="session")
def migrated_template(server: str, test_home: Path) -> str:
    """Name of a migrated template database; the first worker makes it, the others wait for its lock."""
    with (test_home / "template.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _is_template(server):
            _make_template(server, server_url(test_home, TEMPLATE))
    return TEMPLATE


def _own_database(server: str, home: Path, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    create_database(server, name, template)
    yield server_url(home, name)
    drop_database(server, name)


def _is_template(server: str) -> bool:
    with _connect(server) as connection:
        query = "select 1 from pg_database where datname = %s and datistemplate"
        return connection.execute(query, [TEMPLATE]).fetchone() is not None


def _make_template(server: str, url: str) -> None:
    drop_database(server, TEMPLATE)
    create_database(server, TEMPLATE)
    made = Database(url)
    made.migrate()
    made.dispose()
    with _connect(server) as connection:
        connection.execute("update pg_database set datistemplate = true where datname = %s", [TEMPLATE])


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
