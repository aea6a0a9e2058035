"""What a source of warnings hands over: canonical hazards, whatever its own format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tasks.core.canonical import INSTANT, JSON, TEXT

SEVERITIES = ("advisory", "warning", "emergency", "unknown")
"""Closed; only warning and emergency make an order late. A word outside is unknown."""

HAZARDS = pa.schema(
    [
        ("hazard_id", TEXT),
        ("kind", TEXT),
        ("severity", TEXT),
        ("region", TEXT),
        ("from_at", INSTANT),
        ("until_at", INSTANT),
        ("headline_ja", TEXT),
        ("headline_en", TEXT),
        ("source", TEXT),
        ("evidence", JSON),
        ("supersedes", TEXT),
    ]
)
"""One row a warning and region (ISO 3166-2). until_at null: until further notice. supersedes: hazard it replaces."""

REQUIRED = ("hazard_id", "kind", "severity", "region", "from_at")


@dataclass(frozen=True)
class Rejected:
    """One row that cannot be used: the column that is wrong, why, and what the row said."""

    file: str
    line: int
    column: str
    reason: str
    content: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """Warnings a source shows now (schema HAZARDS), and the rows it could not use."""

    hazards: pa.Table
    rejected: tuple[Rejected, ...] = ()


class HazardSource(Protocol):
    """One source of warnings."""

    @property
    def name(self) -> str:
        """As in the `source` of its hazards."""

    def read(self, folder: Path) -> Reading:
        """Every warning below `folder`; an empty reading where the source has left nothing there.

        One bad row is rejected alone. Raises DataError when a file cannot be read at all: no news is not calm weather.
        """
