"""`backfill send`: what was due in a window, never left, and is still true today. Previewed, approved, sent once.

A preview decides through every gate of an hour in a savepoint and rolls it back; an approval does the same for the
members of the plan alone, and delivers. Validity and floors hold as in an hour: a window of a year finds what an hour
would find, which is nothing where no hour was missed and no rule changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.backfill import check, read_again
from tasks.core import audience
from tasks.core import backfill_store as store
from tasks.core.backfill_outcomes import sent_of, summary_of
from tasks.core.backfills import (
    Backfill,
    BackfillMode,
    BackfillRequest,
    BackfillState,
    Member,
    SendPreview,
    SendSummary,
    Sent,
)
from tasks.core.brand import load_brand
from tasks.core.claims import enter
from tasks.core.due import Window
from tasks.core.errors import GuardError, TemplateRejected
from tasks.core.gates import new_candidates, run_gates
from tasks.core.guards import held, paused
from tasks.core.inputs import Inputs
from tasks.core.notice_plans import Sample
from tasks.core.notice_samples import rendered
from tasks.core.queries import query
from tasks.core.rendering import Renderer
from tasks.core.runs import Run, begin_load
from tasks.core.sealing import samples_of
from tasks.core.steps import reached
from tasks.core.thresholds import BackfillSettings
from tasks.core.touchpoints import Touchpoint
from tasks.decide import Decision, arbitrate, gather, record, set_floors, verdicts, write
from tasks.deliver import deliver_now

FOR_GOOD = tuple(
    f"decide/gates/{name}" for name in ("05_once", "10_floor", "15_not_yet", "20_checks", "22_draft", "40_expired")
)
"""Gates that judge a candidate by itself: asked chunk by chunk, so that a year of candidates never stands at once."""

ANSWERED = ("decide/gates/85_approval", "decide/gates/90_volume")
"""Gates whose question the approval of the plan answers."""

SHOWN = 100
"""Members in the list of a preview; the stored plan has all."""


@dataclass(frozen=True)
class Trial:
    """What an approval would do: its members, what stops the others (reason -> subjects), samples, broken due files."""

    members: list[Member]
    stopped: Counter[str]
    broken: dict[str, str]
    samples: list[Sample]


def preview(run: Run, request: BackfillRequest, operator: str, backfill_id: str | None = None) -> SendPreview:
    """Who would be sent what, at which cost, and why nobody else is; stored as a plan. Writes nothing to the ledger.

    With the `backfill_id` of a stored plan, that plan as it is. A plan without messages is done at once.
    """
    backfill_id = backfill_id or f"b{uuid4().hex[:10]}"
    known = {one.backfill_id for one in backfills(run)}
    check(run, request)
    if backfill_id in known:
        return show(run, backfill_id)
    if request.read_again:
        read_again(run, request.from_at)
    with run.database.transaction() as connection:
        enter(connection, run.as_of)
        trial = _try(connection, run, request)
        found = summary_of(trial.members, trial.stopped, trial.broken, trial.samples, load_brand().costs)
        state = BackfillState.PREVIEWED if trial.members else BackfillState.DONE
        store.insert(
            connection, run, backfill_id, request, operator, state,
            plan_hash=store.hash_of(request, trial.members),
            summary=found.model_dump_json(),
            expiry_hours=BackfillSettings().expiry_hours,
        )  # fmt: skip
        store.keep_members(connection, backfill_id, trial.members)
        plan = store.backfill_of(connection, backfill_id)
    return SendPreview(plan=plan, found=found, members=trial.members[:SHOWN], samples=trial.samples)


def show(run: Run, backfill_id: str) -> SendPreview:
    """A stored plan, for whoever looks at it later or after a restart; samples are rendered anew while it is open."""
    with run.database.transaction() as connection:
        enter(connection, run.as_of)
        plan = store.backfill_of(connection, backfill_id)
        if plan.mode is not BackfillMode.SEND:
            raise GuardError(f"Backfill {backfill_id} is a {plan.mode}: it has no preview.")
        is_open = plan.state is BackfillState.PREVIEWED
        samples = _try(connection, run, plan.request, plan).samples if is_open else []
        return SendPreview(
            plan=plan,
            found=SendSummary.model_validate(plan.summary),
            members=store.members(connection, backfill_id)[:SHOWN],
            samples=samples,
        )


def backfills(run: Run) -> list[Backfill]:
    """Every backfill, newest first."""
    with run.database.transaction() as connection:
        return store.backfills(connection)


def approve(run: Run, backfill_id: str, plan_hash: str, operator: str) -> Sent:
    """Send exactly this plan minus what stopped being true, now.

    One transaction under the planning lock, then delivery. Raises GuardError where somebody decided before, the plan
    expired or is another than the one shown, or a hold is open. Killed before delivery: the next hour delivers.
    """
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        if holds := held(connection):
            raise GuardError("Nothing is sent while a hold is open: " + " ".join(holds))
        plan = store.backfill_of(connection, backfill_id)
        load_id = begin_load(connection, run, "backfill")
        store.decide(connection, plan, plan_hash, BackfillState.APPROVED, operator, run.as_of)
        store.require_unchanged(connection, plan)
        chosen = check(run, plan.request)
        stopped, _ = _candidates(connection, run, plan.request, chosen, plan)
        decision = _write(connection, run, chosen, load_id, backfill_id)
        members, notes = len(store.members(connection, backfill_id)), paused(connection)
        reached("planning")
    reached("plan")
    states, undone = deliver_now(run)
    return sent_of(backfill_id, members, decision.planned, stopped, decision.verdicts, states, notes + undone)


def reject(run: Run, backfill_id: str, operator: str) -> Backfill:
    """It is never sent. Raises GuardError where it was decided or expired before."""
    with run.database.transaction() as connection:
        plan = store.backfill_of(connection, backfill_id)
        store.decide(connection, plan, plan.plan_hash or "", BackfillState.REJECTED, operator, run.as_of)
        return store.backfill_of(connection, backfill_id)


def send(run: Run, request: BackfillRequest, operator: str) -> tuple[SendPreview, Sent | None]:
    """Preview and approve in one go, for proofs: whoever clicks through everything. None: nothing to approve."""
    shown = preview(run, request, operator)
    if shown.plan.state is BackfillState.DONE:
        return shown, None
    return shown, approve(run, shown.plan.backfill_id, shown.plan.plan_hash or "", operator)


def _try(connection: Connection, run: Run, request: BackfillRequest, plan: Backfill | None = None) -> Trial:
    """What approving this very moment would do, rolled back. The planning lock is not held while it looks."""
    chosen = check(run, request)
    savepoint = connection.begin_nested()
    try:
        stopped, broken = _candidates(connection, run, request, chosen, plan)
        members = [Member(**row) for row in query("backfill/leaving").rows(connection)]
        query("decide/lock_planning").run(connection)
        _write(connection, run, chosen, int(query("decide/newest_load").scalar(connection)))
        shown = query("backfill/samples").rows(connection, run_id=run.run_id, most=BackfillSettings().samples)
        return Trial(members, stopped, broken, _samples(samples_of(run), map(dict, shown)))
    finally:
        savepoint.rollback()


def _candidates(
    connection: Connection,
    run: Run,
    request: BackfillRequest,
    chosen: Sequence[Touchpoint],
    plan: Backfill | None = None,
) -> tuple[Counter[str], dict[str, str]]:
    """The window's candidates with their verdicts, in the temporary table; what stops how many, and broken due files.

    Chunk by chunk those that nothing stops for good, then all of them together through every gate. `plan`: only its
    members.
    """
    members = store.members(connection, plan.backfill_id) if plan else []
    oldest = min((one.due_at for one in members), default=None)
    set_floors(connection, run, list(chosen))
    inputs = Inputs.of_now(connection, run.settings)
    stopped: Counter[str] = Counter()
    broken: dict[str, str] = {}
    new_candidates(connection)
    query("backfill/create_kept").run(connection)
    for since, until in request.steps(oldest):
        windows = {touchpoint.name: Window(run.as_of, since, until) for touchpoint in chosen}
        broken |= gather(connection, list(chosen), windows, inputs)
        if plan:
            query("backfill/leave_members").run(connection, backfill_id=plan.backfill_id)
        run_gates(connection, run.as_of, FOR_GOOD, inputs.gates)
        query("backfill/leave_to_hours").run(connection)
        stopped += _stopped(connection)
        query("backfill/keep_candidates").run(connection)
        new_candidates(connection)
    query("backfill/take_kept").run(connection)
    arbitrate(connection, run.as_of, list(chosen), inputs.gates, ANSWERED)
    query("backfill/cut").run(connection, most=request.most)
    return stopped + _stopped(connection), broken


def _write(
    connection: Connection, run: Run, chosen: Sequence[Touchpoint], load_id: int, backfill_id: str | None = None
) -> Decision:
    """Ledger, work list and waiting rows of the candidates; nobody else's. `backfill_id`: with the run's record."""
    inputs, decision = Inputs.of_now(connection, run.settings), Decision(load_id)
    segments = audience.wanted({touchpoint.name: touchpoint.segments for touchpoint in chosen})
    names = [touchpoint.name for touchpoint in chosen]
    decision.planned = write(connection, run, load_id, dict.fromkeys(names, ()), segments, ())
    query("backfill/stop_waiting").run(connection, run_id=run.run_id)
    decision.verdicts = verdicts(connection)
    if backfill_id:
        record(connection, run, decision, inputs, names, {}, backfill_id)
    return decision


def _stopped(connection: Connection) -> Counter[str]:
    """Reason -> candidates that do not leave."""
    found: Counter[str] = Counter()
    for row in query("decide/verdicts").rows(connection):
        if row["verdict"] not in ("planned", "held_out"):
            found[row["reason"]] += row["n"]
    return found


def _samples(renderer: Renderer, rows: Iterable[Mapping[str, Any]]) -> list[Sample]:
    """A message that cannot be rendered says so in its place, and is rejected when it is sent."""
    return [one for row in rows for one in _sample(renderer, row)]


def _sample(renderer: Renderer, row: Mapping[str, Any]) -> list[Sample]:
    try:
        return rendered(renderer, [row])
    except TemplateRejected as error:
        said = f"{row['touchpoint']} {row['subject_id']} cannot be rendered: {error}"
        return [Sample(language=row["language"], channel=row["channel"], to="–", subject=said, text="")]


# The same for flows.
_NEVER_STORED: dict[str, Any] = {"tags": ["backfill"], "cache_policy": NO_CACHE, "persist_result": False}
preview_send = task(name="preview send", timeout_seconds=3000, **_NEVER_STORED)(preview)
approve_send = task(name="approve send", timeout_seconds=3000, **_NEVER_STORED)(approve)
reject_send = task(name="reject send", timeout_seconds=300, **_NEVER_STORED)(reject)
