"""Step 7: deliver. Claim, render, seal, intend, post, classify, acknowledge; take over, repost, resolve.

The guarantees do not depend on how this loop is scheduled: any number of processes may run it at once, and any of them
may be killed between any two lines.
"""

import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from uuid import UUID, uuid4

from prefect import get_run_logger, task

from tasks.channels import channels_of
from tasks.channels.base import Channel, TellsRate, told_calls
from tasks.core import doubts, due, fallback, ledger
from tasks.core.archive import keep
from tasks.core.attempt import attempt, conclude
from tasks.core.claims import Key, Scope, StillDue, claim, claimable_elsewhere, ends_as, enter
from tasks.core.domain import ChannelName, State, TouchpointClass
from tasks.core.doubts import Doubt
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.ledger import Posting
from tasks.core.outgoing import Result
from tasks.core.pace import Pace, Wait
from tasks.core.runs import Run
from tasks.core.sealing import Render, pack, renderer_of, seal_all
from tasks.core.steps import reached
from tasks.core.thresholds import DeliverySettings, PaceSettings
from tasks.stores import archive_store

Hook = Callable[[str], None]
"""Called with a step's name (tasks/core/steps.py). Tests strike there."""

ATTEMPTS = 3
"""How often in a row one run tries a provider that takes nothing, or one batch in doubt; then the next run goes on."""

PAUSE_SECONDS = 0.2


@dataclass
class Delivered:
    """Messages by what this run did to them, and one line for each thing it could not do."""

    counts: dict[str, int]
    notes: list[str]


@task(name="deliver", timeout_seconds=3000, tags=["deliver"])
def deliver(run: Run) -> Delivered:
    """Send every message that may leave now, and settle what earlier runs left open. Sends nothing twice."""
    with ExitStack() as open_channels:
        channels = [open_channels.enter_context(closing(channel)) for channel in channels_of(run)]
        done = deliver_messages(run, channels, renderer_of(run), hook=reached)
    get_run_logger().info("delivered: %s", done.counts or "nothing to send")
    for note in done.notes:
        get_run_logger().warning("%s", note)
    return done


def deliver_messages(
    run: Run,
    channels: Sequence[Channel],
    render: Render,
    still_due: StillDue = due.still_due,
    times: DeliverySettings | None = None,
    hook: Hook = lambda _: None,
    pace: PaceSettings | None = None,
) -> Delivered:
    """The step without Prefect. Ends when nothing is left that this run may do and no other worker is at it."""
    counts: Counter[str] = Counter()
    notes: list[str] = []
    stopped: set[ChannelName] = set()
    for place, channel in enumerate([*channels, *channels]):  # again: one may get what another refused
        if place >= len(channels) and (channel.name in stopped or not fallback.waits(run, channel.name)):
            continue
        told = channel.rate if isinstance(channel, TellsRate) else None
        calls = partial(told_calls, channel)
        limits = Pace(run.database, channel.provider, told, pace or PaceSettings(), told_calls=calls)
        courier = Courier(run, channel, render, still_due, times or DeliverySettings(), hook, limits)
        if place == 0:
            notes += fallback.leave_removed_channels(run, courier.scope, [one.name for one in channels])
            notes += fallback.take_bounced(run, courier.scope)
        courier.work_until_quiet()
        stopped |= {channel.name} if courier.stopped else set()
        counts += courier.counts
        notes += courier.notes + limits.notes()
    hook("quiet")
    keep(run.database, archive_store(run.settings))
    hook("archive")
    return Delivered(dict(sorted(counts.items())), notes)


