"""Fences and transitions, step by step, without a loop around them."""

from uuid import UUID

import pytest
from sqlalchemy import text

from tasks.core import doubts, ledger
from tasks.core.claims import Scope, claim
from tasks.core.database import Database
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import GuardError, UnknownOutcome
from tasks.core.ledger import Posting
from tasks.core.outgoing import Result
from tests.deliver.people import NOW, QUICK, all_due, change, orders, plan, states

SCOPE = Scope("run-1", NOW, ChannelName.EMAIL, guarded=False)
KEYS = [("shipped", "O-00000"), ("shipped", "O-00001")]
TAKEN = [Result(True, "id-1"), Result(True, "id-2")]
T = TouchpointClass.TRANSACTIONAL


@pytest.fixture
def batch_id(database: Database) -> UUID:
    """A sealed batch of two messages."""
    plan(database, orders(2))
    with database.transaction() as connection:
        return ledger.seal(connection, SCOPE, "standin", T, KEYS, b"[]", {"shipped": "v1"})


def intend(database: Database, batch_id: UUID, fence: int, worker: str) -> Posting:
    with database.transaction() as connection:
        posting = ledger.intend(connection, SCOPE, batch_id, fence, worker, QUICK)
    assert posting is not None
    return posting


def lease_ends(database: Database) -> None:
    change(database, "update batch set lease_until = clock_timestamp() - interval '1 s'")
    with database.transaction() as connection:
        assert doubts.take_over(connection, SCOPE) == 1


def test_of_two_workers_one_may_post(database: Database, batch_id: UUID) -> None:
    intend(database, batch_id, 0, "Aoi")
    with database.transaction() as connection:
        assert ledger.intend(connection, SCOPE, batch_id, 0, "Ren", QUICK) is None


def test_a_late_worker_cannot_speak_for_the_one_that_took_over(database: Database, batch_id: UUID) -> None:
    late = intend(database, batch_id, 0, "Aoi")
    lease_ends(database)
    current = intend(database, batch_id, late.fence + 1, "Ren")
    with database.transaction() as connection:
        assert not ledger.acknowledge(connection, SCOPE, late, TAKEN)
        assert not ledger.give_back(connection, SCOPE, late, "asleep", None)
        assert not ledger.doubt(connection, SCOPE, late, "asleep")
    assert set(states(database).values()) == {"posting"}
    with database.transaction() as connection:
        assert ledger.acknowledge(connection, SCOPE, current, TAKEN)
    assert set(states(database).values()) == {"accepted"}


def test_a_running_lease_is_left_alone(database: Database, batch_id: UUID) -> None:
    intend(database, batch_id, 0, "Aoi")
    with database.transaction() as connection:
        assert doubts.take_over(connection, SCOPE) == 0


def test_results_that_do_not_match_the_messages_are_no_acknowledgement(database: Database, batch_id: UUID) -> None:
    posting = intend(database, batch_id, 0, "Aoi")
    with pytest.raises(UnknownOutcome, match="1 results for 2 messages"), database.transaction() as connection:
        ledger.acknowledge(connection, SCOPE, posting, TAKEN[:1])
    assert set(states(database).values()) == {"posting"}


def test_a_doubt_is_resolved_once(database: Database, batch_id: UUID) -> None:
    intend(database, batch_id, 0, "Aoi")
    lease_ends(database)
    with database.transaction() as connection:
        [doubt] = doubts.in_doubt(connection, SCOPE, "standin", QUICK)
        answer = doubts.Answer({KEYS[0]: "id-1"}, doubts.NOT_FOUND)
        assert doubts.resolve(connection, SCOPE, doubt, answer) == {KEYS[0]: "accepted", KEYS[1]: "planned"}
        assert doubts.resolve(connection, SCOPE, doubt, doubts.Answer({}, doubts.NOT_FOUND)) == {}
    assert states(database) == {"O-00000": "accepted", "O-00001": "planned"}
    with database.transaction() as connection:
        assert ledger.discrepancies(connection) == []


def test_what_was_cancelled_is_not_claimed(database: Database) -> None:
    plan(database, orders(2))
    change(database, "update message set state = 'cancelled' where subject_id = 'O-00000'")
    with database.transaction() as connection:
        found = claim(connection, SCOPE, T, 10, all_due)
        assert [one.subject_id for one in found.ready] == ["O-00001"]
        assert ledger.discrepancies(connection) == ["shipped: on the work list but not planned (1)"]


def test_a_message_that_is_no_longer_planned_cannot_be_sealed(database: Database) -> None:
    plan(database, orders(2))
    change(database, "update message set state = 'cancelled' where subject_id = 'O-00000'")
    with pytest.raises(GuardError, match="1 of its messages"), database.transaction() as connection:
        ledger.seal(connection, SCOPE, "standin", T, KEYS, b"[]", {})
    with database.transaction() as connection:
        assert connection.scalar(text("select count(*) from batch")) == 0
