"""Every gate stops someone: take it away and a named case comes out otherwise."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.core.gates import gate_names
from tasks.core.runs import Run
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
