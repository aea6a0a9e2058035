"""A worker that only ends doubts: it takes over what a dead worker held, posts again under the same key, and asks.

It claims and seals nothing, so it may run between hours and beside one: batch and fence guard it like any other worker
(docs/delivery.md).
"""

import os
import platform
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import inf
from uuid import UUID, uuid4

from tasks.channels.base import Channel, TellsRate, told_calls
from tasks.core import doubts, fallback, ledger
from tasks.core.attempt import attempt, conclude
from tasks.core.claims import Scope, StillDue, enter
from tasks.core.domain import State
from tasks.core.doubts import Doubt
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.ledger import Posting
from tasks.core.outgoing import Result
from tasks.core.pace import Pace, Wait
from tasks.core.runs import Run
from tasks.core.steps import Hook
from tasks.core.thresholds import DeliverySettings, PaceSettings

ATTEMPTS = 3
"""How often in a row one run tries a provider that takes nothing, or one batch in doubt; then the next run goes on."""


def pace_of(run: Run, channel: Channel, settings: PaceSettings) -> Pace:
    """The limits of a channel's provider, with what it says of them itself."""
    told = channel.rate if isinstance(channel, TellsRate) else None
    return Pace(run.database, channel.provider, told, settings, told_calls=partial(told_calls, channel))


@dataclass
class Settler:
    """One worker on one channel in one run."""

    run: Run
    channel: Channel
    still_due: StillDue
    times: DeliverySettings
    hook: Hook
    pace: Pace
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    tries: Counter[UUID] = field(default_factory=Counter)
    refusals: int = 0
    stopped: bool = False
    worker: str = field(default_factory=lambda: f"{platform.node()}:{os.getpid()}:{uuid4().hex[:8]}")

    @cached_property
    def scope(self) -> Scope:
        """What this worker may claim."""
        return fallback.scope_of(self.run, self.channel.name, self.channel.is_real)

    def settle(self, seconds: float) -> None:
        """Until nothing moves any more, or so long at most: a later call goes on."""
        until = time.monotonic() + seconds
        while self._take_over() + self._settle_doubts(until) > 0:
            pass

    def _take_over(self) -> int:
        """Batches whose worker is gone are in doubt from here on; their number."""
        with self.run.database.transaction() as connection:
            taken = doubts.take_over(connection, self.scope)
        if taken:
            self.hook("take_over")
        self.counts["taken_over"] += taken
        return taken

    def _settle_doubts(self, until: float = inf) -> int:
        """Repost (keyed, in time, all members still true) or, past the horizon, ask; how many of them moved."""
        with self.run.database.transaction() as connection:
            found = doubts.in_doubt(connection, self.scope, self.channel.provider, self.times)
        return sum(time.monotonic() < until and (self._repost(doubt) or self._ask(doubt)) for doubt in found)

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

    def _count(self, states: Iterable[State]) -> None:
        self.counts.update(state.value for state in states)
