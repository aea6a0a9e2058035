"""A database of an earlier revision reaches the newest schema with its rows and its history."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tasks.core.database import DEFAULT_NAMESPACE, Database
from tasks.core.paths import SQL

AOI = "insert into customers (customer_id, email) values ('C-Aoi', 'aoi@example.jp')"
AOI_MOVED = "update customers set email = 'new@example.jp', from_load = current_load()"
SHAPE = (
    "select table_schema, table_name, column_name, data_type, is_nullable, column_default "
    "from information_schema.columns where table_schema like 'todoke%' order by 1, 2, 3"
)
TRIGGERS = (
    "select event_object_schema, event_object_table, trigger_name, event_manipulation from information_schema.triggers "
    "where event_object_schema like 'todoke%' order by 1, 2, 3, 4"
)


def migrate_to(database: Database, revision: str) -> None:
    """The schema of that revision, as its release left it, without the shared views, which are made anew each time."""
    config = Config()
    config.set_main_option("script_location", str(SQL / "migrations"))
    with Database(database.url, "public").transaction() as connection:
        connection.execute(text(f"create schema {DEFAULT_NAMESPACE}"))
        connection.execute(text(f"set local search_path = {DEFAULT_NAMESPACE}"))
        config.attributes.update(namespace=DEFAULT_NAMESPACE, connection=connection)
        command.upgrade(config, revision)


def write(database: Database, load_id: int, statement: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"select set_config('todoke.load_id', '{load_id}', true)"))
        connection.execute(text(statement))


def emails(database: Database, load_id: int) -> list[str]:
    with database.as_of(load_id) as connection:
        return list(connection.scalars(text("select email from customers")))


def everything(database: Database) -> list[tuple[object, ...]]:
    with database.transaction() as connection:
        return [tuple(row) for query in (SHAPE, TRIGGERS) for row in connection.execute(text(query))]


def test_a_shop_of_the_first_release_keeps_its_rows_and_its_history(database_url: str, database: Database) -> None:
    old = Database(database_url)
    migrate_to(old, "0001")
    write(old, 1, AOI)
    write(old, 2, AOI_MOVED)
    assert everything(old) != everything(database), "revision 0001 is not the newest: this proves something"

    old.migrate()

    assert emails(old, 1) == ["aoi@example.jp"]
    assert emails(old, 2) == ["new@example.jp"]
    assert everything(old) == everything(database), "as a database made today"
    old.migrate()  # a second call finds nothing to do
    old.dispose()
