"""What mail providers with one key and one HTTP API share; each adds what it posts and what an answer proves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from tasks.channels.http import Http, checked_url, needed
from tasks.core.accounts import PostmarkSettings, ResendSettings, SendgridSettings
from tasks.core.domain import ChannelName
from tasks.core.errors import UnknownOutcome


@dataclass(frozen=True)
class HttpAccount:
    """One account, on one kept connection; a body is a JSON list of entries, each with its own sender."""

    secret: str = field(repr=False)
    url: str
    name: ChannelName = ChannelName.EMAIL
    provider: str = ""
    is_real: bool = True
    keyed: bool = False
    can_look_up: bool = False
    max_messages: int = 1
    max_bytes: int = 20_000_000
    http: Http = field(default_factory=Http, repr=False)

    @classmethod
    def from_settings(cls, settings: ResendSettings | PostmarkSettings | SendgridSettings, **more: Any) -> Self:
        """Raises ConfigurationError where the key is missing or the address unsafe."""
        prefix = settings.model_config["env_prefix"]
        url = checked_url(f"{prefix}URL", settings.url, "docs/providers.md")
        return cls(needed(f"{prefix}SECRET", settings.secret), url.rstrip("/"), **more)

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Messages share nothing."""
        return b""

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """It finds no message by a key of ours."""
        raise UnknownOutcome(f"{self.provider} cannot be asked about {len(keys)} messages")

    def close(self) -> None:
        """Close the kept connection, if there is one."""
        self.http.close()
