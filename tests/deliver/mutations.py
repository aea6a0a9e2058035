"""Ways to break the protocol, one at a time, inside a worker process: each must be found by the ordeal (ordeal.py).

A mutation replaces a function or a word of a statement in that process alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from tasks.core import attempt, doubts, ledger
from tasks.core.claims import Scope
from tasks.core.database import Database
from tasks.core.domain import ChannelName
from tasks.core.errors import DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.ledger import Posting
from tasks.core.outgoing import Result
from tasks.core.queries import Statement, parse, query
from tasks.delivery import settler
from tests.deliver.people import NOW

Outcome = attempt.Outcome
_attempt, _conclude = attempt.attempt, attempt.conclude
_SCOPE = Scope("run-1", NOW, ChannelName.EMAIL, guarded=False)


@dataclass(frozen=True)
class Mutation:
    """`apply` breaks the process it is called in; the named round of the ordeal finds it with that kind of provider."""

    apply: Callable[[str], None]
    round: str
    keyed: bool


def _put(module: Any, name: str, value: object) -> None:
    assert hasattr(module, name)
    setattr(module, name, value)


def _reword(module: Any, name: str, old: str, new: str) -> None:
    """One statement of `module` says something else."""
    source = query(name).source
    assert old in source, f"sql/{name}.sql no longer says {old!r}"
    changed = parse(name, source.replace(old, new))
    before: Callable[[str], Statement] = module.query
    _put(module, "query", lambda asked: changed if asked == name else before(asked))


def drop_the_fence(_: str) -> None:
    """Any worker may end any batch, whoever has it now."""
    guard = "fence = :fence and state = :from_state"
    _reword(ledger, "ledger/end_batch", guard, "(fence = :fence and state = :from_state or true)")


def acknowledge_before_the_post(url: str) -> None:
    """The ledger says sent, then it is sent."""

    def tried(channel: Any, posting: Posting, deadline: float) -> Outcome:
        with Database(url).transaction() as connection:
            ledger.acknowledge(connection, _SCOPE, posting, [Result(True)] * len(posting.members))
        return _attempt(channel, posting, deadline)

    _put(settler, "attempt", tried)


def render_again(_: str) -> None:
    """A retry takes the template of now, not the sealed bytes."""

    def tried(channel: Any, posting: Posting, deadline: float) -> Outcome:
        body = posting.body.replace(b"<p>", b"<p>newer ") if posting.in_doubt else posting.body
        return _attempt(channel, replace(posting, body=body), deadline)

    _put(settler, "attempt", tried)


def post_again_at_once(_: str) -> None:
    """What HTTP libraries do: no answer, so once more."""

    def tried(channel: Any, posting: Posting, deadline: float) -> Outcome:
        outcome = _attempt(channel, posting, deadline)
        return _attempt(channel, posting, deadline) if isinstance(outcome, UnknownOutcome) else outcome

    _put(settler, "attempt", tried)


def ask_nothing_before_the_post(_: str) -> None:
    """What was true at the seal is taken for true at the post."""
    _put(ledger, "dissolve_if_untrue", lambda *_: {})


def forget_the_lease(_: str) -> None:
    """A batch another worker is posting is anybody's."""
    _reword(ledger, "ledger/next_sealed", "state = 'sealed'", "state in ('sealed', 'posting')")
    _reword(ledger, "ledger/intend", "state in ('sealed', 'unknown')", "state in ('sealed', 'posting', 'unknown')")


def a_key_for_each_attempt(_: str) -> None:
    """The provider cannot know that it saw this batch before."""
    _put(
        settler,
        "attempt",
        lambda channel, posting, deadline: _attempt(channel, replace(posting, batch_id=uuid4()), deadline),
    )


def no_proof_is_not_written(_: str) -> None:
    """A lost answer is taken for a lost message."""

    def tried(channel: Any, posting: Posting, deadline: float) -> Outcome:
        outcome = _attempt(channel, posting, deadline)
        return NotWritten(str(outcome)) if isinstance(outcome, UnknownOutcome) else outcome

    _put(settler, "attempt", tried)


def a_short_list_is_all_accepted(_: str) -> None:
    """Where results are missing, the rest is taken for sent."""

    def tried(channel: Any, posting: Posting, deadline: float) -> Outcome:
        try:
            results = list(channel.post(posting.body, str(posting.batch_id), deadline))
        except DeliveryError as error:
            return error
        return results + [Result(True)] * (len(posting.members) - len(results))

    _put(settler, "attempt", tried)


def write_results_outside_the_fence(_: str) -> None:
    """Results are written first; whether the batch is still ours is asked afterwards."""

    def concluded(connection: Connection, scope: Scope, posting: Posting, outcome: Outcome) -> bool:
        if isinstance(outcome, Rejected):
            refused = [Result(False, reason="refused")] * len(posting.members)
            ledger.conclude(connection, scope, posting.batch_id, dict(zip(posting.members, refused, strict=True)))
        return _conclude(connection, scope, posting, outcome)

    _put(settler, "conclude", concluded)


def post_after_the_lease(_: str) -> None:
    """A worker that slept posts without a look at the clock."""
    _put(settler, "attempt", lambda channel, posting, deadline: _attempt(channel, posting, deadline + 3600))


def send_again_what_is_not_found(_: str) -> None:
    """Nobody is asked: after a while an unknown batch is planned again."""
    resolve = doubts.resolve
    nothing = doubts.Answer({}, doubts.NOT_FOUND)
    _put(doubts, "resolve", lambda connection, scope, doubt, _answer: resolve(connection, scope, doubt, nothing))


MUTATIONS = {
    "drop the fence": Mutation(drop_the_fence, "slept on a 429", True),
    "acknowledge before the post": Mutation(acknowledge_before_the_post, "faults", True),
    "render again on retry": Mutation(render_again, "faults", True),
    "a second POST on a lost answer": Mutation(post_again_at_once, "faults", False),
    "skip the checks before the post": Mutation(ask_nothing_before_the_post, "opted out", True),
    "forget the lease": Mutation(forget_the_lease, "overlapping", False),
    "a key for each attempt": Mutation(a_key_for_each_attempt, "faults", True),
    "unknown is not written": Mutation(no_proof_is_not_written, "faults", True),
    "a short list is all accepted": Mutation(a_short_list_is_all_accepted, "faults", False),
    "results outside the fence": Mutation(write_results_outside_the_fence, "slept on a refusal", True),
    "post after the lease": Mutation(post_after_the_lease, "asleep", False),
    "send again without asking": Mutation(send_again_what_is_not_found, "faults", False),
}
