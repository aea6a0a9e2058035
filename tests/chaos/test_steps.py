"""kill -9 at every named step, as often as it is reached; a short form is in tests/deliver and tests/hour."""

import signal
import time

import pytest

from tasks.core.steps import STEPS
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.ordeal import HORIZON_SECONDS, Ordeal
from tests.hour.conftest import Place

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]
OF_A_DELIVERY = [step for step in STEPS if step not in ("planning", "plan", "archive")]

ONCE = ("planning", "plan", "take_over", "ask", "quiet", "archive")
"""Steps a run reaches once at most."""

AT_MOST = 8
"""Deaths in a row: at a step that commits nothing, each worker dies where the last one did."""


@pytest.mark.parametrize("step", OF_A_DELIVERY)
def test_a_delivery_killed_each_time_it_gets_there(shop: Shop, nursery: Nursery, step: str) -> None:
    ordeal = Ordeal(shop, nursery)
    kills = 0
    for nth in (1,) if step in ("take_over", "ask") else (1, 2, 3):
        ordeal.plan(30)
        shop.provider.faults += ["500 after", "", "reset after"]
        if step in ("take_over", "ask"):
            _leave_a_doubt(ordeal, step)
        for _ in range(AT_MOST):
            if nursery.wait(ordeal.start(strike=step, nth=nth)) != -signal.SIGKILL:
                break
            kills += 1
        ordeal.settle()
    print(f"\n{step}: {kills} kills")
    assert kills
    assert ordeal.findings() == []


def _leave_a_doubt(ordeal: Ordeal, step: str) -> None:
    """A worker that died after its post; to be asked about, it must be too late for a repost."""
    ordeal.work(strike="post")
    time.sleep(HORIZON_SECONDS)
    if step == "ask":
        ordeal.work(strike="take_over")
        ordeal.age()


def test_an_hour_killed_at_every_step(calm: Place) -> None:
    stopped = Place(calm.home, "stopped_everywhere").go_live()
    kills = [step for step in STEPS for nth in (1, 3) if stopped.killed_at(f"{step}:{nth}")]
    print(f"\n{len(kills)} runs killed: {', '.join(kills)}")
    assert set(STEPS) - {"take_over", "ask"} <= set(kills), (
        "the others need a doubt; the mailbox settles it by a repost"
    )
    stopped.run()
    assert stopped.ledger() == calm.ledger()
    assert stopped.mailbox() == calm.mailbox()
