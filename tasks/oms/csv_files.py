"""CSV files as people's systems write them: text columns with line numbers, whatever their encoding.

A byte that is no text of the encoding becomes BROKEN in its cell: validation sets that row aside and the others go on.
"""

import codecs
import csv
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pacsv

from tasks.core.columns import BROKEN
from tasks.core.errors import DataError
from tasks.core.mapping_columns import numbered
from tasks.oms.base import LINE

_BLOCK_BYTES = 16 << 20
"""Bytes parsed at once; a record must fit."""

_AGAIN = "; save the file as CSV (RFC 4180) and drop it again."
_MARKED = "todoke.mark"
_CHUNK = 1 << 20


def read_csv(
    path: Path, warn: Callable[[str], None], encoding: str = "utf-8-sig", delimiter: str = ",", twins: bool = False
) -> Iterator[pa.Table]:
    """Tables of text columns and `_line`; a record that cannot be split is a row of nulls and a warning.

    `twins`: a column may share its name with one before it, and is called `name#2`.
    Raises DataError where the file has no usable header or is no CSV.
    """
    header = _header(path, encoding, delimiter)
    lines = _Lines(header_lines=1 + sum(name.count("\n") for name in header))
    names = _names(path, header, twins)
    schema = pa.schema([*((name, pa.string()) for name in names), (LINE, pa.int64())])
    is_empty = True
    with _as_utf8(path, encoding) as readable:
        reader = _open_csv(readable, path.name, header, delimiter, lines)
        try:
            for batch in reader or ():
                is_empty = False
                yield lines.numbered(pa.Table.from_batches([batch]).rename_columns(names), schema)
        except pa.ArrowInvalid as error:
            raise DataError(f"{path.name}: {error}{_AGAIN}") from error
    if (rest := lines.rest(schema)).num_rows or is_empty:
        yield rest
    if lines.broken and lines.broken[-1][0] == lines.last and not ends_with_line(path):
        raise DataError(f"{path.name} line {lines.last}: the file ends inside a record: half-written; drop it again.")
    for number, found in lines.broken:
        warn(f"{path.name} line {number}: {found} columns where the header has {len(header)}; row rejected.")


def detect_encoding(path: Path) -> str:
    """utf-8-sig, utf-16 or cp932, by what the bytes are; raises DataError where they are none of these.

    Most Japanese UTF-8 also decodes as CP932, to nonsense, so one bad byte proves nothing: the file is CP932 where more
    of its non-ASCII bytes are broken as UTF-8 than are whole.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    if _is_sound(path):
        return "utf-8-sig"
    whole = broken = 0
    with path.open(encoding="utf-8-sig", errors=_MARKED, newline="") as text:
        while chunk := text.read(_CHUNK):
            marks = chunk.count(BROKEN)
            broken += marks
            whole += len(chunk) - len(chunk.encode("ascii", "ignore")) - marks
    if broken <= whole:
        return "utf-8-sig"
    if _decodes(path, "cp932"):
        return "cp932"
    raise DataError(f"{path.name}: neither UTF-8 nor CP932; declare its encoding in mapping.toml.")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: BROKEN and the byte in hex."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(f"{BROKEN}\\x{byte:02x}" for byte in wrong), error.end


codecs.register_error(_MARKED, _mark)


def ends_with_line(path: Path) -> bool:
    """Whether the last character ends a line, in UTF-16 too; an empty file ends with nothing."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - 2))
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """The file itself where it is sound UTF-8, else a marked copy. pyarrow reads paths: threads of its own that still
    read a Python file when the interpreter ends abort the process (seen)."""
    if encoding == "utf-8-sig" and _is_sound(path):
        yield path
        return
    with NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=path.name) as copy:
        with path.open(encoding=encoding, errors=_MARKED, newline="") as text:
            while chunk := text.read(_CHUNK):
                copy.write(chunk.replace("\0", f"{BROKEN}\\x00"))
        copy.flush()
        yield Path(copy.name)


def _is_sound(path: Path) -> bool:
    """Whether it is UTF-8 without NUL."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Line numbers of records. A quoted value may span lines; a record with a wrong number of columns is kept as nulls.

    pyarrow reports a broken record by its number (the first record of the file, the header, is 1) and skips it.
    """

    def __init__(self, header_lines: int) -> None:
        self._pending: list[tuple[int, int, int]] = []
        self._record = 2
        self._line = header_lines + 1
        self.broken: list[tuple[int, int]] = []
        self.last = 1

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
        self.last = int(lines[-1]) if len(lines) else self.last
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


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    """The column names of a CSV; raises DataError where they cannot be names."""
    with path.open(encoding=encoding, errors=_MARKED, newline="") as file:
        try:
            header = next(csv.reader(file, delimiter=delimiter), [])
        except csv.Error as error:
            raise DataError(f"{path.name}: the header cannot be read: {error}{_AGAIN}") from error
    if any(BROKEN in name or "\0" in name for name in header):
        raise DataError(
            f"{path.name}: the header is not text in {_shown(encoding)}; save the file as UTF-8 and drop it again."
        )
    if not header:
        raise DataError(f"{path.name}: the file is empty; it needs at least a header.")
    return header


def _names(path: Path, header: list[str], twins: bool) -> list[str]:
    names = [name.strip() for name in header]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice and not twins:
        raise DataError(f"{path.name}: column {', '.join(twice)} appears twice; rename one of them.")
    return numbered(names)


def header_of(path: Path, encoding: str, delimiter: str = ",") -> list[str]:
    """The column names of a CSV as they are written. Raises DataError where it has none."""
    return [name.strip() for name in _header(path, encoding, delimiter)]


def _shown(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def _open_csv(
    path: Path, name: str, header: list[str], delimiter: str, lines: _Lines
) -> pacsv.CSVStreamingReader | None:
    """A streaming reader of text columns; None where pyarrow finds no data after the header."""
    try:
        return pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=lines.on_broken,
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
        raise DataError(f"{name}: {error}{_AGAIN}") from error
