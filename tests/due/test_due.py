"""Every due file against its people: who is due, who is not, and why."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.database import Database
from tasks.core.errors import TemplateRejected
from tasks.core.rendering import Renderer
from tasks.core.touchpoints import check_context, load
from tests.render.samples import read_samples
from tests.worlds import build, read_world, verdicts, wrong

RENDERER = Renderer(load_brand(), b"secret", "https://pages.invalid")
FILES = sorted(Path(__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_people_get_what_the_file_says(database: Database, path: Path) -> None:
    world = read_world(path)
    run = build(database, world)
    with database.transaction() as connection:
        found = verdicts(connection, run, world)
    assert wrong(world, found) == {}
    assert contract_breaches(found.values()) == {}
    assert unknown_to_the_facts(path.stem, found.values()) == {}
    assert unreadable(path.stem, found.values()) == {}
    checks = {f"check:{name}" for row in found.values() for name in row["checks"]}
    assert checks - {case.reason for case in world.cases} == set(), "every check of the file says no to someone"


def contract_breaches(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Subject -> what is wrong with its context: names in every row, types where the file's own checks let it go."""
    found = {}
    for row in rows:
        context = {name: value for name, value in row["context"].items() if name not in ("covers", "tells")}
        problems = check_context(load(row["touchpoint"]), context)
        may_go = all(value is True for value in row["checks"].values())
        found[row["subject_id"]] = [what for what in problems if may_go or not what.startswith("field ")]
    return {subject: problems for subject, problems in found.items() if problems}


def unknown_to_the_facts(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Field -> keys inside it that sample.json has and no row does: a template that reads them would fail."""
    rows, samples = [row for row in rows if row["touchpoint"] == name], read_samples(name)
    found = {}
    for field in load(name).context:
        returned = set().union(*(keys_of(row["context"].get(field)) for row in rows))
        shown = set().union(*(keys_of(case["context"].get(field)) for case in samples.values()))
        found[field] = shown - returned if returned else set()
    return {field: keys for field, keys in found.items() if keys}


def keys_of(value: Any) -> set[str]:
    """Keys of an object, or of all objects of a list."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set(value) if isinstance(value, dict) else set()


def unreadable(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Subject -> what its templates make of a row that leaves now: it renders in every language."""
    segments = next(iter(read_samples(name).values()))["recipient"].get("segments")
    found = {}
    for row in (row for row in rows if row["touchpoint"] == name and row["verdict"] is None):
        for language in load(name).languages:
            recipient = {**row["recipient"], "segments": segments, "coupon": row["coupon"]}
            try:
                RENDERER.render(name, row["channel"], language, row["variant"], row["context"], recipient)
            except TemplateRejected as error:
                found[row["subject_id"]] = str(error)
    return found


def test_a_field_too_many_or_too_few_breaks_the_contract() -> None:
    kept = {"order_id": "o", "order_number": 1, "delivered_at": "2026-09-15T09:20:00+09:00", "items": [], "traits": []}
    row = {"touchpoint": "check_in", "subject_id": "o", "checks": {"not_returned": True}}
    assert contract_breaches([row | {"context": kept | {"gift": False}}]) == {}
    assert contract_breaches([row | {"context": kept}]) == {"o": ["missing field 'gift' (boolean)"]}
    assert contract_breaches([row | {"context": kept | {"gift": False, "gifts": 1}}]) == {
        "o": ["unknown field 'gifts' (did you mean 'gift'?)"]
    }
    late = row | {"context": kept | {"gift": None}}
    assert contract_breaches([late]) == {"o": ["field 'gift' is None, declared boolean"]}
    assert contract_breaches([late | {"checks": {"not_returned": False}}]) == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_someone_due_and_someone_not(path: Path) -> None:
    found = {case.verdict for case in read_world(path).cases}
    assert "planned" in found
    assert found & {"dropped", "absent"}
