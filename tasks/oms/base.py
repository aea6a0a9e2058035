"""What Todoke asks of an order system, and nothing more.

An adapter hands over text: what a column means, and whether a value is any good, is decided once, by validation, which
can then reject one row by file, line, column and reason. Casting in an adapter would make one bad cell a bad feed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

FILE = "_file"
LINE = "_line"
DOCUMENT = "document"
BATCH_ROWS = 100_000


class OrderSystem(Protocol):
    """One source of orders in the canonical drop format (tasks.core.canonical.TABLES)."""

    @property
    def name(self) -> str:
        """Name of the adapter, as in TODOKE_OMS."""

    def now(self) -> datetime | None:
        """The source's own clock (aware); None where the source lives in the present."""

    def tables(self) -> tuple[str, ...]:
        """The canonical tables this source has, any subset, in the order of TABLES."""

    def is_full(self, table: str) -> bool:
        """Whether every fetch of this table holds all its rows (then `since` is ignored), not only the changed ones."""

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Rows changed in (since, until]; since None = all.

        Yields tables of at most BATCH_ROWS rows. Columns: those of the canonical table the source has, then those it
        has besides (validation says so, and asks whether one of them is a canonical one renamed), every one **text**
        (pa.string(), empty = null), then `_file` (text) and `_line` (int64): where a row stands, the way an editor
        counts (a CSV's header is line 1, so its first row is line 2; a Parquet row counts from 1). A record too broken
        to split into columns is a row whose columns are all null. Raises DataError, with the file's name, when the
        table cannot be read at all. A required column that is missing is validation's to say.
        """

    @property
    def hazards(self) -> Path | None:
        """Folder of weather warnings that come with this source (hazards.csv); None where it has none."""

    def warnings(self) -> Sequence[str]:
        """One sentence for a person about each unknown file and broken record fetched so far."""


@dataclass(frozen=True)
class ReadObject:
    """A file of a place (folder, bucket), in the version that was read for a canonical table."""

    table: str
    place: str
    name: str
    version: str
    """Empty: some version, to be read again."""


@dataclass(frozen=True)
class Receipt:
    """What a queue is told once these files are loaded, so that it forgets its message."""

    receipt: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What the load of an extract makes true. `left`: names of files that a table not asked for still needs."""

    objects: list[ReadObject] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


@runtime_checkable
class Remembering(Protocol):
    """An order system that reads a file once. What it read is kept with the load of its rows, never before."""

    def know(self, objects: Iterable[ReadObject]) -> None:
        """What was loaded; told before anything is asked."""

    def taken(self) -> Taken:
        """What is known once everything fetched is loaded."""

    def release(self, receipts: Iterable[str]) -> None:
        """These are loaded, and committed."""
