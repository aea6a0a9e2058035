"""Hazards as tests write them down: rows of the drop file, as dicts."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tasks.core.hazards import Hazard
from tasks.hazards import SOURCES
from tasks.hazards.drop import REQUIRED

OPTIONAL = (
    "municipality", "postal_prefix", "until_at", "headline_ja", "headline_en", "source", "carrier", "supersedes",
    "evidence",
)  # fmt: skip


def said(rows: Iterable[Mapping[str, Any]]) -> tuple[Hazard, ...]:
    """Their statements; a row that the source refuses is an error of the test."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*REQUIRED, *OPTIONAL])
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
        )
    reading = SOURCES["drop"].read("hazards.csv", text.getvalue().encode())
    assert not reading.rejected, reading.rejected
    return reading.hazards
