"""An order edited, a scan three days late, a return recorded afterwards: what would have been otherwise.

Akari changed her address before the confirmation left, Bunta had his parcel when he was told it is late, Chie had sent
hers back when she was asked how it is. Daichi's facts came in time, what came late of Emi's changes nothing, Fumi's
parcel arrived later than the hour that is looked back on.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core.canonical import TABLES
from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.guards import go_live
from tasks.decide import decide
from tasks.deliver import deliver
from tasks.detect import detect
from tasks.proof.hindsight import Hindsight, Kind, hindsight
from tasks.proof.replay import replays
from tasks.track import track
from tests.load import shop
from tests.load.shop import Rows, line, order, shipment
from tests.walks.ledgers import ledger

FIRST, SECOND, THIRD = (datetime.fromisoformat(f"2026-09-{at}:00+09:00") for at in ("15T10:00", "16T10:00", "18T09:00"))
BEFORE = FIRST - timedelta(hours=1)
ADDRESS = {"ship_to_name": "青木 灯", "ship_to_region": "JP-13"}
PEOPLE = ("akari", "bunta", "chie", "daichi", "emi", "fumi")


def at(written: str) -> str:
    return f"2026-09-{written}:00+09:00"


def scan(who: str, word: str, when: str) -> dict[str, str | None]:
    return {"carrier": "yamato", "tracking_number": f"T-{who}-p", "raw_status": word, "occurred_at": at(when)}


def bought(who: str, when: str, **values: str | None) -> dict[str, str | None]:
    return order(f"{who}-1", customer_id=who, placed_at=at(when), updated_at=at(when), **values)


def sent(who: str, when: str) -> dict[str, str | None]:
    return shipment(f"{who}-p", f"{who}-1", shipped_at=at(when), updated_at=at(when))


BY_THE_FIRST: dict[str, Rows] = {
    "customers": [{"customer_id": who, "email": f"{who}@example.invalid", "name": who} for who in PEOPLE],
    "products": [{"product_id": "P-1", "name": "湯のみ", "price": "3300"}],
    "orders": [
        bought("akari", "15T09:30", ship_to_address="千代田区1-1", **ADDRESS),
        bought("bunta", "12T10:00", promised_on="2026-09-14"),
        bought("chie", "07T10:00"),
        bought("daichi", "07T10:00"),
        bought("emi", "14T11:00"),
        bought("fumi", "14T12:00"),
    ],
    "order_lines": [line(f"{who}-1") for who in PEOPLE],
    "shipments": [
        sent("bunta", "12T18:00"), sent("chie", "08T09:00"), sent("daichi", "08T09:00"), sent("emi", "14T18:00"),
        sent("fumi", "14T18:00"),
    ],
    "shipment_lines": [
        {"shipment_id": f"{who}-p", "line_no": "1", "quantity": "1"} for who in PEOPLE[1:]
    ],
    "tracking_events": [
        scan("bunta", "荷物受付", "12T18:00"), scan("chie", "配達完了", "09T12:00"),
        scan("daichi", "配達完了", "09T12:00"),
        scan("emi", "荷物受付", "14T18:00"), scan("fumi", "荷物受付", "14T18:00"),
    ],
}  # fmt: skip
BY_THE_SECOND: dict[str, Rows] = {
    "orders": [
        bought("akari", "15T09:30", ship_to_address="港区2-2", promised_on=None, **ADDRESS)
        | {"updated_at": at("15T09:50")}
    ],
    "tracking_events": [scan("emi", "作業店通過", "15T02:00"), scan("fumi", "配達完了", "16T09:00")],
}
BY_THE_THIRD: dict[str, Rows] = {
    "tracking_events": [scan("bunta", "配達完了", "14T15:00")],
    "returns": [
        {"return_id": "R-1", "order_id": "chie-1", "kind": "return", "status": "requested", "opened_at": at("13T09:00")}
    ],
}


@dataclass(frozen=True)
class Past:
    """Three hours, and what looking back on them says."""

    database: Database
    home: Path
    found: Hindsight

    def of(self, who: str) -> set[tuple[Kind, str]]:
        """What would have been otherwise for one person in the first hour."""
        changes = [change for change in self.found.changes if change.order_id == f"{who}-1" and change.as_of == FIRST]
        return {(change.kind, change.touchpoint) for change in changes}


def hour(database: Database, home: Path, rows: dict[str, Rows], as_of: datetime) -> None:
    run = shop.deliver(database, home, {table: rows.get(table, []) for table in TABLES}, as_of).run
    with disable_run_logger():
        for step in (track, detect, decide, deliver):
            step.fn(run)


@pytest.fixture(scope="module")
def past(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    home = tmp_path_factory.mktemp("hindsight")
    with module_database.transaction() as connection:
        go_live(connection, FIRST - timedelta(days=30), "the owner")
    for rows, as_of in ((BY_THE_FIRST, FIRST), (BY_THE_SECOND, SECOND), (BY_THE_THIRD, THIRD)):
        hour(module_database, home, rows, as_of)
    yield Past(module_database, home, hindsight(module_database, BEFORE, THIRD))


def test_an_order_edited_before_its_confirmation_would_have_been_confirmed_otherwise(past: Past) -> None:
    assert past.of("akari") == {(Kind.OTHERWISE, "order_confirmation")}
    [change] = [change for change in past.found.changes if change.order_id == "akari-1"]
    assert "ship_to" in change.instead
    assert [(one.feed, one.fields, one.happened_at, one.known_at) for one in change.because] == [
        ("orders", ["ship_to_address"], FIRST - timedelta(minutes=10), SECOND)
    ]


def test_a_scan_three_days_late_would_have_spared_a_notice_and_told_of_the_arrival(past: Past) -> None:
    found = past.of("bunta")
    assert found >= {(Kind.NOT_SENT, "delay_notice"), (Kind.SENT, "delivered")}
    notice = next(change for change in past.found.changes if change.touchpoint == "delay_notice")
    assert notice.instead == "dropped check:not_delivered"
    assert notice.because[0].known_at - notice.because[0].happened_at > timedelta(days=3)
    arrival = next(one for one in past.found.changes if one.order_id == "bunta-1" and one.touchpoint == "delivered")
    assert arrival.as_of == FIRST, "the first hour that would have sent it"


def test_a_return_recorded_afterwards_would_have_spared_a_question(past: Past) -> None:
    assert past.of("chie") >= {(Kind.NOT_SENT, "check_in")}
    [question] = [one for one in past.found.changes if one.order_id == "chie-1" and one.touchpoint == "check_in"]
    assert (question.instead, question.because[0].feed) == ("dropped check:not_returned", "returns")


@pytest.mark.parametrize("who", ["daichi", "emi", "fumi"])
def test_nobody_else_appears(past: Past, who: str) -> None:
    """In time; late and of no consequence; and later than the hour looked back on."""
    assert past.of(who) == set()


def test_what_is_known_now_is_what_a_replay_does_not_look_at(past: Past) -> None:
    assert [one.differences for one in replays(past.database, BEFORE, THIRD)] == [[], [], []]


def test_how_late_each_feed_is(past: Past) -> None:
    lateness = {one.feed: one for one in past.found.lateness}
    assert lateness["returns"].median == pytest.approx(5 * 86400)
    assert (lateness["orders"].facts, lateness["tracking_events"].facts) == (1, 3)
    assert (past.found.hours, past.found.concerned) == (3, 2)


def test_nothing_is_sent_for_it(past: Past) -> None:
    before = ledger(past.database)
    hindsight(past.database, BEFORE, THIRD)
    assert ledger(past.database) == before
    hour(past.database, past.home, {}, THIRD + timedelta(hours=1))
    subjects = {(change.touchpoint, change.subject_id) for change in past.found.changes}
    with past.database.transaction() as connection:
        accepted = "select touchpoint, subject_id from message where state = 'accepted' and planned_at > %s"
        later = {tuple(row) for row in connection.exec_driver_sql(accepted, (FIRST,))}
    assert not later & subjects


def test_the_command(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": past.database.url, "HOME": str(past.home)}.items():
        monkeypatch.setenv(f"TODOKE_{name}", value)
    arguments = ["hindsight", "--from", "2026-09-15T09:00:00+0900", "--to", "2026-09-18T09:00:00+0900"]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    assert "delay_notice: 1 would not have gone" in said.output
    assert "tracking_events T-bunta-p 配達完了" in said.output
    whole = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert len(whole["changes"]) == len(past.found.changes)


def test_a_time_without_hours_is_said(past: Past) -> None:
    with pytest.raises(DataError, match="No hour was decided"):
        hindsight(past.database, BEFORE - timedelta(days=9), BEFORE)
