"""Ad-hoc notices of operations: preview a plan, approve or reject it, lift it (docs/notices.md).

A notice is an hour in small: its orders are found, a delay becomes a fact, its touchpoint is decided for them alone
through the gates of every hour, and what may leave is delivered by the step of every hour. A preview does the same in a
savepoint and rolls it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection

from tasks.core import audience
from tasks.core import notice_store as store
from tasks.core.audit import record_act
from tasks.core.brand import load_brand
from tasks.core.claims import enter
from tasks.core.domain import DelayCause
from tasks.core.due import Window, collect
from tasks.core.errors import GuardError
from tasks.core.gates import new_candidates, settings_of_gates
from tasks.core.guards import held, paused
from tasks.core.inputs import Inputs
from tasks.core.notice_filters import find_orders, learn_places, require_channels, require_known
from tasks.core.notice_outcomes import (
    LATER,
    counted,
    left_out,
    members_of,
    people_of,
    summary_of,
    written,
)
from tasks.core.notice_overlap import NOT_YET, overlap_of
from tasks.core.notice_plans import (
    Approved,
    Lifted,
    NoticePlan,
    NoticePreview,
    NoticeState,
)
from tasks.core.notice_samples import rendered
from tasks.core.notices import NoticeKind, NoticeRequest
from tasks.core.own_words import Words, check_words
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.sealing import samples_of
from tasks.core.steps import reached
from tasks.core.thresholds import DetectionSettings, NoticeSettings, VolumeSettings
from tasks.core.touchpoints import load
from tasks.decide import Decision, arbitrate, cancel_untrue, record, set_floors, verdicts, write
from tasks.deliver import deliver_now
from tasks.detect import gather, take_delays

AHEAD = timedelta(hours=24)
"""How far a preview looks for what is due later, of the notice and of everything else."""

ANSWERED = (NOT_YET, "decide/gates/85_approval", "decide/gates/90_volume")
"""Gates left out: the first is asked last, the others for a person's approval, which the plan has."""

SHOWN = 100
"""People in the list of a preview; the stored plan has all."""


@dataclass(frozen=True)
class Trial:
    """What an approval would have done: rows of sql/notice/outcomes and of sql/notice/samples."""

    outcomes: list[dict[str, Any]]
    samples: list[dict[str, Any]]


def preview(run: Run, request: NoticeRequest, operator: str, plan_id: str | None = None) -> NoticePreview:
    """Who would be told what, at which cost, stored as a plan. Writes nothing to the ledger.

    With the `plan_id` of a stored plan, that plan as it is: a flow that begins again asks again. Raises
    ConfigurationError for names nobody knows, TemplateRejected for words that cannot be filled, GuardError where the
    plan reaches nobody or more than the ceiling.
    """
    if plan_id and plan_id in {plan.plan_id for plan in plans(run)}:
        return show(run, plan_id)
    settings, plan_id = NoticeSettings(), plan_id or f"n{run.as_of:%Y%m%d}-{uuid4().hex[:6]}"
    require_channels(request, load(request.touchpoint).channels, run.settings.channels)
    with run.database.transaction() as connection:
        enter(connection, run.as_of)
        require_known(connection, request, run.as_of)
        learn_places(connection, request)
        trial = _try(connection, run, plan_id, request, settings.samples)
        _require_size(trial.outcomes)
        samples = rendered(samples_of(run), trial.samples)
        members = members_of(trial.outcomes)
        store.insert_members(connection, plan_id, members)
        orders = _orders(connection, plan_id)
        overlap = overlap_of(connection, run.as_of, AHEAD, plan_id, request.touchpoint, orders)
        summary = summary_of(trial.outcomes, overlap, load_brand().costs, samples)
        plan_hash = store.hash_of(request, members)
        store.insert(
            connection, plan_id, request, operator, run.as_of,
            plan_hash=plan_hash, summary=summary, expiry_hours=settings.expiry_hours,
        )  # fmt: skip
        record_act(connection, operator, "notice.preview", plan_id, run.as_of, plan_hash=plan_hash, note=request.note)
        return NoticePreview(
            plan=store.plan_of(connection, plan_id), people=people_of(members[:SHOWN]), samples=samples
        )


