"""Versions are read from git without a checkout, and what cannot be read says what to do next."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.paths import ROOT
from tasks.core.rulebook import current, keep
from tasks.proof import diff_versions
from tasks.proof.diff_versions import version_called
from tests.diff.conftest import copy_project

DUE = "sql/due/check_in.sql"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=tests", "-c", "user.email=tests@example.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project as a repository: main, and a branch with one commit and a change nobody committed."""
    folder = copy_project(tmp_path / "todoke", {})
    (folder / "tasks/core").mkdir(parents=True)
    (folder / "tasks/core/facts.py").write_bytes((ROOT / "tasks/core/facts.py").read_bytes())
    git(folder, "init", "-q", "-b", "main")
    for message in ("first", "second"):
        (folder / DUE).write_text(f"{(ROOT / DUE).read_text(encoding='utf-8')}-- {message}\n", encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", message)
    git(folder, "checkout", "-qb", "branch")
    (folder / DUE).write_text("-- Params: none\nselect 3", encoding="utf-8")
    git(folder, "commit", "-qam", "third")
    monkeypatch.setattr(diff_versions, "ROOT", folder)
    return folder


@pytest.fixture
def connection(module_database: Database) -> Iterator[Connection]:
    with module_database.transaction() as opened:
        yield opened


def test_a_revision_is_read_as_it_was(checkout: Path, connection: Connection, tmp_path: Path) -> None:
    for name, last in (("main~1", "-- first"), (None, "-- second"), ("HEAD", "select 3")):
        folder = tmp_path / str(name)
        folder.mkdir()
        version = version_called(connection, name, folder)
        assert version.rules.files[DUE].splitlines()[-1] == last
        assert version.templates == folder / "templates"
    assert git(checkout, "status", "--porcelain") == ""
    assert version.name.startswith("HEAD (")


def test_a_touchpoint_that_cannot_be_read_is_left_out(checkout: Path, connection: Connection, tmp_path: Path) -> None:
    (checkout / DUE).unlink()
    (checkout / "templates/thank_you/touchpoint.toml").write_text("colour = 'red'\n", encoding="utf-8")
    git(checkout, "commit", "-qam", "broken")
    (tmp_path / "files").mkdir()
    version = version_called(connection, "HEAD", tmp_path / "files")
    assert version.unreadable.keys() == {"check_in", "thank_you"}
    assert "sql/due/check_in.sql is missing" in version.unreadable["check_in"]
    assert "unknown key 'colour'" in version.unreadable["thank_you"]
    assert version.touchpoints.keys() == current().touchpoints().keys() - version.unreadable.keys()
    assert not (version.templates / "check_in").exists()


def test_what_is_no_version_is_said(checkout: Path, connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'--all' is neither a git revision here nor a rulebook"):
        version_called(connection, "--all", tmp_path)
    git(checkout, "rm", "-rq", "sql/facts")
    git(checkout, "commit", "-qm", "older")
    with pytest.raises(DataError, match="has no sql/facts: it is older than what can be compared"):
        version_called(connection, "HEAD", tmp_path)
    git(checkout, "branch", "-m", "main", "trunk")
    with pytest.raises(DataError, match="No revision was named"):
        version_called(connection, None, tmp_path)


def test_a_rulebook_of_the_database_is_a_version(connection: Connection, tmp_path: Path) -> None:
    keep(connection, current())
    version = version_called(connection, current().version, tmp_path)
    assert version.rules == current()
    assert version.name == f"rulebook {current().version}"
