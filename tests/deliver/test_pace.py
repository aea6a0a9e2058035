"""Rates, throttles, warm-up and the circuit breaker: shared by all workers; what waits stays planned and is told."""

import re
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from tasks.channels.base import TellsRate
from tasks.channels.ses import Ses
from tasks.core.accounts import SesSettings
from tasks.core.errors import NotWritten, UnknownOutcome
from tasks.core.outgoing import Result
from tasks.core.pace import Pace, load_throttles
from tasks.core.thresholds import PaceSettings
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.people import QUICK, STEADY, change, orders, plan, states
from tests.deliver.test_claims import seal_only

LONG = 100.0


def counted(shop: Shop) -> dict[str, int]:
    """State -> messages."""
    found = list(states(shop.database).values())
    return {state: found.count(state) for state in sorted(set(found))}


@pytest.fixture
def batch(keyed: Shop) -> UUID:
    """A sealed batch of ten."""
    plan(keyed.database, orders(10))
    seal_only(keyed)
    with keyed.database.transaction() as connection:
        found: UUID = connection.execute(text("select batch_id from batch")).scalar_one()
    return found


def test_the_rate_of_an_account_is_one_for_all_workers(keyed: Shop, batch: UUID) -> None:
    settings = PaceSettings(messages="standin=50")
    first, second = (Pace(keyed.database, "standin", settings=settings) for _ in range(2))
    assert first.admit(batch, LONG) is None
    wait = second.admit(batch, LONG)
    assert wait is not None
    assert 0.1 < wait.seconds <= 0.2, "ten messages at fifty a second"
    assert Pace(keyed.database, "another", settings=settings).admit(batch, LONG) is None
    time.sleep(wait.seconds)
    assert second.admit(batch, LONG) is None


def test_calls_may_be_what_is_limited(keyed: Shop, batch: UUID) -> None:
    pace = Pace(keyed.database, "standin", settings=PaceSettings(calls="standin=4"))
    assert pace.admit(batch, LONG) is None
    wait = pace.admit(batch, LONG)
    assert wait is not None
    assert 0.15 < wait.seconds <= 0.25
    told = [2.0, 1.0]
    another = Pace(keyed.database, "another", told_calls=told.pop)
    assert another.admit(batch, LONG) is None
    wait = another.admit(batch, LONG)
    assert wait is not None
    assert 0.5 < wait.seconds <= 1, "what the provider said before this call"


def test_a_run_keeps_to_the_rate(shop: Shop) -> None:
    plan(shop.database, orders(40))
    began = time.monotonic()
    shop.deliver(pace=PaceSettings(messages="standin=50"))
    assert time.monotonic() - began > 0.6, "four batches of ten, a fifth of a second each after the first"
    assert counted(shop) == {"accepted": 40}
    shop.check()


def test_workers_of_several_processes_keep_it_together(keyed: Shop, nursery: Nursery) -> None:
    plan(keyed.database, orders(60))
    began = time.monotonic()
    pids = [nursery.start(keyed.worker(rate="standin=60")) for _ in range(3)]
    assert [nursery.wait(pid) for pid in pids] == [0, 0, 0]
    assert time.monotonic() - began > 0.8, "six batches of ten at sixty a second, whoever posts them"
    keyed.check()


