"""Messages into a folder, for people to open: `.eml`, SMS as `.txt`, else `.json`. The default; it reaches nobody.

Keyed: a message's file is named after its key, so the same bytes twice are one file. Files appear whole or not at all
(temporary file, fsync, link) and are never overwritten.
"""

import os
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import orjson

from tasks.core.domain import ChannelName
from tasks.core.errors import NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result
from tasks.core.rfc5322 import compose
from tasks.core.segments import segments

_UNSAFE = re.compile(r"[^\w@.+-]+", re.ASCII)
_LITTER_SECONDS = 3600
_INCOMING = ".incoming"
_WRITERS = 4
"""Files synced at once: 350 a second one by one, 4,400 with four (ext4)."""


@dataclass(frozen=True)
class Mailbox:
    """The mailbox below one folder."""

    folder: Path
    name: ChannelName = ChannelName.EMAIL
    provider: str = "mailbox"
    is_real: bool = False
    keyed: bool = True
    can_look_up: bool = True
    max_messages: int = 500
    max_bytes: int = 20_000_000

    def envelope(self, entry: bytes) -> bytes:  # noqa: ARG002
        """Files share nothing."""
        return b""

    def encode(self, message: Outgoing) -> bytes:
        """One JSON object: key, file name, and what the file will hold."""
        suffix, content = FORMS[self.name]
        file = file_name(message, suffix)
        try:
            return orjson.dumps({"key": message.key.hex, "file": file, "content": content(message)})
        except TypeError as error:
            raise Rejected(f"not a sendable message: {error}") from error

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # files have keys of their own
        """Write the files. A file with other bytes under the same key means the person already has that message."""
        try:
            (self.folder / _INCOMING).mkdir(parents=True, exist_ok=True)
            self.sweep()
        except OSError as error:
            raise NotWritten(self._advice(error)) from error
        with ThreadPoolExecutor(_WRITERS) as pool:
            outcomes = list(pool.map(partial(self._deliver, deadline), orjson.loads(body)))
        failed = [outcome for outcome in outcomes if isinstance(outcome, OSError)]
        if failed:
            failure = NotWritten if len(failed) == len(outcomes) else UnknownOutcome
            raise failure(self._advice(failed[0])) from failed[0]
        return [outcome for outcome in outcomes if isinstance(outcome, Result)]

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """Files that lie in the mailbox."""
        names = {path.suffixes[-2][1:]: path for path in self.folder.glob(f"*/*.*.{FORMS[self.name][0]}")}
        found = {key: names[key.hex[:12]] for key in keys if key.hex[:12] in names}
        return {key: path.relative_to(self.folder).as_posix() for key, path in found.items()}

    def close(self) -> None:
        """Nothing is kept open."""

    def sweep(self) -> None:
        """Remove what killed writers left behind."""
        for path in (self.folder / _INCOMING).glob("*"):
            if time.time() - path.stat().st_mtime > _LITTER_SECONDS:
                path.unlink(missing_ok=True)

    def _advice(self, error: OSError) -> str:
        return f"mailbox {self.folder}: {error}; free space or correct its permissions"

    def _deliver(self, deadline: float, entry: dict[str, str]) -> Result | OSError:
        """One file; an error means that it was not written."""
        path, content = self.folder / entry["file"], entry["content"].encode()
        try:
            if not path.exists():
                if time.monotonic() > deadline:
                    return TimeoutError("the deadline passed")
                path.parent.mkdir(exist_ok=True)
                self._place(path, content, entry["key"])
            found = path.read_bytes()
        except OSError as error:
            return error
        if found != content:
            return Result(False, reason=f"key_reused: {entry['file']} holds another message")
        return Result(True, provider_id=entry["file"])

    def _place(self, path: Path, content: bytes, key: str) -> None:
        temporary = self.folder / _INCOMING / f"{key}.{os.getpid()}"
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass  # another worker placed it first; its bytes are compared like ours
        finally:
            temporary.unlink()


def file_name(message: Outgoing, suffix: str = "eml") -> str:
    """`<touchpoint>/<subject>.<12 digits of the key>.<suffix>`, safe on every file system."""
    subject = _UNSAFE.sub("_", message.subject_id).lstrip(".")[:80] or "_"
    return f"{_UNSAFE.sub('_', message.touchpoint)}/{subject}.{message.key.hex[:12]}.{suffix}"


def _json(holding: str, message: Outgoing) -> str:
    """Whom it goes to, and under `holding` what the adapter would get: LINE's messages or a note's fields."""
    try:
        body = {"to": message.to_address, holding: orjson.loads(message.text)}
    except orjson.JSONDecodeError as error:
        raise Rejected(f"not a sendable message: {error}") from error
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()


def _sms(message: Outgoing) -> str:
    """Number, cost and text."""
    cost = segments(message.text)
    return f"To: {message.to_address}\nSegments: {cost.count} ({cost.encoding})\n\n{message.text}\n"


FORMS: dict[ChannelName, tuple[str, Callable[[Outgoing], str]]] = {
    ChannelName.EMAIL: ("eml", lambda message: compose(message).decode()),
    ChannelName.LINE: ("json", partial(_json, "messages")),
    ChannelName.SMS: ("txt", _sms),
    **dict.fromkeys((ChannelName.PUSH, ChannelName.POSTCARD, ChannelName.INSERT), ("json", partial(_json, "note"))),
}
"""Channel -> suffix and content of its files."""
