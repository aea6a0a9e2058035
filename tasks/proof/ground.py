"""Where an explanation stands: the database as it is, or as an hour of the past saw it, by that hour's rules."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates
from tasks.core.inputs import Inputs
from tasks.core.queries import query, reading
from tasks.core.rulebook import Rulebook, current, kept, put_views_before_todays, refuse_dropped_history
from tasks.core.runs import write_under
from tasks.core.touchpoints import Touchpoint, load_all


@dataclass(frozen=True)
class Ground:
    """`run_id`: the hour it stands on; None: none was decided by then. `is_past`: nothing later is seen."""

    as_of: datetime
    run_id: str | None
    is_past: bool
    rules: str
    """Version of the rulebook it decides by."""
    touchpoints: Mapping[str, Touchpoint]
    channels: tuple[ChannelName, ...] | None
    """Those the installation could send on; None: unknown, all a touchpoint declares."""
    gates: Mapping[str, Any] | None
    """What the gates are told; None: today's settings."""
    seen_after: str
    """Snapshot of the ledger when the hour had ended; '': as it stands."""
    ended_by: str

    def channels_of(self, touchpoint: Touchpoint) -> list[ChannelName]:
        """On which of its channels it could go."""
        return [one for one in touchpoint.channels if self.channels is None or one in self.channels]


@contextmanager
def standing(database: Database, as_of: datetime | None) -> Iterator[tuple[Connection, Ground]]:
    """A transaction in which one customer can be asked about; it writes nothing.

    Without `as_of`, or after the last hour: everything that is known, by today's rules. Else the newest hour decided by
    then: facts of its load, the ledger it saw, its rules. Raises DataError where nothing was known yet, or where what
    that hour stood on was not kept.
    """
    with database.transaction() as connection:
        newest = _run(connection, None)
        known_at = query("explain/newest_as_of").scalar(connection)
    if as_of is None or newest is None or as_of > newest["as_of"]:
        with _today(database, as_of or (newest["as_of"] if newest else known_at), newest) as found:
            yield found
    else:
        with _then(database, as_of) as found:
            yield found


def ledger_after(connection: Connection, ground: Ground) -> None:
    """From here on messages are seen as they stood when the hour had ended: what it decided, and what became of it."""
    if ground.is_past:
        query("explain/ledger_after").run(connection, seen=ground.seen_after, ended_by=ground.ended_by)


@contextmanager
def _today(database: Database, at: datetime | None, run: RowMapping | None) -> Iterator[tuple[Connection, Ground]]:
    if at is None:
        raise DataError("Nothing was loaded yet: run `todoke run` first.")
    with database.transaction() as connection:
        query("explain/one_customer").run(connection)
        write_under(connection, int(query("decide/newest_load").scalar(connection)), at)
        new_candidates(connection)
        inputs = _inputs(run)
        run_id = run["run_id"] if run else None
        channels = inputs.channels if inputs else None
        yield connection, Ground(at, run_id, False, current().version, load_all(), channels, None, "", "")


@contextmanager
def _then(database: Database, as_of: datetime) -> Iterator[tuple[Connection, Ground]]:
    with database.transaction() as connection:
        run = _run(connection, as_of)
        load_id = run["load_id"] if run else query("explain/newest_load").scalar(connection, as_of=as_of)
        if load_id is None:
            raise DataError(f"By {as_of.isoformat()} nothing was loaded yet: ask for a later time.")
        refuse_dropped_history(connection)
        rules = kept(connection, run["rulebook"]) if run and run["rulebook"] else current()
    ground = _ground_of(run, as_of, rules)

    def prepare(connection: Connection) -> None:
        put_views_before_todays(connection, rules)
        with reading(rules.files):
            new_candidates(connection)

    with database.past(prepare) as at, at(load_id) as connection, reading(rules.files):
        query("explain/one_customer").run(connection)
        inputs = _inputs(run)
        query("replay/enter").run(
            connection,
            as_of=ground.as_of.isoformat(),
            load_id=str(load_id),
            seen=inputs.seen if inputs else "",
            feeds=json.dumps(inputs.feeds if inputs else {}),
        )
        yield connection, ground


def _ground_of(run: RowMapping | None, as_of: datetime, rules: Rulebook) -> Ground:
    inputs = _inputs(run)
    return Ground(
        run["as_of"] if run else as_of,
        run["run_id"] if run else None,
        True,
        rules.version,
        rules.touchpoints(),
        inputs.channels if inputs else None,
        inputs.gates if inputs else None,
        (run["seen_after"] or "") if run else "",
        run["ended_by"].isoformat() if run and run["ended_by"] else "",
    )


def _run(connection: Connection, as_of: datetime | None) -> RowMapping | None:
    return next(iter(query("explain/run").rows(connection, as_of=as_of)), None)


def _inputs(run: RowMapping | None) -> Inputs | None:
    """What the run kept; a run from before that kept nothing."""
    return Inputs.of_record(run["inputs"], run["seen"] or "") if run and run["inputs"] else None
