"""`todoke notice`, as operations type it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.main import app
from tasks.core.runs import Run
from tests.notice.conftest import ledger

REQUEST = """
kind = "delay"
regions = ["沖縄県"]
reason = "stock"
"""


@pytest.fixture
def file(shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A request of an operator whose environment is that of the shop."""
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", shop.database_url)
    path = tmp_path / "okinawa.toml"
    path.write_text(REQUEST, encoding="utf-8")
    return path


def notice(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["notice", *map(str, arguments)])


def test_a_notice_from_a_file_is_previewed_approved_once_listed_and_lifted(shop: Run, file: Path) -> None:
    shown = notice("preview", "--until", "2026-09-20", "--from", "2026-09-18", "--carrier", "佐川急便", file)
    assert shown.exit_code == 0, shown.output
    assert "to s***@example.invalid" in shown.output
    assert "Your order is delayed, and we are sorry [smith-1]" in shown.output
    assert "1 orders, 1 messages now, 0 later" in shown.output
    command = next(line for line in shown.output.splitlines() if line.startswith("Send it:"))
    approve = command.removeprefix("Send it: todoke notice ").split()
    assert ledger(shop) == {}

    done = notice(*approve, "--json")
    assert json.loads(done.output)["states"] == {"accepted": 1}
    assert list(ledger(shop)) == ["smith-1@2026-09-16→2026-09-20"]
    again = notice(*approve)
    assert again.exit_code == 1
    assert "was approved by" in again.stderr

    assert "approved" in notice("list").output
    assert "1 people had been told" in notice("lift", approve[1]).output
    assert [plan["state"] for plan in json.loads(notice("list", "--json").output)] == ["lifted"]


def test_mistakes_and_refusals_have_their_own_exit_codes(file: Path) -> None:
    wrong = notice("preview", "--kind", "delay", "--reason", "stock")
    assert (wrong.exit_code, "selects nobody" in wrong.stderr) == (2, True)
    assert notice("preview", file.with_name("lost.toml")).exit_code == 2
    refused = notice("preview", "--warehouse", "fukuoka", "--product", "P-2", file)
    assert (refused.exit_code, "reaches nobody" in refused.stderr) == (1, True)
    unknown = notice("reject", "N1")
    assert (unknown.exit_code, "todoke notice list" in unknown.stderr) == (2, True)
    shown = json.loads(notice("preview", file, "--json").output)
    rejected = notice("reject", shown["plan"]["plan_id"], "--why", "too many")
    assert "is rejected" in rejected.output
