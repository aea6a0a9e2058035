"""Where a simulation posts to: an adapter in the process that takes everything and keeps nothing but counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tasks.core.claims import Claimed
from tasks.core.domain import ChannelName
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rendering import Rendered
from tasks.core.sealing import Render
from tasks.core.segments import segments

_SEPARATOR = b"\n"


@dataclass(frozen=True)
class Sink:
    """One channel that reaches nobody. `units`: touchpoint -> what its messages are paid by (SMS: segments)."""

    name: ChannelName
    provider: str = "simulated"
    is_real: bool = False
    keyed: bool = True
    can_look_up: bool = False
    max_messages: int = 2000
    max_bytes: int = 20_000_000
    units: Counter[str] = field(default_factory=Counter)

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Entries share nothing."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """The message's key alone: what it says was rendered, and is of no further use."""
        self.units[message.touchpoint] += segments(message.text).count if self.name is ChannelName.SMS else 1
        return message.key.hex.encode()

    def join(self, entries: Sequence[bytes]) -> bytes:
        """Keys, one a line."""
        return _SEPARATOR.join(entries)

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # it is there at once
        """Take them all."""
        return [Result(True, provider_id=entry.decode()) for entry in body.split(_SEPARATOR)]

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:  # noqa: ARG002
        """Nothing is kept; nothing is ever in doubt."""
        return {}

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Sampled:
    """Renders the first messages of each kind and then one in so many; the others take the newest of their kind.

    A kind is touchpoint, channel, language, variant and shop front. What a template refuses is refused alone.
    """

    render: Render
    first: int = 50
    every: int = 20
    rendered: int = 0
    _seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _newest: dict[tuple[str, ...], Rendered] = field(default_factory=dict)

    def __call__(self, claimed: Claimed) -> Rendered:
        """As `tasks.core.sealing.Render`."""
        kind = (claimed.touchpoint, claimed.channel, claimed.language, claimed.variant, claimed.source or "")
        self._seen[kind] += 1
        if kind not in self._newest or self._seen[kind] <= self.first or self._seen[kind] % self.every == 0:
            self._newest[kind] = self.render(claimed)
            self.rendered += 1
        return self._newest[kind]
