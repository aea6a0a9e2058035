"""Served for real: a scheduled hour, an operator's notice through Prefect's own API, a restart in between, the end.

One server for the whole file: tests go in order, each as a person would go on.
"""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flows import local_prefect
from tasks.core.background import Background
from tasks.core.database import Database
from tasks.core.postgres import server_url
from tests.places import new_home
from tests.platform.served import SECONDS, command, todoke

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.timeout(900)]
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
WAITING = "select subject_id from message where touchpoint = 'mention_reply' and state = 'approval' order by 1"
ACTS = "select act || ' by ' || operator from audit where object = :plan_id order by audit_id"


@pytest.fixture(scope="module")
def served() -> Iterator[Path]:
    """A TODOKE_HOME of its own with everything running; the tests stop its PostgreSQL."""
    home = new_home()
    command(home, "go-live", "--from", "2026-09-14T10:00:00+0900")
    shown = todoke(home, "serve")
    assert shown["ui"].startswith("http://127.0.0.1:")
    assert set(shown["logs"]) == {"server", "worker"}
    yield home
    local_prefect.stop(home)
    shutil.rmtree(home)


def schedule_every_minute(home: Path) -> str:
    """Give the deployment a schedule with a turn ahead whenever the scheduler looks; the id of the deployment.

    The scheduler looks once a minute: a schedule with a single turn some seconds ahead can be past before it is seen.
    """
    deployment = local_prefect.ask(home, f"/deployments/name/{local_prefect.DEPLOYMENT}")
    anchor = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    schedule = {"schedule": {"interval": 60, "anchor_date": anchor, "timezone": "UTC"}, "active": True}
    local_prefect.ask(home, f"/deployments/{deployment['id']}/schedules", [schedule])
    return str(deployment["id"])


def first_finished_run(home: Path, deployment_id: str) -> dict[str, Any]:
    """Wait for a run that the scheduler made to end."""
    query = {
        "deployments": {"id": {"any_": [deployment_id]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}},
    }
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        runs = local_prefect.ask(home, "/flow_runs/filter", query)
        if runs:
            return dict(runs[0])
        time.sleep(0.5)
    raise AssertionError(
        f"no scheduled run ended within {SECONDS} s: {Background(home / 'prefect', 'worker').log_tail(40)}"
    )


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


def test_the_hour_runs_on_schedule(served: Path) -> None:
    deployment = local_prefect.ask(served, f"/deployments/name/{local_prefect.DEPLOYMENT}")
    assert deployment["entrypoint"] == "flows.hourly.hourly"
    assert deployment["pull_steps"] == []
    assert deployment["schedules"][0]["schedule"]["timezone"] == "Asia/Tokyo"
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployment["job_variables"]["env"]["TODOKE_HOME"] == str(served)

    other = local_prefect.ask(served, "/deployments/name/outcomes/outcomes")
    assert other["entrypoint"] == "flows.outcomes.outcomes"
    assert other["schedules"][0]["schedule"]["cron"] == "*/5 * * * *"

    deployment_id = schedule_every_minute(served)
    run = first_finished_run(served, deployment_id)
    local_prefect.ask(served, f"/deployments/{deployment_id}/pause_deployment", {})
    assert run["auto_scheduled"], run
    assert run["state"]["type"] == "COMPLETED", run["state"]


