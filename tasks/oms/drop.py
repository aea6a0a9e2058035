"""A folder in the canonical drop format: one UTF-8 CSV (RFC 4180) or Parquet file per table, any subset."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.core.canonical import TABLES
from tasks.core.errors import DataError
from tasks.oms.base import BATCH_ROWS, FILE, LINE
from tasks.oms.csv_files import read_csv

_SUFFIXES = (".csv", ".parquet")


class DropFolder:
    """An order system that is a folder. A file holds all rows of its table unless `full` is False."""

    def __init__(self, folder: Path, *, name: str = "files", clock: datetime | None = None, full: bool = True) -> None:
        if not folder.is_dir():
            raise DataError(f"The drop folder {folder} does not exist: create it or correct its setting.")
        self.name = name
        self.folder = folder
        self._clock = clock
        self._full = full
        self._warnings: dict[str, None] = {}
        self._files = self._find_files()

    def now(self) -> datetime | None:
        """The clock given; None = the present."""
        return self._clock

    def tables(self) -> tuple[str, ...]:
        """Tables with a file in the folder."""
        return tuple(table for table in TABLES if table in self._files)

    def is_full(self, table: str) -> bool:
        """Whether the file of `table` holds all its rows."""
        return self._full and table in self._files

    @property
    def hazards(self) -> Path | None:
        """The folder `hazards` below it, where there is one."""
        folder = self.folder / "hazards"
        return folder if folder.is_dir() else None

    def warnings(self) -> Sequence[str]:
        """Unknown files and broken records met so far, without repeats."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row of the file: a drop cannot be asked for less, so since and until are not used. See OrderSystem."""
        del since, until
        path = self._files.get(table)
        if path is None:
            raise DataError(f"{self.folder} has no {table}.csv or {table}.parquet: ask only for tables().")
        reader = read_csv(path, self._warn) if path.suffix == ".csv" else _parquet_batches(path)
        columns: list[str] | None = None
        for batch in reader:
            if columns is None:
                columns = _ordered(table, batch.column_names)
            yield from slices(located(batch.select([*columns, LINE]), path.name))

    def _find_files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in sorted(self.folder.iterdir()):
            if path.is_dir() or path.name.startswith("."):
                continue
            if path.suffix not in _SUFFIXES or path.stem not in TABLES:
                self._warn(f"{path.name}: not a table of the drop format, ignored.")
            elif path.stem in found:
                raise DataError(f"{self.folder} has both {found[path.stem].name} and {path.name}: keep one of them.")
            else:
                found[path.stem] = path
        return found

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None


def _ordered(table: str, present: Sequence[str]) -> list[str]:
    """Canonical columns in their order, then those nobody knows."""
    canonical = [column for column in TABLES[table].columns if column in present]
    return canonical + [column for column in present if column not in canonical and column != LINE]


def _parquet_batches(path: Path) -> Iterator[pa.Table]:
    """Batches of a Parquet file as text; rows count from 1."""
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise DataError(f"{path.name}: {error}; write it as Parquet and drop it again.") from error
    start = 1
    with file:
        if file.metadata.num_rows == 0:
            yield _as_text(file.schema_arrow.empty_table(), start, path)
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield _as_text(pa.Table.from_batches([batch]), start, path)
            start += batch.num_rows


def _as_text(table: pa.Table, start: int, path: Path) -> pa.Table:
    columns = []
    for field in table.schema:
        try:
            text = pc.cast(table[field.name], pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
            raise DataError(
                f"{path.name}: column {field.name} of type {field.type} has no text form; use a plain type."
            ) from error
        columns.append(pc.if_else(pc.equal(text, ""), None, text))
    lines = pa.array(np.arange(start, start + table.num_rows), pa.int64())
    return pa.table([*columns, lines], names=[*table.column_names, LINE])


def located(batch: pa.Table, file: str) -> pa.Table:
    names = pa.array([file], pa.string()).take(pa.array(np.zeros(batch.num_rows, dtype=np.int64)))
    return batch.add_column(batch.num_columns - 1, FILE, names)


def slices(batch: pa.Table) -> Iterator[pa.Table]:
    yield batch.slice(0, BATCH_ROWS)
    for start in range(BATCH_ROWS, batch.num_rows, BATCH_ROWS):
        yield batch.slice(start, BATCH_ROWS)
