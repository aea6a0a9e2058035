"""An hour far from the usual: service and marketing wait for a person, what is owed leaves with an alarm."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tasks.core import approvals
from tasks.core.claims import Scope, claim
from tasks.core.database import Database
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.touchpoints import Touchpoint, load_all
from tasks.decide import Decision, plan_messages
from tests.worlds import build, read_world

PEOPLE = Path(__file__).with_name("volume.toml")
AS_OF = read_world(PEOPLE).as_of
WEEK = timedelta(days=7)
ASKED = ["akane-1@ask", "daichi-1@ask", "hinako-1@ask"]
ALWAYS_LIVE = {"review_request": {"holdout": 0.0}}


@pytest.fixture
def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Akane, Daichi and Hinako may be asked for a review; Minato and Nagi ordered. Two messages in an hour are few."""
    monkeypatch.setenv("TODOKE_VOLUME_SMALLEST", "2")
    run = build(database, read_world(PEOPLE))
    with database.transaction() as connection:
        floors = "insert into touchpoint_floor values (:name, 'O', :at, 'test'), (:name, 'O@ask', :at, 'test')"
        for name in ("review_request", "order_confirmation"):
            connection.execute(text(floors), {"name": name, "at": AS_OF - timedelta(days=30)})
    yield run


def history(run: Run, *planned: int, touchpoint: str = "review_request") -> None:
    """What the same hour of past weeks planned, last week first."""
    statement = text(
        "insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts) values "
        "(:id, :at, 1, '{}', '{}', cast(:windows as jsonb), cast(:verdicts as jsonb))"
    )
    with run.database.transaction() as connection:
        for week, count in enumerate(planned, 1):
            verdicts = json.dumps({touchpoint: {"planned": count}} if count else {})
            values = {"at": AS_OF - week * WEEK, "windows": json.dumps({touchpoint: {}}), "verdicts": verdicts}
            connection.execute(statement, values | {"id": f"{touchpoint}-{week}"})


def decide(run: Run, *names: str, as_of: datetime = AS_OF) -> Decision:
    known = {name: declared(touchpoint) for name, touchpoint in load_all().items()}
    later = Run(f"run-{as_of:%d%H%M}-{names}", as_of, run.database_url, run.namespace)
    with run.database.transaction() as connection:
        return plan_messages(connection, later, known, names or ("review_request",))


def declared(touchpoint: Touchpoint) -> Touchpoint:
    return touchpoint.model_copy(update=ALWAYS_LIVE.get(touchpoint.name, {}))


def ledger(run: Run) -> dict[str, tuple[str, str | None]]:
    """subject -> state, reason."""
    with run.database.transaction() as connection:
        rows = connection.execute(text("select subject_id, state, reason from message order by 1"))
        return {row.subject_id: (row.state, row.reason) for row in rows}


def outbox(run: Run) -> list[str]:
    with run.database.transaction() as connection:
        return list(connection.execute(text("select subject_id from outbox order by 1")).scalars())


def settle(connection: Connection, act: approvals.Act, touchpoint: str | None = None, reason: str | None = None) -> int:
    plan = approvals.show(connection, "ops", act, touchpoint, reason)
    return approvals.decide(connection, plan, "confirm", "ops", Settings())


def claimed(connection: Connection, still_due: set[str]) -> list[str]:
    scope = Scope("a later run", AS_OF + timedelta(hours=1), ChannelName.EMAIL, guarded=False)
    found = claim(connection, scope, TouchpointClass.MARKETING, 10, lambda *_: still_due)
    return sorted(message.subject_id for message in found.ready)


def test_three_requests_leave_where_three_are_usual(shop: Run) -> None:
    history(shop, 3, 3, 3, 3)
    assert decide(shop).alarms == []
    assert {state for state, _ in ledger(shop).values()} == {"planned"}


def test_four_times_the_usual_waits_for_a_person(shop: Run) -> None:
    history(shop, 1, 40, 0, 0)
    decision = decide(shop)
    assert ledger(shop) == dict.fromkeys(ASKED, ("approval", "volume"))
    assert outbox(shop) == []
    assert decision.alarms == [
        "review_request: 3 messages this hour, 0 are usual (median of 4 weeks); 3 wait for approval."
    ]


