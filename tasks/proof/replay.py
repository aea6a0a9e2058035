"""Replay: decide a past hour again, from what was recorded by then and by the rules of that day, and compare.

A decision is a function of facts (as of the run's load), the ledger as the run saw it (message_event.xact in run.seen),
the rules (rulebook) and the run's inputs. Nothing here repeats a rule: the same files run on the as-of side.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import DBAPIError

from tasks.core.database import Database
from tasks.core.due import Window
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates
from tasks.core.inputs import Inputs
from tasks.core.queries import query, reading
from tasks.core.rulebook import Rulebook, kept, put_views_before_todays, refuse_dropped_history
from tasks.decide import arbitrate, gather, windows_of

Key = tuple[str, str]


class Cause(StrEnum):
    """Why a decision comes out otherwise, as far as the record tells."""

    ERASED = "erased"
    """The content of the message is gone; nothing else of it differs."""
    SCHEMA = "schema changed"
    """A migration between then and now: the SQL of that day reads other tables."""
    FACTS = "facts or ledger"
    """Neither: rows that no path of Todoke writes."""


@dataclass(frozen=True)
class Difference:
    """One decision that came out otherwise. `recorded`, `replayed`: the fields that differ; None: no such decision."""

    kind: str
    touchpoint: str
    subject_id: str
    recorded: Mapping[str, Any] | None
    replayed: Mapping[str, Any] | None
    cause: Cause


@dataclass(frozen=True)
class Replay:
    """One hour decided again. `messages`, `waiting`, `ended`: of the record. `schema`: its move since, if any."""

    run_id: str
    as_of: datetime
    messages: int
    waiting: int
    ended: int
    schema: str = ""
    differences: list[Difference] = field(default_factory=list)


def replays(database: Database, from_at: datetime, until_at: datetime, most: int | None = None) -> Iterator[Replay]:
    """Every hour decided in (from_at, until_at], in the order of deciding; of them the last `most`.

    Raises DataError where there is none, and for a run of which not all it needs was kept.
    """
    with database.transaction() as connection:
        runs = query("replay/runs").rows(connection, from_at=from_at, until_at=until_at, most=most)
    if not runs:
        raise DataError(f"No hour was decided from {from_at.isoformat()} to {until_at.isoformat()}.")
    for version, of_version in groupby(reversed(runs), itemgetter("rulebook")):
        with looking_back(database, version) as look:
            for run in of_version:
                yield look(run)


@contextmanager
def looking_back(database: Database, version: str | None) -> Iterator[Callable[[RowMapping], Replay]]:
    """What replays runs of one version of the rules, in one session: views and plans are made once for all of them."""
    with database.transaction() as connection:
        rules, schema = rules_of(connection, version), str(query("replay/schema").scalar(connection))

    def prepare(connection: Connection) -> None:
        put_views_before_todays(connection, rules)
        with reading(rules.files):
            new_candidates(connection)

    def look(run: RowMapping) -> Replay:
        moved = _moved(run["inputs"].get("schema"), schema)
        with _explained(run["run_id"], moved), at(run["load_id"]) as connection, reading(rules.files):
            return _replay(connection, run, rules, moved)

    with ExitStack() as session:
        with _explained(f"by rules {version}", ""):
            at = session.enter_context(database.past(prepare))
        yield look


def rules_of(connection: Connection, version: str | None) -> Rulebook:
    """The rules of that version. Raises DataError where they, or the history to apply them to, were not kept."""
    if version is None:
        raise DataError("Hours before rules were recorded cannot be replayed: ask for later ones with --from.")
    refuse_dropped_history(connection)
    return kept(connection, version)


def _moved(then: str | None, now: str) -> str:
    """How far the schema moved since the run; empty where it did not, or the run did not record it."""
    return f"{then} → {now}" if then and then != now else ""


@contextmanager
def _explained(what: str, moved: str) -> Iterator[None]:
    """SQL of another day may ask for what today's tables do not have."""
    try:
        yield
    except DBAPIError as error:
        raise _cannot(what, str(error.orig).splitlines()[0], moved) from error


