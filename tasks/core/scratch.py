"""The folder of one run: frames and notes between its steps. Personal data: readable by its owner alone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.core.canonical import TABLES


def raw_file(scratch: Path, table: str) -> Path:
    """A table as the source gave it: text columns, `_file`, `_line`."""
    return _folder(scratch, "raw") / f"{table}.parquet"


def valid_file(scratch: Path, table: str) -> Path:
    """A table's good rows in canonical types, with `_file` and `_line`."""
    return _folder(scratch, "valid") / f"{table}.parquet"


def read_ids(scratch: Path, table: str) -> list[str] | None:
    """Every id (first key column) a table was extracted with; None where it could not be read."""
    path = raw_file(scratch, table)  # of one shop front: orders@rakuten
    if not path.exists():
        return None
    column = TABLES[table.partition("@")[0]].key[0]
    if column not in pq.read_schema(path).names:  # drift: validate closes the feed
        return None
    ids: list[str] = pq.read_table(path, columns=[column])[column].drop_null().to_pylist()
    return ids


def read_old_ids(scratch: Path, before: datetime) -> list[str]:
    """Ids of the good orders of a run that were placed before an instant."""
    ids: list[str] = []
    for path in sorted((scratch / "valid").glob("orders*.parquet")):
        ids += pq.read_table(path, columns=["order_id"], filters=[("placed_at", "<", before)])["order_id"].to_pylist()
    return ids


def write_notes(scratch: Path, name: str, notes: Any) -> None:
    """What a step tells the next one, as JSON."""
    path = _folder(scratch, "notes") / f"{name}.json"
    path.write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")


def read_notes(scratch: Path, name: str) -> Any:
    """What an earlier step of the run wrote under this name."""
    return json.loads((scratch / "notes" / f"{name}.json").read_text(encoding="utf-8"))


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    scratch.parent.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
