"""Where files of orders lie: a folder (here) or a bucket (bucket.py), and which of their files were read already."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tasks.core.errors import DataError
from tasks.oms.base import ReadObject, Receipt, Taken
from tasks.oms.formats import ends_whole

PARTIAL = (".part", ".partial", ".filepart", ".crdownload", ".tmp", "~")
"""Endings of names under which programs upload, before they rename."""

SETTLED_SECONDS = 60
"""A file that was written to more recently, and ends inside a record, is thought to be half there."""


@dataclass(frozen=True)
class Found:
    """A file. `version` changes with its content: an ETag, or size and time. `unfinished`: why it is not read yet."""

    name: str
    version: str
    unfinished: str | None = None


class Place(Protocol):
    """Files below one address, those of folders below it excepted. `str()` is the address."""

    @property
    def tells_all(self) -> bool:
        """Whether `find` says everything that lies there; a queue tells only what arrived."""

    @property
    def folder(self) -> Path | None:
        """The place itself, where it is a folder of this machine."""

    def find(self, known: Mapping[str, str]) -> Sequence[Found]:
        """Its files by name. `known`: name -> version of those read before; empty: to be read again."""

    def opened(self, found: Found) -> AbstractContextManager[Path]:
        """The file as a local one of the same name. Raises DataError where it is another by now, on leaving too."""

    def warnings(self) -> Sequence[str]:
        """What was left aside."""

    def receipts(self) -> Sequence[Receipt]:
        """What a queue wants to be told once the files are loaded."""

    def release(self, receipts: Iterable[str]) -> None:
        """They are loaded."""


class Folder:
    """A folder of this machine."""

    tells_all = True

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DataError(f"The folder {folder} does not exist: create it or correct TODOKE_OMS_URL.")
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder.absolute())

    def find(self, known: Mapping[str, str]) -> Sequence[Found]:
        """Hidden files are left out."""
        del known
        paths = sorted(path for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))
        return [Found(path.name, _version(path), _unfinished(path)) for path in paths]

    @contextmanager
    def opened(self, found: Found) -> Iterator[Path]:
        """The file where it lies."""
        path = self.folder / found.name
        if not path.is_file():
            raise DataError(f"{found.name}: it is gone since the folder was listed; the next run looks again.")
        yield path
        if _version(path) != found.version:
            raise DataError(f"{found.name}: it was written to while it was read; the next run reads it again.")

    def warnings(self) -> Sequence[str]:
        """None."""
        return ()

    def receipts(self) -> Sequence[Receipt]:
        """None: nobody sends notice."""
        return ()

    def release(self, receipts: Iterable[str]) -> None:
        """Nobody waits for it."""


class FileSource:
    """What order systems of files share: a place, what of it was read before, and what was met on the way."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.asked: set[str] = set()
        self._known: dict[str, dict[str, str]] = {}
        self._warnings: dict[str, None] = {}

    @property
    def hazards(self) -> Path | None:
        """The folder `hazards` below it, where there is one."""
        folder = self.place.folder / "hazards" if self.place.folder else None
        return folder if folder and folder.is_dir() else None

    def warnings(self) -> Sequence[str]:
        """Unknown or unfinished files and broken records met so far, without repeats."""
        return [*self._warnings, *self.place.warnings()]

    def know(self, objects: Iterable[ReadObject]) -> None:
        """See Remembering."""
        for one in objects:
            if one.place == str(self.place):
                self._known.setdefault(one.table, {})[one.name] = one.version

    def taken(self) -> Taken:
        """See Remembering."""
        pending = [(table, found) for table, files in self.pending().items() for found in files]
        where = str(self.place)
        return Taken(
            [ReadObject(table, where, found.name, found.version) for table, found in pending if table in self.asked],
            [found.name for table, found in pending if table not in self.asked],
            list(self.place.receipts()),
        )

    def release(self, receipts: Iterable[str]) -> None:
        """See Remembering."""
        self.place.release(receipts)

    def pending(self) -> Mapping[str, Sequence[Found]]:
        """Canonical table -> files that are read once, and were not read for it before."""
        raise NotImplementedError

    def find(self) -> list[Found]:
        """Files of the place; those still being uploaded under another name are said and left out."""
        known = {name: version for names in self._known.values() for name, version in names.items()}
        found = self.place.find(known)
        for one in found:
            if one.name.lower().endswith(PARTIAL):
                self.warn(f"{one.name}: still being uploaded, by its name; left for a later run.")
        return [one for one in found if not one.name.lower().endswith(PARTIAL)]

    def is_new(self, table: str, found: Found) -> bool:
        """Whether this version of a file was never loaded into the table; one that is not whole waits."""
        if found.unfinished:
            self.warn(f"{found.name}: {found.unfinished}; left for a later run.")
            return False
        return self._known.get(table, {}).get(found.name) != found.version

    @contextmanager
    def whole(self, found: Found) -> Iterator[Path]:
        """The file to read. What a reader does not notice is said after it: that more of it may come."""
        with self.place.opened(found) as path:
            yield path
        if found.unfinished:
            raise DataError(f"{found.name}: {found.unfinished}: half-written? Drop it again, or wait.")

    def laid(
        self,
        files: Iterable[Found],
        read: Callable[[Found], Iterator[pa.Table]],
        needed: Callable[[str], bool],
        had: Mapping[str, str] | None = None,
    ) -> Iterator[pa.Table]:
        """Batches of several files. Raises DataError where a file lacks a needed column that an earlier one has.

        Laid over each other they would hide it: it would be empty in some rows, and nobody would know that it is gone.
        `had`: columns that every file must have -> what has them.
        """
        had = dict(had or {})
        for found in files:
            for batch in read(found):
                gone = [name for name in had if name not in batch.column_names]
                if gone:
                    raise DataError(f"{found.name}: column {gone[0]} is missing that {had[gone[0]]} has; renamed?")
                had = {name: found.name for name in batch.column_names if needed(name)} | had
                yield batch

    def warn(self, sentence: str) -> None:
        """Say it once."""
        self._warnings[sentence] = None


def _version(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def _unfinished(path: Path) -> str | None:
    if not path.stat().st_size:
        return "the file is empty"
    if time.time() - path.stat().st_mtime > SETTLED_SECONDS or ends_whole(path):
        return None
    return f"written to less than {SETTLED_SECONDS} seconds ago, and its last record does not end"