@dataclass
class Courier:
    """One worker on one channel in one run."""

    run: Run
    channel: Channel
    render: Render
    still_due: StillDue
    times: DeliverySettings
    hook: Hook
    pace: Pace
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    deferred: set[Key] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    tries: Counter[UUID] = field(default_factory=Counter)
    refusals: int = 0
    stopped: bool = False
    worker: str = field(default_factory=lambda: f"{platform.node()}:{os.getpid()}:{uuid4().hex[:8]}")

    @cached_property
    def scope(self) -> Scope:
        """What this worker may claim."""
        return fallback.scope_of(self.run, self.channel.name, self.channel.is_real)

    def work_until_quiet(self) -> None:
        """Work, then wait (one lease at most) for what other workers hold: it belongs to this run's sum."""
        with self.run.database.transaction() as connection:
            ledger.dissolve_retired(connection, self.scope, self.channel.provider)
        patience = self.times.lease_seconds + self.times.timeout_seconds + self.times.margin_seconds
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self._work():
                until = time.monotonic() + patience
            elif not self._others_busy():
                return
            else:
                time.sleep(PAUSE_SECONDS)
        self.notes.append(f"{self.channel.provider}: another worker still holds messages; the next run settles them")

    def _work(self) -> bool:
        """One pass over what there is to do, a lease long at most: doubts wait no longer. False: there was nothing."""
        until = time.monotonic() + self.times.lease_seconds
        with self.run.database.transaction() as connection:
            taken = doubts.take_over(connection, self.scope)
        if taken:
            self.hook("take_over")
        self.counts["taken_over"] += taken
        moved = taken + sum(self._drain(one, until) for one in ledger.CLASSES)
        return moved + self._settle_doubts() > 0 or self._wait_for_provider()

    def _drain(self, message_class: TouchpointClass, until: float) -> bool:
        worked = False
        steps = self._post_next, self._seal_next
        while time.monotonic() < until and not self.stopped and any(step(message_class) for step in steps):
            worked = True
        return worked

    def _seal_next(self, message_class: TouchpointClass) -> bool:
        """Claim a batch's worth, render and freeze it in one transaction. False when nothing can be claimed."""
        limit = self.pace.limit(min(self.times.batch_size, self.channel.max_messages))
        with self.run.database.transaction() as connection:
            found = claim(connection, self.scope, message_class, limit, self.still_due, self.deferred, self.left_out)
            self.hook("claim")
            packed = pack(found.ready, self.render, self.channel, self.run.as_of)
            self.hook("render")
            self.pace.hold_back(connection, packed, message_class is TouchpointClass.TRANSACTIONAL)
            batches = seal_all(connection, self.scope, self.channel, message_class, packed)
        if batches:
            self.hook("seal")
        self.deferred |= found.deferred.keys()
        self.left_out |= packed.broken.keys()
        self.notes += [f"{touchpoint} stays planned: {reason}" for touchpoint, reason in packed.broken.items()]
        self._count(state for state, _ in (found.ended | packed.rejected).values())
        return bool(found)

    def _post_next(self, message_class: TouchpointClass) -> bool:
        """Post the next sealed batch, whoever sealed it. False when there is none."""
        deadline = self._deadline()
        with self.run.database.transaction() as connection:
            enter(connection, self.run.as_of)
            found = ledger.next_sealed(connection, self.scope, self.channel.provider, message_class)
            if found is None:
                return False
            failed = ledger.dissolve_if_untrue(connection, self.scope, *found, self.still_due)
            wait = None if failed else self._admit(found[0])
            if wait and self.stopped:
                ledger.dissolve(connection, self.scope, *found, State.SEALED, "provider_waits")
            identity = self.scope, *found, self.worker, self.times
            posting = None if failed or wait else ledger.intend(connection, *identity)
        self._count(ends_as(reason) for reason in failed.values())
        if posting is not None:
            self._post(posting, deadline)
        elif wait:
            time.sleep(wait.seconds)
        return True

    def _admit(self, batch_id: UUID) -> Wait | None:
        """None: the batch may be posted now. Else how long to sleep first; too long a wait ends sending."""
        wait = self.pace.admit(batch_id, self.times.lease_seconds)
        if wait and wait.over:
            self._stop(wait.over)
        return wait

    def _stop(self, why: object) -> None:
        self.stopped = True
        self.notes.append(f"{self.channel.provider}: stopped, messages stay planned: {why}")

    def _deadline(self) -> float:
        """When an attempt must have ended; taken before its lease begins."""
        return time.monotonic() + min(self.times.timeout_seconds, self.times.lease_seconds - self.times.margin_seconds)

    def _post(self, posting: Posting, deadline: float) -> None:
        self.hook("intent")
        outcome = attempt(self.channel, posting, deadline)
        self.hook("post")
        with self.run.database.transaction() as connection:
            owned = conclude(connection, self.scope, posting, outcome)
            self.hook("acknowledge")
        self.pace.report(outcome)
        if not owned:
            self.counts["taken_from_us"] += 1
        elif isinstance(outcome, DeliveryError):
            self._note(outcome)
        else:
            self._tally(outcome)

    def _tally(self, results: Sequence[Result]) -> None:
        """Count what was said message by message; one that was not taken now counts as a refusal of the provider."""
        self.refusals = 0
        self._count(State.ACCEPTED if one.accepted else State.REJECTED for one in results if one.failure is None)
        self._count(State.PARKED for one in results if isinstance(one.failure, UnknownOutcome))
        for failure in {type(one.failure): one.failure for one in results if one.failure}.values():
            self._note(failure)

    def _note(self, error: DeliveryError) -> None:
        """A stop of the account ends sending at the first answer, a provider that takes nothing at the third."""
        self.counts[type(error).__name__] += 1
        self.refusals += isinstance(error, NotWritten)
        if isinstance(error, AccountStopped) or self.refusals >= ATTEMPTS:
            self._stop(error)
        elif isinstance(error, Rejected | UnknownOutcome):
            self.notes.append(f"{self.channel.provider}: {error}")

    def _settle_doubts(self) -> bool:
        """Repost (keyed, in time, all members still true) or, past the horizon, ask. False when nothing moved."""
        with self.run.database.transaction() as connection:
            found = doubts.in_doubt(connection, self.scope, self.channel.provider, self.times)
        return sum(self._repost(doubt) or self._ask(doubt) for doubt in found) > 0

    def _repost(self, doubt: Doubt) -> bool:
        if self.stopped or not (self.channel.keyed and doubt.may_repost) or self.tries[doubt.batch_id] >= ATTEMPTS:
            return False
        deadline = self._deadline()
        with self.run.database.transaction() as connection:
            enter(connection, self.run.as_of)
            if not doubts.may_repost(connection, self.scope, doubt, self.still_due):
                return False
            wait = self._admit(doubt.batch_id)
            identity = self.scope, doubt.batch_id, doubt.fence, self.worker, self.times
            posting = None if wait else ledger.intend(connection, *identity, in_doubt=True)
        if wait:
            time.sleep(wait.seconds)
            return not self.stopped
        self.tries[doubt.batch_id] += 1
        self.counts["reposted"] += 1
        if posting is not None:
            self._post(posting, deadline)
        return True

    def _ask(self, doubt: Doubt) -> bool:
        """Ask the provider which messages it took; the batch is not posted again in between (fence)."""
        if not doubt.may_look_into(self.channel) or self.tries[doubt.batch_id] > ATTEMPTS:
            return False
        self.tries[doubt.batch_id] += self.channel.can_look_up * (ATTEMPTS + 1)  # once a run
        try:
            settled = doubts.ask(self.run.database, self.scope, doubt, self.channel, self.times, self.hook)
        except DeliveryError as error:
            self._note(error)
            return False
        self._count(settled.values())
        return bool(settled)

    def _wait_for_provider(self) -> bool:
        """Sleep out a short Retry-After. False when there is none, or it is longer than a lease."""
        with self.run.database.transaction() as connection:
            seconds = ledger.retry_in(connection, self.channel.name)
        if self.stopped or seconds is None or seconds > self.times.lease_seconds:
            return False
        if self.pace.is_over:
            self._stop("this run waited long enough for its limits")
        time.sleep(max(seconds, 0) + 0.01)
        return True

    def _others_busy(self) -> bool:
        with self.run.database.transaction() as connection:
            return bool(ledger.posting_elsewhere(connection, self.channel.name)) or (
                not self.stopped and claimable_elsewhere(connection, self.channel.name, self.deferred, self.left_out)
            )

    def _count(self, states: Iterable[State]) -> None:
        self.counts.update(state.value for state in states)
