"""An operator's walk through Prefect's own API: form, preview, a restart of everything, approval, sent, lifted."""

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
from tests.platform.served import command, todoke

SECONDS = 240  # 12 on an idle machine: an interpreter starts and imports everything
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SATO, SUZUKI, TANAKA = "佐藤 花 (物流)", "鈴木 誠 (物流)", "田中 実 (CS)"
NOTE = "東名高速 通行止め"
ASKED = {
    "kind": "delay",
    "carriers": ["ヤマト運輸"],
    "reason": "roads",
    "new_from_on": "2026-09-25",
    "new_until_on": "2026-09-27",
    "note": NOTE,
}
TOLD = "select order_id from message where touchpoint = 'delay_notice' and state = 'accepted'"
ACTS = "select act || ' by ' || operator from audit where object = :plan_id order by audit_id"


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


def state_of(home: Path, run_id: str, wanted: str) -> dict[str, Any]:
    """The flow run's state once it is of this type; AssertionError when it ends in another."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        state: dict[str, Any] = local_prefect.ask(home, f"/flow_runs/{run_id}")["state"]
        if state["type"] == wanted:
            return state
        assert state["type"] not in ENDED, state["message"]
        time.sleep(0.3)
    raise AssertionError(f"flow run {run_id} is still {state}")


def resume(home: Path, run_id: str, **answer: str) -> str:
    """Press `Resume` and submit its form: ACCEPT, REJECT or ABORT."""
    return str(local_prefect.ask(home, f"/flow_runs/{run_id}/resume", {"run_input": answer})["status"])


def artifact(home: Path, key: str) -> str:
    """The newest artifact of this key, as text."""
    return str(local_prefect.ask(home, f"/artifacts/{key}/latest")["data"])


def column(home: Path, statement: str, **values: Any) -> list[Any]:
    database = Database(server_url(home, "todoke"))
    with database.transaction() as connection:
        found = list(connection.scalars(text(statement), values))
    database.dispose()
    return found


@pytest.mark.timeout(900)
def test_what_was_previewed_is_sent_after_a_restart_of_everything_and_once(home: Path) -> None:
    todoke(home, "serve")
    command(home, "go-live", "--from", "2026-09-14T10:00:00+0900")
    todoke(home, "run")
    before = set(column(home, TOLD))

    run_id = press(home, "notice/notice", operator=SATO, request=ASKED)
    nobody = press(home, "notice/notice", operator=SATO, request=ASKED | {"carriers": []})
    assert state_of(home, run_id, "PAUSED")["name"] == "Suspended"
    assert "it selects nobody" in state_of(home, nobody, "FAILED")["message"]
    plan_id = run_id.split("-")[0]
    assert set(column(home, TOLD)) == before, "a preview sends nothing"
    preview = artifact(home, f"notice-{plan_id}")
    assert NOTE in preview
    names = column(home, "select coalesce(family_name, name) from customers where coalesce(family_name, name) <> ''")
    assert names
    assert [name for name in names if name in preview] == [], "Prefect's database holds no names"

    todoke(home, "stop")
    todoke(home, "serve")
    assert resume(home, run_id) == "REJECT", "a press without an answer decides nothing"
    assert resume(home, run_id, decision="approve", name=SUZUKI) == "ACCEPT"
    assert resume(home, run_id, decision="approve", name=TANAKA) == "ABORT"
    state_of(home, run_id, "COMPLETED")

    planned = column(home, "select order_id from notice_member where plan_id = :p and left_out is null", p=plan_id)
    assert planned
    assert set(column(home, TOLD)) - before == set(planned) - before, "exactly the plan"
    todoke(home, "run")
    assert set(column(home, TOLD)) == before | set(planned), "the next hour says nothing twice"

    state_of(home, press(home, "lift-notice/lift-notice", operator=TANAKA, plan_id=plan_id), "COMPLETED")
    acts = [f"notice.preview by {SATO}", f"notice.approve by {SUZUKI}", f"notice.lift by {TANAKA}"]
    assert column(home, ACTS, plan_id=plan_id) == acts
