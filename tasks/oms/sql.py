"""TODOKE_OMS=sql: the shop's own database, PostgreSQL, MariaDB or MySQL, through the queries of sql/oms/<system>/.

What a column means is SQL (tasks.core.source_queries); here is how it is read: a page of rows after the last key in one
read-only transaction, so that nothing is skipped or read twice and a lost connection goes on where it was.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.core.accounts import SqlSettings
from tasks.core.canonical import TABLES
from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.settings import Settings
from tasks.core.source_queries import KEY, Source, SourceQuery, Value, load_source, wall_clock
from tasks.oms.base import FILE, LINE, OrderSystem
from tasks.oms.sql_sessions import Lost, Session, open_session, shown
from tasks.oms.sql_values import canonical_text


def sql(settings: Settings, url: str) -> OrderSystem:
    """The database TODOKE_SQL_URL through the queries TODOKE_OMS_MAPPING names."""
    del url
    if settings.oms_mapping is None:
        raise ConfigurationError("TODOKE_OMS=sql needs TODOKE_OMS_MAPPING: the folder of sql/oms with its queries.")
    return SqlShop("sql", load_source(settings.oms_mapping), SqlSettings())


class SqlShop:
    """An order system that is a database. Every fetch has a connection of its own, closed after it."""

    def __init__(self, name: str, source: Source, settings: SqlSettings) -> None:
        if settings.url is None:
            raise ConfigurationError(f"TODOKE_OMS={name} needs TODOKE_SQL_URL: the shop's database.")
        self.name = name
        self._source = source
        self._settings = settings
        self._url = settings.url.get_secret_value()
        self._place = shown(self._url)

    def now(self) -> datetime | None:
        """None: the shop lives in the present."""
        return None

    def tables(self) -> tuple[str, ...]:
        """Tables there is a query for."""
        return tuple(table for table in TABLES if table in self._source.queries)

    def is_full(self, table: str) -> bool:
        """Whether its query asks for no time of change."""
        return table in self._source.queries and self._source.queries[table].is_full

    @property
    def hazards(self) -> Path | None:
        """None: a shop's database has no warnings."""
        return None

    def warnings(self) -> Sequence[str]:
        """None ever: what is wrong with a table is an error of that table."""
        return []

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Rows changed since then, and the recent ones anyway. See OrderSystem.

        What changed after `until` comes too, as it is now: it will be read again. `_file` is the shop's table, `_line`
        the row's key where that is a number, else its place in the order of keys.
        """
        query, asked = self._source.queries[table], self._asked(since, until)
        pages = _Pages(self._open, self._settings, query, asked)
        try:
            for number, page in enumerate(pages):
                yield self._canonical(table, query, page, number * self._settings.page_rows)
        except (DataError, pa.ArrowInvalid) as error:
            raise DataError(
                f"{self._place}, {table} (sql/{query.name}.sql): {str(error).strip().rstrip('.')}. What needs this "
                "table waits; correct the query, or what the database answers it, and the next run reads on."
            ) from error
        finally:
            pages.close()

    def _open(self) -> Session:
        return open_session(self._url, self._source.declared.zone, self._settings.timeout_seconds)

    def _asked(self, since: datetime | None, until: datetime) -> dict[str, Value]:
        zone, recent = self._source.declared.zone, until - timedelta(days=self._settings.recent_days)
        return {
            "since": since and wall_clock(since, zone),
            "recent": wall_clock(recent, zone),
            "since_utc": since and since.astimezone(UTC),
            "recent_utc": recent.astimezone(UTC),
            "limit": self._settings.page_rows,
        }

    def _canonical(self, table: str, query: SourceQuery, page: pa.Table, before: int) -> pa.Table:
        """Columns in canonical order as validation reads them, then `_file` and `_line`."""
        canonical, declared = TABLES[table], self._source.declared
        for column in page.column_names[:-1]:
            if column not in canonical.columns:
                near = suggestion(column, list(canonical.columns))
                raise ConfigurationError(f"sql/{query.name}.sql: {table} has no column {column!r}{near}.")
        missing = [column for column in canonical.required if column not in page.column_names]
        if missing:
            raise ConfigurationError(f"sql/{query.name}.sql: column {', '.join(missing)} is missing in its select.")
        kept = [column for column in canonical.columns if column in page.column_names]
        cells = {column: canonical_text(page[column], canonical, column, declared) for column in kept}
        places = pa.array([query.place], pa.string()).take(pa.array(np.zeros(page.num_rows, dtype=np.int64)))
        return pa.table({**cells, FILE: places, LINE: _lines(query, page[KEY], before)})


class _Pages:
    """Pages of one query in the order of its key; raises DataError after so many attempts at one page."""

    def __init__(
        self, open_: Callable[[], Session], settings: SqlSettings, query: SourceQuery, asked: dict[str, Value]
    ) -> None:
        self._open = open_
        self._settings = settings
        self._query = query
        self._asked = asked
        self._session: Session | None = None

    def __iter__(self) -> Iterator[pa.Table]:
        after: int | str = self._query.first
        while True:
            page = self._page(after)
            last = _last_key(self._query, page, after)
            yield page
            if page.num_rows < self._settings.page_rows:
                return
            after = last

    def close(self) -> None:
        """The connection of this table goes."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _page(self, after: int | str, attempt: int = 1) -> pa.Table:
        try:
            self._session = self._session or self._open()
            return self._session.page(self._query.text({**self._asked, "after": after}, self._session.literal))
        except Lost as error:
            self.close()
            if attempt == self._settings.attempts:
                raise DataError(f"no answer in {attempt} attempts: {error}") from error
        time.sleep(self._settings.backoff_seconds * 2 ** (attempt - 1))
        return self._page(after, attempt + 1)


def _last_key(query: SourceQuery, page: pa.Table, after: int | str) -> int | str:
    """The key to go on from. Raises DataError where rows could be skipped or come twice."""
    if page.column_names[-1] != KEY:
        raise DataError(f"its last column is {page.column_names[-1]}, not {KEY}")
    if not page.num_rows:
        return after
    keys = page[KEY].cast(pa.int64()) if isinstance(query.first, int) else page[KEY]
    before = pa.chunked_array([pa.array([after], keys.type), *keys.chunks]).slice(0, page.num_rows)
    goes_on = pc.greater(keys, before) if isinstance(query.first, int) else pc.not_equal(keys, before)
    if not pc.all(goes_on, skip_nulls=False).as_py():
        raise DataError(f"its rows are not in the order of {KEY}, each with its own")
    last: int | str = keys[-1].as_py()
    return last


def _lines(query: SourceQuery, keys: pa.ChunkedArray, before: int) -> pa.Array | pa.ChunkedArray:
    if isinstance(query.first, int):
        return keys.cast(pa.int64())
    return pa.array(np.arange(before + 1, before + 1 + len(keys)), pa.int64())
