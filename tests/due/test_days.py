"""Touchpoints of customers rather than orders: the hour they fall due, once, and again when their claim asks."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.core.due import LONG_AGO, Window, due_statement, still_due
from tests.worlds import build, read_world

HERE = Path(__file__).parent
DUE = {
    "birthday": ("hirano@2026", "hirano-1", "2026-09-15T09:00:00+09:00"),
    "anniversary": ("hirano@2026", "hirano-1", "2026-09-15T09:00:00+09:00"),
    "win_back": ("hirano@hirano-1:180", "hirano-1", "2026-09-15T09:00:00+09:00"),
}


@pytest.mark.parametrize("name", DUE)
def test_it_is_due_in_its_hour_and_still_is_when_its_claim_asks(database: Database, name: str) -> None:
    subject, order_id, at = DUE[name][0], DUE[name][1], datetime.fromisoformat(DUE[name][2])
    world = read_world(HERE / f"{name}.toml")
    run = build(database, world)
    hours = [at - timedelta(hours=1), at, at + timedelta(hours=1)]
    with database.transaction() as connection:
        connection.exec_driver_sql(f"set local todoke.as_of = '{run.as_of.isoformat()}'")
        found = []
        for until in hours:
            window = Window(until, until - timedelta(hours=1), until)
            rows = due_statement(name).rows(connection, **_given(window))
            found.append([row["subject_id"] for row in rows].count(subject))
        assert found == [0, 1, 0]
        everything = due_statement(name).rows(connection, **_given(Window(run.as_of, LONG_AGO, run.as_of)))
        subjects = [row["subject_id"] for row in everything]
        assert len(subjects) == len(set(subjects))
        assert subject in still_due(connection, name, [order_id], run.as_of)
        assert subject not in still_due(connection, name, ["nobody's"], run.as_of)


def _given(window: Window) -> dict[str, object]:
    return {
        "as_of": window.as_of,
        "since": window.since,
        "until": window.until,
        "touched": list(window.touched),
        "customer_id": window.customer_id,
    }
