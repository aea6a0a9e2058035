"""Which database and which namespace of it a command means: for what reads or switches something, without a run."""

from tasks.core.database import DEFAULT_NAMESPACE, Database
from tasks.core.postgres import ensure_server
from tasks.core.settings import Settings

PREFIX = "scratch_"


def database_url(settings: Settings) -> str:
    """The database of the settings; starts the embedded server where none is named."""
    return settings.database_url or ensure_server(settings.home)


def open_namespace(settings: Settings, scratch: str | None = None) -> Database:
    """The migrated database of the settings, without a run: for commands that read or switch something."""
    database = Database(database_url(settings), f"{PREFIX}{scratch}" if scratch else DEFAULT_NAMESPACE)
    database.migrate()
    return database


def look_into(settings: Settings, scratch: str | None = None) -> Database:
    """The database as it is: for commands of a working tree whose schema and views nobody deployed.

    Raises ConfigurationError where its schema is not that of this working tree.
    """
    database = Database(database_url(settings), f"{PREFIX}{scratch}" if scratch else DEFAULT_NAMESPACE)
    database.check_schema()
    return database