def test_two_past_weeks_say_nothing_yet(shop: Run) -> None:
    history(shop, 0, 0)
    assert decide(shop).alarms == []
    assert outbox(shop) == ASKED


def test_few_messages_are_never_far_above(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_VOLUME_SMALLEST", "3")
    history(shop, 0, 0, 0)
    decide(shop)
    assert outbox(shop) == ASKED


def test_minato_and_nagi_get_their_confirmations_and_somebody_an_alarm(
    shop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODOKE_VOLUME_SMALLEST", "0")
    history(shop, 0, 0, 0, touchpoint="order_confirmation")
    decision = decide(shop, "order_confirmation")
    assert outbox(shop) == ["minato-1", "nagi-1"]
    (alarm,) = decision.alarms
    assert alarm.endswith("0 are usual (median of 3 weeks); 2 leave all the same, being owed; look at them.")


def test_above_the_ceiling_even_what_is_owed_waits(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_VOLUME_CEILING", "1")
    decision = decide(shop, "order_confirmation")
    assert ledger(shop) == dict.fromkeys(("minato-1", "nagi-1"), ("approval", "volume"))
    assert decision.alarms == ["order_confirmation: 2 messages this hour, above the ceiling of 1; 2 wait for approval."]


def test_what_a_run_minutes_ago_planned_belongs_to_the_hour(shop: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_VOLUME_CEILING", "4")
    history(shop, 3, touchpoint="review_request")
    with shop.database.transaction() as connection:
        connection.execute(text("update run set as_of = :at"), {"at": AS_OF - timedelta(minutes=10)})
    decide(shop)
    assert ledger(shop) == dict.fromkeys(ASKED, ("approval", "volume"))


def test_a_touchpoint_that_falls_silent_is_said(shop: Run) -> None:
    history(shop, 30, 31, 32, 33)
    (alarm,) = decide(shop).alarms
    assert alarm == (
        "review_request: only 3 messages this hour, 32 are usual (median of 4 weeks); is a feed or its due file wrong?"
    )


def test_a_held_hour_counts_as_due_when_it_is_past(shop: Run) -> None:
    history(shop, 0, 0, 0)
    decide(shop)
    with shop.database.transaction() as connection:
        volume = text("select volume from volume_between(:at - interval '1 hour', :at)")
        assert connection.scalar(volume, {"at": AS_OF}) == 3


def test_released_messages_are_claimed_if_they_are_still_true(shop: Run) -> None:
    history(shop, 0, 0, 0)
    decide(shop)
    with shop.database.transaction() as connection:
        (line,) = approvals.awaiting(connection)
        assert line.startswith("3 messages of review_request wait for approval (volume), the first until 2026-")
        assert settle(connection, "release", "shipped") == 0
        assert settle(connection, "release", "review_request", "volume") == 3
        assert approvals.awaiting(connection) == []
    assert ledger(shop) == dict.fromkeys(ASKED, ("planned", "released by ops"))
    assert outbox(shop) == ASKED
    with shop.database.transaction() as connection:
        assert claimed(connection, still_due=set(ASKED) - {"daichi-1@ask"}) == ["akane-1@ask", "hinako-1@ask"]
    assert ledger(shop)["daichi-1@ask"] == ("cancelled", "no_longer_due")


def test_cancelled_messages_never_leave(shop: Run) -> None:
    history(shop, 0, 0, 0)
    decide(shop)
    with shop.database.transaction() as connection:
        assert settle(connection, "cancel") == 3
        assert settle(connection, "release") == 0
    assert ledger(shop) == dict.fromkeys(ASKED, ("cancelled", "cancelled by ops"))
    assert decide(shop, as_of=AS_OF + timedelta(hours=1)).planned == 0


def test_what_nobody_released_in_time_expires(shop: Run) -> None:
    history(shop, 0, 0, 0)
    decide(shop)
    decide(shop, as_of=AS_OF + timedelta(days=60))
    assert ledger(shop) == dict.fromkeys(ASKED, ("expired", "too_late"))
    with shop.database.transaction() as connection:
        assert settle(connection, "release") == 0
