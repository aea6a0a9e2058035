"""Okinawa's customers, and operations who write to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.notices import parse_request
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.notice import preview
from tests.worlds import build, read_world

PEOPLE = read_world(Path(__file__).with_name("people.toml"))

DELAY: dict[str, Any] = {
    "kind": "delay",
    "regions": ["沖縄県"],
    "reason": "warehouse",
    "new_from_on": "2026-09-18",
    "new_until_on": "2026-09-20",
}
RECALL: dict[str, Any] = {"kind": "service", "products": ["P-2"], "preset": "recall"}


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Run:
    return with_settings(build(database, PEOPLE), tmp_path)


def with_settings(run: Run, home: Path, **settings: Any) -> Run:
    return replace(run, settings=Settings(home=home, secret="the same everywhere", sms="mailbox", **settings))


def at(run: Run, run_id: str, hours: float = 0) -> Run:
    """Another run of the same shop, as another process makes it."""
    return replace(run, run_id=run_id, as_of=run.as_of + timedelta(hours=hours))


def previewed(run: Run, **request: Any) -> Any:
    return preview(at(run, "preview"), parse_request(request), "kudo")


def rows(run: Run, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with run.database.transaction() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def ledger(run: Run) -> dict[str, str]:
    """Subject -> state."""
    return dict(rows(run, "select subject_id, state from message order by 1"))  # type: ignore[arg-type]


Ledger = Callable[[Run], dict[str, str]]
