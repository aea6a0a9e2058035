"""What a source says, staged as text in temporary tables of one PostgreSQL session, and mapped there by SELECTs.

Joins, constants, sums and value maps are SQL, and a value that fits no type still reaches validation with its place.
"""

import io
import re
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv as pacsv

from tasks.core.canonical import TABLES
from tasks.core.database import libpq_url
from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import Mapping, staging
from tasks.oms.base import BATCH_ROWS, DOCUMENT, FILE, LINE

Item = TypeVar("Item")

FUNCTIONS = (
    "plain_of",
    "amount_of",
    "money_of",
    "count_of",
    "day_of",
    "instant_of",
    "postal_of",
    "phone_of",
    "tracking_of",
    "payment_of",
    "slot_of",
    "region_of",
    "flag_of",
)
"""What SELECTs may call as pg_temp.<name>; one that calls another comes after it."""
_MADE = re.compile(r"^create temp table (\w+)")


class Staged:
    """One session of the PostgreSQL at `url` with the tables `raw_<name>` of a mapping.

    The tables go with the session, and the session with this object, or with `close`.
    """

    def __init__(self, mapping: Mapping, url: str) -> None:
        self._mapping = mapping
        self._url = url
        self._columns: dict[str, list[str]] = {}

    def stage(self, name: str, batches: Iterable[pa.Table]) -> int:
        """Add rows to `raw_<name>`: text columns, `_file`, `_line`. Returns how many.

        Batches of no rows make the table too. A column that comes later is null in the rows before it.
        """
        table, rows = self._name(f"raw_{name}"), 0
        for names, written, number in _ahead((one.column_names, _csv(one), one.num_rows) for one in batches):
            self._widen(name, table, names)
            columns = ", ".join(self._name(column) for column in names)
            statement = staging("copy_raw", table=table, columns=columns)
            with self._session.cursor() as cursor, cursor.copy(_raw(statement)) as copy:
                copy.write(written)
            rows += number
        if name in self._columns:
            self._session.execute(_raw(f"analyze {table}"))
        return rows

    def forget(self, name: str) -> None:
        """Drop `raw_<name>`, so that it can be staged anew."""
        if self._columns.pop(name, None) is not None:
            self._session.execute(_raw(f"drop table {self._name(f'raw_{name}')}"))

    def keep_last(self, name: str, key: Sequence[str]) -> None:
        """Of rows of `raw_<name>` with the same key keep those of the last file by name: a later export tells anew.

        An order of one file may have many rows there. Rows without key stay.
        """
        if not key or name not in self._columns:
            return
        missing = [column for column in key if column not in self._columns[name]]
        if missing:
            raise DataError(
                f"{name}: column {', '.join(missing)}, by which later files replace earlier ones, is missing."
            )
        columns = [self._name(column) for column in key]
        parts = {
            "table": self._name(f"raw_{name}"),
            "key": ", ".join(columns),
            "row_key": ", ".join(f"r.{one}" for one in columns),
            "same": " and ".join(f"coalesce(r.{one}, '') = coalesce(n.{one}, '')" for one in columns),
        }
        self._session.execute(_raw(staging("keep_last", **parts)))

    def rows(self, table: str) -> Iterator[pa.Table]:
        """What the mapping's SELECT of a canonical table makes of what is staged, as OrderSystem.fetch hands it over.

        Raises DataError where a raw table or column is missing, or the SELECT is wrong.
        """
        where = f"sql/oms/{self._mapping.name}/{table}.sql"
        with self._selected(self._mapping.selects[table], where) as (path, present):
            _check(table, present, where)
            yield from _batches(path, present)

    def everything(self, name: str) -> Iterator[pa.Table]:
        """`raw_<name>` as it stands, all its columns."""
        select = staging("everything", table=self._name(f"raw_{name}"))
        with self._selected(select, name) as (path, present):
            yield from _batches(path, present)

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def build(self, step: str, statement: str) -> None:
        """Run a statement of sql/oms/<mapping> that makes a temporary table, anew where there is one, or a function.

        Raises DataError, with the step's file.
        """
        made = _MADE.search(statement)
        try:
            if made:
                self._session.execute(_raw(f"drop table if exists pg_temp.{made[1]}"))
            self._session.execute(_raw(statement))
            if made:
                self._session.execute(_raw(f"analyze {made[1]}"))
        except psycopg.Error as error:
            raise DataError(f"sql/oms/{self._mapping.name}/{step}.sql: {_said(error)}") from error

    def texts(self, step: str, statement: str) -> list[str]:
        """The first column of a statement's rows, as text. Raises DataError, with the step's file."""
        try:
            return [str(row[0]) for row in self._session.execute(_raw(statement))]
        except psycopg.Error as error:
            raise DataError(f"sql/oms/{self._mapping.name}/{step}.sql: {_said(error)}") from error

    @cached_property
    def _session(self) -> psycopg.Connection:
        connection = psycopg.connect(libpq_url(self._url), autocommit=True)
        weakref.finalize(self, connection.close)
        connection.execute("select set_config('timezone', %s, false)", [self._mapping.declared.zone])
        connection.execute("set datestyle = 'ISO, YMD'; set search_path = pg_catalog, pg_temp; set jit = off")
        connection.execute("set default_statistics_target = 10")  # sizes are enough, and 30,000 rows a table are many
        for function in FUNCTIONS:
            connection.execute(_raw(staging(f"create_{function}")))
        return connection

    def _widen(self, name: str, table: str, columns: Sequence[str]) -> None:
        """Make the table, or add the columns it lacks."""
        new = [column for column in columns if column not in (*self._columns.get(name, ()), FILE, LINE)]
        written = [f"{self._name(column)} text" for column in new]
        if name not in self._columns:
            self._session.execute(_raw(staging("create_raw", table=table, columns="".join(f"{w}, " for w in written))))
        elif new:
            self._session.execute(_raw(f"alter table {table} {', '.join(f'add {column}' for column in written)}"))
        self._columns[name] = [*self._columns.get(name, ()), *new]

    def _name(self, name: str) -> str:
        return sql.Identifier(name).as_string(self._session)

    @contextmanager
    def _selected(self, select: str, where: str) -> Iterator[tuple[Path, list[str]]]:
        """A CSV file of what a SELECT returns, and the names of its columns."""
        with NamedTemporaryFile(suffix=".csv") as rows:
            self._copy(select, where, rows)
            rows.flush()
            rows.seek(0)
            yield Path(rows.name), rows.readline().decode().rstrip("\n").split(",")

    def _copy(self, select: str, where: str, rows: IO[bytes]) -> None:
        statement = staging("copy_mapped", select=select)
        try:
            with self._session.cursor() as cursor, cursor.copy(_raw(statement)) as copied:
                rows.writelines(copied)
        except psycopg.errors.UndefinedColumn as error:
            raise DataError(f"{where}: {_said(error)}; the export lacks it, or the mapping is wrong.") from error
        except psycopg.errors.UndefinedTable as error:
            raise DataError(f"{where}: {_said(error)}; see [files] in its mapping.toml.") from error
        except psycopg.Error as error:
            raise DataError(f"{where}: {_said(error)}") from error


