"""Read every table of the order system since its feed's watermark into the run's folder."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.core.errors import DataError
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.scratch import raw_file, write_notes
from tasks.core.settings import FeedSettings
from tasks.core.suites import FEED_OF, FEEDS
from tasks.oms import order_system
from tasks.oms.base import OrderSystem

UNREADABLE = (DataError, OSError, pa.ArrowException)


@dataclass(frozen=True)
class Extracted:
    """One table as read: its rows, or why it could not be read. `absent`: the order system has no such table."""

    table: str
    rows: int = 0
    error: str | None = None
    absent: bool = False


@task(name="extract", timeout_seconds=1800, tags=["oms"], cache_policy=NO_CACHE, persist_result=False)
def extract(run: Run) -> dict[str, int]:
    """Rows read per feed; see `extract_feeds`."""
    return extract_feeds(run)


def extract_feeds(run: Run, system: OrderSystem | None = None) -> dict[str, int]:
    """Fetch every table of every feed; rows read per feed.

    Frames go to `<scratch>/raw/<table>.parquet` (text columns, `_file`, `_line`). A table that cannot be read, or that
    the order system does not have, is noted for `validate`, which closes its feed; the others go on.
    """
    system = system or order_system(run.settings, run.database_url)
    since = watermarks(run)
    offered = system.tables()
    read = [_extract(run, system, table, since.get(FEED_OF[table])) for table in FEED_OF if table in offered]
    read += [_absent(system, table) for feed in FEEDS.values() for table in feed.tables if table not in offered]
    write_notes(run.scratch, "extracted", [asdict(one) for one in read])
    write_notes(run.scratch, "warnings", list(system.warnings()))
    return {feed: sum(one.rows for one in read if FEED_OF[one.table] == feed) for feed in FEEDS}


def watermarks(run: Run) -> dict[str, datetime]:
    """Where each feed's next read begins: what was read, less an overlap; feeds never read are absent."""
    overlap = timedelta(hours=FeedSettings().overlap_hours)
    with run.database.transaction() as connection:
        rows = query("load/watermarks").rows(connection)
    return {row["feed"]: min(row["watermark_at"], run.as_of) - overlap for row in rows}


def _absent(system: OrderSystem, table: str) -> Extracted:
    return Extracted(table, error=f"{system.name} has no table {table}", absent=True)


def _extract(run: Run, system: OrderSystem, table: str, since: datetime | None) -> Extracted:
    path = raw_file(run.scratch, table)
    try:
        return Extracted(table, rows=_write(path, system, table, since, run.as_of))
    except UNREADABLE as error:
        path.unlink(missing_ok=True)
        return Extracted(table, error=f"{error}")


def _write(path: Path, system: OrderSystem, table: str, since: datetime | None, until: datetime) -> int:
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for batch in system.fetch(table, since, until):
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="lz4")
            writer.write_table(batch.select(writer.schema.names))
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows
