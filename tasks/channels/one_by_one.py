"""What channels share whose provider takes one message a call over HTTP and cannot be asked what it took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from tasks.channels.http import Http
from tasks.core.domain import ChannelName
from tasks.core.errors import UnknownOutcome


@dataclass(frozen=True, kw_only=True)
class OneByOne:
    """One account on one kept connection. An adapter names itself, and adds `encode` and `post`."""

    name: ClassVar[ChannelName]
    provider: ClassVar[str]
    is_real: ClassVar[bool] = True
    keyed: ClassVar[bool] = False
    can_look_up: ClassVar[bool] = False
    max_messages: ClassVar[int] = 1
    max_bytes: ClassVar[int]
    http: Http = field(default_factory=Http, repr=False)

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Nothing is shared."""
        return b""

    def join(self, entries: Sequence[bytes]) -> bytes:
        """The one entry."""
        [entry] = entries
        return entry

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """There is no search."""
        raise UnknownOutcome(f"{self.provider} cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        self.http.close()
