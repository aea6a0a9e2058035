"""Sessions of other people's databases: read-only, under a timeout, a page of rows as text columns at a time.

Both databases write the text themselves, PostgreSQL by COPY, MariaDB and MySQL by one CSV line a row: drivers that make
Python values of cells read a third of that (measured, 22 columns).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Protocol

import psycopg
import pyarrow as pa
import pymysql
from psycopg import IsolationLevel
from psycopg import sql as pg
from pyarrow import csv as pacsv
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import staging
from tasks.core.source_queries import Value

_BLOCK_BYTES = 16 << 20
"""Bytes parsed at once; a row must fit."""

_CONNECT_SECONDS, _SPARE_SECONDS = 15, 30
"""How long a connection may take to come, and how much longer than a page's timeout its answer is waited for."""


class Lost(DataError):
    """The connection is gone, or never came: asking again may help."""


class Session(Protocol):
    """One read-only transaction of a shop's database. Raises Lost, or DataError in the database's own words."""

    def page(self, statement: str) -> pa.Table:
        """All rows of a select as text columns of its names; empty is null."""

    def literal(self, value: Value) -> str:
        """A value as this database writes it."""

    def close(self) -> None:
        """The connection too."""


class PostgresSession:
    """PostgreSQL: COPY streams rows as CSV. The session's zone is the shop's; its instants carry their offset."""

    def __init__(self, url: URL, zone: str, timeout_seconds: float) -> None:
        given = {"connect_timeout": _CONNECT_SECONDS, **_arguments(url), "client_encoding": "utf8"}
        with _postgres_errors(None):
            self._connection = psycopg.connect(application_name="todoke", **given)
        with _closed_on_error(self._connection), _postgres_errors(self._connection):
            self._prepare(zone, timeout_seconds)

    def _prepare(self, zone: str, timeout_seconds: float) -> None:
        self._connection.read_only = True
        self._connection.isolation_level = IsolationLevel.REPEATABLE_READ
        for name, value in {
            "timezone": zone,
            "datestyle": "ISO, YMD",
            "intervalstyle": "iso_8601",
            "statement_timeout": f"{round(timeout_seconds * 1000)}",
        }.items():
            self._connection.execute("select set_config(%s, %s, false)", [name, value])
        found = self._connection.execute("select current_setting('transaction_read_only')").fetchone()
        _assert_read_only(found == ("on",))

    def page(self, statement: str) -> pa.Table:
        """See Session.page."""
        command = staging("copy_mapped", select=statement)
        with (
            _postgres_errors(self._connection),
            self._connection.cursor() as cursor,
            cursor.copy(command.encode()) as copied,
        ):
            content = b"".join(copied)
        header, _, rows = content.partition(b"\n")
        return _table(rows, header.decode().replace('"', "").split(","))

    def literal(self, value: Value) -> str:
        """See Session.literal."""
        shown = value.isoformat(" ") if isinstance(value, datetime) else value
        return pg.Literal(shown).as_string(self._connection)

    def close(self) -> None:
        """See Session.close."""
        self._connection.close()


