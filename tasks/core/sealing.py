"""Steps `render` and `seal`: claimed messages become frozen batches, inside the claiming transaction.

A poisoned row or a template error is found here, before anything is frozen, and rejects that message alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from tasks.core import ledger, touchpoints
from tasks.core.brand import load_brand
from tasks.core.claims import Claimed, Key, Scope, end, fall_back
from tasks.core.domain import State, TouchpointClass
from tasks.core.errors import ConfigurationError, DataError, Rejected
from tasks.core.outgoing import ADDRESS_FIELD, Outgoing, message_key
from tasks.core.queries import query
from tasks.core.rendering import Rendered, Renderer
from tasks.core.runs import Run
from tasks.core.secrets import link_secrets, secret

Render = Callable[[Claimed], Rendered]
"""Raises TemplateRejected for one message, ConfigurationError for a touchpoint that is broken as a whole."""

_JOINING = 2
"""Bytes a message costs in a body besides its own."""

_REASON_LENGTH = 500

_OF_NOBODY = b"the secret of samples: what it signs opens nothing"


class Packer(Protocol):
    """The part of a channel adapter that freezes messages (tasks/channels/base.py)."""

    @property
    def provider(self) -> str: ...
    @property
    def max_messages(self) -> int: ...
    @property
    def max_bytes(self) -> int: ...
    def envelope(self, entry: bytes) -> bytes: ...
    def encode(self, message: Outgoing) -> bytes: ...
    def join(self, entries: Sequence[bytes]) -> bytes: ...


@dataclass
class Packed:
    """One claim, rendered: entries to freeze, messages rejected, touchpoints whose folder is broken; each with why."""

    entries: list[tuple[Key, bytes]] = field(default_factory=list)
    rejected: dict[Key, tuple[State, str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    domains: dict[Key, tuple[str, str]] = field(default_factory=dict)
    """Domains a message leaves from and goes to, lower case: what rates are about."""


def pack(ready: Sequence[Claimed], render: Render, packer: Packer, dated_at: datetime) -> Packed:
    """Render and encode each message."""
    packed = Packed()
    for claimed in ready:
        if claimed.touchpoint in packed.broken:
            continue
        try:
            outgoing = _addressed(claimed, render(claimed), dated_at)
            entry = packer.encode(outgoing)
            if len(entry) + _JOINING > packer.max_bytes:
                raise Rejected(f"too large: {len(entry)} bytes")
        except (DataError, Rejected, UnicodeError) as error:
            packed.rejected[claimed.key] = (State.REJECTED, storable(error))
        except ConfigurationError as error:
            packed.broken[claimed.touchpoint] = storable(error)
        else:
            packed.entries.append((claimed.key, entry))
            packed.domains[claimed.key] = (_domain(outgoing.from_address), _domain(outgoing.to_address))
    return packed


def seal_all(
    connection: Connection, scope: Scope, packer: Packer, message_class: TouchpointClass, packed: Packed
) -> int:
    """End what was rejected, freeze the rest; returns the number of batches."""
    end(connection, scope.as_of, packed.rejected)
    fall_back(connection, scope, packed.rejected)
    groups = alike(packed.entries, packer.envelope)
    batches = [batch for group in groups for batch in split(group, packer.max_messages, packer.max_bytes)]
    for batch in batches:
        keys, body = [key for key, _ in batch], packer.join([entry for _, entry in batch])
        versions = {name: touchpoints.version(name) for name in sorted({key[0] for key in keys})}
        ledger.seal(connection, scope, packer.provider, message_class, keys, body, versions)
    return len(batches)


def alike(entries: Sequence[tuple[Key, bytes]], envelope: Callable[[bytes], bytes]) -> list[list[tuple[Key, bytes]]]:
    """Entries by what they must share within one call, each group in the order of the claim."""
    groups: dict[bytes, list[tuple[Key, bytes]]] = {}
    for entry in entries:
        groups.setdefault(envelope(entry[1]), []).append(entry)
    return list(groups.values())


def split(entries: Sequence[tuple[Key, bytes]], max_messages: int, max_bytes: int) -> Iterator[list[tuple[Key, bytes]]]:
    """Batches that close at the provider's count or bytes, whichever comes first."""
    batch: list[tuple[Key, bytes]] = []
    size = 0
    for key, entry in entries:
        if batch and (len(batch) == max_messages or size + len(entry) + _JOINING > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append((key, entry))
        size += len(entry) + _JOINING
    if batch:
        yield batch


def storable(error: Exception) -> str:
    """An error's text as a reason PostgreSQL can hold: no NUL, no lone surrogate, bounded."""
    text = str(error).replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
    return f"{type(error).__name__}: {text}"[:_REASON_LENGTH]


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _addressed(claimed: Claimed, rendered: Rendered, dated_at: datetime) -> Outgoing:
    return Outgoing(
        key=message_key(*claimed.key),
        touchpoint=claimed.touchpoint,
        subject_id=claimed.subject_id,
        to_address=claimed.recipient[ADDRESS_FIELD[claimed.channel]],
        to_name=claimed.recipient.get("name") or "",
        from_address=rendered.from_address,
        from_name=rendered.from_name,
        reply_to=rendered.reply_to,
        stream=rendered.stream,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        headers=rendered.headers,
        dated_at=dated_at,
        attachments=rendered.attachments,
    )


def renderer_of(run: Run) -> Render:
    """Renders a claimed message from its templates."""
    renderer = messages_of(run)

    def render(one: Claimed) -> Rendered:
        return renderer.render(
            one.touchpoint, one.channel, one.language, one.variant, one.context, one.recipient, one.source
        )

    return render


def messages_of(run: Run) -> Renderer:
    """The templates of a run, which knows the addresses of pages as they are when it begins."""
    newest, *_ = link_secrets(run.settings)
    with run.database.transaction() as connection:
        versions = {row["order_id"]: row["version"] for row in query("publish/versions").rows(connection)}
    return Renderer(
        load_brand(),
        secret(run.settings),
        run.settings.pages_url,
        link_secret=newest,
        listen_url=run.settings.listen_url,
        as_of=run.as_of,
        page_versions=versions,
    )


def samples_of(run: Run) -> Renderer:
    """The templates of a run, for people who look: the tokens in its links open no page and end no subscription."""
    return Renderer(load_brand(), _OF_NOBODY, run.settings.pages_url, as_of=run.as_of)
