"""The sample shop with four recorded hours behind it, and small shops of named people."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flows.walk import read_source
from tasks.core import guards
from tasks.core.backfills import BackfillRequest, parse_backfill
from tasks.core.database import Database
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tasks.deliver import deliver_now
from tasks.detect import detect
from tasks.track import track

CLOCK = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
HOURS = 4
FROM = CLOCK - timedelta(hours=HOURS - 1)
"""The first hour: what it recorded is where a shadow may begin."""


@pytest.fixture(scope="module")
def shop(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Four hours, recorded one after the other, each delivered before the next."""
    run = run_at(module_database, tmp_path_factory.mktemp("home"), CLOCK)
    read_source(run)
    with run.database.transaction() as connection:
        guards.go_live(connection, CLOCK - timedelta(hours=24), "tests")
    for number in range(HOURS):
        hour(replace(run, run_id=f"hour-{number}", as_of=FROM + timedelta(hours=number)))
    yield run


def run_at(database: Database, home: Path, as_of: datetime, **settings: Any) -> Run:
    values: dict[str, Any] = {"home": home, "sample_orders": 600, "secret": "the same everywhere", **settings}
    return Run("read", as_of, database.url, database.namespace, Settings(**values))


def hour(run: Run) -> None:
    """The steps of an hour after its load."""
    track.fn(run)
    detect.fn(run)
    plan_hour(run)
    deliver_now(run)


def plan_hour(run: Run, touchpoints: Sequence[str] | None = None) -> None:
    with run.database.transaction() as connection:
        plan_messages(connection, run, load_all(), touchpoints)


def asked(mode: str, from_at: datetime = FROM, to_at: datetime = CLOCK, **values: Any) -> BackfillRequest:
    return parse_backfill(mode=mode, from_at=from_at, to_at=to_at, **values)


def rows(run: Run, statement: str) -> list[Any]:
    with run.database.transaction() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]
