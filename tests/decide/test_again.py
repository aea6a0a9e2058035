"""Deciding again: what is planned and still true stays planned."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import column, insert, table, text

from tasks.core.database import Database
from tasks.core.gates import new_candidates
from tasks.core.queries import query
from tasks.core.runs import Run, write_under
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tests.worlds import build, read_world

PEOPLE = read_world(Path(__file__).with_name("volume.toml"))
WAITS = {
    "touchpoint": "second_order_offer",
    "subject_id": "akane",
    "customer_id": "akane",
    "order_id": "akane-1",
    "reason": "cap",
    **dict.fromkeys(("due_at", "valid_until", "recheck_at", "since_at"), PEOPLE.as_of),
    "run_id": "run-0",
}


@pytest.fixture
def shop(database: Database) -> Run:
    """Akane, Daichi and Hinako may be asked for a review; anchored above the floor."""
    run = build(database, PEOPLE)
    with database.transaction() as connection:
        floor = "insert into touchpoint_floor values ('review_request', 'O@ask', :at, 'test')"
        connection.execute(text(floor), {"at": PEOPLE.as_of - timedelta(days=30)})
    return run


def decide(run: Run, hours: int) -> dict[str, str]:
    """State of each review request after deciding so many hours later."""
    later = Run(f"run-{hours}", run.as_of + timedelta(hours=hours), run.database_url, run.namespace)
    asking = load_all()["review_request"].model_copy(update={"holdout": 0.0})
    with run.database.transaction() as connection:
        plan_messages(
            connection, later, load_all() | {"review_request": asking}, ("review_request", "second_order_offer")
        )
        return dict(connection.execute(text("select subject_id, state from message")).tuples().all())


def test_a_message_stays_planned_while_another_of_its_order_waits(shop: Run) -> None:
    planned = decide(shop, 0)
    assert set(planned.values()) == {"planned"}
    with shop.database.transaction() as connection:
        write_under(connection, int(query("decide/newest_load").scalar(connection)), shop.as_of)
        connection.execute(insert(table("waiting", *map(column, WAITS))).values(WAITS))
    assert decide(shop, 1) == planned


def test_what_waits_follows_the_order_that_speaks_now(shop: Run) -> None:
    """Of several orders another may speak for the same subject an hour later; next hour that one is asked about."""
    said = (
        "insert into candidate (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, recheck_at,"
        " checks, context, class, priority, mode, holdout, needs, channels, verdict, reason, detail)"
        " values ('story', 'S:akane', 'akane', :order, :at, :at, :at,"
        " '{}', '{}', 'M', 1, 'live', 0, '{}', '{}', 'waiting', 'cap', '{}')"
    )
    for order in ("akane-1", "akane-2"):
        with shop.database.transaction() as connection:
            write_under(connection, 1, shop.as_of)
            new_candidates(connection)
            connection.execute(text(said), {"order": order, "at": shop.as_of})
            query("decide/wait").run(connection, as_of=shop.as_of, run_id=order)
            waiting = [row["order_id"] for row in query("decide/waiting_orders").rows(connection)]
        assert waiting == [order]
