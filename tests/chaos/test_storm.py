"""A long storm: workers killed and stopped at random while the provider misbehaves. Prints what it saw."""

import os
import random
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tasks.core.database import Database
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.people import QUICK, orders, plan, states
from tests.deliver.standin import StandIn, serving

MESSAGES = 6000
WORKERS = 3
SEED = 20260915
FAULTS = (
    "timeout after",
    "500 before",
    "500 after",
    "502 after",
    "reset before",
    "reset after",
    "garbage",
    "short",
    "429",
)
SHARE = 1 / 3
"""Share of calls that fail."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


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


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "unkeyed"])
def test_nothing_is_lost_or_repeated(database: Database, tmp_path: Path, nursery: Nursery, is_keyed: bool) -> None:
    chance = random.Random(SEED)  # noqa: S311  # no secret
    weather = Weather(chance)
    plan(database, orders(MESSAGES))
    with serving(StandIn(is_keyed, faults=weather)) as provider:
        shop = Shop(database, tmp_path, provider)
        kills = _storm(shop, nursery, chance)
        weather.stormy = False
        _settle(shop)
        extra = sum(provider.copies.values()) - len(provider.copies)
        lost = MESSAGES - len(provider.copies)
        print(
            f"\n{'keyed' if is_keyed else 'unkeyed'}: {MESSAGES} messages, {kills} signals, {weather.seen} faults,"
            f" {provider.calls} calls, {extra} extra, {lost} lost"
        )
        assert (extra, lost) == (0, 0)
        shop.check()


def _storm(shop: Shop, nursery: Nursery, chance: random.Random) -> int:
    """Keep workers running and strike one every now and then, until nothing is planned."""
    workers: list[int] = []
    strikes = 0
    while {"planned", "sealed"} & set(states(shop.database).values()):
        while len(workers) < WORKERS:
            workers.append(nursery.start(shop.worker()))
        time.sleep(chance.uniform(0.05, 0.4))
        victim = workers.pop(chance.randrange(len(workers)))
        strikes += 1
        _strike(nursery, victim, chance)
    for pid in workers:
        nursery.wait(pid)
    return strikes


def _strike(nursery: Nursery, pid: int, chance: random.Random) -> None:
    """kill -9, or one time in ten sleep beyond the lease first."""
    with suppress(ProcessLookupError):
        if chance.random() < 0.1:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(QUICK.lease_seconds + 0.3)
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.2)
        os.kill(pid, signal.SIGKILL)
    nursery.wait(pid)


def _settle(shop: Shop) -> None:
    """The next hours, in fair weather."""
    for _ in range(20):
        shop.deliver()
        if set(states(shop.database).values()) == {"accepted"}:
            return
        time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
