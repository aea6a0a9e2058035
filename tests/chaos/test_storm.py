"""20,000 messages a provider through a storm (tests/chaos/storm.py). Prints what it saw."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasks.core.database import Database
from tasks.core.postgres import ensure_server
from tests.chaos.providers import PROVIDERS
from tests.chaos.storm import Storm, look, people_of
from tests.deliver.nursery import Nursery
from tests.deliver.test_outages import own_server

__all__ = ["own_server"]
MESSAGES = int(os.environ.get("TODOKE_TEST_STORM", "20000"))
KILLS = max(10, MESSAGES // 200)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3000)]


@contextmanager
def _database(home: Path, name: str) -> Iterator[Database]:
    made = Database(ensure_server(home, name))
    made.migrate()
    yield made
    made.dispose()


@pytest.mark.parametrize("name", PROVIDERS)
def test_nothing_is_lost_or_repeated(own_server: Path, tmp_path: Path, nursery: Nursery, name: str) -> None:
    seed = int(os.environ.get("TODOKE_TEST_SEED", time.time_ns() % 10_000))
    chance = random.Random(seed)  # noqa: S311  # no secret
    began = time.monotonic()
    with _database(own_server, f"storm_{name}") as database, PROVIDERS[name](chance, database) as provider:
        storm = Storm(database, tmp_path, own_server, provider, nursery, chance)
        storm.blow(people_of(MESSAGES), KILLS)
        is_settled = storm.settle()
        seen = look(storm)
        share = seen.settled_within(provider.two_horizons)
        print(
            f"\n{name}: {len(storm.planned)} messages, {storm.killed} kills -9, {storm.stopped} stops,"
            f" {storm.restarts} restarts of PostgreSQL, {provider.weather.seen} faults of {provider.calls()} calls,"
            f" {seen.extra} extra copies, {seen.lost} lost, {len(seen.doubts)} unknown, {share:.2%} of them settled"
            f" within {provider.two_horizons:.0f} s, {seen.parked} parked,"
            f" {time.monotonic() - began:.0f} s, seed {seed}"
        )
    assert is_settled
    assert (seen.extra, seen.lost, seen.wrongly_parked, provider.conflicts()) == (0, 0, 0, 0)
    assert share >= 0.99
    assert storm.killed >= KILLS
    assert storm.restarts
