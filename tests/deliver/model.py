"""A provider without a network, as simple as its promise, and an hour that people disturb at will (Hypothesis)."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from tasks.core.domain import ChannelName
from tasks.core.errors import AccountStopped, DeliveryError, NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result

NOT_TAKEN: dict[str, Callable[[str], DeliveryError]] = {
    "refused connection": NotWritten,
    "429": NotWritten,
    "429 with Retry-After": lambda why: NotWritten(why, 0.02),
    "429 for an hour": lambda why: NotWritten(why, 3600),
    "account stop": AccountStopped,
    "invalid": Rejected,
}
TAKEN_OR_NOT = ("lost before", "lost after", "short", "one left out")
FAULTS = (*NOT_TAKEN, *TAKEN_OR_NOT, "")


@dataclass
class ModelProvider:
    """Takes what is posted, remembers keys if `keyed`, answers truthfully. `faults` are used up one a call."""

    keyed: bool
    faults: deque[str] = field(default_factory=deque)
    store: Counter[str] = field(default_factory=Counter)
    blind: int = 0
    """Messages posted again though they were posted before, under no key, and nobody had asked since."""
    conflicts: int = 0
    reposts: int = 0
    """Calls under a known key."""
    name: ChannelName = ChannelName.EMAIL
    provider: str = "model"
    is_real: bool = False
    can_look_up: bool = True
    max_messages: int = 100
    max_bytes: int = 1_000_000
    _bodies: dict[str, tuple[bytes, list[Result]]] = field(default_factory=dict)
    _unasked: set[str] = field(default_factory=set)

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Nothing is shared."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """Its key and its text."""
        return orjson.dumps([str(message.key), message.html])

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # it is never late
        """One call."""
        fault = self.faults.popleft() if self.faults else ""
        if fault in NOT_TAKEN:
            raise NOT_TAKEN[fault](fault)
        messages = [message for message, _ in orjson.loads(body)]
        if not self.keyed:
            self.blind += len(self._unasked & set(messages))
        self._unasked |= set(messages)
        if fault == "lost before":
            raise UnknownOutcome(fault)
        results = self._take(key, body, messages[:-1] if fault == "one left out" else messages)
        if fault == "lost after":
            raise UnknownOutcome(fault)
        return results[:-1] if fault == "short" else results

    def _take(self, key: str, body: bytes, messages: list[str]) -> list[Result]:
        if self.keyed and key in self._bodies:
            known, results = self._bodies[key]
            self.reposts += 1
            self.conflicts += known != body
            return results
        self.store.update(messages)
        self._bodies[key] = body, [Result(True, provider_id=message) for message in messages]
        return self._bodies[key][1]

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """What it holds."""
        self._unasked -= {str(key) for key in keys}
        return {key: str(key) for key in keys if self.store[str(key)]}

    def close(self) -> None:
        """Nothing is kept open."""