def _cannot(what: str, said: str, moved: str) -> DataError:
    since = f" The schema changed since ({moved})." if moved else ""
    return DataError(f"Run {what} cannot be replayed: {said}.{since}")


def _replay(connection: Connection, run: RowMapping, rules: Rulebook, moved: str) -> Replay:
    """Decide one hour again and compare. `run`: a row of sql/replay/runs. Writes nothing."""
    ends = _ended(connection, run["as_of"], decide_again(connection, run, rules, moved))
    counts = query("replay/counts").one(connection, run_id=run["run_id"], touchpoints=list(run["windows"]))
    cause = Cause.SCHEMA if moved else Cause.FACTS
    found = differences(connection, run, cause)
    found += _ends_otherwise(connection, run["run_id"], ends, cause)
    return Replay(run["run_id"], run["as_of"], counts["messages"], counts["waiting"], counts["ended"], moved, found)


def differences(connection: Connection, run: RowMapping, cause: Cause = Cause.FACTS) -> list[Difference]:
    """Messages and waiting rows that came out otherwise; asked after `decide_again`."""
    rows = query("replay/differences").rows(connection, run_id=run["run_id"], touchpoints=list(run["windows"]))
    return [_difference(dict(row), cause) for row in rows]


def look_from(connection: Connection, run: RowMapping) -> Inputs:
    """This transaction looks at ledger, feeds and time as the run did. Its inputs."""
    inputs = Inputs.of_record(run["inputs"], run["seen"])
    query("replay/enter").run(
        connection,
        as_of=run["as_of"].isoformat(),
        load_id=str(run["load_id"]),
        seen=inputs.seen,
        feeds=json.dumps(inputs.feeds),
    )
    return inputs


def decide_again(
    connection: Connection, run: RowMapping, rules: Rulebook, moved: str = "", more: Sequence[str] = ()
) -> dict[str, Window]:
    """Candidates with their verdicts; the window of each touchpoint. `more`: orders to be asked about besides."""
    inputs = look_from(connection, run)
    chosen = [one for name, one in rules.touchpoints().items() if name in run["windows"]]
    rows = [{"touchpoint": name, **_instants(window)} for name, window in run["windows"].items()]
    windows = windows_of(connection, run["as_of"], run["load_id"], rows)
    windows = {name: replace(window, touched=[*window.touched, *more]) for name, window in windows.items()}
    if broken := gather(connection, chosen, windows, inputs):
        raise _cannot(run["run_id"], "; ".join(f"{name}: {said}" for name, said in broken.items()), moved)
    arbitrate(connection, run["as_of"], chosen, inputs.gates)
    return windows


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


def _ends_otherwise(connection: Connection, run_id: str, replayed: dict[Key, str], cause: Cause) -> list[Difference]:
    rows = query("replay/ends").rows(connection, run_id=run_id)
    recorded = {(row["touchpoint"], row["subject_id"]): row["reason"] for row in rows}
    return [
        Difference("end", key[0], key[1], _reason(recorded.get(key)), _reason(replayed.get(key)), cause)
        for key in sorted(recorded.keys() | replayed.keys())
        if recorded.get(key) != replayed.get(key)
    ]


def _reason(reason: str | None) -> dict[str, Any] | None:
    return None if reason is None else {"reason": reason}


def _difference(row: dict[str, Any], cause: Cause) -> Difference:
    erased = set(row["recorded"] or {}) == {"context"} and row["recorded"]["context"] is None
    return Difference(
        row["kind"],
        row["touchpoint"],
        row["subject_id"],
        (row["recorded"] or {}) if row["is_recorded"] else None,
        (row["replayed"] or {}) if row["is_replayed"] else None,
        Cause.ERASED if erased else cause,
    )
