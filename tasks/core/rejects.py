"""Rejected facts: which cells of a batch are bad, why, and what is kept of them."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

KEPT_CHARACTERS = 1000
"""Of each cell of a rejected row: enough to find it in the source."""


@dataclass(frozen=True)
class Reject:
    """One cell that sets its row aside."""

    row_hash: str
    column_name: str
    reason: str
    file: str | None
    line: int | None
    content: dict[str, str | None]


class Bad:
    """Bad cells of one batch: the first reason per row and column. Each sets its row aside."""

    def __init__(self, rows: int) -> None:
        self.mask = np.zeros(rows, dtype=bool)
        self.reasons: dict[tuple[int, str], str] = {}

    def add(self, column: str, reason: str, positions: np.ndarray) -> None:
        """Mark cells of one column."""
        self.mask[positions] = True
        for position in positions.tolist():
            self.reasons.setdefault((position, column), reason)

    @property
    def count(self) -> int:
        """Rows set aside."""
        return int(self.mask.sum())

    def without(self, column: pa.Array) -> pa.Array:
        """The column with null in every row set aside."""
        return pc.if_else(pa.array(self.mask), pa.scalar(None, pa.string()), column) if self.count else column

    def rejects(self, text: pa.Table) -> list[Reject]:
        """What is kept of the bad rows of `text` (with `_file`, `_line`)."""
        positions = np.flatnonzero(self.mask)
        rows = dict(zip(positions.tolist(), text.take(pa.array(positions)).to_pylist(), strict=True))
        return [_reject(rows[position], column, reason) for (position, column), reason in self.reasons.items()]


def _reject(row: dict[str, Any], column: str, reason: str) -> Reject:
    content = {name: value for name, value in row.items() if name not in ("_file", "_line") and value is not None}
    identity = content or {"_file": row["_file"], "_line": row["_line"]}  # a record too broken to split has no content
    row_hash = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
    kept = {name: value if len(value) <= KEPT_CHARACTERS else _cut(value) for name, value in content.items()}
    return Reject(row_hash, column, reason, row["_file"], row["_line"], kept)


def _cut(value: str) -> str:
    return f"{value[:KEPT_CHARACTERS]}… ({len(value)} characters)"
