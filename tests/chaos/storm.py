"""A long storm: workers and PostgreSQL struck at random while the provider misbehaves; then an honest look.

Extra copies and lost messages are counted in the provider's own store; the ledger only says what it parked, and how
long it was in doubt.
"""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.ledger import discrepancies
from tasks.core.outgoing import message_key
from tests.chaos.providers import Provider
from tests.deliver.nursery import Nursery, Worker
from tests.deliver.people import Planned, orders, plan, states
from tests.deliver.test_outages import HOW, restart

WAVES = 10
WORKERS = 3
OPEN = {"planned", "sealed", "posting", "unknown"}
_DOUBTS = """select subject_id, state, reason, extract(epoch from recorded_at)::float8 as at
             from message_event where subject_id in (select subject_id from message_event where state = 'unknown')
             order by subject_id, event_id"""


def people_of(count: int) -> list[Planned]:
    """So many messages, a fifth of them marketing."""
    return [replace(one, message_class="M") if n % 5 == 4 else one for n, one in enumerate(orders(count))]


@dataclass
class Storm:
    """Strikes; `killed` in the act, `stopped` beyond their lease, `restarts` of PostgreSQL."""

    database: Database
    home: Path
    server: Path
    provider: Provider
    nursery: Nursery
    chance: random.Random
    killed: int = 0
    stopped: int = 0
    restarts: int = 0
    planned: list[Planned] = field(default_factory=list)

    @property
    def _worker(self) -> Worker:
        provider = self.provider
        times = provider.times.model_dump()
        return Worker(self.database.url, str(self.home), provider.port, provider.keyed, provider.adapter, times)

    def blow(self, people: list[Planned], kills: int) -> None:
        """All of it in waves; PostgreSQL restarts in every other one, each time in another way."""
        for wave in range(WAVES):
            self.plan(people[wave::WAVES])
            how = list(HOW.values())[wave // 2 % len(HOW)] if wave % 2 else None
            self._rage(kills * (wave + 1) // WAVES, how)
        while self.killed < kills:
            self.plan(orders(len(self.planned) + 50)[len(self.planned) :])
            self._rage(kills, None)
        self.provider.weather.stormy = False

    def plan(self, people: list[Planned]) -> None:
        """What an hour decided."""
        plan(self.database, people)
        self.planned += people

    def _rage(self, enough: int, how: int | None) -> None:
        """Keep workers running and strike one every now and then, until nothing is planned; so many kills at least."""
        workers: list[int] = []
        while self._states() & {"planned", "sealed"}:
            while len(workers) < WORKERS:
                workers.append(self.nursery.start(self._worker))
            if self.killed >= enough:
                self.nursery.wait(workers.pop(0))
                continue
            time.sleep(self.provider.startup_seconds + self.chance.uniform(0.02, 0.3))
            if how and enough - self.killed <= 5:
                restart(self.server, how)
                self.restarts, how = self.restarts + 1, None
            self._strike(workers.pop(self.chance.randrange(len(workers))))
        for pid in workers:
            self.nursery.wait(pid)

    def _strike(self, pid: int) -> None:
        """kill -9, or one time in ten sleep beyond the lease first."""
        with suppress(ProcessLookupError):
            if self.chance.random() < 0.1:
                os.kill(pid, signal.SIGSTOP)
                time.sleep(self.provider.times.lease_seconds + 0.3)
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.2)
                self.stopped += 1
            os.kill(pid, signal.SIGKILL)
        self.killed += self.nursery.wait(pid) == -signal.SIGKILL

    def settle(self) -> bool:
        """The next hours, in fair weather, each with something new to send; False where something stays open."""
        until = time.monotonic() + 4 * self.provider.two_horizons + 60
        while time.monotonic() < until:
            self.plan([Planned(f"N-{len(self.planned)}")])
            self.nursery.wait(self.nursery.start(self._worker))
            if not OPEN & self._states():
                return True
            time.sleep(1)
        return False

    def _states(self) -> set[str]:
        with self.database.transaction() as connection:
            return set(connection.execute(text("select distinct state from message")).scalars())


@dataclass
class Seen:
    """What a storm left."""

    extra: int
    lost: int
    wrongly_parked: int
    parked: int
    doubts: list[float | None]
    """Seconds from the last post without an answer until the provider's own way settled it; None: it never did."""

    def settled_within(self, seconds: float) -> float:
        """Share of doubts."""
        return sum(one is not None and one <= seconds for one in self.doubts) / max(len(self.doubts), 1)


def look(storm: Storm) -> Seen:
    """What is parked was never taken: it is told, not lost."""
    names = {name: one.subject_id for one in storm.planned for name in _names(one)}
    copies = Counter({names[name]: count for name, count in storm.provider.taken().items()})
    missing = {one.subject_id for one in storm.planned if not copies[one.subject_id]}
    parked = {subject for subject, state in states(storm.database).items() if state == "parked"}
    with storm.database.transaction() as connection:
        assert discrepancies(connection) == []
    return Seen(
        extra=copies.total() - len(copies),
        lost=len(missing - parked),
        wrongly_parked=len(parked - missing),
        parked=len(parked),
        doubts=doubts_of(storm.database),
    )


def _names(one: Planned) -> tuple[str, ...]:
    """As the stores call a message."""
    key = message_key(one.touchpoint, one.subject_id)
    return str(key), key.hex, one.address


def doubts_of(database: Database) -> list[float | None]:
    """Every doubt about every message. A repost is the same doubt until it is answered."""
    with database.transaction() as connection:
        rows = connection.execute(text(_DOUBTS)).all()
    found: list[float | None] = []
    since: dict[str, float] = {}
    for row in rows:
        if row.state == "unknown":
            since[row.subject_id] = row.at
        elif row.state != "posting" and row.subject_id in since:
            began = since.pop(row.subject_id)
            found.append(None if row.reason == "cannot_ask_provider" else row.at - began)
    return found + [None] * len(since)
