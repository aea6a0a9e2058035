"""The secret under every keyed hash: TODOKE_SECRET, or a file made once in TODOKE_HOME."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tasks.core.errors import ConfigurationError
from tasks.core.settings import Settings

FILE = "secret"


def secret(settings: Settings) -> bytes:
    """The secret of this installation. Its loss orphans every guest, opt-out and page address: back it up.

    Raises ConfigurationError where the file of TODOKE_HOME is empty or others may read it.
    """
    if settings.secret is not None and settings.secret.get_secret_value():
        return settings.secret.get_secret_value().encode()
    path = settings.home / FILE
    if not path.exists():
        _make(path)
    return _checked(path)


def link_secrets(settings: Settings) -> tuple[bytes, ...]:
    """Keys of opt-out links, newest first: links are made with the first and open with each.

    They may be changed, unlike `secret`, whose change would make every address a stranger to its suppression.
    """
    newest = settings.link_secret.get_secret_value().encode() if settings.link_secret else secret(settings)
    before = settings.link_secret_before.get_secret_value().encode() if settings.link_secret_before else None
    return (newest, before) if before else (newest,)


def _make(path: Path) -> None:
    """Write it beside its place and link it there: the first of two processes wins, neither reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _checked(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others: chmod 600 it, or set TODOKE_SECRET.")
    content = path.read_bytes().strip()
    if not content:
        raise ConfigurationError(f"{path} is empty: restore it from a backup, or set TODOKE_SECRET.")
    return content
