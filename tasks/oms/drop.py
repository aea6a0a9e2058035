"""The canonical drop format: files of a table each, any subset, as CSV, TSV, Parquet or JSON lines.

`orders.csv` alone holds all its rows and is read whole each time. With others beside it (`orders_20260914.csv`, any
name that goes on after `_`, `-` or `.`) each holds what changed, is read once, and a later name replaces an earlier.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path, PurePath

import pyarrow as pa

from tasks.core.canonical import TABLES
from tasks.core.errors import DataError
from tasks.core.mappings import Mapping as Mapped
from tasks.core.mappings import MappingFile
from tasks.core.merge import PARENTS, WHOLE
from tasks.oms.base import FILE, LINE
from tasks.oms.formats import SUFFIXES, located, read_rows, slices
from tasks.oms.places import FileSource, Folder, Found, Place
from tasks.oms.staged import Staged

_MORE = ("_", "-", ".")
_UNMAPPED = Mapped("drop", MappingFile(title="The drop format", zone="UTC", files={}), {})


class DropFolder(FileSource):
    """An order system that is a folder, or another place. `full`: whether a single file holds all rows of its table.

    `url`: the PostgreSQL in which several files of a table are laid over each other; without it each table has one.
    """

    def __init__(
        self,
        folder: Path | Place,
        *,
        name: str = "files",
        clock: datetime | None = None,
        full: bool = True,
        url: str | None = None,
    ) -> None:
        super().__init__(Folder(folder) if isinstance(folder, Path) else folder)
        self.name = name
        self._clock = clock
        self._full = full
        self._url = url

    @property
    def folder(self) -> Path:
        """Where it is a folder: that one."""
        if self.place.folder is None:
            raise DataError(f"{self.place} is no folder of this machine.")
        return self.place.folder

    def now(self) -> datetime | None:
        """The clock given; None = the present."""
        return self._clock

    def tables(self) -> tuple[str, ...]:
        """Tables with a file in the folder."""
        return tuple(table for table in TABLES if table in self._files)

    def is_full(self, table: str) -> bool:
        """Whether the one file of `table` holds all its rows."""
        return self._full and self.place.tells_all and len(self._files.get(table, ())) == 1 and not self._adds(table)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row of a single file, else those of the files not yet loaded: a file cannot be asked for less."""
        del since, until
        self.asked.add(table)
        if table not in self._files:
            raise DataError(f"{self.place} has no {table}.csv or {table}.parquet: ask only for tables().")
        files = self._new(table) if self._adds(table) else self._files[table]
        if len(files) < 2:
            for found in files:
                yield from self._read(table, found)
        else:
            yield from self._overlaid(table, files)

    def pending(self) -> Mapping[str, Sequence[Found]]:
        """Files of changed rows."""
        return {table: self._new(table) for table in self._files if self._adds(table)}

    def _adds(self, table: str) -> bool:
        """Whether its files hold what changed."""
        first, *more = self._files[table]
        return bool(more) or not self.place.tells_all or _table_of(first.name, more=False) is None

    def _new(self, table: str) -> list[Found]:
        return [found for found in self._files[table] if self.is_new(table, found)]

    def _read(self, table: str, found: Found) -> Iterator[pa.Table]:
        columns: list[str] | None = None
        with self.whole(found) as path:
            for batch in read_rows(path, self.warn):
                columns = columns or _ordered(table, batch.column_names)
                yield from slices(located(batch.select([*columns, LINE]), found.name))

    def _overlaid(self, table: str, files: Sequence[Found]) -> Iterator[pa.Table]:
        """Rows of several files, those of a later one in the place of an earlier one's."""
        with closing(Staged(_UNMAPPED, str(self._url))) as staged:
            required = dict.fromkeys(TABLES[table].required, "the drop format")
            staged.stage(table, self.laid(files, partial(self._read, table), required.__contains__, required))
            staged.keep_last(table, _told_together(table))
            for batch in staged.everything(table):
                yield from slices(batch.select([*_ordered(table, batch.column_names[:-1]), *batch.column_names[-2:]]))

    @cached_property
    def _files(self) -> dict[str, list[Found]]:
        """Table -> its files by name."""
        files: dict[str, list[Found]] = {}
        for found in self.find():
            table = _table_of(found.name, more=self._url is not None)
            if table is None:
                self.warn(f"{found.name}: not a table of the drop format, ignored.")
                continue
            files.setdefault(table, []).append(found)
            whole = [one.name for one in files[table] if _table_of(one.name, more=False)]
            if len(whole) > 1:
                raise DataError(f"{self.place} has both {' and '.join(whole)}: keep one of them.")
        return files


def _table_of(name: str, *, more: bool) -> str | None:
    """The table a file is of; `more`: names that go on after it count too."""
    path = PurePath(name)
    if path.suffix.lower() not in SUFFIXES:
        return None
    if path.stem in TABLES or not more:
        return path.stem if path.stem in TABLES else None
    begun = [table for table in TABLES if path.stem.startswith(tuple(table + sign for sign in _MORE))]
    return max(begun, key=len, default=None)


def _told_together(table: str) -> tuple[str, ...]:
    """What a later file tells anew, all rows of it: an order's lines go with the order."""
    return (PARENTS[table][1],) if table in WHOLE else TABLES[table].key


def _ordered(table: str, present: Sequence[str]) -> list[str]:
    """Canonical columns in their order, then those nobody knows."""
    canonical = [column for column in TABLES[table].columns if column in present]
    return canonical + [column for column in present if column not in (*canonical, FILE, LINE)]
