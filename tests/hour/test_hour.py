"""The walking hour, whole: what it says, that a second run changes nothing, and that two at once are one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.errors import GuardError
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.prepare import open_run
from tests.hour.conftest import CLOCK, Place

pytestmark = pytest.mark.xdist_group("hour")


def test_every_touchpoint_of_the_walking_hour_sends(calm: Place) -> None:
    sent = {name.split("/")[0] for name in calm.mailbox()}
    assert sent <= set(load_all())
    assert sent >= {"order_confirmation", "shipped", "delivered", "delay_notice", "review_request", "replenishment"}
    assert sent >= {"out_for_delivery", "on_the_way", "thank_you"}


def test_shipped_mails_bring_the_day_for_the_calendar(calm: Place) -> None:
    shipped = [mail for name, mail in calm.mailbox().items() if name.startswith("shipped/")]
    calendars = [mail.partition("BEGIN:VCALENDAR\r\n")[2] for mail in shipped]
    events = [dict(line.split(":", 1) for line in file.split("\r\n")[:-1]) for file in calendars if file]
    assert len(events) > len(shipped) / 2
    assert {event["DTSTAMP"] for event in events} == {"20260915T010000Z"}, "the clock of the sample shop"
    assert {event["BEGIN"] + event["END"] for event in events} == {"VEVENTVCALENDAR"}
    assert all(event["DTSTART;VALUE=DATE"] >= "20260914" for event in events)


def test_the_ledger_and_the_mailbox_agree(calm: Place) -> None:
    with calm.database.transaction() as connection:
        accepted = connection.execute(text("select count(*) from message where state = 'accepted'")).scalar_one()
    assert accepted == len(calm.mailbox()) > 0


def test_the_summary_has_its_keys_and_a_second_run_inserts_nothing(calm: Place) -> None:
    before, mails = calm.ledger(), calm.mailbox()
    summary = json.loads(calm.todoke("run", "--json", "--as-of", CLOCK.replace("+09:00", "+0900")))
    assert datetime.fromisoformat(summary["as_of"]) == datetime.fromisoformat(CLOCK)
    keys = {"as_of", "load_id", "states", "waiting", "quarantined", "unknown_statuses", "gates", "seconds"}
    assert keys <= summary.keys()
    assert summary["planned"] == 0
    assert summary["quarantined"] == {"order_lines": 2, "orders": 1, "shipments": 1}
    assert set(summary["gates"].values()) == {"open"}
    assert (calm.ledger(), calm.mailbox()) == (before, mails)


def test_two_runs_at_once_leave_the_ledger_of_one(calm: Place) -> None:
    twins = Place(calm.home, "twins").go_live()
    running = [twins.start("run", "--json") for _ in range(2)]
    outputs = [process.communicate(timeout=200) for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    planned = [json.loads(out)["planned"] for out, _ in outputs]
    with calm.database.transaction() as connection:
        assert sum(planned) == connection.execute(text("select count(*) from message")).scalar_one()
    assert twins.ledger() == calm.ledger()
    assert twins.mailbox() == calm.mailbox()


def test_an_hour_killed_at_a_named_step_is_caught_up(calm: Place) -> None:
    """While it loads, and inside an acknowledgement; `make chaos` does every step."""
    killed = Place(calm.home, "killed").go_live()
    kill_in(killed, "load")
    assert killed.killed_at("acknowledge:2")
    killed.run()
    assert killed.ledger() == calm.ledger()
    assert killed.mailbox() == calm.mailbox()


def kill_in(place: Place, step: str) -> None:
    """kill -9 as soon as the run says it began this step."""
    process = place.start("run")
    assert process.stderr is not None
    said = ""
    while step not in said and (character := process.stderr.read(1)):
        said += character
    process.kill()
    process.communicate()
    assert step in said, said


def test_an_hour_of_the_past_needs_a_scratch_schema(database: Database, tmp_path: Path) -> None:
    """Hours of the past are computed in tests/hour/test_walk.py."""
    settings = Settings(home=tmp_path, database_url=database.url, sample_orders=20)
    past = datetime(2026, 9, 14, 9, tzinfo=UTC)
    with pytest.raises(GuardError, match="scratch"):
        open_run(past, settings=settings)
    run = open_run(past, "past", settings)
    assert (run.as_of, run.namespace) == (past, "scratch_past")