def test_what_the_rate_leaves_no_time_for_stays_planned(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    done = keyed.deliver(pace=PaceSettings(messages="standin=0.1"))
    assert counted(keyed) == {"accepted": 1, "planned": 2}
    [note] = done.notes
    assert note.startswith("standin: stopped, messages stay planned: its rate")
    keyed.check()


def test_a_run_that_waited_long_enough_leaves_the_rest(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    slow = PaceSettings(messages="standin=0.05", patience_minutes=0)
    done = keyed.deliver(pace=slow, times=QUICK.model_copy(update={"lease_seconds": 30}))
    assert counted(keyed) == {"accepted": 1, "planned": 2}
    assert "its rate" in done.notes[0]
    keyed.check()


def test_ses_tells_its_rate_and_a_setting_wins(keyed: Shop) -> None:
    ses = Ses(SesSettings(rate=20), 1)
    assert isinstance(ses, TellsRate)
    assert Pace(keyed.database, "ses", ses.rate).limit(50) == 20
    assert Pace(keyed.database, "ses", ses.rate, PaceSettings(messages="ses=3")).limit(50) == 3
    assert Pace(keyed.database, "webhook").limit(500) == 500


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Sixty a minute for the stand-in's recipients: ten at once, then one a second."""
    path = tmp_path / "throttles.toml"
    path.write_text(
        'providers = ["standin"]\n[[throttle]]\ndomains = ["slow.invalid", "example.invalid"]\nper_minute = 60\n'
    )
    return path


def test_a_recipients_domain_gets_no_more_than_it_takes(keyed: Shop, table: Path) -> None:
    fast = [one for one in orders(30) if one.subject_id >= "O-00015"]
    plan(keyed.database, orders(15))
    plan(keyed.database, [one.__class__(one.subject_id, email=f"{one.subject_id}@fast.invalid") for one in fast])
    began = time.monotonic()
    done = keyed.deliver(pace=PaceSettings(throttles=table, patience_minutes=0))
    assert 25 <= counted(keyed)["accepted"] <= 25 + time.monotonic() - began
    assert re.fullmatch(r"standin: \d messages stay planned: slow.invalid takes 60 a minute", done.notes[-1])
    assert set(keyed.provider.copies.values()) == {1}
    again = keyed.deliver(pace=PaceSettings(throttles=table), times=QUICK.model_copy(update={"lease_seconds": 6}))
    assert (again.notes, counted(keyed)) == ([], {"accepted": 30}), "a run waits for what is soon"
    keyed.check()


def test_the_throttle_is_one_for_all_workers(keyed: Shop, nursery: Nursery, table: Path) -> None:
    plan(keyed.database, orders(40))
    began = time.monotonic()
    pids = [nursery.start(keyed.worker(throttles=str(table))) for _ in range(3)]
    for pid in pids:
        nursery.wait(pid)
    allowed = 10 + time.monotonic() - began
    assert 10 <= counted(keyed)["accepted"] <= allowed, "ten at once and one a second, not ten for each worker"
    keyed.check()


def test_the_table_of_the_templates_can_be_read() -> None:
    table = load_throttles()
    assert {"docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp"} <= {
        domain for throttle in table.throttle for domain in throttle.domains
    }


WARM_UP = PaceSettings(warm_up="todoke.invalid", warm_up_first_day=4, warm_up_growth=2, warm_up_enough=100)


def a_day_later(shop: Shop, days: int = 1) -> None:
    """The sending domain is older by so many days, and what was put off may leave."""
    change(shop.database, "update sending_domain set first_on = first_on - :n, day_on = day_on - :n", n=days)
    change(shop.database, "update outbox set not_before_at = null")


def test_a_sending_domain_is_warmed_up_day_by_day(keyed: Shop) -> None:
    plan(keyed.database, orders(20, message_class="M"))
    done = keyed.deliver(pace=WARM_UP)
    assert counted(keyed) == {"accepted": 4, "planned": 16}
    assert done.notes == [
        "standin: 16 messages stay planned: todoke.invalid is being warmed up and sent its share of today"
    ]
    keyed.deliver(pace=WARM_UP)
    assert counted(keyed)["accepted"] == 4, "the day is not over"
    a_day_later(keyed)
    keyed.deliver(pace=WARM_UP)
    assert counted(keyed)["accepted"] == 12, "twice as many on the second day"
    a_day_later(keyed, 9)
    keyed.deliver(pace=WARM_UP)
    assert counted(keyed) == {"accepted": 20}
    keyed.check()


def test_what_is_owed_counts_and_is_never_held(keyed: Shop) -> None:
    plan(keyed.database, orders(12))
    plan(keyed.database, [one.__class__(f"M-{one.subject_id}", message_class="M") for one in orders(3)])
    keyed.deliver(pace=WARM_UP)
    assert {one: state for one, state in states(keyed.database).items() if state == "planned"}.keys() == {
        "M-O-00000",
        "M-O-00001",
        "M-O-00002",
    }
    keyed.check()


STRICT = PaceSettings(breaker_failures=2, breaker_pause_seconds=60)
UNASKED = STEADY.model_copy(update={"horizon_minutes": 10})
"""What is in doubt stays so: on a busy machine it would be asked about, planned and posted again within a test."""


def test_answers_without_proof_open_the_circuit_for_every_worker(unkeyed: Shop) -> None:
    plan(unkeyed.database, orders(40))
    unkeyed.provider.faults += ["500 before"] * 9
    done = unkeyed.deliver(pace=STRICT)
    assert unkeyed.provider.calls == 2
    assert counted(unkeyed) == {"planned": 20, "unknown": 20}
    assert [note for note in done.notes if "stay planned: its answers prove nothing, the circuit is open" in note]
    unkeyed.deliver(pace=STRICT, run={"run_id": "run-2"})
    assert unkeyed.provider.calls == 2, "another worker finds it open"
    unkeyed.check()


def test_after_the_pause_one_call_tries_and_a_good_answer_closes_it(unkeyed: Shop) -> None:
    plan(unkeyed.database, orders(40))
    unkeyed.provider.faults += ["500 before"] * 3
    unkeyed.deliver(pace=STRICT, times=UNASKED)
    over = "update provider_pace set open_until = clock_timestamp()"
    change(unkeyed.database, over)
    unkeyed.deliver(pace=STRICT, times=UNASKED)
    assert unkeyed.provider.calls == 3, "one probe, then it is open again"
    change(unkeyed.database, over)
    unkeyed.deliver(pace=STRICT, times=UNASKED)
    with unkeyed.database.transaction() as connection:
        assert connection.execute(text("select failures, open_until from provider_pace")).one() == (0, None)
    assert unkeyed.provider.calls == 4
    unkeyed.check()


def test_only_one_worker_probes(keyed: Shop, batch: UUID) -> None:
    one, other = Pace(keyed.database, "standin", settings=STRICT), Pace(keyed.database, "standin", settings=STRICT)
    assert one.admit(batch, LONG) is None
    for outcome in (UnknownOutcome("?"), NotWritten("429"), UnknownOutcome("?")):
        one.report(outcome)
    change(keyed.database, "update provider_pace set open_until = clock_timestamp()")
    assert (one.admit(batch, LONG) is None, other.admit(batch, LONG) is None) == (True, False)
    one.report([Result(True)])
    assert other.admit(batch, LONG) is None


def test_a_short_pause_is_slept_out(keyed: Shop) -> None:
    plan(keyed.database, orders(30))
    keyed.provider.faults += ["500 before"] * 2
    keyed.deliver(pace=PaceSettings(breaker_failures=2, breaker_pause_seconds=0.2))
    assert counted(keyed) == {"accepted": 30}
    keyed.check()
