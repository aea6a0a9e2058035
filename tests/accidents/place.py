"""Where accidents happen: a copy of a shop that has sent before, its home, files, database and provider."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from tasks.core.database import Database, with_database
from tasks.core.guards import go_live
from tasks.core.paths import ROOT
from tasks.core.postgres import create_database, drop_database
from tasks.core.queries import query
from tasks.core.runs import write_under
from tasks.oms.sample import CLOCK, write_sample
from tests.accidents.hour import ACTS, Said
from tests.deliver.scripted import Answer, Request, Scripted, listening

ORDERS = 500
LIVE_FROM = CLOCK - timedelta(days=80)
EARLIER, LATER = CLOCK - timedelta(hours=48), CLOCK - timedelta(hours=24)
"""The two hours the shop has behind it; an accident happens before the one at CLOCK."""
OPTED_OUT = """insert into suppression (address_key, scope, reason, at, source)
               select distinct address_key, 'all', 'hard_bounce', cast(:at as timestamptz), 'ses' from customers
               where get_byte(decode(md5(address_key), 'hex'), 0) < 64"""
"""A quarter of the addresses: nobody is to write to them."""

Letter = tuple[str, str, str]
"""Touchpoint, subject, address."""
_numbers = count()


@dataclass
class Provider:
    """Takes every message over HTTP and counts it; a batch it knows is not taken twice (docs/webhook.md)."""

    letters: Counter[Letter] = field(default_factory=Counter)
    batches: set[str] = field(default_factory=set)

    def take(self, request: Request) -> Answer:
        """One batch."""
        key = request.headers["Idempotency-Key"]
        if key not in self.batches:
            self.batches.add(key)
            for one in orjson.loads(request.body)["messages"]:
                self.letters[one["touchpoint"], one["subject_id"], one["to"]["address"]] += 1
        return Answer()


@dataclass(frozen=True)
class Place:
    """One copy of the shop. `project`: the rules it runs by, another folder than this one's after a deployment.

    `settings`: TODOKE_* variables of its own. `act`: what is run, one of tests/accidents/hour.py's.
    """

    home: Path
    drop: Path
    url: str
    provider: Provider
    project: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)
    act: str = "hour"

    @property
    def database(self) -> Database:
        return Database(self.url)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Rows of one statement, where it has any; what it writes is of the newest load."""
        with self.database.transaction() as connection:
            write_under(connection, int(query("decide/newest_load").scalar(connection)), LATER)
            done = connection.execute(text(statement), values)
            return list(done) if done.returns_rows else []

    def hour(self, as_of: datetime = CLOCK) -> tuple[Counter[Letter], Said]:
        """Run it; what arrived meanwhile, and what the run said."""
        before = self.provider.letters.copy()
        with environment(self.settings):
            said = self._run(as_of)
        self.database.dispose()
        return self.provider.letters - before, said

    def deployed(self, *changes: Callable[[Path], None]) -> "Place":
        """The same place after somebody changed files of the project."""
        project = self.home.with_name(f"{self.home.name}.project")
        if self.project == ROOT:
            for name in ("flows", "tasks", "sql", "templates", "tests/accidents", "tests/deliver"):
                shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("node_modules"))
            shutil.copy(ROOT / "pyproject.toml", project)
        for change in changes:
            change(project)
        return replace(self, project=project)

    def _run(self, as_of: datetime) -> Said:
        if self.project == ROOT:
            return ACTS[self.act](self.home, self.drop, self.url, as_of)
        command = [sys.executable, "-m", "tests.accidents.hour", self.act]
        arguments = [str(self.home), str(self.drop), self.url, as_of.isoformat()]
        told = os.environ | {"PYTHONPATH": str(self.project)}
        done = subprocess.run([*command, *arguments], cwd=self.project, env=told, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return Said(**json.loads(done.stdout))


@dataclass(frozen=True)
class Shop:
    """A shop with two hours behind it. `server`: any database of the server; `earlier`: a backup between the two."""

    folder: Path
    server: str
    provider: Provider
    now: str
    earlier: str
    sent: int
    """Letters of the two hours."""

    @contextmanager
    def copy(self) -> Iterator[Place]:
        """A place of its own, as the shop stands before the hour at CLOCK."""
        name = f"accident_{os.getpid()}_{next(_numbers)}"
        home, drop = self.folder / name, self.folder / f"{name}.drop"
        shutil.copytree(self.folder / "home", home)
        shutil.copytree(self.folder / "drop", drop)
        with self._database(name, self.now) as url:
            yield Place(home, drop, url, self.provider)

    @contextmanager
    def backup(self, place: Place) -> Iterator[Place]:
        """That place with the database as it was before the last hour."""
        with self._database(f"accident_{os.getpid()}_{next(_numbers)}", self.earlier) as url:
            yield replace(place, url=url)

    @contextmanager
    def empty(self, place: Place) -> Iterator[Place]:
        """That place with a database nobody ever used."""
        with self._database(f"accident_{os.getpid()}_{next(_numbers)}", "template0") as url:
            yield replace(place, url=url)

    @contextmanager
    def _database(self, name: str, template: str) -> Iterator[str]:
        create_database(self.server, name, template)
        url = with_database(self.server, name)
        try:
            yield url
        finally:
            Database(url).dispose()
            drop_database(self.server, name)


@contextmanager
def opened(folder: Path, server: str) -> Iterator[Shop]:
    """The shop, made once: it goes live three days before the sample shop's clock and sends in two hours."""
    provider = Provider()
    names = {name: f"accidents_{os.getpid()}_{name}" for name in ("now", "earlier")}
    with listening(Scripted(provider.take)) as scripted, environment(_webhook(scripted.url)):
        (folder / "drop").mkdir(parents=True)
        (folder / "home").mkdir()
        (folder / "home" / "secret").write_text("the same in every run", encoding="ascii")
        (folder / "home" / "secret").chmod(0o600)
        create_database(server, names["now"])
        place = Place(folder / "home", folder / "drop", with_database(server, names["now"]), provider)
        write_sample(place.drop, server, seed=1, orders=ORDERS)
        place.database.migrate()
        with place.database.transaction() as connection:
            go_live(connection, LIVE_FROM, "the owner")
        _sends(place, EARLIER)
        create_database(server, names["earlier"], names["now"])
        _sends(place, LATER)
        place.sql(OPTED_OUT, at=LATER)
        place.database.dispose()
        yield Shop(folder, server, provider, names["now"], names["earlier"], provider.letters.total())
        for name in names.values():
            drop_database(server, name)


def _sends(place: Place, as_of: datetime) -> None:
    arrived, said = place.hour(as_of)
    assert arrived and not said.refused, said.lines


def _webhook(url: str) -> dict[str, str]:
    return {"TODOKE_WEBHOOK_URL": url, "TODOKE_WEBHOOK_SECRET": "a secret of sixteen or more"}


@contextmanager
def environment(own: Mapping[str, str]) -> Iterator[None]:
    """These variables, for a while."""
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
