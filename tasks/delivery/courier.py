"""The hour's worker: claim, render, seal, intend, post, classify, acknowledge; and it ends doubts meanwhile."""

import time
from dataclasses import dataclass, field

from tasks.core import ledger
from tasks.core.claims import Key, claim, claimable_elsewhere, ends_as, enter
from tasks.core.domain import State, TouchpointClass
from tasks.core.sealing import Render, pack, seal_all
from tasks.delivery.settler import Settler

PAUSE_SECONDS = 0.2


@dataclass(kw_only=True)
class Courier(Settler):
    """One worker that sends."""

    render: Render
    deferred: set[Key] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

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
        moved = self._take_over() + sum(self._drain(one, until) for one in ledger.CLASSES)
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
