"""kill -9 of a real process at every named step, sleepers beyond their lease, overlapping runs."""

import os
import re
import signal
import time
from collections.abc import Iterator

import pytest

from tasks.core.errors import ConfigurationError
from tasks.core.paths import ROOT
from tasks.core.steps import STEPS as STEPS_OF_AN_HOUR
from tasks.core.steps import reached
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery, Worker
from tests.deliver.people import QUICK, orders, plan, states


@pytest.fixture
def resume() -> Iterator[list[int]]:
    """Process ids that were stopped; whatever happens they are woken."""
    stopped: list[int] = []
    yield stopped
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


STEPS = ("claim", "render", "seal", "intent", "post", "acknowledge")


def settle(shop: Shop) -> None:
    """Run until nothing is open any more, as the next hours would."""
    shop.deliver()
    if not shop.provider.keyed and "unknown" in states(shop.database).values():
        time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
        shop.deliver()


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_loses_and_repeats_nothing(shop: Shop, nursery: Nursery, step: str) -> None:
    plan(shop.database, orders(25))
    assert nursery.run(shop.worker(strike=step, nth=2)) == -signal.SIGKILL
    settle(shop)
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


@pytest.mark.parametrize("step", STEPS)
def test_a_mailbox_after_a_kill_is_that_of_an_undisturbed_run(keyed: Shop, nursery: Nursery, step: str) -> None:
    plan(keyed.database, orders(25))
    worker = Worker(keyed.database.url, str(keyed.home), strike=step, nth=2)
    assert nursery.run(worker) == -signal.SIGKILL
    assert nursery.run(Worker(keyed.database.url, str(keyed.home))) == 0
    files = [path.name for path in (keyed.home / "mailbox").glob("*/*.eml")]
    assert len(files) == 25
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check_sum()


@pytest.mark.parametrize("step", ["take_over", "ask"])
def test_a_worker_killed_while_it_settles_a_doubt(unkeyed: Shop, nursery: Nursery, step: str) -> None:
    plan(unkeyed.database, orders(25))
    assert nursery.run(unkeyed.worker(strike="post")) == -signal.SIGKILL
    time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
    assert nursery.run(unkeyed.worker(strike=step)) == -signal.SIGKILL
    settle(unkeyed)
    assert set(states(unkeyed.database).values()) == {"accepted"}
    unkeyed.check()


def test_every_step_of_a_delivery_is_one_a_test_can_stop_at() -> None:
    files = ("decide.py", "deliver.py", "delivery/courier.py", "delivery/settler.py", "core/doubts.py")
    source = "".join((ROOT / "tasks" / file).read_text() for file in files)
    assert set(re.findall(r'(?:hook|reached)\("(\w+)"\)', source)) == STEPS_OF_AN_HOUR.keys()


def test_a_step_nobody_knows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_TEST_STOP_AT", "after-lunch")
    with pytest.raises(ConfigurationError, match="name one of planning, plan, claim"):
        reached("claim")


def test_the_archive_catches_up_after_a_kill(keyed: Shop, nursery: Nursery) -> None:
    plan(keyed.database, orders(5))
    assert nursery.run(keyed.worker(strike="quiet")) == -signal.SIGKILL
    assert not (keyed.home / "archive").exists()
    keyed.deliver()
    assert len(list((keyed.home / "archive" / "batches").glob("*.zst"))) == 1


def test_overlapping_workers_share_the_work(shop: Shop, nursery: Nursery) -> None:
    plan(shop.database, orders(200))
    pids = [nursery.start(shop.worker()) for _ in range(3)]
    assert [nursery.wait(pid) for pid in pids] == [0, 0, 0]
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


@pytest.mark.parametrize("step", ["intent", "post"])
def test_a_worker_that_wakes_after_its_lease_changes_nothing(
    shop: Shop, nursery: Nursery, step: str, resume: list[int]
) -> None:
    plan(shop.database, orders(5))
    pid = nursery.start(shop.worker(strike=step, signal=signal.SIGSTOP))
    resume.append(pid)
    _until_posting(shop)
    settle(shop)
    before = states(shop.database)
    _wake(resume)
    assert nursery.wait(pid) == 0
    assert states(shop.database) == before == dict.fromkeys(before, "accepted")
    shop.check()


def test_a_run_waits_for_another_workers_batch_before_its_sum(keyed: Shop, nursery: Nursery, resume: list[int]) -> None:
    plan(keyed.database, orders(5))
    pid = nursery.start(keyed.worker(strike="post", signal=signal.SIGSTOP))
    resume.append(pid)
    _until_posting(keyed)
    done = keyed.deliver()
    assert done.counts == {"accepted": 5, "reposted": 1, "taken_over": 1}
    _wake(resume)
    nursery.wait(pid)
    keyed.check()


def test_naive_retry_repeats_messages(keyed: Shop, nursery: Nursery) -> None:
    """The control: a worker without a ledger, run again after a kill, must be seen to repeat, or we are blind."""
    plan(keyed.database, orders(25))
    keyed.provider.keyed = False
    nursery.run(keyed.worker(strike="post", nth=2, naive=True))
    nursery.run(keyed.worker(naive=True))
    assert max(keyed.provider.copies.values()) == 2


def _until_posting(shop: Shop) -> None:
    deadline = time.monotonic() + 10
    while "posting" not in states(shop.database).values():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)


def _wake(stopped: list[int]) -> None:
    os.kill(stopped.pop(), signal.SIGCONT)
