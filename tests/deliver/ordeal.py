"""One harness for the protocol, for its mutations and for naive retry: troubles one after another, then an honest look.

What it finds comes from the stand-in's own store and, beside it, from the ledger's claim to agree with that store.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tasks.core.ledger import discrepancies
from tasks.core.outgoing import message_key
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.people import QUICK, change, orders, plan, states

STEPS = ("claim", "render", "seal", "intent", "post", "acknowledge")
FAULTS = (
    "500 before",
    "502 before",
    "reset before",
    "500 after",
    "502 after",
    "reset after",
    "reset mid-body",
    "timeout after",
    "garbage",
    "short",
    "one left out",
    "429",
    "429 with Retry-After",
)
OPEN = {"planned", "sealed", "posting", "unknown"}
HORIZON_SECONDS = QUICK.lease_seconds + QUICK.timeout_seconds + 0.2
_AGE = """update batch set first_posted_at = first_posted_at - interval '1 hour',
                            last_posted_at = last_posted_at - interval '1 hour' where state = 'unknown'"""
_SUPPRESS = """insert into suppression (address_key, scope, reason, at, source)
               values (:key, 'all', 'complaint', '2026-09-15', 'test')"""


@dataclass
class Ordeal:
    """`how` is what every worker is told: nothing, a mutation, or to be naive."""

    shop: Shop
    nursery: Nursery
    how: dict[str, Any] = field(default_factory=dict)
    planned: int = 0
    opted_out: set[str] = field(default_factory=set)

    def plan(self, count: int = 12) -> list[str]:
        """So many new messages; their subjects."""
        made = orders(self.planned + count)[self.planned :]
        self.planned += count
        plan(self.shop.database, made)
        return [one.subject_id for one in made]

    def start(self, **changes: Any) -> int:
        """A worker's process id."""
        return self.nursery.start(self.shop.worker(**self.how, **changes))

    def work(self, **changes: Any) -> None:
        """A worker's whole life."""
        self.nursery.wait(self.start(**changes))

    def settle(self) -> None:
        """The next hours, in fair weather. After some of them no key is young enough for a repost any more."""
        self.shop.provider.faults.clear()
        for hour in range(6):
            self.work()
            if not OPEN & set(states(self.shop.database).values()):
                return
            if hour < 3:
                time.sleep(HORIZON_SECONDS)
            else:
                self.age()

    def age(self) -> None:
        """What is unknown is old: too late for a repost, late enough to ask."""
        change(self.shop.database, _AGE)

    def sleep_at(self, step: str, meanwhile: Callable[[], None]) -> None:
        """A worker is stopped at a step beyond its lease, and wakes up after what happened meanwhile."""
        pid = self.start(strike=step, signal=signal.SIGSTOP)
        try:
            deadline = time.monotonic() + 10
            while "posting" not in states(self.shop.database).values() and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(QUICK.lease_seconds + 0.1)
            meanwhile()
        finally:
            os.kill(pid, signal.SIGCONT)
            self.nursery.wait(pid)

    def findings(self) -> list[str]:
        """What is wrong, one line each."""
        known, copies = states(self.shop.database), self.shop.provider.copies
        taken = {one for one in known if copies[str(message_key("shipped", one))]}
        accepted = {one for one, state in known.items() if state == "accepted"}
        with self.shop.database.transaction() as connection:
            hanging = discrepancies(connection)
        counts = {
            "extra copies": sum(copies.values()) - len(copies),
            "lost": len(known.keys() - taken - self.opted_out),
            "sent after an opt-out": len(taken & self.opted_out),
            "other bytes under a known key": self.shop.provider.conflicts,
            "said to be sent and not taken": len(accepted - taken),
            "taken and not said to be sent": len(taken - accepted),
            "hanging in the ledger": len(hanging),
        }
        return [f"{count} {what}" for what, count in counts.items() if count]


def killed(ordeal: Ordeal) -> None:
    """kill -9 at every step."""
    for step in STEPS:
        ordeal.plan()
        ordeal.work(strike=step)
    ordeal.settle()


def faults(ordeal: Ordeal) -> None:
    """Every wrong answer, one after another."""
    ordeal.plan(20 * len(FAULTS))  # two batches of ten for each: one that fails, one that does not
    ordeal.shop.provider.faults += [fault for each in FAULTS for fault in (each, "")]
    ordeal.work()
    ordeal.settle()


def opted_out(ordeal: Ordeal) -> None:
    """Somebody opts out while the batch is sealed."""
    subject = ordeal.plan()[3]
    ordeal.work(strike="seal")
    change(ordeal.shop.database, _SUPPRESS, key=f"key:{subject.lower()}@example.invalid")
    ordeal.opted_out.add(subject)
    ordeal.settle()


def overlapping(ordeal: Ordeal) -> None:
    """Three workers at once, and a provider that takes its time."""
    ordeal.plan(60)
    ordeal.shop.provider.faults += ["slow"] * 6
    for pid in [ordeal.start() for _ in range(3)]:
        ordeal.nursery.wait(pid)
    ordeal.settle()


def asleep(ordeal: Ordeal) -> None:
    """SIGSTOP beyond the lease, right before and right after the post."""
    for step in ("intent", "post"):
        ordeal.plan(5)
        ordeal.sleep_at(step, ordeal.settle)
    ordeal.settle()


def _slept_on(answer: str) -> Callable[[Ordeal], None]:
    def slept(ordeal: Ordeal) -> None:
        """A worker sleeps on an answer that says "not taken"; meanwhile another posts, and hears nothing."""

        def meanwhile() -> None:
            ordeal.shop.provider.faults.clear()
            ordeal.shop.provider.faults += ["500 after"] * 4
            ordeal.work()

        ordeal.plan(5)
        ordeal.shop.provider.faults.append(answer)
        ordeal.sleep_at("post", meanwhile)
        ordeal.settle()

    return slept


ROUNDS: dict[str, Callable[[Ordeal], None]] = {
    "killed": killed,
    "faults": faults,
    "opted out": opted_out,
    "overlapping": overlapping,
    "asleep": asleep,
    "slept on a 429": _slept_on("429"),
    "slept on a refusal": _slept_on("invalid"),
}
"""What each worker must get through."""
