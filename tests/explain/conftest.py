"""A small shop whose customers' names all say SENTINEL, and what people ask about it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.outgoing import message_key
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tests.worlds import World, build, read_world

PEOPLE = Path(__file__).with_name("people.toml")
FEEDBACK = (
    "insert into feedback (provider, event_id, kind, channel, message_key, address_key, reason, at, received_at, raw)"
    " values"
    " ('ses', 'e1', 'opened', 'email', :key, null, null, '2026-09-12 13:00+09', '2026-09-12 13:00+09', '{}'),"
    " ('ses', 'e2', 'bounced', 'email', null, 'key of aoi', 'mailbox sentinel@example.invalid is full',"
    " '2026-09-14 08:00+09', '2026-09-14 08:00+09', '{}')"
)


@pytest.fixture(scope="session")
def world() -> World:
    return read_world(PEOPLE)


@pytest.fixture(scope="module")
def shop(module_database: Database, world: World) -> Iterator[Database]:
    """The shop; tests of one module only look at it."""
    run = build(module_database, world)
    add_feedback(module_database)
    with module_database.transaction() as connection:
        begin_load(connection, run, "fold")
        connection.execute(text("update shop_front set has_membership = false, from_load = current_load()"))
    yield module_database


def add_feedback(database: Database) -> None:
    """The thank-you was opened; later something bounced."""
    from_key = "thank_you", "aoi-1"
    with database.transaction() as connection:
        connection.execute(text(FEEDBACK), {"key": message_key(*from_key)})


def happened(found: dict[str, Any], **detail: Any) -> list[str]:
    """Kinds of the timeline whose detail says all of this, in order."""
    return [one["kind"] for one in found["timeline"] if detail.items() <= one["detail"].items()]


def at(written: str) -> datetime:
    """An hour of September in Japan: "15 10:00"."""
    return datetime.fromisoformat(f"2026-09-{written.replace(' ', 'T')}:00+09:00")


def decide_at(database: Database, hour: str, run_id: str) -> None:
    """An hour, as far as its decision."""
    run = Run(run_id, at(hour), database.url, database.namespace)
    with database.transaction() as connection:
        plan_messages(connection, run, load_all())
        query("publish/finish_run").run(connection, run_id=run_id, seconds="{}")
