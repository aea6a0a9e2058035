"""A Hypothesis state machine over the protocol: hours, deaths, time and opt-outs in any order; a modelled provider.

Keyed: no extra copy, nothing lost. Unkeyed: nothing is posted again blindly, what is parked was not taken.
"""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from tasks.core import doubts
from tasks.core.database import Database
from tasks.core.ledger import discrepancies
from tasks.core.outgoing import message_key
from tasks.core.thresholds import PaceSettings
from tasks.deliver import deliver_messages
from tasks.delivery import settler
from tasks.outcomes import settle_doubts
from tests.deliver.model import FAULTS, TAKEN_OR_NOT, ModelProvider
from tests.deliver.mutations import MUTATIONS
from tests.deliver.people import QUICK, Planned, all_due, change, plan, render, run_of

STEPS = ("claim", "render", "seal", "intent", "post", "acknowledge", "take_over", "ask", "quiet")
OPEN = {"planned", "sealed", "posting", "unknown"}
TIMES = QUICK.model_copy(update={"batch_size": 3})
CALM = PaceSettings(breaker_failures=1000)
_numbers = count()
_LATER = """update batch
            set lease_until = lease_until - interval '1 hour', first_posted_at = first_posted_at - interval '1 hour',
                last_posted_at = last_posted_at - interval '1 hour'
            where state in ('posting', 'unknown')"""
_RETRY_LATER = "update outbox set not_before_at = not_before_at - interval '1 hour'"
_SUPPRESS = """insert into suppression (address_key, scope, reason, at, source)
               values (:key, 'all', 'complaint', '2026-09-15', 'test')"""


class Killed(BaseException):
    """kill -9 as seen from inside: no code of the worker runs any more, its transaction is rolled back."""


class Hours(RuleBasedStateMachine):
    """Hours of one shop with one provider; its messages are told from those of earlier examples by their provider."""

    keyed: bool
    reposts = 0
    database: Database
    home: Path

    def __init__(self) -> None:
        super().__init__()
        self.provider = ModelProvider(self.keyed, provider=f"model-{uuid4().hex}")
        self.known: dict[str, Planned] = {}
        self.opted_out: set[str] = set()

    @rule(number=st.integers(1, 5), message_class=st.sampled_from(["T", "T", "M"]))
    def decide(self, number: int, message_class: str) -> None:
        """New messages."""
        made = [Planned(f"H-{next(_numbers):06d}", message_class=message_class) for _ in range(number)]
        plan(self.database, made)
        self.known |= {str(message_key(one.touchpoint, one.subject_id)): one for one in made}

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=5))
    def trouble(self, faults: list[str]) -> None:
        """What the provider will do."""
        self.provider.faults.extend(faults)

    @rule()
    def hour(self) -> None:
        """One that nobody disturbs."""
        self._deliver(lambda _: None)

    @rule()
    def between_hours(self) -> None:
        """Doubts alone are settled."""
        run = run_of(self.database, self.home)
        settle_doubts(run, [self.provider], all_due, TIMES, pace=CALM)

    @rule(step=st.sampled_from(STEPS), nth=st.integers(1, 3))
    def killed_hour(self, step: str, nth: int) -> None:
        """One that dies at a step; its lease has ended when the next worker looks."""
        left = [nth]

        def hook(reached: str) -> None:
            left[0] -= reached == step
            if reached == step and left[0] == 0:
                raise Killed

        try:
            self._deliver(hook)
        except Killed:
            change(self.database, "update batch set lease_until = clock_timestamp() where state = 'posting'")

    @precondition(lambda self: self.keyed)
    @rule(fault=st.sampled_from(TAKEN_OR_NOT), again=st.sampled_from(FAULTS), step=st.sampled_from(STEPS[3:6]))
    def killed_repost(self, fault: str, again: str, step: str) -> None:
        """A batch without an answer, and a worker that dies while it posts it again."""
        self.provider.faults.clear()
        self.provider.faults.extend([fault, again])
        self.decide(2, "T")
        self.killed_hour(step, 2)

    @rule()
    def later(self) -> None:
        """Leases, keys, horizons and the times of Retry-After are over."""
        change(self.database, _LATER)
        change(self.database, _RETRY_LATER)

    @rule(data=st.data())
    def opt_out(self, data: st.DataObject) -> None:
        """Somebody wants nothing any more."""
        if self.known:
            one = self.known[data.draw(st.sampled_from(sorted(self.known)))]
            self.opted_out.add(one.subject_id)
            change(self.database, _SUPPRESS + " on conflict do nothing", key=f"key:{one.address}")

    @invariant()
    def nothing_is_repeated(self) -> None:
        """No message twice, no second post without a question in between, no other bytes under a known key."""
        assert max(self.provider.store.values(), default=1) == 1
        assert (self.provider.blind, self.provider.conflicts) == (0, 0)

    @invariant()
    def the_ledger_agrees_with_itself(self) -> None:
        with self.database.transaction() as connection:
            assert discrepancies(connection) == []

    def teardown(self) -> None:
        """In fair weather everything ends: sent, or not for a reason the ledger tells."""
        type(self).reposts += self.provider.reposts
        self.provider.faults.clear()
        for _ in range(8):
            self._deliver(lambda _: None)
            self.later()
            if not OPEN & set(self._states().values()):
                break
        self.nothing_is_repeated()
        self.the_ledger_agrees_with_itself()
        for key, one in self.known.items():
            state = self._states()[one.subject_id]
            assert (state == "accepted") == (self.provider.store[key] == 1), (one, state)
            assert state in self._ends(one), (one, state)

    def _ends(self, one: Planned) -> set[str]:
        """How a message may end. A refused call rejects; only marketing may be parked, opted-out people cancelled."""
        ends = {"accepted", "rejected"}
        ends |= {"parked"} if one.message_class == "M" else set()
        return ends | ({"cancelled"} if one.subject_id in self.opted_out else set())

    def _deliver(self, hook: Callable[[str], None]) -> None:
        run = run_of(self.database, self.home)
        deliver_messages(run, [self.provider], render, all_due, TIMES, hook, CALM)

    def _states(self) -> dict[str, str]:
        mine = {one.subject_id for one in self.known.values()}
        with self.database.transaction() as connection:
            rows = connection.execute(text("select subject_id, state from message where subject_id like 'H-%'"))
            return {row.subject_id: row.state for row in rows if row.subject_id in mine}


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "unkeyed"])
def test_hours_in_any_order(database: Database, tmp_path: Path, is_keyed: bool) -> None:
    walk(database, tmp_path, is_keyed, examples=30, derandomize=True)


@pytest.mark.parametrize(
    ("name", "is_keyed"),
    [("unknown is not written", True), ("a second POST on a lost answer", False), ("send again without asking", False)],
)
def test_the_machine_is_not_blind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_keyed: bool
) -> None:
    for module, attribute in ((settler, "attempt"), (doubts, "resolve")):
        monkeypatch.setattr(module, attribute, getattr(module, attribute))  # put back whatever the mutation does
    MUTATIONS[name].apply(database.url)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        walk(database, tmp_path, is_keyed, examples=200, derandomize=True)


def walk(database: Database, home: Path, is_keyed: bool, examples: int, derandomize: bool = False) -> None:
    """So many shops, each through some ten of these rules. The first that fails is not made smaller: it takes long."""
    kind: type[Hours] = type("Hours", (Hours,), {"keyed": is_keyed, "database": database, "home": home})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            database=None,
            derandomize=derandomize,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert bool(kind.reposts) == is_keyed, "a provider with keys saw some of them again, the other none"
