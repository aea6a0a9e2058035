"""What every channel adapter is: it freezes messages into bytes, posts them once, and reads the answer.

One attempt per `post`: no retry of any kind below it (docs/delivery.md, rule 3). The caller decides what happens next
from the error alone, so every failure must be one of NotWritten, AccountStopped, Rejected or UnknownOutcome; when in
doubt it is UnknownOutcome.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable
from uuid import UUID

from tasks.core.domain import ChannelName
from tasks.core.outgoing import Outgoing, Result


class Channel(Protocol):
    """One provider of one channel."""

    @property
    def name(self) -> ChannelName:
        """How the message reaches the person."""

    @property
    def provider(self) -> str:
        """The adapter's own name, as in TODOKE_EMAIL."""

    @property
    def is_real(self) -> bool:
        """Does it reach people? Then the outbound guard applies outside production."""

    @property
    def keyed(self) -> bool:
        """Does the provider honour our key, so that the same bytes may be posted again while it remembers?"""

    @property
    def can_look_up(self) -> bool:
        """Can the provider be asked which messages it took?"""

    @property
    def max_messages(self) -> int:
        """Most messages of one call."""

    @property
    def max_bytes(self) -> int:
        """Most bytes of one call's body."""

    def envelope(self, entry: bytes) -> bytes:
        """What all messages of one call share, so that only equals are joined; empty where each brings its own."""

    def encode(self, message: Outgoing) -> bytes:
        """One message's share of a body, the same bytes each time. Raises Rejected, saying why it cannot be sent."""

    def join(self, entries: Sequence[bytes]) -> bytes:
        """The body of one call: exactly the bytes that are sealed, posted, retried and archived."""

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """Hand over one body, once. `key` is the batch's; `deadline` is a time.monotonic() after which to give up.

        Returns one result per message in the body's order. Raises NotWritten, AccountStopped, Rejected (the whole
        call), UnknownOutcome.
        """

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """Provider ids of those messages the provider took. Raises UnknownOutcome when it cannot answer now."""

    def close(self) -> None:
        """Let go of kept connections."""


@runtime_checkable
class TellsRate(Protocol):
    """A channel whose provider says how fast it may be used."""

    @property
    def rate(self) -> float:
        """Messages a second the account allows."""
