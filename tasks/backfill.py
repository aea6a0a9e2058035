"""Backfills of the data team: a window decided beside the ledger (shadow) or recorded as handled (mark), step by step.

What a send does stands in tasks/backfill_send.py. Every step is one transaction that says it is done, so that whoever
takes up a backfill after a `kill -9` goes on behind the last one; docs/backfill.md.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from tasks.core import backfill_store as store
from tasks.core.audit import record_act
from tasks.core.backfills import Backfill, BackfillMode, BackfillRequest, BackfillState
from tasks.core.domain import ChannelName
from tasks.core.due import Window, declared
from tasks.core.errors import ConfigurationError, DataError, GuardError
from tasks.core.gates import new_candidates
from tasks.core.guards import held
from tasks.core.inputs import Inputs
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.steps import reached
from tasks.core.thresholds import BackfillSettings
from tasks.core.touchpoints import Touchpoint, load_all
from tasks.decide import gather, set_floors
from tasks.detect import detect
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.prepare import guard
from tasks.proof import shadow
from tasks.track import track
from tasks.validate import validate_feeds


@dataclass(frozen=True)
class Progress:
    """One step that was just done. `counts`: touchpoint -> subjects."""

    number: int
    of: int
    until: datetime
    counts: Mapping[str, int]


def open_window(run: Run, request: BackfillRequest, operator: str) -> Backfill:
    """A shadow or a mark, begun now or before; the source is read again first where that is asked.

    Raises ConfigurationError for a request that makes no sense here, GuardError while another backfill is open or, for
    a mark, while a hold is.
    """
    check(run, request)
    if request.mode is BackfillMode.SHADOW:
        shadow.require_history(run, request.from_at)
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        if request.mode is BackfillMode.MARK and (holds := held(connection)):
            raise GuardError("Nothing is marked while a hold is open: " + " ".join(holds))
        opened = store.open_one(connection, run, request, operator)
    if request.read_again and opened.read_at is None:
        read_again(run, request.from_at)
        with run.database.transaction() as connection:
            query("backfill/set_read").run(connection, backfill_id=opened.backfill_id)
    return opened


def check(run: Run, request: BackfillRequest) -> list[Touchpoint]:
    """The touchpoints of a request. Raises ConfigurationError for unknown names and a window that is not over."""
    if request.to_at > run.as_of:
        raise ConfigurationError(
            f"TO {request.to_at.isoformat()} lies after the shop's clock {run.as_of.isoformat()}: a backfill is of "
            "what has been. Take an earlier TO."
        )
    return declared(request.touchpoints or None, load_all())


def work(run: Run, opened: Backfill) -> Iterator[Progress]:
    """Do the steps that are left, in order; ended backfills have none."""
    if opened.state is not BackfillState.OPEN:
        return
    beside = shadow.begin(run, opened) if opened.mode is BackfillMode.SHADOW else None
    steps = opened.request.steps()
    done = steps_done(run, opened)
    for number, (since, until) in enumerate(steps, start=1):
        if until in done:
            continue
        counts = shadow.step(beside, since, until) if beside else _mark(run, opened, since, until)
        reached("plan")
        yield Progress(number, len(steps), until, counts)


def steps_done(run: Run, opened: Backfill) -> dict[datetime, dict[str, int]]:
    """End of each step that is done -> touchpoint -> subjects; a shadow keeps them with its ledger."""
    is_shadow = opened.mode is BackfillMode.SHADOW
    database = shadow.shadow_schema(run, opened.backfill_id) if is_shadow else run.database
    with database.transaction() as connection:
        return store.steps_done(connection, opened.backfill_id)


def finish(run: Run, opened: Backfill, operator: str) -> Backfill:
    """After the last step: what came of it. A backfill that ended before stays as it is."""
    if opened.state is not BackfillState.OPEN:
        return opened
    if opened.mode is BackfillMode.SHADOW:
        beside = shadow.begin(run, opened)
        found = shadow.compare(beside, opened.request.to_at, BackfillSettings().samples)
        summary = found | {"scratch": opened.backfill_id, "messages": _total(run, opened)}
    else:
        summary = {"marked": _total(run, opened)}
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        if opened.request.move_floor:
            summary["floors"] = _move_floors(connection, run, opened, operator)
        store.end(connection, opened, BackfillState.DONE, summary, operator, run.as_of)
        return store.backfill_of(connection, opened.backfill_id)


def drop(run: Run, backfill_id: str, operator: str) -> Backfill:
    """End an open backfill where it stands: what is marked stays marked, a shadow's ledger goes."""
    with run.database.transaction() as connection:
        found = store.backfill_of(connection, backfill_id)
        store.end(connection, found, BackfillState.DROPPED, {}, operator, run.as_of)
    if found.mode is BackfillMode.SHADOW:
        shadow.shadow_schema(run, backfill_id).drop()
    with run.database.transaction() as connection:
        return store.backfill_of(connection, backfill_id)


