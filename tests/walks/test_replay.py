"""The parts of `make replay` can fail: rows do come late, and an unequal hour or a strange difference is no success."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.proof.replay import Cause, Difference, Replay
from tests.walks.replay.__main__ import Claims
from tests.walks.replay.cost import Hour, Kept, report
from tests.walks.replay.facts import NEVER, Fact, Seen
from tests.walks.replay.hours import Tally
from tests.walks.replay.late import Lateness
from tests.walks.replay.record import Decided

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
ORDERS = [f"TD{number:04}" for number in range(400)]
TABLES = {
    "orders": [{"order_id": one, "placed_at": NOON.isoformat(), "promised_on": "2026-09-05"} for one in ORDERS],
    "order_lines": [{"order_id": one, "line_no": "1", "quantity": "2"} for one in ORDERS],
    "shipments": [{"shipment_id": f"S-{one}", "order_id": one} for one in ORDERS],
    "shipment_lines": [{"shipment_id": f"S-{one}", "line_no": "1"} for one in ORDERS],
    "products": [{"product_id": "P-1"}],
    "tracking_events": [{"tracking_number": "1", "raw_status": "accepted", "occurred_at": "nobody knows"}],
    "returns": [{"return_id": "R-1", "order_id": ORDERS[0], "opened_at": ""}],
    "payments": [{"payment_id": "1", "order_id": ORDERS[0], "at": NOON.isoformat()}],
    "consents": [{"customer_id": "C-1", "address": "", "at": NOON.isoformat()}],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, rows in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def shown(source: Path, known: datetime) -> dict[str, list[dict[str, str]]]:
    target = source.parent / f"{known:%d%H%M}"
    Lateness(seed=3).show(source, target, known)
    return {name: list(csv.DictReader((target / f"{name}.csv").read_text("utf-8").splitlines())) for name in TABLES}


def test_late_orders_come_whole_and_wrong_ones_are_corrected(source: Path) -> None:
    first, last = shown(source, NOON + timedelta(hours=1)), shown(source, NOON + timedelta(days=5))
    assert last == TABLES
    there = {row["order_id"] for row in first["orders"]}
    assert 10 < len(ORDERS) - len(there) < 50
    assert {row["order_id"] for row in first["order_lines"]} == there
    assert {row["shipment_id"] for row in first["shipment_lines"]} == {f"S-{one}" for one in there}
    wrong = {row["order_id"] for row in first["orders"] if row["promised_on"] != "2026-09-05"}
    assert wrong and wrong == {row["order_id"] for row in first["order_lines"] if row["quantity"] == "3"}
    came = Lateness(seed=3).came(source, NOON, NOON + timedelta(days=5))
    assert came["orders"] == len(ORDERS) - len(there)
    assert came["orders corrected"] >= len(wrong)


def test_what_came_out_otherwise_fails(capsys: pytest.CaptureFixture[str]) -> None:
    one = Difference("message", "shipped", "TD1@1", {}, None, Cause.FACTS)
    hour = Replay("r1", NOON, 1, 0, 0, "", [one])
    assert not Tally([hour], 1.0).is_equal and "0 of 1" in str(Tally([hour], 1.0))
    fact = Fact("order", "orders", "order_id = 'TD1'", 1, NEVER, "TD1")
    key = ("r1", "message", "shipped", "TD1@1")
    assert Seen(fact, 1, [], 0, [], 1).is_right
    assert not Seen(fact, 1, [key], 0, [], 1).is_right, "it did not differ"
    assert not Seen(fact, 1, [], 0, [key], 1).is_right, "it was somebody else's"
    claims = Claims("shop")
    claims.say(lambda: "seen")
    assert claims.held
    claims.say(_never)
    assert not claims.held and "FAILED shop: never" in capsys.readouterr().out


def _never() -> str:
    raise AssertionError("never")


@pytest.mark.parametrize(
    ("kind", "touchpoint", "order", "customer", "context", "own"),
    [
        ("order", "shipped", "TD1", "C1", None, True),
        ("order", "shipped", "TD2", "C1", None, False),
        ("consent", "birthday", None, "C1", None, True),
        ("consent", "shipped", "TD1", "C1", None, False),
        ("consent", "birthday", None, "C2", None, False),
        ("scan", "on_the_way", "TD1", "C1", '{"last_seen_at": "12:00"}', True),
        ("scan", "on_the_way", "TD1", "C1", '{"last_seen_at": "13:00"}', False),
        ("scan", "shipped", "TD1", "C1", '{"last_seen_at": "12:00"}', False),
    ],
)
def test_whose_decision_rests_on_a_fact(
    kind: str, touchpoint: str, order: str | None, customer: str, context: str | None, own: bool
) -> None:
    fact = Fact(kind, "", "", 1, NEVER, "TD1", "C1", "12:00")
    subject = f"{order}@1" if order else f"{customer}@2026"
    assert fact.rests_on(Decided("r1", "message", touchpoint, subject, order, customer, context, False)) is own


@pytest.mark.parametrize(("seconds", "holds"), [(10.4, True), (12.0, False)])
def test_history_that_costs_too_much_fails(seconds: float, holds: bool) -> None:
    steps = dict.fromkeys(("load", "track", "detect", "decide"), 1.0)
    with_history = Hour(seconds, 0.3, steps, {"orders": Kept(10, 8192)}, 500, 50)
    without = Hour(10.0, 0.0, steps, {"orders": Kept(0, 0)}, 500, 50)
    assert report([with_history] * 3, [without] * 3) is holds