def documents(texts: Sequence[str], file: str, first: int = 1) -> pa.Table:
    """JSON documents as a batch to stage: one column `document`, where they came from, and their numbers from `first`.

    A mapping reads them with `document::jsonb`.
    """
    lines = pa.array(range(first, first + len(texts)), pa.int64())
    files = pa.repeat(pa.scalar(file, pa.string()), len(texts))
    return pa.table({DOCUMENT: pa.array(texts, pa.string()), FILE: files, LINE: lines})


def _check(table: str, present: Sequence[str], where: str) -> None:
    """The columns of a SELECT against those of its canonical table."""
    canonical = TABLES[table]
    for column in present:
        if column not in (*canonical.columns, FILE, LINE):
            near = suggestion(column, list(canonical.columns))
            raise ConfigurationError(f"{where}: {table} has no column {column!r}{near}.")
    missing = [column for column in (*canonical.required, FILE, LINE) if column not in present]
    if missing:
        raise ConfigurationError(f"{where}: column {', '.join(missing)} is missing in its SELECT.")


def _ahead(items: Generator[Item, None, None]) -> Iterator[Item]:
    """The same, each made by a thread of its own while the one before is used: reading and COPY at the same time."""
    with closing(items), ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _batches(rows: Path, columns: list[str]) -> Iterator[pa.Table]:
    """Text columns in canonical order, `_file`, `_line`, at most BATCH_ROWS at once."""
    order = [*(name for name in columns if name not in (FILE, LINE)), FILE, LINE]
    types = dict.fromkeys(columns, pa.string()) | {LINE: pa.int64()}
    try:
        reader = pacsv.open_csv(
            rows,
            read_options=pacsv.ReadOptions(column_names=columns, skip_rows=1, block_size=32 << 20),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise
        reader = ()
    is_empty = True
    for batch in reader:
        is_empty = False
        table = pa.Table.from_batches([batch]).select(order)
        yield from (table.slice(start, BATCH_ROWS) for start in range(0, table.num_rows, BATCH_ROWS))
    if is_empty:  # a header alone is a table too
        yield pa.schema([(name, types[name]) for name in order]).empty_table()


def _csv(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pacsv.write_csv(rows, sink, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _raw(statement: str) -> sql.SQL:
    return sql.SQL(statement)


def _said(error: psycopg.Error) -> str:
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return f"{error.diag.message_primary or error}{hint}"