def show(run: Run, plan_id: str) -> NoticePreview:
    """A stored plan, for whoever looks at it later or after a restart; samples are rendered anew while it is open."""
    with run.database.transaction() as connection:
        enter(connection, run.as_of)
        plan = store.plan_of(connection, plan_id)
        people = people_of(store.members(connection, plan_id)[:SHOWN])
        is_open = plan.state is NoticeState.PREVIEWED
        trial = _try(connection, run, uuid4().hex, plan.request, NoticeSettings().samples) if is_open else None
        return NoticePreview(
            plan=plan, people=people, samples=rendered(samples_of(run), trial.samples) if trial else []
        )


def plans(run: Run) -> list[NoticePlan]:
    """Every plan, newest first."""
    with run.database.transaction() as connection:
        return store.plans(connection)


def approve(run: Run, plan_id: str, plan_hash: str, operator: str) -> Approved:
    """Send exactly this plan minus what stopped being true, now.

    The approval is one transaction under the planning lock. Raises GuardError where somebody decided before, the plan
    expired or is another than the one shown, or a hold is open. Killed before delivery: the next hour delivers.
    """
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        if holds := held(connection):
            raise GuardError("Nothing is sent while a hold is open: " + " ".join(holds))
        plan = store.plan_of(connection, plan_id)
        load_id = begin_load(connection, run, "notice")
        store.decide(connection, plan, plan_hash, NoticeState.APPROVED, operator, run.as_of)
        store.require_unchanged(connection, plan)
        if plan.kind is NoticeKind.DELAY:
            _take_notices(connection, run, ended=False)
        planned = _decide(connection, run, plan, load_id)
        outcomes = [dict(row) for row in query("notice/outcomes").rows(connection, plan_id=plan_id)]
        stopped = paused(connection)
        reached("planning")
    reached("plan")
    states, notes = deliver_now(run)
    later = [row for row in outcomes if left_out(row) is None and row["verdict"] is not None]
    return Approved(
        plan_id=plan_id,
        planned=planned,
        waiting=len({row["subject_id"] for row in later}),
        later=counted(row["reason"] for row in later),
        left_out=counted(reason for row in outcomes if (reason := left_out(row))),
        states=states,
        notes=stopped + notes,
    )


def reject(run: Run, plan_id: str, operator: str, why: str = "") -> NoticePlan:
    """It is never sent. Raises GuardError where it was decided or expired before."""
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        plan = store.plan_of(connection, plan_id)
        begin_load(connection, run, "notice")
        store.decide(connection, plan, plan.plan_hash, NoticeState.REJECTED, operator, run.as_of, why)
        return store.plan_of(connection, plan_id)


def lift(run: Run, plan_id: str, operator: str, words: Words | None = None) -> Lifted:
    """End an approved plan: nothing more leaves, and those who were told hear that it is over.

    Of a delay they hear by the touchpoint delay_recovered, in the next hour; of a service notice now, in `words`
    (subject and body in both languages) or those of the template. Raises GuardError where it is not approved.
    """
    if words:
        check_words(words)
    with run.database.transaction() as connection:
        query("decide/lock_planning").run(connection)
        plan = store.plan_of(connection, plan_id)
        load_id = begin_load(connection, run, "notice")
        store.end(connection, plan, operator, run.as_of, words)
        if plan.kind is NoticeKind.DELAY:
            _take_notices(connection, run, ended=True)
        told = int(query("notice/told").scalar(connection, plan_id=plan_id))
        stopped = _stop(connection, run, plan)
        if plan.kind is NoticeKind.SERVICE:
            _decide(connection, run, plan, load_id)
    states, notes = deliver_now(run)
    return Lifted(plan_id=plan_id, stopped=stopped, told=told, states=states, notes=notes)


