"""`todoke calendar`: what is planned, and whom time alone makes due, as operations see it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.cli.main import app
from tasks.core.database import Database
from tasks.core.touchpoints import load_all
from tests.worlds import build, read_world

WORLD = read_world(Path(__file__).with_name("calendar.toml"))


@pytest.fixture
def shop(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an operator of this shop."""
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", database.url)
    build(database, WORLD)


def calendar(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["calendar", *map(str, arguments)])


@pytest.mark.usefixtures("shop")
def test_the_coming_weeks_are_counted_by_the_due_files_themselves() -> None:
    found: dict[str, Any] = json.loads(calendar("--weeks", "2", "--json").output)
    expected = {line["touchpoint"]: line["expected"] for line in found["lines"]}
    assert expected["campaign"] == {"2026-09-22": 3}, "all who agreed; aoki did not, and the tea was told"
    assert expected["story"] == {"2026-09-17": 1}
    assert expected["check_in"] == {"2026-09-17": 2}, "service needs no consent"
    assert expected["review_request"] == {"2026-09-22": 1}
    entries = {entry["id"]: entry for entry in found["entries"]}
    assert list(entries) == ["tea", "evening", "letter"]
    assert [(entry["people"], entry["expected"], entry["told"]) for entry in entries.values()] == [
        (2, 0, 1),
        (None, 1, 0),
        (4, 3, 0),
    ]
    assert entries["evening"]["begins_at"] == entries["evening"]["ends_at"] == "2026-09-20T11:00:00Z"
    overlaps = [(one["first"], one["second"], one["people"]) for one in found["overlaps"]]
    assert overlaps == [("letter", "tea", 2)]
    days = {day["day"]: day for day in found["days"]}
    assert len(days) == 14
    assert (days["2026-09-20"]["is_open"], days["2026-09-21"]["holiday"] is not None) == (False, True)
    assert "Before pressure" in found["counted"]


@pytest.mark.usefixtures("shop")
def test_a_later_first_day_leaves_out_what_is_due_before() -> None:
    found = json.loads(calendar("--from", "2026-09-18", "--weeks", "1", "--json").output)
    assert {line["touchpoint"] for line in found["lines"]} >= {"campaign", "review_request"}
    assert "check_in" not in {line["touchpoint"] for line in found["lines"]}
    refused = calendar("--from", "2026-09-14")
    assert (refused.exit_code, "has passed: say --from 2026-09-15" in refused.stderr) == (1, True)


@pytest.mark.usefixtures("shop")
def test_a_pipe_reads_it_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = load_all()["story"].model_copy(update={"mode": "draft"})
    monkeypatch.setitem(load_all(), "story", draft)
    shown = calendar().output
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    assert "story (draft)" in shown
    assert "run at the same time for 2 people" in shown
    assert re.search(r"20×\s+21\*", shown), "a Sunday on which the shop is closed, and a public holiday"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("language", "told"), [("ja", "この期間に新しく届く見込み"), ("en", "Newly due in these")])
def test_the_page_speaks_both_languages_and_trusts_no_title(tmp_path: Path, language: str, told: str) -> None:
    page = tmp_path / "calendar.html"
    assert calendar("--html", page, "--language", language).exit_code == 0
    html = page.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in html
    assert told in html
    assert "&lt;script&gt;便り" in html
    assert "<script" not in html
    assert html.count('class="week"') == 4


def test_a_shop_that_never_ran_has_no_calendar(
    module_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", module_database.url)
    refused = calendar()
    assert (refused.exit_code, "run an hour first" in refused.stderr) == (1, True)
    assert calendar("--language", "fr").exit_code == 2
