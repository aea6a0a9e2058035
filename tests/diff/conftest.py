"""A shop whose hours were decided by today's rules, and copies of the project to change."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.core.facts import FACTS
from tasks.core.paths import ROOT
from tasks.core.rulebook import written_in
from tasks.core.runs import Run, begin_load
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tasks.proof.diff_versions import Version, version_of
from tests.walks.ledgers import rows_of
from tests.worlds import build, read_world

ASKED = ("check_in", "review_request")
A_DAY_AGO, HOURS = timedelta(hours=-24), [timedelta(hours=hours) for hours in (-2, -1, 0)]

Edits = dict[str, tuple[str, str]]
"""File below the project -> a text of it, and what stands there instead."""


@pytest.fixture(scope="module")
def shop(module_database: Database) -> Iterator[Database]:
    """Decided a day ago, then at ten, eleven and twelve. Nobody who compares may change a row of it."""
    run = build(module_database, read_world(Path(__file__).with_name("people.toml")))
    for number, hours in enumerate((A_DAY_AGO, *HOURS)):
        hour = Run(f"run-{number}", run.as_of + hours, run.database_url, run.namespace)
        with module_database.transaction() as connection:
            begin_load(connection, hour, "merge")
            plan_messages(connection, hour, load_all(), ASKED)
    before = rows_of(module_database)
    yield module_database
    assert rows_of(module_database) == before


def copy_project(folder: Path, edits: Edits) -> Path:
    """The files that make a version, with these texts changed."""
    for name in ("sql/due", "sql/decide", "sql/facts", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    for name, (old, new) in edits.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old!r}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def changed(folder: Path, edits: Edits) -> Version:
    """The version of a copy of the project."""
    return version_of("changed", written_in(copy_project(folder, edits), FACTS), folder)
