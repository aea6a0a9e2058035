"""Feeds: groups of tables that are trusted together, and the gate each of them gets."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasks.core import express
from tasks.core.domain import GateState
from tasks.core.drift import Drift
from tasks.core.fronts import feed_of, front_of, of_front, plain
from tasks.core.queries import query
from tasks.core.rejects import Reject
from tasks.core.runs import Run
from tasks.core.suites import FEEDS


@dataclass
class Checked:
    """One table after validation."""

    table: str
    rows: int = 0
    bad_rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    warned: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    newest_at: datetime | None = None
    stop: str | None = None
    absent: bool = False
    doubt: str | None = None
    drift: Drift = field(default_factory=Drift)
    docs: str | None = None


@dataclass(frozen=True)
class Gate:
    """State of one feed, the reason where it is not open, and its newest business instant."""

    state: GateState
    reason: str | None
    newest_row_at: datetime | None


def gates_of(run: Run, checked: dict[str, Checked]) -> dict[str, Gate]:
    """State of each feed of the run: closed by a stopped table, stale by its newest row or a doubt, or never there."""
    with run.database.transaction() as connection:
        before = {row["feed"]: row["newest_row_at"] for row in query("load/newest_rows").rows(connection)}
        read = {row["feed"] for row in query("load/watermarks").rows(connection)}
    gates = {name: _gate(name, before.get(name), run.as_of, checked) for name in _names(run, checked)}
    absent = {name for name in gates if name not in read and _is_absent(name, checked)}
    return {name: replace(gate, state=GateState.ABSENT) if name in absent else gate for name, gate in gates.items()}


def _names(run: Run, checked: dict[str, Checked]) -> list[str]:
    """Feeds of one's own shop, then those of the others."""
    return list(dict.fromkeys([*express.feeds(run), *map(feed_of, checked)]))


def _tables(name: str, tables: tuple[str, ...]) -> list[str]:
    return [of_front(table, front_of(name)) for table in tables]


def _is_absent(name: str, checked: dict[str, Checked]) -> bool:
    """No table of the feed exists; one that was read before and is missing now is closed instead."""
    return all(table in checked and checked[table].absent for table in _tables(name, FEEDS[plain(name)].tables))


def _gate(name: str, before: datetime | None, as_of: datetime, checked: dict[str, Checked]) -> Gate:
    feed = FEEDS[plain(name)]
    tables = [checked[table] for table in _tables(name, (*feed.tables, *feed.optional)) if table in checked]
    newest = max(filter(None, [before, *(table.newest_at for table in tables)]), default=None)
    stops = [table.stop for table in tables if table.stop]
    if stops:
        return Gate(GateState.CLOSED, "; ".join(stops), newest)
    doubts = [table.doubt for table in tables if table.doubt]
    if doubts:
        return Gate(GateState.STALE, "; ".join(doubts), newest)
    limit = feed.stale_after_hours
    if limit is not None and (newest is None or as_of - newest > timedelta(hours=limit)):
        return Gate(GateState.STALE, f"newest row {newest}, limit {limit} h", newest)
    return Gate(GateState.OPEN, None, newest)
