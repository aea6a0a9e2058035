"""Files of any format we read as text: CSV, TSV, Parquet and JSON lines, by the endings of their names."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.core.errors import DataError
from tasks.oms.base import BATCH_ROWS, DOCUMENT, FILE, LINE
from tasks.oms.csv_files import ends_with_line, read_csv

Warn = Callable[[str], None]
PARQUET = (".parquet",)
JSON_LINES = (".jsonl", ".ndjson")
TABS = (".tsv", ".tab")
SUFFIXES = (".csv", *TABS, *PARQUET, *JSON_LINES)

_MAGIC = b"PAR1"
_NUL = b"\\u0000"
_exact: Callable[[str], Any] = json.JSONDecoder(parse_float=str, parse_int=str).decode
"""Numbers as they are written: no id and no amount is rounded."""


def read_rows(path: Path, warn: Warn, encoding: str = "utf-8-sig", delimiter: str | None = None) -> Iterator[pa.Table]:
    """Tables of text columns and `_line`; of JSON lines one column for each key. Raises DataError."""
    if _is(path, PARQUET):
        return read_parquet(path)
    if _is(path, JSON_LINES):
        return read_objects(path, warn)
    return read_csv(path, warn, encoding, delimiter or ("\t" if _is(path, TABS) else ","))


def is_text(path: Path) -> bool:
    """Whether encoding and delimiter matter."""
    return not _is(path, PARQUET + JSON_LINES)


def is_json(path: Path) -> bool:
    """Whether it holds documents."""
    return _is(path, JSON_LINES)


def ends_whole(path: Path) -> bool:
    """Whether the last record of a file ends, as far as its last bytes say; an empty file is not whole."""
    if not _is(path, PARQUET):
        return ends_with_line(path)
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - len(_MAGIC)))
        return file.read() == _MAGIC


def located(batch: pa.Table, file: str) -> pa.Table:
    """With `_file` before `_line`, the last column."""
    names = pa.array([file], pa.string()).take(pa.array(np.zeros(batch.num_rows, dtype=np.int64)))
    return batch.add_column(batch.num_columns - 1, FILE, names)


def slices(batch: pa.Table) -> Iterator[pa.Table]:
    """At most BATCH_ROWS at once; one, where there are none."""
    yield batch.slice(0, BATCH_ROWS)
    for start in range(BATCH_ROWS, batch.num_rows, BATCH_ROWS):
        yield batch.slice(start, BATCH_ROWS)


def _is(path: Path, endings: tuple[str, ...]) -> bool:
    return path.suffix.lower() in endings


# Parquet


def read_parquet(path: Path) -> Iterator[pa.Table]:
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


# JSON lines


def read_objects(path: Path, warn: Warn) -> Iterator[pa.Table]:
    """Flat JSON objects, one a line, as text columns; a key that only some lines have is a column. See read_csv."""
    names = _keys(path)
    for numbers, lines in _batches(path):
        found = [_object(line) for line in lines]
        _tell_broken(path, zip(numbers, lines, found, strict=True), warn)
        rows = [row or {} for row in found]
        cells = [_texts([row.get(name) for row in rows]) for name in names]
        yield pa.table([*cells, pa.array(numbers, pa.int64())], names=[*names, LINE])


def read_documents(path: Path, warn: Warn) -> Iterator[pa.Table]:
    """The lines as they are, in one column `document`, for a mapping to take apart; null where one is no JSON."""
    is_empty = True
    for numbers, lines in _batches(path):
        is_empty, found = False, [_document(line) for line in lines]
        _tell_broken(path, zip(numbers, lines, found, strict=True), warn)
        text = pa.array(found, pa.binary()).cast(pa.string())
        yield pa.table({DOCUMENT: text, LINE: pa.array(numbers, pa.int64())})
    if is_empty:
        yield pa.schema([(DOCUMENT, pa.string()), (LINE, pa.int64())]).empty_table()


def _batches(path: Path) -> Iterator[tuple[list[int], list[bytes]]]:
    """Numbers and contents of lines that are not blank."""
    with path.open("rb") as file:
        numbered = ((number, line) for number, line in enumerate(file, 1) if not line.isspace())
        while batch := list(islice(numbered, BATCH_ROWS)):
            yield [number for number, _ in batch], [line for _, line in batch]


def _keys(path: Path) -> list[str]:
    """Every key of the file, in the order they come; raises DataError where it holds no object."""
    keys: dict[str, None] = {}
    for _, lines in _batches(path):
        for line in lines:
            keys.update(dict.fromkeys(_object_keys(line)))
    if not keys:
        raise DataError(f"{path.name}: no line of it is a JSON object; write one on each line and drop it again.")
    return list(keys)


def _object_keys(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = _exact(line.decode("utf-8-sig").strip())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _document(line: bytes) -> bytes | None:
    """PostgreSQL's JSON knows no NUL."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return None if _NUL in line else line.rstrip(b"\r\n")


def _tell_broken(path: Path, read: Iterable[tuple[int, bytes, Any]], warn: Warn) -> None:
    """Say each line that is nothing. One that does not end either is still being written: raises DataError."""
    for number, line, found in read:
        if found is None and not line.endswith(b"\n"):
            raise DataError(f"{path.name} line {number}: the file ends inside a record: half-written; drop it again.")
        if found is None:
            warn(f"{path.name} line {number}: no JSON object; row rejected.")


def _texts(cells: list[Any]) -> pa.Array:
    try:
        return _without_blanks(pa.array(cells, pa.string()))
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return _without_blanks(pa.array([_text(cell) for cell in cells], pa.string()))


def _without_blanks(cells: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(cells, ""), None, cells)


def _text(cell: Any) -> str | None:
    """True and false as such, lists and objects as JSON."""
    return cell if cell is None or isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
