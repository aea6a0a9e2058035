"""Batches as files for people who print or pack: `<batch>/<table>.csv`, then `<batch>/manifest.json`, in folder or S3.

Keyed: a batch's files bear its id and are created once (`If-None-Match` in S3), so the same batch twice is one. The
manifest comes last and tells count and SHA-256 of the table and of what was made from it: who reads only tables with a
manifest reads whole ones. A table without one was given up; its messages came again in another batch. The store's calls
here are tried once each.
"""

import csv
import hashlib
import io
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson

from tasks.channels.http import dumped
from tasks.core.domain import ChannelName
from tasks.core.errors import NotWritten, Rejected, StoreError, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.stores import Store
from tasks.core.touchpoints import version

MANIFEST = "manifest.json"
KEY = "message_key"

REMEMBERED = timedelta(days=14)
"""How far back a message is looked for: a doubt is settled by the next run."""

_FORMULA = ("=", "+", "-", "@")
_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Drop:
    """One place. An adapter says what its table is called and which fields of a note (tasks/core/notes.py) it has."""

    store: Store
    name: ClassVar[ChannelName]
    provider: ClassVar[str]
    is_real: ClassVar[bool] = True
    keyed: ClassVar[bool] = True
    can_look_up: ClassVar[bool] = True
    max_messages: ClassVar[int] = 1000
    max_bytes: ClassVar[int] = 20_000_000
    table: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    needed: ClassVar[frozenset[str]]
    """Fields that must not be empty."""

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Rows share nothing."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """One row, and what it was made from. Raises Rejected for what a reader of CSV would misread."""
        try:
            note = orjson.loads(message.text)
            row = [note[field] for field in self.fields]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Rejected(f"not a {self.name} message: {error!r}") from error
        for field, cell in zip(self.fields, row, strict=True):
            self._check(field, cell)
        made_from = {"design": message.touchpoint, "version": version(message.touchpoint)}
        return dumped({"row": [message.key.hex, message.touchpoint, *row], "as_of": message.dated_at, **made_from})

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:
        """Table, then manifest. NotWritten as long as no manifest can have appeared."""
        entries = orjson.loads(body)
        table = self._table([entry["row"] for entry in entries])
        manifest = self._manifest(key, entries, table)
        if not self._announced(key, manifest):
            made = self.made_from([dict(zip(self.fields, entry["row"][2:], strict=True)) for entry in entries])
            for file, content in {self.table: table, **made}.items():
                self._place(f"{key}/{file}", content, deadline)
            made_of = {"made": [{"file": file, **_digest(content)} for file, content in made.items()]} if made else {}
            self._announce(key, manifest | made_of, deadline)
        return [Result(True, provider_id=f"{key}/{self.table}:{place}") for place, _ in enumerate(entries, 2)]

    def made_from(self, rows: Sequence[dict[str, str]]) -> dict[str, bytes]:  # noqa: ARG002
        """Files beside the table, by name, made from its rows in their order."""
        return {}

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """Messages in tables that have a manifest, of the last two weeks."""
        wanted = {key.hex: key for key in keys}
        oldest = datetime.now(UTC) - REMEMBERED
        try:
            files = [name for name, written_at in self.store.names() if written_at > oldest]
            folders = [name.removesuffix(MANIFEST) for name in files if name.endswith(f"/{MANIFEST}")]
            found = {key: at for folder in folders for key, at in self._rows(f"{folder}{self.table}")}
        except StoreError as error:
            raise UnknownOutcome(str(error)) from error
        return {wanted[key]: at for key, at in found.items() if key in wanted}

    def close(self) -> None:
        """Nothing is kept open."""

    def _check(self, field: str, cell: Any) -> None:
        if not isinstance(cell, str) or (field in self.needed and not cell.strip()):
            raise Rejected(f"{field} is empty")
        if cell.startswith(_FORMULA):
            raise Rejected(f"{field} begins with {cell[0]!r}: a spreadsheet would calculate it")
        if field != "body" and _BREAK.search(cell):
            raise Rejected(f"{field} is not one line")

    def _table(self, rows: list[list[str]]) -> bytes:
        sink = io.StringIO(newline="")
        writer = csv.writer(sink)
        writer.writerows([[KEY, "design", *self.fields], *rows])
        return _BOM + sink.getvalue().encode()

    def _manifest(self, key: str, entries: Sequence[dict[str, Any]], table: bytes) -> dict[str, Any]:
        return {
            "batch_id": key,
            "channel": self.name,
            "as_of": max(entry["as_of"] for entry in entries),
            "file": self.table,
            "rows": len(entries),
            **_digest(table),
            "encoding": "UTF-8 with byte order mark",
            "columns": [KEY, "design", *self.fields],
            "designs": dict(sorted({entry["design"]: entry["version"] for entry in entries}.items())),
        }

    def _announced(self, key: str, manifest: dict[str, Any]) -> bool:
        """Is the batch there already? Raises UnknownOutcome where something else lies under its id.

        What was made from the table is not compared: a newer version of what makes it may make other bytes of the same.
        """
        try:
            found = self.store.read(f"{key}/{MANIFEST}")
        except StoreError as error:
            raise NotWritten(str(error)) from error
        if found is not None and _without_made(found) != manifest:
            raise UnknownOutcome(f"{self.store}/{key}/{MANIFEST} is not what was sealed: compare it with the archive.")
        return found is not None

    def _place(self, name: str, content: bytes, deadline: float) -> None:
        _in_time(deadline)
        try:
            if not self.store.create(name, content) and self.store.read(name) != content:
                raise NotWritten(f"{self.store}/{name} holds something else and no manifest: another batch follows.")
        except StoreError as error:
            raise NotWritten(str(error)) from error

    def _announce(self, key: str, manifest: dict[str, Any], deadline: float) -> None:
        _in_time(deadline)
        content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
        try:
            created = self.store.create(f"{key}/{MANIFEST}", content)
        except StoreError as error:
            raise UnknownOutcome(str(error)) from error
        if not created and not self._announced(key, _without_made(content)):
            raise UnknownOutcome(f"{self.store}/{key}/{MANIFEST} was there and is gone.")

    def _rows(self, name: str) -> list[tuple[str, str]]:
        """Keys of a table, each with the line it stands on."""
        content = (self.store.read(name) or b"").removeprefix(_BOM).decode()
        rows = csv.DictReader(io.StringIO(content, newline=""))
        return [(row[KEY], f"{name}:{place}") for place, row in enumerate(rows, 2)]


def _in_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise NotWritten("the deadline passed before this file was written")


def _digest(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _without_made(manifest: bytes) -> dict[str, Any]:
    """A manifest without what was made from its table; {} where it is none."""
    try:
        said = orjson.loads(manifest)
    except orjson.JSONDecodeError:
        return {}
    return {name: value for name, value in said.items() if name != "made"} if isinstance(said, dict) else {}
