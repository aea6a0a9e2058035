"""Warnings from `hazards.csv` or `hazards.parquet` in a folder, already in canonical columns."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.errors import DataError
from tasks.hazards.base import HAZARDS, REQUIRED, SEVERITIES, Reading


class DropHazards:
    """The files a shop, a person or another program drops."""

    name = "drop"

    def read(self, folder: Path) -> Reading:
        """See HazardSource.read. Instants are ISO 8601 with offset; empty is null."""
        hazards: list[dict[str, Any]] = []
        rejected: list[str] = []
        for where, row in _rows(folder):
            try:
                hazards.append(_canonical(row))
            except ValueError as error:
                rejected.append(f"{where}: {error}")
        return Reading(pa.Table.from_pylist(hazards, HAZARDS), tuple(rejected))


def _rows(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in (folder / "hazards.csv", folder / "hazards.parquet"):
        if path.is_file():
            rows = _csv_rows(path) if path.suffix == ".csv" else _parquet_rows(path)
            yield from ((f"{path.name} row {number}", row) for number, row in enumerate(rows, 1))


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
    empty = [column for column in REQUIRED if values[column] is None]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")
    severity = str(values["severity"]).strip().lower()
    return values | {
        "severity": severity if severity in SEVERITIES else "unknown",
        "from_at": _instant(values["from_at"]),
        "until_at": _instant(values["until_at"]) if values["until_at"] else None,
        "source": values["source"] or DropHazards.name,
    }


def _instant(value: Any) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return instant
