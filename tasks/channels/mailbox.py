"""E-mail into a folder: one `.eml` per message, for people to open. The default; it reaches nobody.

Keyed: a message's file is named after its key, so the same bytes twice are one file. Files appear whole or not at all
(temporary file, fsync, link) and are never overwritten.
"""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID

import orjson

from tasks.core.domain import ChannelName
from tasks.core.errors import NotWritten, Rejected, UnknownOutcome
from tasks.core.outgoing import Outgoing, Result

_UNSAFE = re.compile(r"[^\w@.+-]+", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}", re.ASCII)
_LITTER_SECONDS = 3600
_INCOMING = ".incoming"
_POLICY = SMTP.clone(cte_type="7bit")


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

    def encode(self, message: Outgoing) -> bytes:
        """One JSON object: key, file name, and the message as RFC 5322 text."""
        try:
            text = _compose(message).as_bytes().decode()
        except (MessageError, ValueError, IndexError) as error:
            raise Rejected(f"not a sendable message: {error}") from error
        return orjson.dumps({"key": message.key.hex, "file": file_name(message), "eml": text})

    def join(self, entries: Sequence[bytes]) -> bytes:
        """A JSON list."""
        return b"[" + b",".join(entries) + b"]"

    def post(self, body: bytes, key: str, deadline: float) -> list[Result]:  # noqa: ARG002  # files have keys of their own
        """Write the files. A file with other bytes under the same key means the person already has that message."""
        results: list[Result] = []
        try:
            (self.folder / _INCOMING).mkdir(parents=True, exist_ok=True)
            for entry in orjson.loads(body):
                if time.monotonic() > deadline:
                    raise TimeoutError("the deadline passed")
                results.append(self._deliver(entry))
        except OSError as error:
            failure = UnknownOutcome if results else NotWritten
            raise failure(f"mailbox {self.folder}: {error}; free space or correct its permissions") from error
        return results

    def look_up(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """Files that lie in the mailbox."""
        names = {path.suffixes[-2][1:]: path for path in self.folder.glob("*/*.*.eml")}
        found = {key: names[key.hex[:12]] for key in keys if key.hex[:12] in names}
        return {key: path.relative_to(self.folder).as_posix() for key, path in found.items()}

    def sweep(self) -> None:
        """Remove what killed writers left behind."""
        for path in (self.folder / _INCOMING).glob("*"):
            if time.time() - path.stat().st_mtime > _LITTER_SECONDS:
                path.unlink(missing_ok=True)

    def _deliver(self, entry: dict[str, str]) -> Result:
        path, content = self.folder / entry["file"], entry["eml"].encode()
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            self._place(path, content, entry["key"])
        if path.read_bytes() != content:
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


def file_name(message: Outgoing) -> str:
    """`<touchpoint>/<subject>.<12 digits of the key>.eml`, safe on every file system."""
    subject = _UNSAFE.sub("_", message.subject_id).lstrip(".")[:80] or "_"
    return f"{_UNSAFE.sub('_', message.touchpoint)}/{subject}.{message.key.hex[:12]}.eml"


def checked_address(address: str) -> tuple[str, str]:
    """Local part and ASCII domain. Dots anywhere in the local part are accepted, as Japanese carriers once issued them.

    Raises Rejected with the reason: no `@`, characters no relay takes, an impossible domain, a non-ASCII local part
    (SMTPUTF8, which few receivers take).
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Rejected(f"address {address!r:.80}: a local part beyond ASCII needs SMTPUTF8, which is not supported")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise Rejected(f"address {address!r:.80}: not an e-mail address")
    return local, ascii_domain


def _compose(message: Outgoing) -> EmailMessage:
    """The same bytes each time: boundary, Message-ID and Date come from the message, never from now."""
    email = EmailMessage(policy=_POLICY)
    local, domain = checked_address(message.to_address)
    email["From"] = Address(message.from_name, addr_spec=message.from_address)
    email["To"] = Address(message.to_name, username=local, domain=domain)
    email["Reply-To"] = message.reply_to
    email["Subject"] = message.subject
    email["Date"] = format_datetime(message.dated_at)
    email["Message-ID"] = f"<{message.key}@{message.from_address.partition('@')[2]}>"
    for name, value in message.headers.items():
        email[name] = value
    email.set_content(message.text)
    email.add_alternative(message.html, subtype="html")
    email.set_boundary(f"=_{message.key.hex}")
    return email
