"""`todoke release --parked`: a person decides on what nobody could settle."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core import approvals
from tests.deliver.conftest import Shop
from tests.deliver.people import NOW, QUICK, change, orders, plan, reason_of, states
from tests.deliver.standin import HttpChannel

TELLS = {"tells": {"until_on": "2026-09-18", "from_on": None, "cause": None, "content": None}}


@pytest.fixture
def parked(unkeyed: Shop) -> Shop:
    """Three messages of unknown outcome at a provider that cannot be asked."""
    plan(unkeyed.database, orders(3, context=TELLS))
    deaf = HttpChannel(unkeyed.provider.port, False, can_look_up=False)
    unkeyed.provider.faults.append("500 after")
    unkeyed.deliver(deaf)
    time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
    unkeyed.deliver(deaf)
    assert set(states(unkeyed.database).values()) == {"parked"}
    change(
        unkeyed.database,
        "insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts) "
        "values ('run-1', :at, 1, '{}', '{}', '{}', '{}')",
        at=NOW,
    )
    return unkeyed


def told(shop: Shop) -> int:
    with shop.database.transaction() as connection:
        return int(connection.execute(text("select count(*) from told")).scalar_one())


def test_they_are_listed_with_what_to_do(parked: Shop) -> None:
    with parked.database.transaction() as connection:
        [line] = approvals.parked(connection)
    assert line.startswith("3 messages of shipped are parked (cannot_ask_provider), 3 still worth sending")


def test_found_in_the_providers_log_they_count_as_sent(parked: Shop) -> None:
    assert told(parked) == 0
    with parked.database.transaction() as connection:
        assert approvals.accept_parked(connection, "ops", "delivered") == 0
        assert approvals.accept_parked(connection, "ops") == 3
        assert approvals.parked(connection) == []
    assert set(states(parked.database).values()) == {"accepted"}
    assert (reason_of(parked.database, "O-00000"), told(parked)) == ("accepted by ops", 3)
    parked.deliver(run={"run_id": "run-2"})
    parked.check()


def test_planned_again_they_leave_where_still_worth_it(parked: Shop) -> None:
    parked.provider.taken.clear()  # the provider lost them after all
    change(parked.database, "update message set valid_until = :at where subject_id = 'O-00002'", at=NOW)
    with parked.database.transaction() as connection:
        assert approvals.plan_parked(connection, "ops") == 2
    parked.deliver(run={"run_id": "run-2"})
    assert states(parked.database) == {"O-00000": "accepted", "O-00001": "accepted", "O-00002": "parked"}
    parked.check()


def test_the_command_wants_one_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    for arguments in (["--sent"], ["--parked", "--sent", "--again"]):
        result = CliRunner().invoke(app, ["release", *arguments])
        assert result.exit_code == 2
        assert "either --sent or --again" in result.output
