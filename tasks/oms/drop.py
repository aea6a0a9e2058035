"""A folder in the canonical drop format: one UTF-8 CSV (RFC 4180) or Parquet file per table, any subset."""

import csv
import functools
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as pacsv

from tasks.core.canonical import TABLES
from tasks.core.errors import DataError
from tasks.oms.base import BATCH_ROWS, FILE, LINE

_SUFFIXES = (".csv", ".parquet")
_BLOCK_BYTES = 8 << 20
_AGAIN = "; save the file as UTF-8 CSV (RFC 4180) and drop it again."


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
        """Unknown files and columns and broken records met so far, without repeats."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row of the file: a drop cannot be asked for less, so since and until are not used. See OrderSystem."""
        del since, until
        path = self._files.get(table)
        if path is None:
            raise DataError(f"{self.folder} has no {table}.csv or {table}.parquet: ask only for tables().")
        reader = self._csv_batches(path) if path.suffix == ".csv" else _parquet_batches(path)
        columns: list[str] | None = None
        for batch in reader:
            if columns is None:
                columns = self._known_columns(path, table, batch.column_names)
            yield from _slices(_located(batch.select([*columns, LINE]), path.name))

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

    def _known_columns(self, path: Path, table: str, present: Sequence[str]) -> list[str]:
        canonical = TABLES[table]
        missing = [column for column in canonical.required if column not in present]
        if missing:
            raise DataError(
                f"{path.name}: required column {', '.join(missing)} is missing; add it and drop the file again."
            )
        unknown = [column for column in present if column not in canonical.columns and column != LINE]
        for column in unknown:
            self._warn(f"{path.name}: unknown column {column!r}, ignored.")
        return [column for column in canonical.columns if column in present]

    def _csv_batches(self, path: Path) -> Iterator[pa.Table]:
        header = _header(path)
        lines = _Lines(header_lines=1 + sum(name.count("\n") for name in header))
        reader = _open_csv(path, header, lines)
        names = [name.strip() for name in header]
        schema = pa.schema([*((name, pa.string()) for name in names), (LINE, pa.int64())])
        is_empty = True
        try:
            for batch in reader or ():
                is_empty = False
                yield lines.numbered(pa.Table.from_batches([batch]).rename_columns(names), schema)
        except pa.ArrowInvalid as error:
            raise DataError(f"{path.name}: {error}{_AGAIN}") from error
        if (rest := lines.rest(schema)).num_rows or is_empty:
            yield rest
        for number, found in lines.broken:
            self._warn(f"{path.name} line {number}: {found} columns where the header has {len(header)}; row rejected.")

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None


class _Lines:
    """Line numbers of records. A quoted value may span lines; a record with a wrong number of columns is kept as nulls.

    pyarrow reports a broken record by its number (the first record of the file, the header, is 1) and skips it.
    """

    def __init__(self, header_lines: int) -> None:
        self._pending: list[tuple[int, int, int]] = []
        self._record = 2
        self._line = header_lines + 1
        self.broken: list[tuple[int, int]] = []

    def on_broken(self, row: pacsv.InvalidRow) -> str:
        """Called by pyarrow in the order of the file (no threads)."""
        self._pending.append((row.number, row.text.count("\n"), row.actual_columns))
        return "skip"

    def numbered(self, batch: pa.Table, schema: pa.Schema) -> pa.Table:
        """The batch with `_line`, and after its rows the broken records met on the way."""
        mine, gone = self._shares(batch.num_rows)
        newlines = np.zeros(batch.num_rows + len(gone), dtype=np.int64)
        broken_at = np.array([number - self._record for number, _, _ in gone], dtype=np.int64)
        good_at = np.delete(np.arange(len(newlines)), broken_at)
        newlines[good_at] = _newlines(batch)
        newlines[broken_at] = [count for _, count, _ in gone]
        lines = self._line + np.arange(len(newlines)) + np.cumsum(newlines) - newlines
        self._pending = mine
        self._record += len(newlines)
        self._line += len(newlines) + int(newlines.sum())
        self.broken += [(int(line), found) for line, (_, _, found) in zip(lines[broken_at], gone, strict=True)]
        good = batch.append_column(LINE, pa.array(lines[good_at], pa.int64())).cast(schema)
        good = _without_empty(good)
        return pa.concat_tables([good, _nulls(schema, lines[broken_at])]) if gone else good

    def rest(self, schema: pa.Schema) -> pa.Table:
        """Broken records after the last good one."""
        empty = schema.empty_table().drop_columns([LINE])
        return self.numbered(empty, schema)

    def _shares(self, rows: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """Broken records that come later, and those before or directly after the next `rows` good ones."""
        end, gone = self._record + rows, 0
        for number, _, _ in self._pending:
            if number > end:
                break
            end, gone = end + 1, gone + 1
        return self._pending[gone:], self._pending[:gone]


def _may_have_newline(column: pa.ChunkedArray) -> bool:
    """Whether the bytes under a text column hold a line feed at all: ten times faster than counting per value."""
    buffers = (chunk.buffers()[2] for chunk in column.chunks)
    return any(data is not None and bool((np.frombuffer(data, np.uint8) == ord("\n")).any()) for data in buffers)


def _newlines(batch: pa.Table) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in filter(_may_have_newline, batch.columns):
        counts = pc.fill_null(pc.count_substring(column, "\n"), 0)
        total += counts.to_numpy().astype(np.int64)
    return total


def _without_empty(rows: pa.Table) -> pa.Table:
    """Blank lines and rows of nothing but commas, which spreadsheets leave behind, are no records."""
    data = rows.drop_columns([LINE])
    if not all(column.null_count for column in data.columns):
        return rows
    filled = functools.reduce(pc.or_, (pc.is_valid(column) for column in data.columns))
    return rows.filter(filled)


def _nulls(schema: pa.Schema, lines: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pa.Table:
    columns = [pa.nulls(len(lines), field.type) for field in schema if field.name != LINE]
    return pa.Table.from_arrays([*columns, pa.array(lines, pa.int64())], schema=schema)


def _header(path: Path) -> list[str]:
    """The column names of a CSV; raises DataError where they cannot be names."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: not UTF-8 ({error.reason}); save it as UTF-8 and drop it again.") from error
    if not header:
        raise DataError(f"{path.name}: the file is empty; it needs at least a header.")
    names = [name.strip() for name in header]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path.name}: column {', '.join(twice)} appears twice; rename one of them.")
    return header


def _open_csv(path: Path, header: list[str], lines: _Lines) -> pacsv.CSVStreamingReader | None:
    """A streaming reader of text columns; None where pyarrow finds no data after the header."""
    try:
        return pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=lines.on_broken
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return None
        raise DataError(f"{path.name}: {error}{_AGAIN}") from error


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


def _located(batch: pa.Table, file: str) -> pa.Table:
    names = pa.array([file], pa.string()).take(pa.array(np.zeros(batch.num_rows, dtype=np.int64)))
    return batch.add_column(batch.num_columns - 1, FILE, names)


def _slices(batch: pa.Table) -> Iterator[pa.Table]:
    yield batch.slice(0, BATCH_ROWS)
    for start in range(BATCH_ROWS, batch.num_rows, BATCH_ROWS):
        yield batch.slice(start, BATCH_ROWS)
