"""Bring the validated rows of all feeds into the database: one transaction, one load id, only what changed."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE
from pyarrow import csv
from sqlalchemy import Connection, text

from tasks.carriers import map_words
from tasks.carriers.names import canonical
from tasks.core.canonical import TABLES, Kind
from tasks.core.database import raw
from tasks.core.domain import GateState
from tasks.core.fronts import feed_of, front_of, of_front
from tasks.core.identity import address_key, guest_id
from tasks.core.merge import PARENTS, STAGED, Merged, columns_of, create_stage, merge_table
from tasks.core.phones import e164
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.scratch import read_notes, valid_file
from tasks.core.secrets import secret

UNREAD = (GateState.CLOSED, GateState.ABSENT)
COPY_ROWS = 50_000
"""Rows a COPY buffer holds: some 10 MB of text."""

ANALYZE_ROWS = 10_000
ANALYZE_SHARE = 0.1
"""Changed rows, at least and of the table, from which it is analysed at once: a stale statistic cost 400 s on the as-of
side; analysing 100,000 orders and their history takes 5 s, more than merging 20,000 of them (both measured)."""

Derive = Callable[[pa.Table, bytes], pa.Table]


@dataclass(frozen=True)
class Loaded:
    """What one load did. Tables without any change are left out."""

    load_id: int
    inserted: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)
    touched: int = 0
    unknown_statuses: dict[str, int] = field(default_factory=dict)


@task(name="load", timeout_seconds=3600, tags=["database"], cache_policy=NO_CACHE, persist_result=False)
def load(run: Run) -> Loaded:
    """See `load_feeds`."""
    return load_feeds(run)


def load_feeds(run: Run) -> Loaded:
    """Merge every feed that `validate` did not close; all of it or, on any error, nothing."""
    gates: dict[str, str] = read_notes(run.scratch, "gates")
    feeds = [feed for feed, state in gates.items() if state not in UNREAD]
    tables = _valid(run, feeds)
    with run.database.transaction() as connection:
        _stage(connection, run, tables)
        load_id = begin_load(connection, run, "merge")
        query("load/stage_guests").run(connection)
        merged = {table: merge_table(connection, run, table) for table in TABLES if table in _staged(tables)}
        query("load/touch_orders").run(connection)
        loaded = _summary(connection, load_id, merged)
        if "tracking" in feeds:
            _record_tracking(connection, run)
        query("load/move_watermark").run(connection, feeds=feeds, as_of=run.as_of)
    _analyze(run, merged)
    return loaded


def _valid(run: Run, feeds: Collection[str]) -> dict[str, list[Path]]:
    """Table -> its good rows, a file for each shop front; in the order of loading."""
    names = {table: [of_front(table, front) for front in sorted({*map(front_of, feeds)})] for table in TABLES}
    files = {
        table: [valid_file(run.scratch, name) for name in fronts if feed_of(name) in feeds]
        for table, fronts in names.items()
    }
    there = {table: [path for path in paths if path.exists()] for table, paths in files.items()}
    return {table: paths for table, paths in there.items() if paths}


def _record_tracking(connection: Connection, run: Run) -> None:
    """With the scans: which parcels were asked about, and what of the inbox is taken."""
    taken = read_notes(run.scratch, "tracking")
    query("poll/record_answered").run(connection, rows=json.dumps(taken["answered"]), as_of=run.as_of)
    query("poll/take_inbox").run(connection, until=taken["inbox_until"], kept=taken["inbox_kept"])


def _staged(tables: Collection[str]) -> set[str]:
    """Tables that get a stage: those with rows, those that guests go through, and whose orphans may be readmitted."""
    return {*tables, "customers", "orders", *PARENTS}


def _summary(connection: Connection, load_id: int, merged: dict[str, Merged]) -> Loaded:
    words = query("load/unknown_words").rows(connection)
    return Loaded(
        load_id,
        inserted={table: one.inserted for table, one in merged.items() if one.inserted},
        updated={table: one.updated for table, one in merged.items() if one.updated},
        deleted={table: one.deleted for table, one in merged.items() if one.deleted},
        quarantined={table: one.quarantined for table, one in merged.items() if one.quarantined},
        touched=int(query("load/count_touched").scalar(connection)),
        unknown_statuses={row["word"]: row["scans"] for row in words},
    )


# Staging


def _stage(connection: Connection, run: Run, tables: Mapping[str, Sequence[Path]]) -> None:
    key = secret(run.settings)
    for table in _staged(tables):
        create_stage(connection, table)
    for table, paths in tables.items():
        for path in paths:
            _copy(connection, table, path, key)
        connection.execute(text(f"analyze stage_{table}"))


def _copy(connection: Connection, table: str, path: Path, key: bytes) -> None:
    """Arrow to CSV to COPY: 100,000 rows/s, four times what row-wise writers reach (measured)."""
    columns = [*columns_of(table), *STAGED.get(table, ()), "_file", "_line"]
    derive = DERIVE.get(table)
    with (
        pq.ParquetFile(path) as file,
        raw(connection).cursor() as cursor,
        cursor.copy(f"copy stage_{table} ({', '.join(columns)}) from stdin (format csv)".encode()) as copy,
    ):
        for batch in file.iter_batches(COPY_ROWS):
            rows = pa.Table.from_batches([batch])
            copy.write(_csv((derive(rows, key) if derive else rows).select(columns)))


def _csv(rows: pa.Table) -> bytes:
    """Nulls are empty, empty text is quoted: what COPY's CSV format reads back the same."""
    sink = pa.BufferOutputStream()
    csv.write_csv(rows, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _customers(rows: pa.Table, key: bytes) -> pa.Table:
    for derived, written in {"address_key": "email", "line_key": "line_user_id", "push_key": "push_token"}.items():
        rows = rows.append_column(derived, _keys(rows[written], key))
    return rows.append_column("phone_key", _phone_keys(rows["phone"], key))


def _consents(rows: pa.Table, key: bytes) -> pa.Table:
    """Addresses of people who are no customers are kept as keys alone."""
    return _replaced(rows, "address", _keys(rows["address"], key))


def _orders(rows: pa.Table, key: bytes) -> pa.Table:
    rows = _replaced(rows, "source", pc.fill_null(rows["source"], "shop"))
    known = pc.coalesce(rows["buyer_email"], rows["buyer_phone"], rows["order_id"])
    anonymous = pc.if_else(pc.is_null(rows["customer_id"]), known, pa.scalar(None, pa.string()))
    guests = _mapped(anonymous, lambda address: guest_id(key, address))
    rows = rows.append_column("buyer_phone_key", _phone_keys(rows["buyer_phone"], key))
    return _replaced(rows, "customer_id", pc.coalesce(rows["customer_id"], guests))


def _shipments(rows: pa.Table, key: bytes) -> pa.Table:
    del key
    return _replaced(rows, "carrier", _mapped(rows["carrier"], canonical))


def _tracking_events(rows: pa.Table, key: bytes) -> pa.Table:
    rows = _shipments(rows, key)
    status, reason = map_words(rows["carrier"], rows["raw_status"])
    return rows.append_column("status", status).append_column("reason", reason)


DERIVE: dict[str, Derive] = {
    "customers": _customers,
    "consents": _consents,
    "pressure": _consents,
    "orders": _orders,
    "shipments": _shipments,
    "tracking_events": _tracking_events,
}


def _keys(addresses: pa.ChunkedArray, key: bytes) -> pa.Array:
    return _mapped(addresses, lambda address: address_key(key, address))


def _phone_keys(phones: pa.ChunkedArray, key: bytes) -> pa.Array:
    return _mapped(phones, lambda phone: address_key(key, e164(phone) or phone))


def _mapped(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.Array:
    """The function of each distinct value; nulls stay null."""
    encoded = column.combine_chunks().dictionary_encode()
    values = pa.array([function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def _replaced(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.column_names.index(column), column, values)


# Statistics


def _analyze(run: Run, merged: dict[str, Merged]) -> None:
    """Fresh statistics of much changed tables, their old rows, and both together: autovacuum never does the last."""
    with run.database.transaction() as connection:
        for table, one in merged.items():
            changed = one.inserted + one.updated + one.deleted
            known = query("load/known_rows").scalar(connection, name=table) if changed >= ANALYZE_ROWS else 0
            if changed >= max(ANALYZE_ROWS, ANALYZE_SHARE * known):
                _analyze_table(connection, run, table)


def _analyze_table(connection: Connection, run: Run, table: str) -> None:
    connection.execute(text(f"analyze {table}"))
    if TABLES[table].kind is Kind.MUTABLE:
        connection.execute(text(f"analyze {run.namespace}_rec.{table}, {run.namespace}_rec.{table}_old"))
