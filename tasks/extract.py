"""Read every table of the order system since its feed's watermark, and what the sources of tracking tell."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.core import express
from tasks.core.errors import TodokeError
from tasks.core.fronts import OWN, feed_of, front_of, in_order, of_front, plain
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.scratch import raw_file, write_notes
from tasks.core.suites import Feed
from tasks.core.thresholds import FeedSettings
from tasks.oms import order_system
from tasks.oms.base import OrderSystem
from tasks.poll import Asked, ask_sources

UNREADABLE = (TodokeError, OSError, pa.ArrowException)


@dataclass(frozen=True)
class Extracted:
    """One table as read: its rows, or why it could not be read. `absent`: nobody has such a table.

    `doubt`: it was read, and yet something is missing; what needs it waits.
    """

    table: str
    rows: int = 0
    error: str | None = None
    absent: bool = False
    doubt: str | None = None


@task(name="extract", timeout_seconds=1800, tags=["oms"], cache_policy=NO_CACHE, persist_result=False)
def extract(run: Run) -> dict[str, int]:
    """Rows read per feed; see `extract_feeds`."""
    return extract_feeds(run)


def extract_feeds(run: Run, system: OrderSystem | None = None, from_at: datetime | None = None) -> dict[str, int]:
    """Fetch every table of every feed; rows read per feed. `from_at`: read again what changed since then.

    Frames go to `<scratch>/raw/<table>.parquet` (text columns, `_file`, `_line`). A table that cannot be read, or that
    the order system does not have, is noted for `validate`, which closes its feed; the others go on.
    """
    system = system or order_system(run.settings, run.database_url)
    feeds = express.feeds(run)
    since, told = _earlier(watermarks(run), from_at), Asked() if run.is_express else ask_sources(run)
    more = {table: rows for table, rows in told.tables.items() if _adds(system, table)}
    offered = {table for table in (*system.tables(), *more) if plain(feed_of(table)) in feeds}
    read = [
        _extract(run, table, _batches(run, system, table, since.get(feed_of(table)), more.get(table)))
        for table in in_order(offered)
    ]
    read = [replace(one, doubt=told.doubt) if one.table == "tracking_events" else one for one in read]
    read += [_absent(system, table) for table in _missing(feeds, offered)]
    write_notes(run.scratch, "extracted", [asdict(one) for one in read])
    write_notes(run.scratch, "warnings", [*system.warnings(), *told.notes])
    write_notes(run.scratch, "tracking", told.taken())
    return {feed: sum(one.rows for one in read if plain(feed_of(one.table)) == feed) for feed in feeds}


def watermarks(run: Run) -> dict[str, datetime]:
    """Where each feed's next read begins: what was read, less an overlap; feeds never read are absent."""
    settings = FeedSettings()
    overlap = timedelta(hours=settings.overlap_hours)
    if run.is_express:
        overlap = min(overlap, timedelta(minutes=settings.express_overlap_minutes))
    with run.database.transaction() as connection:
        rows = query("load/watermarks").rows(connection)
    return {row["feed"]: min(row["watermark_at"], run.as_of) - overlap for row in rows}


def _earlier(since: dict[str, datetime], from_at: datetime | None) -> dict[str, datetime]:
    """Only this read begins earlier: it goes on to now, so that the watermark after it is as true as before."""
    return since if from_at is None else {feed: min(at, from_at) for feed, at in since.items()}


def _missing(feeds: Mapping[str, Feed], offered: Collection[str]) -> list[str]:
    """Tables nobody has: of one's own shop all, of a further front those of the feeds it has otherwise."""
    tables = [(front, feed.tables) for front in {OWN, *map(front_of, offered)} for feed in feeds.values()]
    wanted = [[of_front(table, front) for table in names] for front, names in tables]
    return [
        table
        for names in wanted
        if front_of(names[0]) == OWN or not set(names).isdisjoint(offered)
        for table in names
        if table not in offered
    ]


def _absent(system: OrderSystem, table: str) -> Extracted:
    return Extracted(table, error=f"{system.name} has no table {table}", absent=True)


def _adds(system: OrderSystem, table: str) -> bool:
    """Scans of several sources stand beside each other; parcels of two would be counted twice."""
    return table == "tracking_events" or table not in system.tables()


def _batches(
    run: Run, system: OrderSystem, table: str, since: datetime | None, more: pa.Table | None
) -> Iterator[pa.Table]:
    """What the order system has of a table, then what the sources of tracking add, all with the same columns."""
    own = system.fetch(table, since, run.as_of) if table in system.tables() else iter(())
    if more is None:
        yield from own
        return
    first = next(own, None)
    names = list(dict.fromkeys([*(first.column_names if first is not None else ()), *more.column_names]))
    for batch in chain([] if first is None else [first], own, [more]):
        yield _with(batch, names)


def _with(batch: pa.Table, names: list[str]) -> pa.Table:
    missing = [name for name in names if name not in batch.column_names]
    for name in missing:
        batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch.select(names)


def _extract(run: Run, table: str, batches: Iterable[pa.Table]) -> Extracted:
    path = raw_file(run.scratch, table)
    try:
        return Extracted(table, rows=_write(path, batches))
    except UNREADABLE as error:
        path.unlink(missing_ok=True)
        return Extracted(table, error=f"{error}")


def _write(path: Path, batches: Iterable[pa.Table]) -> int:
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches:
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="lz4")
            writer.write_table(batch.select(writer.schema.names))
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows
