"""What a namespace holds now, copied into a fresh scratch namespace: a simulation goes on from there.

Rows keep the loads they were written under, so that the next hour finds what it would have found in the original: the
last fold, open windows, what waits. Only the past behind them (versions, sealed bodies, pages) stays where it is.
"""

from sqlalchemy import Connection, RowMapping, text

from tasks.core.database import Database
from tasks.core.queries import query

LEFT = frozenset(
    {
        "schema_version",
        "audit",
        "batch",
        "batch_member",
        "rejected_fact",
        "tracking_page",
        "tracking_poll",
        "tracking_inbox",
        "hazard_fetch",
        "hold",
        "pause",
        "release_plan",
        "release_member",
        "provider_pace",
        "throttle_pace",
        "sending_domain",
        "feedback_refused",
    }
)
"""Not copied: what the hour does not decide by, and what belongs to the original's own deliveries."""


def copy_namespace(origin: str, scratch: Database) -> int:
    """Copy every table of `origin`, a namespace of the same database, into the empty `scratch`; rows copied.

    One transaction; `origin` is only read.
    """
    with scratch.transaction() as connection:
        tables = query("simulate/tables").rows(connection, namespace=scratch.namespace)
        return sum(_copy(connection, origin, table) for table in tables if table["name"] not in LEFT)


def _copy(connection: Connection, origin: str, table: RowMapping) -> int:
    """Recorded rows are written under a load of their own and never again: here they arrive as they are."""
    name, columns = f'"{table["name"]}"', ", ".join(f'"{column}"' for column in table["columns"])
    for trigger in table["triggers"]:
        connection.execute(text(f'alter table {name} disable trigger "{trigger}"'))
    rows = connection.execute(
        text(f'insert into {name} ({columns}) overriding system value select {columns} from "{origin}".{name}')  # noqa: S608  # names of the catalogue
    ).rowcount
    for trigger in table["triggers"]:
        connection.execute(text(f'alter table {name} enable always trigger "{trigger}"'))
    if rows and table["counts"]:
        _count_on(connection, name, table["counts"])
    if rows:
        connection.execute(text(f"analyze {name}"))
    return rows


def _count_on(connection: Connection, name: str, column: str) -> None:
    connection.execute(
        text(f"select setval(pg_get_serial_sequence('{name}', '{column}'), max(\"{column}\")) from {name}")  # noqa: S608  # names of the catalogue
    )
