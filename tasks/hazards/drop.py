"""Warnings from `hazards.csv` or `hazards.parquet` in a folder, already in canonical columns.

One row a hazard and area: `hazard_id`, `kind`, `severity`, `region` and `from_at` are needed; `municipality` (JIS X
0402) or `postal_prefix` narrow the region, `until_at` empty means until further notice, `supersedes` is the hazard it
replaces.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.core.errors import DataError
from tasks.core.hazards import Area, Hazard, Kind, Severity
from tasks.hazards.base import Gathered, Link, Reading
from tasks.hazards.documents import check_columns, csv_rows

REQUIRED = ("hazard_id", "kind", "severity", "region", "from_at")

_KINDS = {str(kind): kind for kind in Kind}
_SEVERITIES = {str(severity): severity for severity in Severity}


class _Unusable(ValueError):
    """A row cannot be used because of one column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class DropHazards:
    """The files a shop, a person or another program drops: source `drop`."""

    name = "drop"
    is_list = True
    live = ()

    def documents(self, folder: Path) -> list[Path]:
        """hazards.csv and hazards.parquet, those that are there."""
        return [path for suffix in ("csv", "parquet") if (path := folder / f"hazards.{suffix}").is_file()]

    def read(self, name: str, content: bytes) -> Reading:
        """See HazardSource.read. Instants are ISO 8601 with offset; empty is null; areas of one hazard are gathered."""
        rows = _parquet_rows(name, content) if name.endswith(".parquet") else csv_rows(name, content, REQUIRED)
        gathered, hazards = Gathered(name), dict[str, Hazard]()
        for line, row in enumerate(rows, 1 if name.endswith(".parquet") else 2):
            try:
                hazard = _canonical(row)
            except _Unusable as error:
                content_of = {str(column): str(value) for column, value in row.items() if value}
                gathered.reject(error.column, str(error), content_of, line)
                continue
            before = hazards.get(hazard.hazard_id)
            hazards[hazard.hazard_id] = hazard if before is None else _joined(before, hazard)
        for hazard in hazards.values():
            gathered.add(hazard)
        return gathered.reading()

    def links(self, name: str, content: bytes) -> list[Link] | None:
        """None: the file is itself what is to be read."""


def _joined(before: Hazard, also: Hazard) -> Hazard:
    """One hazard of two rows: the later row's words, the areas of both."""
    areas = {area.key: area for area in (*before.areas, *also.areas)}
    return Hazard(**{**vars(also), "areas": tuple(areas.values())})


def _parquet_rows(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{name}: {error}; drop it again.") from error
    check_columns(name, table.column_names, REQUIRED)
    return list(table.to_pylist())


def _canonical(row: Mapping[str, Any]) -> Hazard:
    empty = next((column for column in REQUIRED if not row.get(column)), None)
    if empty:
        raise _Unusable(empty, "required, but empty")
    kind, severity = str(row["kind"]).strip().lower(), str(row["severity"]).strip().lower()
    area = Area(str(row["region"]), _some(row, "municipality"), _some(row, "postal_prefix"))
    return Hazard(
        str(row["hazard_id"]),
        _KINDS.get(kind, Kind.OTHER),
        _SEVERITIES.get(severity, Severity.UNKNOWN),
        (area,),
        _instant("from_at", row["from_at"]),
        _instant("until_at", row["until_at"]) if row.get("until_at") else None,
        None,
        _some(row, "source") or DropHazards.name,
        headline_ja=_some(row, "headline_ja"),
        headline_en=_some(row, "headline_en"),
        carrier=_some(row, "carrier"),
        supersedes=(str(row["supersedes"]),) if row.get("supersedes") else (),
        evidence=_evidence(row.get("evidence")),
    )


def _some(row: Mapping[str, Any], column: str) -> str | None:
    return str(row[column]).strip() or None if row.get(column) else None


def _evidence(value: Any) -> dict[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str) and value else {}
    except ValueError:
        raise _Unusable("evidence", "not JSON") from None
    return found if isinstance(found, dict) else {"evidence": found}


def _instant(column: str, value: Any) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _Unusable(column, "not an ISO 8601 instant") from None
    if found.tzinfo is None:
        raise _Unusable(column, "instant without offset")
    return found
