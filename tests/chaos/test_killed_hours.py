"""Ten kill -9 at random moments: the ledger and the mailbox are those of an undisturbed run (`make chaos`)."""

import os
import random
import time

import pytest

from tests.hour.conftest import Place

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]
KILLS, TRIES = 10, 25


def test_ten_kills_at_random_moments(calm: Place) -> None:
    seed = int(os.environ.get("TODOKE_TEST_SEED", time.time_ns() % 10_000))
    print(f"seed {seed}")  # so that a failure can be repeated
    chance = random.Random(seed)  # noqa: S311
    began = time.monotonic()
    Place(calm.home, "measured").go_live().run()
    whole = time.monotonic() - began
    killed = Place(calm.home, f"killed_{seed}").go_live()
    kills = tries = 0
    while kills < KILLS:
        tries += 1
        kills += _was_killed(killed, chance.uniform(0.1, 0.9) * whole)
        assert tries < TRIES, f"only {kills} of {tries} runs were killed in the act"
    print(f"{kills} of {tries} runs were killed in the act, {whole:.1f} s is a whole one")
    killed.run()
    assert killed.ledger() == calm.ledger()
    assert killed.mailbox() == calm.mailbox()


def _was_killed(place: Place, seconds: float) -> bool:
    """Start a run and kill it after so many seconds, unless it was faster."""
    process = place.start("run", "--json")
    time.sleep(seconds)
    code = process.poll()
    process.kill()
    process.communicate()
    return code is None
