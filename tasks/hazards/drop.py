"""Warnings from `hazards.csv` or `hazards.parquet` in a folder, already in canonical columns."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.errors import DataError
from tasks.hazards.base import HAZARDS, REQUIRED, SEVERITIES, Reading, Rejected


class _Unusable(ValueError):
    """A row cannot be used because of one column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class DropHazards:
    """The files a shop, a person or another program drops."""

    name = "drop"

    def read(self, folder: Path) -> Reading:
        """See HazardSource.read. Instants are ISO 8601 with offset; empty is null."""
        hazards: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        for file, line, row in _rows(folder):
            try:
                hazards.append(_canonical(row))
            except _Unusable as error:
                content = {str(name): str(value) for name, value in row.items() if value}
                rejected.append(Rejected(file, line, error.column, str(error), content))
        return Reading(pa.Table.from_pylist(hazards, HAZARDS), tuple(rejected))


def _rows(folder: Path) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """File, line and values of each row; a CSV's header is line 1, a Parquet row counts from 1."""
    if not folder.is_dir():
        raise DataError(f"The hazards folder {folder} does not exist: create it or correct TODOKE_HAZARDS.")
    for path, read, first in (
        (folder / "hazards.csv", _csv_rows, 2),
        (folder / "hazards.parquet", _parquet_rows, 1),
    ):
        if path.is_file():
            yield from ((path.name, line, row) for line, row in enumerate(read(path), first))


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name}: {error}; save it as UTF-8 CSV and drop it again.") from error
    return _complete(path, list(reader.fieldnames or []), rows)


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path.name}: {error}; drop it again.") from error
    return _complete(path, table.column_names, table.to_pylist())


def _complete(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise DataError(
            f"{path.name}: required column {', '.join(missing)} is missing; add it and drop the file again."
        )
    return rows


def _canonical(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {column: row.get(column) or None for column in HAZARDS.names}
    for column in REQUIRED:
        if values[column] is None:
            raise _Unusable(column, "required, but empty")
    severity = str(values["severity"]).strip().lower()
    return values | {
        "severity": severity if severity in SEVERITIES else "unknown",
        "from_at": _instant("from_at", values["from_at"]),
        "until_at": _instant("until_at", values["until_at"]) if values["until_at"] else None,
        "source": values["source"] or DropHazards.name,
    }


def _instant(column: str, value: Any) -> datetime:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _Unusable(column, "not an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise _Unusable(column, "instant without offset")
    return instant
