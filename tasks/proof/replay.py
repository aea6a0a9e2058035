"""Replay: decide a past hour again, from what was recorded by then and by the rules of that day, and compare.

A decision is a function of facts (as of the run's load), the ledger as the run saw it (message_event.xact in run.seen),
the rules (rulebook) and the run's inputs. Nothing here repeats a rule: the same files run on the as-of side.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from tasks.core.database import Database
from tasks.core.due import Window
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates
from tasks.core.inputs import Inputs
from tasks.core.queries import query, reading
from tasks.core.rulebook import kept, put_views_before_todays
from tasks.core.touchpoints import Touchpoint
from tasks.decide import arbitrate, gather, windows_of

Key = tuple[str, str]


@dataclass(frozen=True)
class Difference:
    """One decision that came out otherwise. `recorded`, `replayed`: the fields that differ; None: no such decision."""

    kind: str
    touchpoint: str
    subject_id: str
    recorded: Mapping[str, Any] | None
    replayed: Mapping[str, Any] | None
    cause: str


@dataclass(frozen=True)
class Replay:
    """One hour decided again. `messages`, `waiting`, `ended`: decisions of the record."""

    run_id: str
    as_of: datetime
    messages: int
    waiting: int
    ended: int
    differences: list[Difference] = field(default_factory=list)


def replays(database: Database, from_at: datetime, until_at: datetime, most: int | None = None) -> Iterator[Replay]:
    """Every hour decided in (from_at, until_at], in the order of deciding; of them the last `most`.

    Raises DataError where there is none, and for a run of which not all it needs was kept.
    """
    with database.transaction() as connection:
        runs = query("replay/runs").rows(connection, from_at=from_at, until_at=until_at, most=most)
    if not runs:
        raise DataError(f"No hour was decided from {from_at.isoformat()} to {until_at.isoformat()}.")
    for run in reversed(runs):
        yield replay(database, run)


def replay(database: Database, run: RowMapping) -> Replay:
    """Decide one hour again and compare. `run`: a row of sql/replay/runs. Writes nothing."""
    if run["rulebook"] is None:
        raise DataError(f"Run {run['run_id']} decided before rules were recorded: it cannot be replayed.")
    with database.transaction() as connection:
        rules = kept(connection, run["rulebook"])
        if lost := [row["name"] for row in query("replay/history_lost").rows(connection)]:
            raise DataError(f"History of {', '.join(lost)} was dropped: nothing before that can be replayed.")

    def prepare(connection: Connection) -> None:
        put_views_before_todays(connection, rules)
        with reading(rules.files):
            new_candidates(connection)

    with database.as_of(run["load_id"], prepare) as connection, reading(rules.files):
        names = list(run["windows"])
        ends = _decide(connection, run, [one for name, one in rules.touchpoints().items() if name in names])
        counts = query("replay/counts").one(connection, run_id=run["run_id"], touchpoints=names)
        rows = query("replay/differences").rows(connection, run_id=run["run_id"], touchpoints=names)
        found = [_difference(dict(row)) for row in rows] + _ends_otherwise(connection, run["run_id"], ends)
    return Replay(run["run_id"], run["as_of"], counts["messages"], counts["waiting"], counts["ended"], found)


def _decide(connection: Connection, run: RowMapping, chosen: list[Touchpoint]) -> dict[Key, str]:
    """Candidates with their verdicts; messages the run would have ended, with the reason."""
    inputs = Inputs.of_record(run["inputs"], run["seen"])
    query("replay/enter").run(
        connection,
        as_of=run["as_of"].isoformat(),
        load_id=str(run["load_id"]),
        seen=inputs.seen,
        feeds=json.dumps(inputs.feeds),
    )
    rows = [{"touchpoint": name, **_instants(window)} for name, window in run["windows"].items()]
    windows = windows_of(connection, run["as_of"], run["load_id"], rows)
    if broken := gather(connection, chosen, windows, inputs):
        raise DataError(f"Run {run['run_id']} cannot be replayed: {broken}")
    arbitrate(connection, run["as_of"], chosen, inputs.gates)
    return _ended(connection, run["as_of"], windows)


def _instants(window: Mapping[str, Any]) -> dict[str, Any]:
    floor_at = window["floor_at"]
    return {
        "since": datetime.fromisoformat(window["since"]),
        "after_load": window["after_load"],
        "floor_at": datetime.fromisoformat(floor_at) if floor_at else None,
    }


def _ended(connection: Connection, as_of: datetime, windows: Mapping[str, Window]) -> dict[Key, str]:
    """What sql/decide/cancel_untrue and expire_approval would have ended, in their order."""
    rows = list(query("decide/unreleased").rows(connection, as_of=as_of))
    for name, window in windows.items():
        rows += query("decide/untrue").rows(connection, touchpoint=name, touched=list(window.touched))
    return {(row["touchpoint"], row["subject_id"]): row["reason"] for row in rows}


def _ends_otherwise(connection: Connection, run_id: str, replayed: dict[Key, str]) -> list[Difference]:
    rows = query("replay/ends").rows(connection, run_id=run_id)
    recorded = {(row["touchpoint"], row["subject_id"]): row["reason"] for row in rows}
    return [
        Difference("end", key[0], key[1], _reason(recorded.get(key)), _reason(replayed.get(key)), "facts or ledger")
        for key in sorted(recorded.keys() | replayed.keys())
        if recorded.get(key) != replayed.get(key)
    ]


def _reason(reason: str | None) -> dict[str, Any] | None:
    return None if reason is None else {"reason": reason}


def _difference(row: dict[str, Any]) -> Difference:
    erased = set(row["recorded"] or {}) == {"context"} and row["recorded"]["context"] is None
    return Difference(
        row["kind"],
        row["touchpoint"],
        row["subject_id"],
        (row["recorded"] or {}) if row["is_recorded"] else None,
        (row["replayed"] or {}) if row["is_replayed"] else None,
        "erased" if erased else "facts or ledger",
    )