def read_again(run: Run, from_at: datetime) -> None:
    """The steps of an hour up to its decision, with a source that is read from `from_at` on.

    Corrected rows arrive as any change does: checked, loaded under a new load, their orders touched, so that the next
    hour decides them again. No watermark moves back. Raises GuardError where a hold is open or opens.
    """
    again = replace(run, run_id=f"{run.as_of:%Y%m%dT%H%M}-{uuid4().hex[:8]}")
    try:
        extract_feeds(again, from_at=from_at)
        validate_feeds(again)
        guard.fn(again)
        load_feeds(again)
    finally:
        shutil.rmtree(again.scratch, ignore_errors=True)
    track.fn(again)
    detect.fn(again)


def _mark(run: Run, opened: Backfill, since: datetime, until: datetime) -> dict[str, int]:
    """Everything due in (since, until] that the ledger does not know gets its row, and leaves what waits."""
    chosen = declared(opened.request.touchpoints, load_all())
    own = replace(run, run_id=f"{opened.backfill_id}:{until:%Y%m%dT%H%M%S}")
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        if until in (done := store.steps_done(connection, opened.backfill_id)):
            return done[until]
        load_id = begin_load(connection, own, "backfill")
        new_candidates(connection)
        windows = {touchpoint.name: Window(run.as_of, since, until) for touchpoint in chosen}
        if broken := gather(connection, chosen, windows, _on_any_channel(connection, run)):
            raise DataError(
                f"Nothing was marked up to {until.isoformat()}: {broken}. Mend the due file, "
                f"then `todoke backfill drop {opened.backfill_id}` and ask again: what is marked stays marked."
            )
        query("backfill/mark").run(connection, until=until)
        query("decide/plan").run(connection, as_of=run.as_of, load_id=load_id, run_id=own.run_id)
        query("decide/plan_covers").run(connection, run_id=own.run_id, load_id=load_id)
        query("backfill/stop_waiting").run(connection, run_id=own.run_id)
        rows = query("backfill/marked").rows(connection, run_id=own.run_id)
        counts = {row["touchpoint"]: row["n"] for row in rows}
        store.finish_step(connection, opened.backfill_id, until, counts)
        reached("planning")
    return counts


def _on_any_channel(connection: Connection, run: Run) -> Inputs:
    """A mark is sent nowhere: channels this installation lacks keep nobody out of it."""
    return replace(Inputs.of_now(connection, run.settings), channels=tuple(ChannelName))


def _move_floors(connection: Connection, run: Run, opened: Backfill, operator: str) -> dict[str, Any]:
    """The touchpoints begin at the window's end from now on; those that moved, with where they began before."""
    names, to_at = list(opened.request.touchpoints), opened.request.to_at
    begin_load(connection, run, "backfill")
    set_floors(connection, run, declared(names, load_all()))
    rows = query("backfill/move_floors").rows(
        connection, backfill_id=opened.backfill_id, touchpoints=names, floor_at=to_at
    )
    moved = {row["touchpoint"]: {"from": row["from_at"].isoformat(), "to": to_at.isoformat()} for row in rows}
    record_act(connection, operator, "backfill.floor", opened.backfill_id, run.as_of, moved=moved)
    return moved


def _total(run: Run, opened: Backfill) -> dict[str, int]:
    total: Counter[str] = Counter()
    for counts in steps_done(run, opened).values():
        total.update(counts)
    return dict(sorted(total.items()))
