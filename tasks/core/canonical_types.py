"""Types of the canonical drop format, and what a table of it is."""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

TEXT = pa.string()
INSTANT = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
MONEY = pa.decimal128(18, 4)
INTEGER = pa.int64()
NUMBER = pa.float64()
BOOLEAN = pa.bool_()
JSON = pa.string()


class Kind(StrEnum):
    """How a table changes: mutable rows have history, facts are only ever added."""

    MUTABLE = "mutable"
    APPENDED = "appended"


@dataclass(frozen=True)
class CanonicalTable:
    """One table of the drop format. `key` is unique within one shop front."""

    name: str
    kind: Kind
    key: tuple[str, ...]
    required: tuple[str, ...]
    schema: pa.Schema

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(self.schema.names)


def table(name: str, kind: Kind, key: str, required: str, /, **columns: pa.DataType) -> CanonicalTable:
    """A table; `key` and `required` are column names with spaces between."""
    schema = pa.schema([pa.field(column, kind_of) for column, kind_of in columns.items()])
    return CanonicalTable(name, kind, tuple(key.split()), tuple(required.split()), schema)
