"""Files of any format we read as text: CSV, TSV, Parquet and JSON lines, by the endings of their names."""

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
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

_BLOCK_BYTES = 16 << 20
_MAGIC = b"PAR1"
_NUL = b"\\u0000"
_exact: Callable[[str], Any] = json.JSONDecoder(parse_float=str, parse_int=str).decode
"""Numbers as they are written: no id and no amount is rounded."""


def read_rows(
    path: Path, warn: Warn, encoding: str = "utf-8-sig", delimiter: str | None = None, twins: bool = False
) -> Iterator[pa.Table]:
    """Tables of text columns and `_line`; of JSON lines one column for each key. Raises DataError.

    `twins`: see read_csv.
    """
    if _is(path, PARQUET):
        return read_parquet(path)
    if _is(path, JSON_LINES):
        return read_objects(path, warn)
    return read_csv(path, warn, encoding, delimiter or ("\t" if _is(path, TABS) else ","), twins)


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
    for first, lines in _blocks(path):
        rows: list[dict[str, Any] | None] = [_object(line) for line in lines]
        numbers = _told(path, first, lines, rows, warn)
        cells = [_texts(name, rows, lines) for name in names]
        batch = pa.table([*cells, numbers], names=[*names, LINE])
        yield batch if all(map(bytes.strip, lines)) else batch.filter(_filled(lines))


def read_documents(path: Path, warn: Warn) -> Iterator[pa.Table]:
    """The lines as they are, in one column `document`, for a mapping to take apart; null where one is no JSON."""
    is_empty = True
    for first, lines in _blocks(path):
        is_empty, text = False, _documents(lines)
        numbers = _told(path, first, lines, text, warn)
        documents = pc.ascii_rtrim(pa.array(text, pa.binary()).cast(pa.string()), characters="\r\n")
        batch = pa.table({DOCUMENT: documents, LINE: numbers})
        yield batch if all(map(bytes.strip, lines)) else batch.filter(_filled(lines))
    if is_empty:
        yield pa.schema([(DOCUMENT, pa.string()), (LINE, pa.int64())]).empty_table()


def _blocks(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Lines, some megabytes at once, and the number of the first."""
    first = 1
    with path.open("rb") as file:
        while lines := file.readlines(_BLOCK_BYTES):
            yield first, lines
            first += len(lines)


def _filled(lines: Sequence[bytes]) -> pa.Array:
    return pa.array([bool(line.strip()) for line in lines])


def _keys(path: Path) -> list[str]:
    """Every key of the file, in the order they come; raises DataError where it holds no object."""
    keys: dict[str, None] = {}
    for _, lines in _blocks(path):
        for line in lines:
            keys.update(dict.fromkeys(_parsed(line) or ()))
    if not keys:
        raise DataError(f"{path.name}: no line of it is a JSON object; write one on each line and drop it again.")
    return list(keys)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = _exact(line.decode("utf-8-sig").strip())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _documents(lines: Sequence[bytes]) -> list[bytes | None]:
    """What PostgreSQL can read as JSON, and that knows no NUL."""
    try:
        if set(map(type, map(orjson.loads, lines))) == {dict} and not any(_NUL in line for line in lines):
            return list(lines)
    except orjson.JSONDecodeError:
        pass
    sound = [_NUL not in line and _parsed(line) is not None for line in lines]
    return [line.removeprefix(codecs.BOM_UTF8) if is_one else None for line, is_one in zip(lines, sound, strict=True)]


def _told(path: Path, first: int, lines: Sequence[bytes], found: Sequence[Any], warn: Warn) -> pa.Array:
    """Numbers of the lines. Says each that is nothing; one that does not end either is half there: raises DataError."""
    for place, one in enumerate(found):
        if one is not None or not lines[place].strip():
            continue
        where = f"{path.name} line {first + place}"
        if not lines[place].endswith(b"\n"):
            raise DataError(f"{where}: the file ends inside a record: half-written; drop it again.")
        warn(f"{where}: no JSON object; row rejected.")
    return pa.array(np.arange(first, first + len(lines)), pa.int64())


def _texts(name: str, rows: Sequence[dict[str, Any] | None], lines: Sequence[bytes]) -> pa.Array:
    """One key of all rows: true and false as such, lists and objects as JSON."""
    cells = [row.get(name) if row else None for row in rows]
    try:
        texts = pa.array(cells, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        others = [cell is not None and not isinstance(cell, str) for cell in cells]
        written = [_json(name, line) if other else None for other, line in zip(others, lines, strict=True)]
        texts = pa.array([new or cell for new, cell in zip(written, cells, strict=True)], pa.string())
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _json(name: str, line: bytes) -> str:
    """A value as it was written, with its numbers as numbers."""
    return json.dumps(json.loads(line.decode("utf-8-sig"))[name], ensure_ascii=False)
