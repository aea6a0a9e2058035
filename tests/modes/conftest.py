"""Akane, Daichi, and an hour later Hinako, may be asked for a review; Minato has ordered."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.channels import channels_of
from tasks.core.database import Database
from tasks.core.runs import Run
from tasks.core.sealing import renderer_of
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.decide import Decision, plan_messages
from tasks.deliver import Delivered, deliver_messages
from tests.worlds import build, read_world

PEOPLE = read_world(Path(__file__).with_name("people.toml"))
AS_OF = PEOPLE.as_of


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Iterator[Run]:
    """The shop of people.toml, live for a month."""
    run = build(database, PEOPLE)
    with database.transaction() as connection:
        for name, touchpoint in load_all().items():
            connection.execute(
                text("insert into touchpoint_floor values (:name, :format, :at, 'test')"),
                {"name": name, "format": touchpoint.subject_format, "at": AS_OF - timedelta(days=30)},
            )
    yield replace(run, settings=Settings(home=tmp_path, secret="the same everywhere"))


def at(run: Run, hours: float) -> Run:
    """A later run of the same shop."""
    return replace(run, run_id=f"run-{hours}", as_of=run.as_of + timedelta(hours=hours))


def decide(run: Run, *names: str, **modes: str) -> Decision:
    """The hour's decision about these touchpoints; `modes`: touchpoint -> mode. Nobody is held out."""
    changes: dict[str, dict[str, Any]] = {name: {"mode": mode} for name, mode in modes.items()}
    known = {name: one.model_copy(update={"holdout": 0.0, **changes.get(name, {})}) for name, one in load_all().items()}
    with run.database.transaction() as connection:
        return plan_messages(connection, run, known, names or tuple(modes))


def deliver(run: Run) -> Delivered:
    """The hour's delivery, to the mailbox."""
    with ExitStack() as open_channels:
        channels = [open_channels.enter_context(closing(channel)) for channel in channels_of(run)]
        return deliver_messages(run, channels, renderer_of(run))


def rows(run: Run, statement: str, **values: Any) -> list[Any]:
    """Rows of a statement, as tuples."""
    with run.database.transaction() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def ledger(run: Run) -> dict[str, str]:
    """Subject -> state, of messages to customers."""
    return dict(rows(run, "select subject_id, state from message where not seed order by 1"))
