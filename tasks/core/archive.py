"""What is kept outside the database: the bytes of every batch that was sent, and how far the ledger had come.

Folder archive: `batches/<batch_id>-<hash>.zst` (written once, never overwritten) and `high_water.json`.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError
from tasks.core.files import replace_file
from tasks.core.queries import query
from tasks.core.settings import Settings

_AT_ONCE = 50


def archive_folder(settings: Settings) -> Path:
    """Where the archive lies."""
    return Path(settings.archive_url) if settings.archive_url else settings.home / "archive"


def archive_batches(database: Database, folder: Path) -> int:
    """Copy finished batches that are not archived yet; their number. Killed half-way it is simply run again."""
    total = 0
    while done := _archive_some(database, folder / "batches"):
        total += done
    return total


def write_high_water(database: Database, folder: Path) -> None:
    """Raise this namespace's mark to where the ledger is; a mark is never lowered."""
    with database.transaction() as connection:
        row = query("ledger/high_water").one(connection)
    mark = {"messages": row["messages"], "planned_load": row["planned_load"], "run_id": row["run_id"]}
    with _locked(folder):
        marks = _marks(folder)
        if mark["messages"] >= marks.get(database.namespace, {}).get("messages", 0):
            marks[database.namespace] = mark
            replace_file(
                folder / "high_water.json", orjson.dumps(marks, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            )


def read_high_water(folder: Path, namespace: str) -> int | None:
    """Messages the archive knows this ledger to have held; None before the first run."""
    mark = _marks(folder).get(namespace)
    return None if mark is None else int(mark["messages"])


def _archive_some(database: Database, folder: Path) -> int:
    with database.transaction() as connection:
        rows = query("ledger/unarchived").rows(connection, limit=_AT_ONCE)
        for row in rows:
            _write_once(folder / f"{row['batch_id']}-{row['body_hash'][:16]}.zst", bytes(row["body"]))
        if rows:
            query("ledger/mark_archived").run(connection, batch_ids=[row["batch_id"] for row in rows])
    return len(rows)


def _write_once(path: Path, content: bytes) -> None:
    if not path.exists():
        replace_file(path, content, durable=True)


def _marks(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "high_water.json"
    if not path.exists():
        return {}
    try:
        marks: dict[str, dict[str, Any]] = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(
            f"{path} is damaged: restore it, or delete it if the ledger is known to be whole"
        ) from error
    return marks


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
