"""Touchpoints of customers: due in one hour, still due when their claim asks, the same when replayed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tasks.core.database import Database
from tasks.core.due import LONG_AGO, Window, due_statement, still_due
from tasks.core.queries import query
from tests.worlds import build, read_world

HERE = Path(__file__).parent
DUE = {
    "birthday": ("hirano@2026", "hirano-1", "2026-09-15T09:00:00+09:00"),
    "anniversary": ("hirano@2026", "hirano-1", "2026-09-15T09:00:00+09:00"),
    "win_back": ("hirano@hirano-1:180", "hirano-1", "2026-09-15T09:00:00+09:00"),
    "campaign": ("tea:hirano", "hirano-1", "2026-09-15T08:00:00+09:00"),
    "story": ("film:oda", "oda-1", "2026-09-15T08:00:00+09:00"),
    "cross_sell": ("hirano@hirano-1", "hirano-1", "2026-09-15T09:30:00+09:00"),
}


@pytest.mark.parametrize("name", DUE)
def test_it_is_due_in_its_hour_and_still_is_when_its_claim_asks(database: Database, name: str) -> None:
    subject, order_id, at = DUE[name][0], DUE[name][1], datetime.fromisoformat(DUE[name][2])
    run = build(database, read_world(HERE / f"{name}.toml"))
    hours = [at - timedelta(hours=1), at, at + timedelta(hours=1)]
    with database.transaction() as connection:
        query("load/write_under").run(connection, load_id="3", as_of=run.as_of.isoformat())
        found = [_subjects(connection, name, Window(hour, hour - timedelta(hours=1), hour)) for hour in hours]
        assert [subjects.count(subject) for subjects in found] == [0, 1, 0]
        everything = _subjects(connection, name, Window(run.as_of, LONG_AGO, run.as_of))
        assert len(everything) == len(set(everything))
        assert subject in still_due(connection, name, [order_id], run.as_of)
        assert still_due(connection, name, ["nobody's"], run.as_of) == set()
        newest = int(query("decide/newest_load").scalar(connection))
    with database.as_of(newest) as connection:
        connection.execute(text("select set_config('todoke.as_of', :at, true)"), {"at": run.as_of.isoformat()})
        assert _subjects(connection, name, Window(run.as_of, LONG_AGO, run.as_of)) == everything


def _subjects(connection: Connection, name: str, window: Window) -> list[str]:
    rows = due_statement(name).rows(connection, **_given(window))
    return sorted(row["subject_id"] for row in rows)


def _given(window: Window) -> dict[str, object]:
    return {
        "as_of": window.as_of,
        "since": window.since,
        "until": window.until,
        "touched": list(window.touched),
        "customer_id": window.customer_id,
    }
