"""Hours as people run them: `todoke run` processes that share one home, one PostgreSQL and one Prefect server."""

import email
import email.policy
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flows import local_prefect
from tasks.core import guards
from tasks.core.database import Database
from tasks.core.postgres import ensure_server, server_url
from tasks.core.settings import Settings
from tasks.core.steps import VARIABLE
from tests.places import new_home

CLOCK = "2026-09-15T10:00:00+09:00"
LIVE_FROM = "2026-09-14T10:00:00+0900"
LEDGER = {
    "message": "touchpoint, subject_id, customer_id, order_id, class, channel, language, variant, priority, due_at,"
    " valid_until, planned_at, state, reason, state_at",
    "message_content": "touchpoint, subject_id, context, recipient",
    "waiting where reason <> 'other_news'": "touchpoint, subject_id, customer_id, reason, due_at, valid_until",
    "covers": "touchpoint, member, subject_id",
    "told": "order_id, until_on, from_on, cause, told_at, times",
    "outbox": "touchpoint, subject_id",
}
"""What two runs of the same hour must agree on: everything but ids of runs, loads and batches, and the values a waiting
row shows (a cap counts what the first run sent). What waited for other news of the same hour is over once that left."""


@dataclass(frozen=True)
class Place:
    """A scratch schema in the shared home: its own ledger and mailbox, the same server."""

    home: Path
    name: str

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "flows.cli.main", *arguments, "--scratch", self.name]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            env=environment(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def killed_at(self, step: str) -> bool:
        """A run told to kill -9 itself at a named step (tasks/core/steps.py); False where it never came there."""
        told = environment(self.home) | {VARIABLE: step}
        done = subprocess.run(self.command("run"), env=told, capture_output=True, text=True, timeout=200)
        return done.returncode == -signal.SIGKILL

    def todoke(self, *arguments: str) -> str:
        done = subprocess.run(
            self.command(*arguments), env=environment(self.home), capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def go_live(self) -> "Place":
        """As the command does, without an interpreter of its own."""
        ensure_server(self.home)
        self.database.migrate()
        with self.database.transaction() as connection:
            guards.go_live(connection, datetime.fromisoformat(LIVE_FROM), "tests")
        return self

    def run(self) -> dict[str, Any]:
        summary: dict[str, Any] = json.loads(self.todoke("run", "--json"))
        return summary

    @property
    def database(self) -> Database:
        return Database(server_url(self.home, "todoke"), f"scratch_{self.name}")

    def ledger(self) -> dict[str, list[str]]:
        """Every row that matters, as text, sorted."""
        with self.database.transaction() as connection:
            return {
                table: sorted(str(row) for row in connection.execute(text(f"select {columns} from {table}")))  # noqa: S608
                for table, columns in LEDGER.items()
            }

    def mailbox(self) -> dict[str, str]:
        """Every message by its file: headers and bodies, links without the name of this place."""
        folder = self.home / "scratch" / self.name / "mailbox"
        return {path.relative_to(folder).as_posix(): self._read(path) for path in folder.rglob("*.eml")}

    def _read(self, path: Path) -> str:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        bodies = [part.get_content().replace("\r\n ", "") for part in message.walk() if not part.is_multipart()]
        return "\n".join([str(message.items()), *bodies]).replace(f"/scratch/{self.name}/", "/here/")


def environment(home: Path) -> dict[str, str]:
    own = {
        "TODOKE_HOME": str(home),
        "TODOKE_SAMPLE_ORDERS": "1000",
        "TODOKE_SECRET": "the same everywhere",
        "TODOKE_DELIVERY_LEASE_SECONDS": "3",
        "TODOKE_DELIVERY_TIMEOUT_SECONDS": "1",
        "TODOKE_DELIVERY_MARGIN_SECONDS": "0.5",
        "TODOKE_DELIVERY_BATCH_SIZE": "7",
    }
    return os.environ | own


@pytest.fixture(scope="session")
def shop_home() -> Iterator[Path]:
    """A home with a Prefect server, for every test of hours in this worker."""
    folder = new_home()
    local_prefect.start_server(Settings(home=folder))
    yield folder
    local_prefect.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def calm(shop_home: Path) -> Place:
    """The undisturbed hour, run once."""
    place = Place(shop_home, "calm").go_live()
    place.run()
    return place
