"""What is kept outside the database: the bytes of every batch that was sent, and how far the ledger had come.

In the archive's store: `batches/<batch_id>-<hash>.zst` (written once, never overwritten) and `high_water.json`.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from sqlalchemy import RowMapping

from tasks.core.database import Database
from tasks.core.errors import ConfigurationError
from tasks.core.queries import query
from tasks.core.stores import Store

MARKS = "high_water.json"
_AT_ONCE = 50


def keep(database: Database, store: Store) -> None:
    """Archive what is finished and raise the mark."""
    archive_batches(database, store)
    write_high_water(database, store)


def archive_batches(database: Database, store: Store) -> int:
    """Copy finished batches that are not archived yet; their number. Killed half-way it is simply run again."""
    total = 0
    with ThreadPoolExecutor(store.at_once) as pool:
        while done := _archive_some(database, store, pool):
            total += done
    return total


def write_high_water(database: Database, store: Store) -> None:
    """Raise this namespace's mark to where the ledger is; a mark is never lowered."""
    with database.transaction() as connection:
        row = query("ledger/high_water").one(connection)
    mark = {"messages": row["messages"], "planned_load": row["planned_load"], "run_id": row["run_id"]}

    def raised(content: bytes | None) -> bytes | None:
        marks = _marks(content, store)
        if mark["messages"] < marks.get(database.namespace, {}).get("messages", 0):
            return None
        return orjson.dumps(marks | {database.namespace: mark}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

    store.update(MARKS, raised)


def read_high_water(store: Store, namespace: str) -> int | None:
    """Messages the archive knows this ledger to have held; None before the first run."""
    mark = _marks(store.read(MARKS), store).get(namespace)
    return None if mark is None else int(mark["messages"])


def _archive_some(database: Database, store: Store, pool: ThreadPoolExecutor) -> int:
    with database.transaction() as connection:
        rows = query("ledger/unarchived").rows(connection, limit=_AT_ONCE)
    if rows:
        list(pool.map(store.create, map(_name, rows), [bytes(row["body"]) for row in rows]))
        with database.transaction() as connection:
            query("ledger/mark_archived").run(connection, batch_ids=[row["batch_id"] for row in rows])
    return len(rows)


def _name(row: RowMapping) -> str:
    return f"batches/{row['batch_id']}-{row['body_hash'][:16]}.zst"


def _marks(content: bytes | None, store: Store) -> dict[str, dict[str, Any]]:
    if content is None:
        return {}
    try:
        marks: dict[str, dict[str, Any]] = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(
            f"{store}/{MARKS} is damaged: restore it, or delete it if the ledger is known to be whole"
        ) from error
    return marks
