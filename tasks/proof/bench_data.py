"""Data of `make bench`: changed rows of the sample shop as files, and messages that fall due in the hour."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from tasks.core.canonical import INSTANT, TABLES
from tasks.core.database import Database, raw
from tasks.core.queries import query
from tasks.core.suites import FEEDS

DELTA = ("orders", "order_lines", "shipments", "shipment_lines", "tracking_events")
ARRIVALS, REVIEWS = 3, 1
"""Messages due in the hour without a change in the files, for each changed order."""


def choose_orders(connection: Connection, clock: datetime, orders: int) -> int:
    """Pick the orders the hour changes; how many there are."""
    connection.execute(text("drop schema if exists bench cascade"))
    connection.execute(text("create schema bench"))
    query("bench/create_copied_order").run(connection, clock=clock, orders=orders)
    return int(connection.execute(text("select count(*) from bench.copied_order")).scalar_one())


def move_instants(connection: Connection, clock: datetime, orders: int) -> dict[str, int]:
    """Make messages of the coming hour out of old orders, inside the caller's load; how many of each kind."""
    return {
        "arrivals": query("bench/arrive_again").run(connection, clock=clock, orders=ARRIVALS * orders),
        "reviews": query("bench/wait_for_review").run(connection, clock=clock, orders=REVIEWS * orders),
    }


def write_delta(database: Database, folder: Path, clock: datetime, hour: bool) -> dict[str, int]:
    """Write a drop of changed rows, those before the hour or those of it; rows per table. Other tables are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    with database.transaction() as connection:
        for table in DELTA:
            statement = query(f"bench/delta/{table}")
            given = {"clock": clock, "hour": hour}
            statement.run(connection, **{name: given[name] for name in statement.params})
        rows = {table: _copy_out(connection, table, folder) for table in DELTA}
    for table in {table for feed in FEEDS.values() for table in feed.tables} - set(DELTA):
        (folder / f"{table}.csv").write_text(",".join(TABLES[table].columns) + "\n", encoding="utf-8")
    return rows


def _copy_out(connection: Connection, table: str, folder: Path) -> int:
    columns = ", ".join(_text(field.name, field.type == INSTANT) for field in TABLES[table].schema)
    command = f"copy (select {columns} from delta_{table}) to stdout (format csv, header)".encode()  # noqa: S608  # names of ours
    with (folder / f"{table}.csv").open("wb") as file, raw(connection).cursor() as cursor:
        with cursor.copy(command) as rows:
            file.writelines(rows)
        return cursor.rowcount


def _text(column: str, is_instant: bool) -> str:
    if not is_instant:
        return f"{column}::text"
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as {column}"""


def settle(database: Database) -> None:
    """Statistics and free space as a database of that age has them."""
    with database.transaction() as connection:
        connection.execute(text("analyze"))
