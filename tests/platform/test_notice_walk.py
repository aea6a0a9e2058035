"""An operator's walk through Prefect's own API: form, preview, a restart of everything, approval, sent; then the lift."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flows import local_prefect
from tasks.core.database import Database
from tasks.core.postgres import server_url
from tests.platform.served import todoke

SECONDS = 240  # 12 on an idle machine: an interpreter starts and imports everything
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
ASKED = {
    "kind": "delay",
    "carriers": ["ヤマト運輸"],
    "reason": "roads",
    "new_from_on": "2026-09-20",
    "new_until_on": "2026-09-22",
    "note": "東名高速 通行止め",
}
MESSAGES = "select subject_id, state from message where touchpoint = 'delay_notice' and context_of = :plan"


@pytest.fixture
def home() -> Iterator[Path]:
    """A TODOKE_HOME of its own: the test stops its PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix=f"todoke-test-{os.getpid()}-"))
    yield folder
    local_prefect.stop(folder)
    shutil.rmtree(folder)


def press(home: Path, deployment: str, **parameters: Any) -> str:
    """Submit the form of a deployment; the flow run's id."""
    found = local_prefect.ask(home, f"/deployments/name/{deployment}")
    return str(local_prefect.ask(home, f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})["id"])


def state_of(home: Path, run_id: str, wanted: set[str]) -> dict[str, Any]:
    """Wait until the flow run is in one of the states."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        state: dict[str, Any] = local_prefect.ask(home, f"/flow_runs/{run_id}")["state"]
        if state["type"] in wanted:
            return state
        assert state["type"] not in ENDED, state
        time.sleep(0.3)
    raise AssertionError(f"flow run {run_id} is still {state}")


def resume(home: Path, run_id: str, **answer: str) -> str:
    """Press `Resume` and submit its form: ACCEPT, REJECT or ABORT."""
    return str(local_prefect.ask(home, f"/flow_runs/{run_id}/resume", {"run_input": answer})["status"])


def artifact(home: Path, key: str) -> Any:
    return local_prefect.ask(home, f"/artifacts/{key}/latest")["data"]


def column(home: Path, statement: str, **values: Any) -> list[Any]:
    with Database(server_url(home, "todoke")).transaction() as connection:
        return list(connection.scalars(text(statement), values))


@pytest.mark.timeout(900)
def test_what_was_previewed_is_sent_after_a_restart_of_everything_and_only_once(home: Path) -> None:
    todoke(home, "serve")
    todoke(home, "run")

    run_id = press(home, "notice/notice", request=ASKED, operator="佐藤 花 (物流)")
    assert state_of(home, run_id, {"PAUSED"})["name"] == "Suspended"
    plan_id = run_id.split("-")[0]
    preview = artifact(home, f"notice-{plan_id}")
    assert "Delay notice" in preview
    assert "東名高速 通行止め" in preview

    todoke(home, "stop")
    todoke(home, "serve")
    assert resume(home, run_id) != "ACCEPT", "a press without an answer decides nothing"
    assert resume(home, run_id, decision="approve", name="鈴木 誠 (物流)") == "ACCEPT"
    assert resume(home, run_id, decision="approve", name="田中 実 (物流)") != "ACCEPT"
    assert state_of(home, run_id, {"COMPLETED"})["name"] == "Completed"
