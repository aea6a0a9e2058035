"""Columns of text from a source to columns of the canonical types: whole columns at a time, bad cells by bisection."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.canonical import DATE, INSTANT, CanonicalTable

BROKEN = "\uffff"
"""What an adapter writes where a byte was no text (a noncharacter: no real text holds it); the byte follows in hex."""

_UNSTORABLE = r"\x00|\x{FFFF}|(?m:^\\\.$)"
"""NUL, which PostgreSQL has no text for; BROKEN; a line of `\\.`, which ends a COPY before PostgreSQL 18."""

_JSON_EXPONENT = 1000
"""Numbers beyond 10^±1000 are refused: jsonb keeps them as numeric, which ends at 131072 digits."""

FIRST_YEAR, LAST_YEAR = 1980, 2099
"""Business happens in between: 1900 is a spreadsheet's empty date, 2199 and 9999 are a database's "never"."""

_ANY_YEAR = frozenset({"birthday"})

_KEY_BYTES, _TEXT_BYTES, _JSON_BYTES = 500, 10_000, 1_000_000
"""Longest ids (PostgreSQL indexes rows of at most 2,704 bytes), other texts and JSON."""

_INDEXED = frozenset({"carrier", "tracking_number", "raw_status", "location", "address", "channel", "topic", "source"})

JSON_COLUMNS = frozenset({"attributes", "audience", "payload", "words"})


def empty_to_null(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Empty text is null in the drop format."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)


def unreadable(column: pa.Array) -> np.ndarray:
    """Mask of cells that are no storable text: NUL, broken UTF-8 (lone surrogates are that)."""
    bad: np.ndarray = _bisect(column, lambda part: part.validate(full=True))
    if bad.any():
        column = pc.if_else(pa.array(bad), pa.scalar(None, column.type), column)
    found = pc.fill_null(pc.match_substring_regex(column, _UNSTORABLE), False)
    unstorable: np.ndarray = found.to_numpy(zero_copy_only=False)
    either: np.ndarray = bad | unstorable
    return either


def longest(table: CanonicalTable, name: str) -> int:
    """Bytes of UTF-8 a cell of this column may have."""
    if name in JSON_COLUMNS:
        return _JSON_BYTES
    is_id = name in table.key or name.endswith("_id") or name in _INDEXED
    return _KEY_BYTES if is_id else _TEXT_BYTES


def too_long(table: CanonicalTable, name: str, column: pa.Array) -> np.ndarray:
    """Mask of cells longer than `longest`."""
    return _mask(pc.greater(pc.binary_length(column), longest(table, name)))


def implausible(table: CanonicalTable, name: str, column: pa.Array) -> np.ndarray:
    """Mask of typed instants and dates before FIRST_YEAR or after LAST_YEAR."""
    if table.schema.field(name).type not in (INSTANT, DATE) or name in _ANY_YEAR:
        return np.zeros(len(column), dtype=bool)
    years = pc.year(column)
    return _mask(pc.or_(pc.less(years, FIRST_YEAR), pc.greater(years, LAST_YEAR)))


def _mask(found: pa.Array) -> np.ndarray:
    mask: np.ndarray = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return mask


def uncastable(table: CanonicalTable, name: str, column: pa.Array) -> np.ndarray:
    """Mask of cells that look right and are not: 30 February, more digits than 64 bits hold, broken JSON."""
    if name in JSON_COLUMNS:
        return _not_json(column)
    return _bisect(column, lambda part: cast(table, name, part))


def cast(table: CanonicalTable, name: str, column: pa.Array) -> pa.Array:
    """The column in its canonical type; instants become UTC microseconds. Raises pyarrow.ArrowInvalid."""
    kind = table.schema.field(name).type
    if kind == INSTANT:
        column = pc.replace_substring_regex(column, r"(\.\d{6})\d+", r"\1")
    return pc.cast(column, kind)


def _bisect(column: pa.Array, attempt: Callable[[pa.Array], object]) -> np.ndarray:
    """Mask of the cells that make `attempt` raise: k bad ones among n cost k log n attempts."""
    bad = np.zeros(len(column), dtype=bool)
    pending = [(0, len(column))]
    while pending:
        start, stop = pending.pop()
        try:
            attempt(column.slice(start, stop - start))
        except pa.ArrowInvalid:
            if stop - start == 1:
                bad[start] = True
            else:
                middle = (start + stop) // 2
                pending += [(start, middle), (middle, stop)]
    return bad


def _not_json(column: pa.Array) -> np.ndarray:
    encoded = column.dictionary_encode()
    wrong = pa.array([not _is_storable_json(text) for text in encoded.dictionary.to_pylist()], pa.bool_())
    mask: np.ndarray = pc.fill_null(wrong.take(encoded.indices), False).to_numpy(zero_copy_only=False)
    return mask


def _is_storable_json(text: str) -> bool:
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_bounded)
        if "\\u" in text:  # an escape may stand for NUL or for half a surrogate pair, which encode() refuses
            return b"\\u0000" not in json.dumps(value, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError, InvalidOperation):
        return False
    return True


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _bounded(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _JSON_EXPONENT:
        raise ValueError(text)
    return number