@contextmanager
def _postgres_errors(connection: psycopg.Connection | None) -> Iterator[None]:
    """psycopg's errors as ours; `connection` None: there is none yet."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise DataError(_slow(str(error))) from error
    except psycopg.Error as error:
        words = (error.diag.message_primary or str(error)).strip()
        is_gone = connection is None or connection.broken or isinstance(error, psycopg.errors.SerializationFailure)
        raise (Lost if is_gone else DataError)(words) from error


class MariaDbSession:
    """MariaDB and MySQL, by PyMySQL's unbuffered cursor, one CSV line a row.

    The session's zone is UTC: zones by name are often not loaded there. Its SQL mode is ANSI, so that `||` and double
    quotes mean what they mean in PostgreSQL.
    """

    def __init__(self, url: URL, zone: str, timeout_seconds: float) -> None:
        del zone
        waits = {"connect_timeout": _CONNECT_SECONDS, "read_timeout": timeout_seconds + _SPARE_SECONDS}
        given = {"charset": "utf8mb4", **waits, **_arguments(url), "use_unicode": False, "autocommit": True}
        with _mariadb_errors():
            self._connection = pymysql.connect(**given)
            with _closed_on_error(self._connection):
                self._prepare(timeout_seconds)

    def _prepare(self, timeout_seconds: float) -> None:
        ((version,),) = self._run("select version()")
        is_mariadb = b"MariaDB" in version
        limit = f"max_statement_time = {timeout_seconds}"
        for statement in (
            "set session time_zone = '+00:00', sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
            f"set session {limit if is_mariadb else f'max_execution_time = {round(timeout_seconds * 1000)}'}",
            "set session transaction isolation level repeatable read",
            "set session transaction read only",
            "start transaction with consistent snapshot, read only",
        ):
            self._run(statement)
        ((read_only,),) = self._run(f"select @@session.{'tx' if is_mariadb else 'transaction'}_read_only")
        _assert_read_only(read_only == 1)

    def page(self, statement: str) -> pa.Table:
        """See Session.page."""
        with _mariadb_errors():
            with self._connection.cursor() as cursor:
                cursor.execute(staging("page_columns", select=statement))
                columns = cursor.description
            cells = ", ".join(_csv_cell(name, kind) for name, kind, *_ in columns)
            rows = self._run(staging("page_lines", cells=cells, select=statement))
        return _table(b"\n".join([line for (line,) in rows]), [name for name, *_ in columns])

    def _run(self, statement: str) -> Sequence[tuple[Any, ...]]:
        with SSCursor(self._connection) as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def literal(self, value: Value) -> str:
        """See Session.literal."""
        if isinstance(value, datetime):
            return f"'{value.replace(tzinfo=None).isoformat(' ')}'"
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return "null" if value is None else str(value)

    def close(self) -> None:
        """See Session.close."""
        self._connection.close()


_BARE = frozenset({
    FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.DECIMAL,
    FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.YEAR, FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE,
    FIELD_TYPE.TIME, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP,
})  # fmt: skip
"""Types whose text needs no quotes."""

_GONE = frozenset({
    1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1317, 1927, 2002, 2003, 2006, 2013, 2014, 2055,
})  # fmt: skip
"""Error numbers of a server that stops, of connections that broke or were killed, and of locks: ask again."""

_TIMED_OUT = frozenset({1969, 3024})


def _csv_cell(name: str, kind: int) -> str:
    column = f'page."{name}"'
    if kind in _BARE:
        return f"coalesce({column}, '')"
    return f"coalesce(concat('\"', replace({column}, '\"', '\"\"'), '\"'), '')"


@contextmanager
def _mariadb_errors() -> Iterator[None]:
    try:
        yield
    except (pymysql.Error, OSError) as error:
        number = error.args[0] if error.args else None
        words = str(error.args[1] if len(error.args) > 1 else error)
        if number in _TIMED_OUT:
            raise DataError(_slow(words)) from error
        is_gone = number in _GONE or isinstance(error, OSError | pymysql.InterfaceError)
        raise (Lost if is_gone else DataError)(words) from error


@contextmanager
def _closed_on_error(connection: "psycopg.Connection | pymysql.Connection[Any]") -> Iterator[None]:
    with ExitStack() as undo:
        undo.callback(connection.close)
        yield
        undo.pop_all()


def _slow(words: str) -> str:
    return (
        f"{words.strip()}; the page took longer than TODOKE_SQL_TIMEOUT_SECONDS: index what it is asked by (its time "
        "of change, its key), or raise that"
    )


def _assert_read_only(is_read_only: bool) -> None:
    if not is_read_only:
        raise DataError("the database did not begin a read-only transaction; nothing was read")


def _table(rows: bytes, columns: list[str]) -> pa.Table:
    """CSV without header as text columns. Broken text stays: validation sets its row aside."""
    if not rows:
        return pa.schema([(name, pa.string()) for name in columns]).empty_table()
    return pacsv.read_csv(
        pa.BufferReader(rows),
        read_options=pacsv.ReadOptions(column_names=columns, block_size=_BLOCK_BYTES),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )


_SESSIONS: dict[str, tuple[str, type[PostgresSession] | type[MariaDbSession]]] = {
    "postgresql": ("postgresql+psycopg", PostgresSession),
    "mariadb": ("mariadb+pymysql", MariaDbSession),
    "mysql": ("mysql+pymysql", MariaDbSession),
}
"""Databases by the first word of their URL: our driver of them, and their session."""


def open_session(url: str, zone: str, timeout_seconds: float) -> Session:
    """A session of the database at a SQLAlchemy URL; `zone`: what its times without offset mean."""
    known = _parsed(url)
    driver, session = _SESSIONS[known.get_backend_name()]
    return session(known.set(drivername=driver), zone, timeout_seconds)


def shown(url: str) -> str:
    """Where that is, without the password. Raises ConfigurationError where it is no database we read."""
    return _parsed(url).render_as_string(hide_password=True)


def _arguments(url: URL) -> dict[str, Any]:
    """What the URL says, as the driver takes it."""
    _, arguments = url.get_dialect()().create_connect_args(url)
    return dict(arguments)


def _parsed(url: str) -> URL:
    try:
        known = make_url(url)
    except ArgumentError:
        raise ConfigurationError("TODOKE_SQL_URL is no URL of a database, as postgresql://user@host/name.") from None
    if known.get_backend_name() not in _SESSIONS:
        raise ConfigurationError(
            f"TODOKE_SQL_URL: {known.get_backend_name()} is not read; databases: {', '.join(_SESSIONS)}."
        )
    return known
