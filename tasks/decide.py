"""Step 5: decide who gets what. One transaction: candidates, gates, ledger rows, waiting rows, the run's record."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prefect import get_run_logger, task
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tasks.core import audience, express, held, incentives, rulebook
from tasks.core.brand import load_brand
from tasks.core.domain import Mode
from tasks.core.due import Window, collect
from tasks.core.due_set import check_due_set
from tasks.core.gates import DUE_SET_BEFORE, gate_names, new_candidates, run_gates
from tasks.core.guards import floor_of_first_run, live_from
from tasks.core.inputs import Inputs
from tasks.core.queries import around, query
from tasks.core.runs import Run, begin_load
from tasks.core.seeds import copy_planned
from tasks.core.steps import reached
from tasks.core.touchpoints import Touchpoint, load_all, version
from tasks.core.volume import alarms

DUE_TIMEOUT_SECONDS = 300


@dataclass
class Decision:
    """What one run decided: counts, touchpoints whose due file broke with the error's first line, what to look at."""

    load_id: int
    planned: int = 0
    verdicts: dict[str, dict[str, int]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)


@task(name="decide", timeout_seconds=900, tags=["decide"])
def decide(run: Run, touchpoints: Sequence[str] | None = None) -> Decision:
    """Plan every message that may leave now; hold, drop or expire the others with a reason.

    `touchpoints`: only these; default all, or in an express run those of its lane.
    A due file that fails stops only its touchpoint: it is rolled back alone and its window stays open for the next run.
    """
    if touchpoints is None and run.is_express:
        touchpoints = express.touchpoints()
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        decision = plan_messages(connection, run, load_all(), touchpoints)
        reached("planning")
    reached("plan")
    for name, error in decision.broken.items():
        get_run_logger().error("touchpoint %s was not decided: %s", name, error)
    return decision


def plan_messages(
    connection: Connection, run: Run, known: dict[str, Touchpoint], names: Sequence[str] | None = None
) -> Decision:
    """The decision itself, inside the caller's transaction (which holds the planning lock).

    It is a load of its own: none commits meanwhile, so what it sees is what its load id names.
    """
    load_id = begin_load(connection, run, "decide")
    decision, inputs = Decision(load_id), Inputs.of_now(connection, run.settings)
    chosen = [touchpoint for name, touchpoint in sorted(known.items()) if names is None or name in names]
    begun = set_floors(connection, run, chosen)
    undecided = query("decide/windows").rows(connection, touchpoints=[t.name for t in chosen], as_of=run.as_of)
    windows = windows_of(connection, run.as_of, load_id, [dict(row) for row in undecided])
    new_candidates(connection)
    decision.broken = gather(connection, chosen, windows, inputs)
    decision.alarms = arbitrate(connection, run.as_of, chosen, inputs.gates)
    decided = [touchpoint.name for touchpoint in chosen if touchpoint.name not in decision.broken]
    decision.alarms += [*alarms(connection, run, decided), *begun, *held.left_out(connection)]
    segments = audience.wanted({touchpoint.name: touchpoint.segments for touchpoint in chosen})
    touched = {name: windows[name].touched for name in decided}
    decision.planned = write(connection, run, decision.load_id, touched, segments)
    decision.alarms += incentives.alarms(connection, run, load_brand())
    decision.verdicts = verdicts(connection)
    drafts = [touchpoint.name for touchpoint in chosen if touchpoint.mode is Mode.DRAFT]
    query("guards/raise_floors").run(connection, touchpoints=drafts, as_of=run.as_of, set_by=run.run_id)
    query("decide/advance_window").run(connection, touchpoints=decided, as_of=run.as_of, load_id=decision.load_id)
    record(connection, run, decision, inputs, decided, {name: windows[name].as_json() for name in decided})
    return decision


def set_floors(connection: Connection, run: Run, chosen: list[Touchpoint]) -> list[str]:
    """Every touchpoint has a floor from its first decision on. A sentence about new ones, unless a person went live."""
    floor_at, names = floor_of_first_run(connection, run.as_of), [touchpoint.name for touchpoint in chosen]
    hours = [touchpoint.valid_for_hours for touchpoint in chosen]
    query("guards/note_validity").run(connection, touchpoints=names, valid_hours=hours)
    rows = query("guards/set_floors").rows(
        connection,
        touchpoints=names,
        formats=[touchpoint.subject_format for touchpoint in chosen],
        valid_hours=hours,
        floor_at=floor_at,
        as_of=run.as_of,
        set_by=run.run_id,
    )
    return [] if floor_at == live_from(connection) else held.begun([dict(row) for row in rows], floor_at)


def windows_of(
    connection: Connection, as_of: datetime, load_id: int, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Window]:
    """Each touchpoint's window, with the orders touched for it: those that changed, and those that wait for it.

    `rows`: touchpoint, since, after_load, floor_at.
    """
    changed = {after: _changed(connection, after, load_id) for after in {row["after_load"] for row in rows}}
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for row in query("decide/waiting_orders").rows(connection):
        waiting[row["touchpoint"]].append(row["order_id"])
    return {
        row["touchpoint"]: Window(
            as_of,
            row["since"],
            as_of,
            [*changed[row["after_load"]], *waiting[row["touchpoint"]]],
            floor_at=row["floor_at"],
            after_load=row["after_load"],
        )
        for row in rows
    }


