"""Every gate stops someone: take it away and a named case comes out otherwise."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.due import LONG_AGO, Window, collect
from tasks.core.gates import gate_names, new_candidates
from tasks.core.runs import Run
from tasks.core.touchpoints import load
from tests.worlds import World, build, read_world, verdicts, wrong

WORLD = Path(__file__).with_name("gates.toml")


@dataclass(frozen=True)
class Built:
    """The world, written once; candidates live in a temporary table of each test's own transaction."""

    world: World
    database: Database
    run: Run


@pytest.fixture(scope="module")
def built(module_database: Database) -> Built:
    world = read_world(WORLD)
    return Built(world, module_database, build(module_database, world))


def test_people_meet_the_gate_their_case_names(built: Built) -> None:
    with built.database.transaction() as connection:
        assert wrong(built.world, verdicts(connection, built.run, built.world)) == {}


@pytest.mark.parametrize("gate", gate_names())
def test_without_it_a_case_fails(built: Built, gate: str) -> None:
    others = [name for name in gate_names() if name != gate]
    with built.database.transaction() as connection:
        found = verdicts(connection, built.run, built.world, others)
        assert wrong(built.world, found), f"no case of {WORLD.name} needs {gate}"


def test_what_lies_below_a_floor_is_not_collected_but_what_the_ledger_knows_is(built: Built) -> None:
    """The collect leaves out only what the gate `floor` would drop: rows of no ledger row, anchored before it."""
    with built.database.transaction() as connection:
        everything = verdicts(connection, built.run, built.world, [])
        known = {tuple(row) for row in connection.execute(text("select touchpoint, subject_id from message"))}
        for name in built.world.touchpoints:
            due = {key: row["due_at"] for key, row in everything.items() if key[0] == name}
            floor = sorted(due.values())[len(due) // 2]
            new_candidates(connection)
            window = Window(built.run.as_of, LONG_AGO, built.run.as_of + timedelta(days=2), floor_at=floor)
            collect(connection, load(name), window, ())
            found = {tuple(row) for row in connection.execute(text("select touchpoint, subject_id from candidate"))}
            assert found == {key for key, due_at in due.items() if due_at > floor or key in known}
