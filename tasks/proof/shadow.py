"""Shadow: decide a past window anew, by today's rules, from what was recorded by each step, beside the real ledger.

The same due files, gates and ledger statements as an hour. What is read lies on the as-of side; where a rule looks at
the ledger it finds the shadow's own from the beginning of the window on (sql/shadow/views), in a scratch schema.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from tasks.core import backfill_store as store
from tasks.core.backfills import Backfill
from tasks.core.database import Database
from tasks.core.due import declared
from tasks.core.errors import DataError
from tasks.core.facts import FACTS
from tasks.core.gates import new_candidates
from tasks.core.inputs import Inputs
from tasks.core.queries import Statement, around, parse, query
from tasks.core.rulebook import refuse_dropped_history
from tasks.core.runs import Run, begin_load
from tasks.core.touchpoints import Touchpoint, load_all
from tasks.decide import arbitrate, gather, windows_of

VIEWS = ("message", "waiting", "covers", "touchpoint_floor")
"""What of the ledger decisions read: sql/shadow/views."""

DRAFT = "decide/gates/22_draft"


@dataclass(frozen=True)
class Shadow:
    """`run`: that of the record. `own`: the shadow's ledger. `answered`: a draft that is named is looked at."""

    run: Run
    own: Run
    backfill_id: str
    touchpoints: Sequence[Touchpoint]
    from_at: datetime
    from_load: int
    answered: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Of its touchpoints."""
        return [touchpoint.name for touchpoint in self.touchpoints]

    def statement(self, name: str) -> Statement:
        """One of sql/shadow with both namespaces in it."""
        source, live, own = query(name).source, self.run.namespace, self.own.namespace
        return parse(f"{name} of {own}", source.replace("{live}", live).replace("{shadow}", own))


def shadow_schema(run: Run, backfill_id: str) -> Database:
    """Where a shadow's ledger lies."""
    return Database(run.database_url, f"scratch_{backfill_id}")


def require_history(run: Run, from_at: datetime) -> None:
    """Raises DataError where nothing was recorded by `from_at`, or what was is gone."""
    with run.database.transaction() as connection:
        first = query("backfill/first_load_at").scalar(connection)
        refuse_dropped_history(connection)
    if first is None or from_at < first:
        raise DataError(
            f"Nothing was recorded before {first.isoformat() if first else 'the first run'}: "
            f"a shadow cannot begin at {from_at.isoformat()}. Take a later FROM."
        )


def begin(run: Run, backfill: Backfill) -> Shadow:
    """The shadow with its scratch schema, in which waits what waited where it begins."""
    asked = backfill.request
    with run.database.transaction() as connection:
        from_load = int(query("backfill/load_at").scalar(connection, at=asked.from_at))
    database = shadow_schema(run, backfill.backfill_id)
    shadow = Shadow(
        run,
        replace(run, namespace=database.namespace),
        backfill.backfill_id,
        declared(asked.touchpoints or None, load_all()),
        asked.from_at,
        from_load,
        (DRAFT,) if asked.touchpoints else (),
    )
    database.migrate()
    _seed(shadow, backfill)
    return shadow


def _seed(shadow: Shadow, backfill: Backfill) -> None:
    with shadow.own.database.transaction() as connection:
        if store.backfills(connection, shadow.backfill_id):
            return
        store.insert(connection, shadow.own, shadow.backfill_id, backfill.request, backfill.operator, backfill.state)
        begin_load(connection, replace(shadow.own, as_of=shadow.from_at), "backfill")
        shadow.statement("shadow/seed_waiting").run(connection, touchpoints=shadow.names, load_id=shadow.from_load)


