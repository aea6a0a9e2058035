"""The express lane beside the hour: what it reads and decides, and that both at once leave one message each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from tasks.core import express
from tasks.core.database import Database
from tasks.proof.replay import replays
from tests.express.lane import start
from tests.express.shop import ExportingShop


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Iterator[ExportingShop]:
    with disable_run_logger():
        yield ExportingShop(tmp_path, database.url).open()


def unequal(shop: ExportingShop) -> list[object]:
    """What a replay of every run, of either lane, finds otherwise than the record."""
    now = datetime.now(UTC)
    found = list(replays(shop.database, now - timedelta(days=1), now + timedelta(days=1)))
    assert len(found) == len(shop.rows("select from run"))
    return [difference for run in found for difference in run.differences]


def test_express_decides_what_is_owed_about_orders() -> None:
    assert set(express.touchpoints()) >= {"order_confirmation", "order_amended", "order_cancelled", "payment_received"}
    assert not {"shipped", "delay_notice", "thank_you", "campaign"} & set(express.touchpoints())


def test_a_confirmation_does_not_wait_for_the_hour(shop: ExportingShop) -> None:
    shop.hour()
    shop.place("A1")
    assert shop.express()
    assert shop.told() == [("order_confirmation", "A1")]
    before = shop.rows("select run_id from run")
    assert not shop.express(), "nothing is new"
    assert shop.rows("select run_id from run") == before, "a look that finds nothing leaves no record"
    shop.place("A1", cancelled=True)
    shop.place("A2")
    assert shop.express()
    both = [("order_cancelled", "A1"), ("order_confirmation", "A1"), ("order_confirmation", "A2")]
    assert shop.told() == both
    shop.hour()
    assert shop.told() == both, "the hour finds them in the ledger"
    assert shop.rows("select is_express, count(*)::int from run group by 1 order by 1") == [(False, 2), (True, 2)]
    gates = dict(shop.rows("select feed, state from feed"))
    assert (gates["orders"], gates["shipments"]) == ("open", "absent"), "the hour alone judges what it alone reads"
    assert unequal(shop) == []


def test_what_an_express_run_left_undone_the_next_one_does(shop: ExportingShop) -> None:
    """Killed after its load, nobody would look at the order again before the hour."""
    shop.hour()
    shop.place("B1")
    shop.look()
    assert shop.told() == []
    assert shop.express()
    assert shop.told() == [("order_confirmation", "B1")]


def test_both_lanes_at_once_tell_everybody_once(shop: ExportingShop) -> None:
    """In processes, as they are served: Great Expectations takes no two threads. `make chaos` does it twenty times."""
    shop.hour()
    for number in range(12):
        shop.place(f"D{number}")
    running = [start(shop, lane) for lane in ("hour", "express", "express")]
    assert [lane.wait(250) for lane in running] == [0, 0, 0]
    told = shop.told()
    states = (
        shop.rows("select subject_id, state, reason from message"),
        shop.rows("select subject_id, reason from waiting"),
    )
    assert [subject for name, subject in told if name == "order_confirmation"] == sorted(f"D{n}" for n in range(12)), (
        states
    )
    assert len(list((shop.home / "mailbox").rglob("*.eml"))) == len(told)
    assert unequal(shop) == []
