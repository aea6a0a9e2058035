"""Where files lie that leave the database: the archive and the published pages. A folder here; S3 in tasks/stores/."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tasks.core.errors import StoreError
from tasks.core.files import replace_file, replace_quickly

Change = Callable[[bytes | None], bytes | None]
"""From what a file holds (None: there is none) to what it shall hold (None: leave it as it is)."""


class Store(Protocol):
    """Named files. Names are relative, with `/`. Every call raises StoreError when the place cannot be reached."""

    @property
    def at_once(self) -> int:
        """How many calls at the same time pay off."""

    def read(self, name: str) -> bytes | None:
        """A file's content, None where there is none."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every file, oldest names first, with when it was written (UTC)."""

    def remove(self, name: str) -> None:
        """Take a file away; one that is gone already is no error."""

    def create(self, name: str, content: bytes) -> bool:
        """Write once, on disk before it returns. False: the file exists already and stays as it is."""

    def publish(self, name: str, content: bytes) -> None:
        """Write a file for browsers. Whether it changed is known to whoever publishes."""

    def update(self, name: str, change: Change) -> None:
        """Read, change, write, with nobody in between. `change` may be called again with what another wrote."""


@dataclass(frozen=True)
class Folder:
    """Files below one folder; they appear whole or not at all."""

    path: Path
    at_once: int = 1

    def __str__(self) -> str:
        return str(self.path)

    def read(self, name: str) -> bytes | None:
        """The file, if it is there."""
        file = self.path / name
        with self._telling():
            return file.read_bytes() if file.exists() else None

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Hidden files, and what is still being written as one, are left out."""
        for file in sorted(self.path.rglob("*")):
            name = file.relative_to(self.path).as_posix()
            if file.is_file() and not any(part.startswith(".") for part in name.split("/")):
                yield name, datetime.fromtimestamp(file.stat().st_mtime, UTC)

    def remove(self, name: str) -> None:
        """The file alone; its folder stays."""
        (self.path / name).unlink(missing_ok=True)

    def create(self, name: str, content: bytes) -> bool:
        """Synced to disk, then moved into place."""
        with self._telling():
            if (self.path / name).exists():
                return False
            replace_file(self.path / name, content, durable=True)
        return True

    def publish(self, name: str, content: bytes) -> None:
        """Moved into place."""
        with self._telling():
            replace_quickly(str(self.path), name, content)

    def update(self, name: str, change: Change) -> None:
        """Under a lock file."""
        with self._telling(), self._locked():
            changed = change(self.read(name))
            if changed is not None:
                replace_file(self.path / name, changed)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"Folder {self.path}: {error}; free space or correct its permissions.") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