def step(shadow: Shadow, since: datetime, until: datetime) -> dict[str, int]:
    """Decide (since, until] as an hour at `until` would have; touchpoint -> messages. Once, whoever calls it again."""
    found = _decided(shadow, since, until)
    own = replace(shadow.own, as_of=until, run_id=f"{shadow.backfill_id}:{until:%Y%m%dT%H%M%S}")
    with own.database.transaction() as connection:
        load_id = begin_load(connection, own, "backfill")
        if until in (done := store.steps_done(connection, shadow.backfill_id)):
            return done[until]
        new_candidates(connection)
        query("shadow/take_decisions").run(connection, rows=json.dumps(found))
        query("decide/plan").run(connection, as_of=until, load_id=load_id, run_id=own.run_id)
        query("decide/plan_covers").run(connection, run_id=own.run_id, load_id=load_id)
        query("decide/wait").run(connection, as_of=until, run_id=own.run_id)
        query("decide/stop_waiting").run(connection, touchpoints=shadow.names, orders=None)
        query("shadow/leave").run(connection, run_id=own.run_id)
        rows = query("backfill/marked").rows(connection, run_id=own.run_id)
        counts = {row["touchpoint"]: row["n"] for row in rows}
        store.finish_step(connection, shadow.backfill_id, until, counts)
    return counts


def _decided(shadow: Shadow, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Candidates of one step that get a ledger row or wait."""
    with shadow.run.database.transaction() as connection:
        after_load, load_id = (int(query("backfill/load_at").scalar(connection, at=at)) for at in (since, until))
        feeds = query("backfill/feeds_at").scalar(connection, at=until)
        inputs = replace(Inputs.of_now(connection, shadow.run.settings), feeds=feeds)

    def prepare(connection: Connection) -> None:
        _look_at_the_shadow(connection, shadow, until)
        new_candidates(connection)

    with shadow.run.database.past(prepare) as at, at(load_id) as connection:
        _enter(connection, shadow, until)
        query("replay/enter").run(
            connection, as_of=until.isoformat(), load_id=str(load_id), seen="", feeds=json.dumps(feeds)
        )
        floors = query("shadow/floors").rows(connection, touchpoints=shadow.names)
        windows = windows_of(connection, until, load_id, [_window(dict(row), since, after_load) for row in floors])
        if broken := gather(connection, list(shadow.touchpoints), windows, inputs):
            raise DataError(f"The shadow cannot decide {until.isoformat()}: {broken}")
        arbitrate(connection, until, list(shadow.touchpoints), inputs.gates, shadow.answered)
        return [row["candidate"] for row in query("shadow/decisions").rows(connection)]


def _window(floor: dict[str, Any], since: datetime, after_load: int) -> dict[str, Any]:
    """`floor`: touchpoint, floor_at."""
    return floor | {"since": max(since, floor["floor_at"]), "after_load": after_load}


def _look_at_the_shadow(connection: Connection, shadow: Shadow, until: datetime) -> None:
    """Temporary views before those of the as-of side: of the ledger, then every shared view, which reads it."""
    _enter(connection, shadow, until)
    for name in VIEWS:
        view = shadow.statement(f"shadow/views/{name}").clause.text
        connection.execute(text(f"create temporary view {name} as {view}"))
    for name in FACTS:
        connection.execute(text(f"create temporary view {name} as {query(f'facts/{name}').clause.text}"))


def compare(shadow: Shadow, to_at: datetime, most: int) -> dict[str, Any]:
    """The shadow against the record: `counts` touchpoint -> outcome -> subjects, `samples` a few of each difference.

    Outcomes: same, moved (another hour), otherwise (another channel, language or text), gained (only the shadow sends
    it), lost (only the record does).
    """
    compared = shadow.statement("shadow/compared")
    given = {"touchpoints": shadow.names, "from_load": shadow.from_load, "to_at": to_at}
    counts: dict[str, dict[str, int]] = {}
    with shadow.run.database.transaction() as connection:
        for row in around(query("shadow/counts"), "compared", compared).rows(connection, **given):
            counts.setdefault(row["touchpoint"], {})[row["outcome"]] = row["n"]
        samples = around(query("shadow/samples"), "compared", compared).rows(connection, most=most, **given)
        return {"counts": counts, "samples": [dict(row) for row in samples]}


def _enter(connection: Connection, shadow: Shadow, until: datetime) -> None:
    query("shadow/enter").run(
        connection,
        touchpoints=shadow.names,
        from_at=shadow.from_at.isoformat(),
        from_load=str(shadow.from_load),
        as_of=until.isoformat(),
    )
