"""TODOKE_OMS=files: a folder in the canonical drop format, or any shop's own export through a mapping.

A mapping's raw files are staged as text in temporary tables of one database session, in which its SELECTs run: joins,
constants, sums and value maps are SQL, and a value that fits no type still reaches validation with its file and line.
"""

import io
import weakref
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv as pacsv

from tasks.core.canonical import TABLES
from tasks.core.database import libpq_url
from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.mappings import Mapping, RawFile, load_mapping, staging
from tasks.core.settings import Settings
from tasks.oms.base import BATCH_ROWS, FILE, LINE, OrderSystem
from tasks.oms.csv_files import detect_encoding, read_csv
from tasks.oms.drop import DropFolder, located

FUNCTIONS = ("instant_of", "day_of", "amount_of")


def files(settings: Settings, url: str) -> OrderSystem:
    """The folder TODOKE_OMS_URL, through the mapping TODOKE_OMS_MAPPING where one is named."""
    if settings.oms_url is None:
        raise ConfigurationError("TODOKE_OMS=files needs TODOKE_OMS_URL: the folder of the files.")
    if settings.oms_mapping is None:
        return DropFolder(settings.oms_url)
    return MappedFolder(settings.oms_url, load_mapping(settings.oms_mapping), url)


class MappedFolder:
    """An order system that is a folder of raw files and a mapping. `url`: the PostgreSQL that stages them."""

    name = "files"

    def __init__(self, folder: Path, mapping: Mapping, url: str) -> None:
        if not folder.is_dir():
            raise DataError(f"The folder {folder} does not exist: create it or correct TODOKE_OMS_URL.")
        self.folder = folder
        self._mapping = mapping
        self._url = url
        self._warnings: dict[str, None] = {}

    def now(self) -> datetime | None:
        """None: the files say nothing of today."""
        return None

    def tables(self) -> tuple[str, ...]:
        """Tables the mapping has a SELECT for."""
        return tuple(table for table in TABLES if table in self._mapping.selects)

    def is_full(self, table: str) -> bool:
        """As the mapping says."""
        return self._mapping.declared.full and table in self._mapping.selects

    @property
    def hazards(self) -> Path | None:
        """The folder `hazards` below it, where there is one."""
        folder = self.folder / "hazards"
        return folder if folder.is_dir() else None

    def warnings(self) -> Sequence[str]:
        """Broken records of the raw files staged so far, without repeats."""
        return list(self._warnings)

    def fetch(self, table: str, since: datetime | None, until: datetime) -> Iterator[pa.Table]:
        """Every row the mapping's SELECT makes: files cannot be asked for less. See OrderSystem."""
        del since, until
        with NamedTemporaryFile(suffix=".csv") as rows:
            self._select(table, rows)
            rows.flush()
            rows.seek(0)
            columns = self._columns(table, rows)
            yield from _batches(Path(rows.name), columns)

    def _select(self, table: str, rows: IO[bytes]) -> None:
        where = f"sql/oms/{self._mapping.name}/{table}.sql"
        statement = staging("copy_mapped", select=self._mapping.selects[table])
        try:
            with self._session.cursor() as cursor, cursor.copy(_raw(statement)) as copied:
                rows.writelines(copied)
        except psycopg.errors.UndefinedColumn as error:
            raise DataError(f"{where}: {_said(error)}; the export lacks it, or the mapping is wrong.") from error
        except psycopg.errors.UndefinedTable as error:
            raise DataError(f"{where}: {_said(error)}; see [files] in its mapping.toml.") from error
        except psycopg.Error as error:
            raise DataError(f"{where}: {_said(error)}") from error

    def _columns(self, table: str, rows: IO[bytes]) -> list[str]:
        """The header of the result, checked against the canonical table."""
        where = f"sql/oms/{self._mapping.name}/{table}.sql"
        present, canonical = rows.readline().decode().rstrip("\n").split(","), TABLES[table]
        for column in present:
            if column not in (*canonical.columns, FILE, LINE):
                near = suggestion(column, list(canonical.columns))
                raise ConfigurationError(f"{where}: {table} has no column {column!r}{near}.")
        missing = [column for column in (*canonical.required, FILE, LINE) if column not in present]
        if missing:
            raise ConfigurationError(f"{where}: column {', '.join(missing)} is missing in its SELECT.")
        return present

    @cached_property
    def _session(self) -> psycopg.Connection:
        """One session with every raw file staged; its tables go with it, and it goes with this object."""
        connection = psycopg.connect(libpq_url(self._url), autocommit=True)
        weakref.finalize(self, connection.close)
        connection.execute("select set_config('timezone', %s, false)", [self._mapping.declared.zone])
        connection.execute("set datestyle = 'ISO, YMD'; set search_path = pg_catalog, pg_temp; set jit = off")
        for function in FUNCTIONS:
            connection.execute(_raw(staging(f"create_{function}")))
        for name, raw in self._mapping.declared.files.items():
            self._stage(connection, sql.Identifier(f"raw_{name}").as_string(connection), raw)
        return connection

    def _stage(self, connection: psycopg.Connection, table: str, raw: RawFile) -> None:
        path = self.folder / raw.file
        if not path.is_file():
            self._warn(f"{raw.file}: not in {self.folder}.")
            return
        created = False
        for batch in read_csv(path, self._warn, raw.encoding or detect_encoding(path), raw.delimiter):
            rows = located(batch, path.name)
            if not created:
                names = [sql.Identifier(name).as_string(connection) for name in batch.column_names if name != LINE]
                columns = ", ".join(f"{name} text" for name in names)
                connection.execute(_raw(staging("create_raw", table=table, columns=columns)))
                created = True
            with connection.cursor() as cursor, cursor.copy(_raw(staging("copy_raw", table=table))) as copy:
                copy.write(_csv(rows))
        connection.execute(_raw(f"analyze {table}"))

    def _warn(self, sentence: str) -> None:
        self._warnings[sentence] = None


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
        yield pa.schema([(name, types[name]) for name in order]).empty_table()
        return
    for batch in reader:
        table = pa.Table.from_batches([batch]).select(order)
        yield from (table.slice(start, BATCH_ROWS) for start in range(0, table.num_rows, BATCH_ROWS))


def _csv(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pacsv.write_csv(rows, sink, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _raw(statement: str) -> sql.SQL:
    return sql.SQL(statement)


def _said(error: psycopg.Error) -> str:
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return f"{error.diag.message_primary or error}{hint}"