def _try(connection: Connection, run: Run, plan_id: str, request: NoticeRequest, most: int) -> Trial:
    """What approving this very moment would do, rolled back."""
    savepoint = connection.begin_nested()
    try:
        gather(connection, run.as_of, DetectionSettings())
        find_orders(connection, request, run.as_of)
        store.insert(connection, plan_id, request, "preview", run.as_of, approved=True)
        query("notice/try_members").run(connection, plan_id=plan_id)
        if request.kind is NoticeKind.DELAY:
            take_delays(connection, run.as_of, DetectionSettings(), (DelayCause.SHOP_NOTICE,), ())
        _candidates(connection, run, plan_id, request.touchpoint)
        outcomes = query("notice/outcomes").rows(connection, plan_id=plan_id)
        samples = query("notice/samples").rows(connection, reasons_later=list(LATER), most=most)
        return Trial([dict(row) for row in outcomes], [dict(row) for row in samples])
    finally:
        savepoint.rollback()


def _take_notices(connection: Connection, run: Run, ended: bool) -> None:
    """Delays of approved notices are facts from now on; `ended`: those that no notice names any more are lifted."""
    gather(connection, run.as_of, DetectionSettings())
    causes = (DelayCause.SHOP_NOTICE,)
    take_delays(connection, run.as_of, DetectionSettings(), causes, causes if ended else ())


def _decide(connection: Connection, run: Run, plan: NoticePlan, load_id: int) -> int:
    """Plan the messages of this notice and no others; their number."""
    orders = _candidates(connection, run, plan.plan_id, plan.touchpoint)
    segments = audience.wanted({plan.touchpoint: load(plan.touchpoint).segments})
    decision, inputs = Decision(load_id), Inputs.of_now(connection, run.settings)
    decision.planned = write(connection, run, load_id, {plan.touchpoint: orders}, segments, orders)
    decision.verdicts = verdicts(connection)
    record(connection, run, decision, inputs, [plan.touchpoint], {}, plan.plan_id)
    return decision.planned


def _candidates(connection: Connection, run: Run, plan_id: str, name: str) -> list[str]:
    """The plan's candidates with their verdicts; the orders of those it writes to."""
    orders, touchpoint = _orders(connection, plan_id), load(name)
    set_floors(connection, run, [touchpoint])
    floor_at = query("decide/windows").one(connection, touchpoints=[name], as_of=run.as_of)["floor_at"]
    window = Window(run.as_of, run.as_of, run.as_of + AHEAD, orders, floor_at=floor_at)
    new_candidates(connection)
    collect(connection, touchpoint, window, [way for way in touchpoint.channels if way in run.settings.channels])
    query("notice/keep_members").run(connection, plan_id=plan_id)
    arbitrate(connection, run.as_of, [touchpoint], settings_of_gates(), ANSWERED)
    query(NOT_YET).run(connection, as_of=run.as_of)
    return orders


def _stop(connection: Connection, run: Run, plan: NoticePlan) -> int:
    """Cancel what is planned and no longer true of the plan's orders; its number."""
    orders, touchpoint = _orders(connection, plan.plan_id), load(plan.touchpoint)
    new_candidates(connection)
    collect(connection, touchpoint, Window.of_orders(run.as_of, orders), touchpoint.channels)
    stopped = cancel_untrue(connection, run.as_of, plan.touchpoint, orders)
    query("decide/clear_outbox").run(connection)
    return stopped


def _orders(connection: Connection, plan_id: str) -> list[str]:
    return [row["order_id"] for row in store.members(connection, plan_id) if row["left_out"] is None]


def _require_size(outcomes: Sequence[Mapping[str, Any]]) -> None:
    messages, ceiling = len(written(outcomes)), VolumeSettings().ceiling
    if not outcomes:
        raise GuardError("The notice reaches nobody: no order fits all of its filters. Widen them.")
    if messages > ceiling:
        raise GuardError(
            f"The notice would send {messages} messages, more than the ceiling of {ceiling} (TODOKE_VOLUME_CEILING). "
            "Narrow its filters, or raise the ceiling if you mean it."
        )


# The same for flows.
_NEVER_STORED: dict[str, Any] = {"tags": ["notice"], "cache_policy": NO_CACHE, "persist_result": False}
preview_notice = task(name="preview notice", timeout_seconds=900, **_NEVER_STORED)(preview)
approve_notice = task(name="approve notice", timeout_seconds=3000, **_NEVER_STORED)(approve)
reject_notice = task(name="reject notice", timeout_seconds=300, **_NEVER_STORED)(reject)
lift_notice = task(name="lift notice", timeout_seconds=3000, **_NEVER_STORED)(lift)
