"""Every due file against its people: who is due, who is not, and why."""

from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.core.paths import SQL
from tests.worlds import build, read_world, verdicts, wrong

FILES = sorted(Path(__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_people_get_what_the_file_says(database: Database, path: Path) -> None:
    world = read_world(path)
    run = build(database, world)
    with database.transaction() as connection:
        found = verdicts(connection, run, world)
    assert wrong(world, found) == {}
    checks = {f"check:{name}" for row in found.values() for name in row["checks"]}
    assert checks - {case.reason for case in world.cases} == set(), "every check of the file says no to someone"


def test_every_due_file_has_people() -> None:
    assert {path.stem for path in FILES} == {path.stem for path in (SQL / "due").glob("*.sql")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_someone_due_and_someone_not(path: Path) -> None:
    found = {case.verdict for case in read_world(path).cases}
    assert "planned" in found
    assert found & {"dropped", "absent"}