def _changed(connection: Connection, after_load: int, load_id: int) -> list[str]:
    rows = query("decide/changed_orders").rows(connection, after_load=after_load, load_id=load_id)
    return [row["order_id"] for row in rows]


def gather(
    connection: Connection, chosen: list[Touchpoint], windows: Mapping[str, Window], inputs: Inputs
) -> dict[str, str]:
    """Add the candidates of every touchpoint; those whose due file broke, with the first line of the error."""
    broken = {}
    for touchpoint in chosen:
        channels = [channel for channel in touchpoint.channels if inputs.has(channel)]
        try:
            with connection.begin_nested():
                connection.execute(text(f"set local statement_timeout = '{DUE_TIMEOUT_SECONDS}s'"))
                collect(connection, touchpoint, windows[touchpoint.name], channels)
                connection.execute(text("set local statement_timeout = 0"))
        except DBAPIError as error:
            broken[touchpoint.name] = str(error.orig).splitlines()[0]
    return broken


def arbitrate(
    connection: Connection,
    as_of: datetime,
    chosen: list[Touchpoint],
    settings: Mapping[str, Any],
    answered: Collection[str] = (),
) -> list[str]:
    """Verdicts of every candidate; sentences about those that break the due set's suite.

    `settings`: of gates. `answered`: gates whose question a person answered already.
    """
    connection.execute(text("analyze candidate"))
    query("decide/narrow_channels").run(connection)
    query("decide/enrich").run(connection)
    gates = [name for name in gate_names() if name not in answered]
    run_gates(connection, as_of, [name for name in gates if name < DUE_SET_BEFORE], settings)
    invalid = check_due_set(connection, chosen, as_of)
    run_gates(connection, as_of, [name for name in gates if name >= DUE_SET_BEFORE], settings)
    return invalid


def write(
    connection: Connection,
    run: Run,
    load_id: int,
    touched: Mapping[str, Sequence[str]],
    segments: str,
    orders: Sequence[str] | None = None,
) -> int:
    """Ledger, outbox, covers and waiting rows of this run; returns the number of new ledger rows.

    `touched`: touchpoint -> orders its due file was asked about. `segments`: what their templates ask of customers
    (`audience.wanted`). `orders`: only these were decided (None: all).
    """
    for name, asked in touched.items():
        cancel_untrue(connection, run.as_of, name, asked)
    expire = around(query("decide/expire_approval"), "unreleased", query("decide/unreleased"))
    expire.run(connection, as_of=run.as_of)
    query("decide/clear_outbox").run(connection)
    planned = query("decide/plan").run(connection, as_of=run.as_of, load_id=load_id, run_id=run.run_id)
    query("decide/free_returned_codes").run(connection, run_id=run.run_id)
    query("decide/issue_codes").run(connection, run_id=run.run_id)
    query("decide/plan_content").run(connection, run_id=run.run_id, segments=segments)
    copy_planned(connection, run, load_id)
    query("decide/plan_outbox").run(connection, run_id=run.run_id)
    query("decide/analyze_outbox").run(connection)
    query("decide/plan_covers").run(connection, run_id=run.run_id, load_id=load_id)
    query("decide/wait").run(connection, as_of=run.as_of, run_id=run.run_id)
    query("decide/stop_waiting").run(
        connection, touchpoints=list(touched), orders=None if orders is None else list(orders)
    )
    return planned


def cancel_untrue(connection: Connection, as_of: datetime, touchpoint: str, touched: Sequence[str]) -> int:
    """End the touchpoint's messages of these orders that stopped being true; their number. Reads the candidates."""
    statement = around(query("decide/cancel_untrue"), "untrue", query("decide/untrue"))
    return statement.run(connection, as_of=as_of, touchpoint=touchpoint, touched=list(touched))


def verdicts(connection: Connection) -> dict[str, dict[str, int]]:
    """Touchpoint -> `verdict:reason` -> candidates."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in query("decide/verdicts").rows(connection):
        counts[row["touchpoint"]][f"{row['verdict']}:{row['reason']}".rstrip(":")] = row["n"]
    return dict(counts)


def record(
    connection: Connection,
    run: Run,
    decision: Decision,
    inputs: Inputs,
    decided: Sequence[str],
    windows: Mapping[str, Any],
    plan_id: str | None = None,
) -> None:
    """The run, with all its decisions were a function of. `plan_id`: it decided this notice alone."""
    rules = rulebook.current()
    rulebook.keep(connection, rules)
    query("decide/record_run").run(
        connection,
        run_id=run.run_id,
        as_of=run.as_of,
        load_id=decision.load_id,
        versions=json.dumps({name: version(name) for name in decided}),
        gates=json.dumps(_gates(connection)),
        windows=json.dumps(windows),
        verdicts=json.dumps(decision.verdicts),
        plan_id=plan_id,
        rulebook=rules.version,
        inputs=inputs.as_json(),
        seen=inputs.seen,
        is_express=run.is_express,
    )


def _gates(connection: Connection) -> dict[str, Any]:
    return {row["feed"]: row["state"] for row in query("reports/gates").rows(connection)}
