"""`todoke backfill` as the data team types it, and the form of the Prefect UI."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.backfill import backfill as backfill_flow
from flows.cli.main import app
from tasks.core.backfills import BackfillRequest
from tasks.core.database import Database
from tasks.core.runs import Run
from tests.backfill.conftest import CLOCK, run_at
from tests.backfill.test_send_and_mark import PEOPLE, states
from tests.worlds import build

WINDOW = ("2026-07-17T10:00:00+0900", "2026-09-15T10:00:00+0900", "--touchpoints", "thank_you")


@pytest.fixture
def people(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The people of people.toml, in the environment of whoever types."""
    build(database, PEOPLE)
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", database.url)
    return run_at(database, tmp_path, CLOCK)


def backfill(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["backfill", *arguments])


@pytest.mark.usefixtures("people")
def test_a_send_is_previewed_approved_and_listed() -> None:
    shown = backfill(*WINDOW, "--mode", "send")
    assert shown.exit_code == 0, shown.output
    assert "2 messages would leave now" in shown.output
    assert "left alone: 1, they were due before the touchpoint began here (its floor) (before_floor)" in shown.output
    command = next(line for line in shown.output.splitlines() if line.startswith("Send it:"))
    approve = command.removeprefix("Send it: todoke backfill ").split()
    assert json.loads(backfill(*approve, "--json").output)["states"] == {"accepted": 2}
    again = backfill(*approve)
    assert (again.exit_code, "was approved by" in again.stderr) == (1, True)
    nothing = backfill(*WINDOW, "--mode", "send")
    assert "Nothing would leave: there is nothing to approve." in nothing.output
    assert [one["state"] for one in json.loads(backfill("list", "--json").output)] == ["done", "approved"]
    assert "send of thank_you" in backfill("list").output


def test_a_mark_shows_its_progress_and_mistakes_their_way_out(people: Run) -> None:
    done = backfill(*WINDOW, "--mode", "mark", "--step", "10d")
    assert "7 subjects are marked as handled" in done.output
    assert "6 of 6" in done.stderr
    assert states(people)["hana-1"] == ("cancelled", "marked")
    wrong = backfill(WINDOW[1], WINDOW[0], "--mode", "mark")
    assert (wrong.exit_code, "is not before To" in wrong.stderr) == (2, True)
    unknown = backfill("approve", "b1", "hash")
    assert (unknown.exit_code, "todoke backfill list" in unknown.stderr) == (2, True)


def test_the_form_has_a_title_for_every_field_in_the_order_they_are_asked() -> None:
    schema: dict[str, Any] = BackfillRequest.model_json_schema()
    assert [name for name, field in schema["properties"].items() if not field.get("title")] == []
    assert [field["position"] for field in schema["properties"].values()] == list(range(len(schema["properties"])))
    assert schema["required"] == ["mode", "from_at", "to_at"]
    assert list(backfill_flow.parameters.properties) == ["operator", "request"]
