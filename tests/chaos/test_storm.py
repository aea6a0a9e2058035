"""A long storm: workers killed and stopped at random while the provider misbehaves. Prints what it saw.

Extra copies and lost messages are counted in the stand-in's own store; the ledger only says what it parked.
"""

import os
import random
import signal
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.outgoing import message_key
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.ordeal import FAULTS
from tests.deliver.people import QUICK, Planned, orders, plan, states
from tests.deliver.standin import StandIn, serving

MESSAGES = int(os.environ.get("TODOKE_TEST_STORM", "20000"))
KILLS = MESSAGES // 200
WAVES = 10
WORKERS = 3
SHARE = 1 / 3
"""Share of calls that fail."""

HORIZON_SECONDS = QUICK.lease_seconds + QUICK.timeout_seconds + 0.2
OPEN = {"planned", "sealed", "posting", "unknown"}

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3000)]


class Weather(deque[str]):
    """An endless supply of faults while it is stormy."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.stormy = True
        self.seen = 0

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> str:
        """The fault of the next call, mostly none."""
        if not self.stormy or self._chance.random() > SHARE:
            return ""
        self.seen += 1
        return self._chance.choice(FAULTS)


@dataclass
class Storm:
    """Strikes on workers; `killed` in the act, `stopped` beyond their lease."""

    shop: Shop
    nursery: Nursery
    chance: random.Random
    killed: int = 0
    stopped: int = 0

    def rage(self, enough: int) -> None:
        """Keep workers running and strike one every now and then, until nothing is planned; so many kills at least."""
        workers: list[int] = []
        while self._work_is_left():
            while len(workers) < WORKERS:
                workers.append(self.nursery.start(self.shop.worker()))
            if self.killed < enough:
                time.sleep(self.chance.uniform(0.02, 0.3))
                self._strike(workers.pop(self.chance.randrange(len(workers))))
            else:
                self.nursery.wait(workers.pop(0))
        for pid in workers:
            self.nursery.wait(pid)

    def _work_is_left(self) -> bool:
        with self.shop.database.transaction() as connection:
            found = "select exists (select from message where state in ('planned', 'sealed'))"
            return bool(connection.execute(text(found)).scalar_one())

    def _strike(self, pid: int) -> None:
        """kill -9, or one time in ten sleep beyond the lease first."""
        with suppress(ProcessLookupError):
            if self.chance.random() < 0.1:
                os.kill(pid, signal.SIGSTOP)
                time.sleep(QUICK.lease_seconds + 0.3)
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.2)
                self.stopped += 1
            os.kill(pid, signal.SIGKILL)
        self.killed += self.nursery.wait(pid) == -signal.SIGKILL


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "unkeyed"])
def test_nothing_is_lost_or_repeated(database: Database, tmp_path: Path, nursery: Nursery, is_keyed: bool) -> None:
    seed = int(os.environ.get("TODOKE_TEST_SEED", time.time_ns() % 10_000))
    chance = random.Random(seed)  # noqa: S311  # no secret
    weather = Weather(chance)
    began = time.monotonic()
    people = [replace(one, message_class="M") if n % 5 == 4 else one for n, one in enumerate(orders(MESSAGES))]
    with serving(StandIn(is_keyed, faults=weather)) as provider:
        shop = Shop(database, tmp_path, provider)
        storm = Storm(shop, nursery, chance)
        for wave in range(WAVES):
            plan(database, people[wave::WAVES])
            storm.rage(KILLS * (wave + 1) // WAVES)
        weather.stormy = False
        _settle(shop)
        extra, lost, parked = _looked_up(shop, people)
        kind = "keyed" if is_keyed else "unkeyed"
        print(
            f"\n{kind}: {MESSAGES} messages, {storm.killed} kills -9, {storm.stopped} stops,"
            f" {weather.seen} faults of {provider.calls} calls, {extra} extra copies, {lost} lost,"
            f" {_ever_unknown(database)} unknown for a while, {parked} parked,"
            f" {time.monotonic() - began:.0f} s, seed {seed}"
        )
        assert (extra, lost, provider.conflicts) == (0, 0, 0)
        assert storm.killed >= KILLS
        shop.check()


def _looked_up(shop: Shop, people: list[Planned]) -> tuple[int, int, int]:
    """Extra copies, lost, parked. What is parked was never taken: it is told, not lost; only marketing may be."""
    copies = shop.provider.copies
    missing = {one.subject_id for one in people if not copies[str(message_key("shipped", one.subject_id))]}
    marketing = {one.subject_id for one in people if one.message_class == "M"}
    parked = {subject for subject, state in states(shop.database).items() if state == "parked"}
    assert parked <= missing & marketing, "what is parked was really lost on the way"
    return sum(copies.values()) - len(copies), len(missing - parked), len(parked)


def _ever_unknown(database: Database) -> int:
    with database.transaction() as connection:
        entered = "select count(distinct (touchpoint, subject_id)) from message_event where state = 'unknown'"
        return int(connection.execute(text(entered)).scalar_one())


def _settle(shop: Shop) -> None:
    """The next hours, in fair weather: a keyed provider is asked when its keys are too old for a repost."""
    for _ in range(60):
        shop.deliver()
        left = Counter(states(shop.database).values())
        if not OPEN & left.keys():
            return
        time.sleep(HORIZON_SECONDS)
    pytest.fail(f"still open: {left}")