def test_what_was_previewed_is_sent_after_a_restart_of_everything_and_once(served: Path) -> None:
    before = set(column(served, TOLD))

    run_id = press(served, "notice/notice", operator=SATO, request=ASKED)
    nobody = press(served, "notice/notice", operator=SATO, request=ASKED | {"carriers": []})
    assert state_of(served, run_id, "PAUSED")["name"] == "Suspended"
    assert "it selects nobody" in state_of(served, nobody, "FAILED")["message"]
    plan_id = run_id.split("-")[0]
    assert set(column(served, TOLD)) == before, "a preview sends nothing"
    preview = artifact(served, f"notice-{plan_id}")
    assert NOTE in preview
    names = column(served, "select name from customers where name <> ''")
    assert names
    assert [name for name in names if name in preview] == [], "Prefect's database holds no names"

    todoke(served, "stop")
    todoke(served, "serve")
    assert resume(served, run_id) == "REJECT", "a press without an answer decides nothing"
    assert resume(served, run_id, decision="approve", name=SUZUKI) == "ACCEPT"
    assert resume(served, run_id, decision="approve", name=TANAKA) == "ABORT"
    state_of(served, run_id, "COMPLETED")

    planned = column(served, "select order_id from notice_member where plan_id = :p and left_out is null", p=plan_id)
    assert planned
    assert set(column(served, TOLD)) - before == set(planned) - before, "exactly the plan"
    todoke(served, "run")
    assert set(column(served, TOLD)) == before | set(planned), "the next hour says nothing twice"

    state_of(served, press(served, "lift-notice/lift-notice", operator=TANAKA, plan_id=plan_id), "COMPLETED")
    acts = [f"notice.preview by {SATO}", f"notice.approve by {SUZUKI}", f"notice.lift by {TANAKA}"]
    assert column(served, ACTS, plan_id=plan_id) == acts


def test_a_floor_is_lowered_and_what_is_still_true_is_sent_through_the_form(served: Path) -> None:
    """Reviews nobody asked for: they were due in the weeks before the shop went live."""
    weeks = {"touchpoints": ["review_request"], "from_at": "2026-08-24T00:00:00+09:00"}
    mark = weeks | {"mode": "mark", "to_at": "2026-08-25T00:00:00+09:00", "move_floor": True}
    state_of(served, press(served, "backfill/backfill", operator=SATO, request=mark), "COMPLETED")
    run_id = press(
        served, "backfill/backfill", operator=SATO,
        request=weeks | {"mode": "send", "to_at": "2026-09-14T10:00:00+09:00", "most": 3},
    )  # fmt: skip
    assert state_of(served, run_id, "PAUSED")["name"] == "Suspended"
    plan_id = f"b{run_id.split('-')[0]}"
    assert "3 messages would leave now" in artifact(served, f"backfill-{plan_id}")
    assert resume(served, run_id, decision="approve", name=SUZUKI) == "ACCEPT"
    state_of(served, run_id, "COMPLETED")
    sent = "select state from message join backfill_member using (touchpoint, subject_id) where backfill_id = :p"
    assert column(served, sent + " and not held_out", p=plan_id) == ["accepted"] * 3
    acts = [f"backfill.preview by {SATO}", f"backfill.approve by {SUZUKI}"]
    assert column(served, ACTS, plan_id=plan_id) == acts


def test_what_waits_is_released_as_shown_through_the_form(served: Path) -> None:
    """Posts about the sample shop wait for a person (mention_reply)."""
    before = column(served, WAITING)
    assert before
    run_id = press(served, "release/release", operator=SATO, act="release", touchpoint="mention_reply")
    state_of(served, run_id, "PAUSED")
    shown = artifact(served, f"release-{run_id.split('-')[0]}")
    assert f"Release {len(before)} messages" in shown
    assert [name for name in column(served, "select name from customers where name <> ''") if name in shown] == []
    assert resume(served, run_id) == "REJECT", "a press without an answer decides nothing"
    assert column(served, WAITING) == before
    assert resume(served, run_id, decision="confirm", name=SUZUKI) == "ACCEPT"
    state_of(served, run_id, "COMPLETED")
    assert column(served, WAITING) == []
    assert f"Released: {len(before)} messages" in artifact(served, f"release-{run_id.split('-')[0]}")


def test_stop_ends_everything(served: Path) -> None:
    assert todoke(served, "stop") == {"stopped": ["worker", "server", "PostgreSQL"]}
    assert local_prefect.running(served) == {}
    assert todoke(served, "stop") == {"stopped": []}
