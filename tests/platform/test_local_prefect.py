"""`todoke serve` for real: server, worker and deployment start, a scheduled run happens, `todoke stop` ends it all."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import local_prefect
from tasks.core.background import Background
from tasks.core.errors import ConfigurationError
from tests.places import new_home

SECONDS = 400  # 40 on an idle machine; two interpreters must start and import everything


@pytest.fixture
def home() -> Iterator[Path]:
    """A TODOKE_HOME of its own: the test stops its PostgreSQL."""
    folder = new_home()
    yield folder
    local_prefect.stop(folder)
    shutil.rmtree(folder)


def todoke(home: Path, *arguments: str) -> Any:
    """Run a command of `todoke` as a person would; its JSON answer."""
    environment = os.environ | {"TODOKE_HOME": str(home), "TODOKE_SAMPLE_ORDERS": "20"}
    command = [sys.executable, "-W", "error::DeprecationWarning:flows", "-m", "flows.cli.main", *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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
    raise AssertionError(f"no scheduled run ended within {SECONDS} s: {_worker(home).log_tail(40)}")


def _worker(home: Path) -> Background:
    return Background(home / "prefect", "worker")


@pytest.mark.timeout(600)
def test_serve_runs_the_hour_on_schedule_and_stop_ends_everything(home: Path) -> None:
    shown = todoke(home, "serve")
    assert shown["ui"].startswith("http://127.0.0.1:")
    assert set(shown["logs"]) == {"server", "worker"}

    deployment = local_prefect.ask(home, f"/deployments/name/{local_prefect.DEPLOYMENT}")
    assert deployment["entrypoint"] == "flows.hourly.hourly"
    assert deployment["pull_steps"] == []
    assert deployment["schedules"][0]["schedule"]["timezone"] == "Asia/Tokyo"
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployment["job_variables"]["env"]["TODOKE_HOME"] == str(home)

    other = local_prefect.ask(home, "/deployments/name/outcomes/outcomes")
    assert other["entrypoint"] == "flows.outcomes.outcomes"
    assert other["schedules"][0]["schedule"]["cron"] == "*/5 * * * *"

    run = first_finished_run(home, schedule_every_minute(home))
    assert run["auto_scheduled"], run
    assert run["state"]["type"] == "COMPLETED", run["state"]

    assert todoke(home, "stop") == {"stopped": ["worker", "server", "PostgreSQL"]}
    assert local_prefect.running(home) == {}
    assert todoke(home, "stop") == {"stopped": []}


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.create_server((local_prefect.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert local_prefect.free_port(port) != port
    assert local_prefect.free_port(port) == port


def test_a_command_that_dies_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    dying = Background(tmp_path, "dying")
    dying.start([sys.executable, "-c", "print('no such thing')"], os.environ)
    with pytest.raises(ConfigurationError, match=r"(?s)dying did not start.*no such thing"):
        local_prefect.wait_for(dying, lambda: False)
    assert not dying.stop(1)
