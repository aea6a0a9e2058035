"""Engines and transactions of one namespace.

A namespace NS is three schemas: NS (live tables, derived tables, ledger, views), NS_rec (recorded history) and
NS_asof (the same names as of one load). SQL files use unqualified names; the search path is a connection option,
never a SET in a pooled session.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Connection as RawConnection
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tasks.core.errors import ConfigurationError, DatabaseUnreachable
from tasks.core.facts import apply_facts
from tasks.core.paths import SQL

DEFAULT_NAMESPACE = "todoke"
Past = Callable[[int], AbstractContextManager[Connection]]
"""Load id -> a read-only transaction that sees the namespace as it was right after it."""


def look_back(connection: Connection, load_id: int) -> None:
    """To the end of this transaction a session of the as-of side sees what was recorded right after that load."""
    connection.execute(text("select set_config('todoke.as_of_load', :load_id, true)"), {"load_id": str(load_id)})


@cache
def _engine(url: str, search_path: str) -> Engine:
    options = f"-c search_path={search_path} -c timezone=UTC"
    return create_engine(url, connect_args={"options": options}, pool_pre_ping=True, pool_size=4, max_overflow=4)


@cache
def _past_engine(url: str, search_path: str) -> Engine:
    """No pool: a session may hold temporary views of other rules."""
    options = f"-c search_path={search_path} -c timezone=UTC -c default_transaction_read_only=on"
    return create_engine(url, connect_args={"options": options}, poolclass=NullPool)


class Database:
    """One namespace of one PostgreSQL database."""

    def __init__(self, url: str, namespace: str = DEFAULT_NAMESPACE) -> None:
        self.url = url
        self.namespace = namespace

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction on the live side: commits at the end, rolls back on any error."""
        with _connected(_engine(self.url, self.namespace)) as connection, connection.begin():
            _assert_schema(connection, self.namespace)
            yield connection

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """The live side without a transaction: each statement commits by itself, so that no lock outlives it."""
        engine = _engine(self.url, self.namespace).execution_options(isolation_level="AUTOCOMMIT")
        with _connected(engine) as connection:
            _assert_schema(connection, self.namespace)
            yield connection

    @contextmanager
    def as_of(self, load_id: int) -> Iterator[Connection]:
        """A read-only transaction that sees the namespace as it was right after `load_id`."""
        with self.past() as at, at(load_id) as connection:
            yield connection

    @contextmanager
    def past(self, prepare: Callable[[Connection], None] | None = None) -> Iterator[Past]:
        """A session that looks back to many loads, each in a read-only transaction of its own.

        `prepare` makes temporary tables and views first, once; rows of such tables may be written. What the session
        learnt of the schema, and its plans, serve every load: new sessions would spend more on that than on looking.
        """
        schema = f"{self.namespace}_asof"
        with _connected(_past_engine(self.url, schema)) as connection:
            with connection.begin():
                connection.execute(text("set transaction read write"))
                _assert_schema(connection, schema)
                if prepare:
                    prepare(connection)

            @contextmanager
            def at(load_id: int) -> Iterator[Connection]:
                with connection.begin():
                    look_back(connection, load_id)
                    yield connection

            yield at

    def migrate(self) -> None:
        """Bring the namespace to the newest schema; a second call changes nothing."""
        config = _migrations()
        config.attributes["namespace"] = self.namespace
        with _connected(_engine(self.url, self.namespace)) as connection, connection.begin():
            connection.execute(text("select pg_advisory_xact_lock(hashtext('todoke.migrate'))"))
            connection.execute(text(f'create schema if not exists "{self.namespace}"'))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            apply_facts(connection, self.namespace)

    def check_schema(self) -> None:
        """Raise ConfigurationError unless the namespace has the schema of these files."""
        newest = ScriptDirectory.from_config(_migrations()).get_current_head()
        with _connected(_engine(self.url, self.namespace)) as connection:
            there = connection.scalar(text("select to_regclass('schema_version')"))
            found = connection.scalar(text("select version_num from schema_version")) if there else None
        if found != newest:
            raise ConfigurationError(
                f"Schema {self.namespace} is at {found or 'no version'}, this working tree needs {newest}. Nothing was "
                "changed; bring a copy of the database there with `todoke codes`, or any other command that opens it."
            )

    def drop(self) -> None:
        """Drop the whole namespace: scratch runs only."""
        if self.namespace == DEFAULT_NAMESPACE:
            raise ConfigurationError("The live namespace is never dropped by Todoke; drop the database yourself.")
        with _engine(self.url, self.namespace).begin() as connection:
            for suffix in ("_asof", "", "_rec"):
                connection.execute(text(f'drop schema if exists "{self.namespace}{suffix}" cascade'))

    def dispose(self) -> None:
        """Close every pooled connection of this process."""
        _engine(self.url, self.namespace).dispose()


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SQL / "migrations"))
    return config


def _connected(engine: Engine) -> Connection:
    """A connection, to be closed by `with`. Raises DatabaseUnreachable naming the server, never its password."""
    try:
        return engine.connect()
    except OperationalError as error:
        raise DatabaseUnreachable(
            f"PostgreSQL at {engine.url} cannot be reached: {str(error.orig).strip()}. "
            "Start it, or correct TODOKE_DATABASE_URL."
        ) from error


def raw(connection: Connection) -> RawConnection:
    """The psycopg connection under a SQLAlchemy one: for COPY."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, RawConnection):
        raise ConfigurationError(f"TODOKE_DATABASE_URL must use psycopg 3, not {type(driver).__module__}")
    return driver


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def quoted(value: str) -> str:
    """A value fit for a URL."""
    return quote(value, safe="")


def _assert_schema(connection: Connection, schema: str) -> None:
    found = connection.scalar(text("select current_schema()"))
    if found != schema:
        raise ConfigurationError(
            f"Schema {schema} is missing (the connection sees {found}). Does TODOKE_DATABASE_URL name the right "
            "database? In a new one `todoke run` makes it."
        )
