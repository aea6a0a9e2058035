"""The days to come as drop folders, one a day: what an order system would show, drawn from the shop's own past."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
from sqlalchemy import Connection, text

from tasks.core.brand import load_brand
from tasks.core.canonical import TABLES
from tasks.core.database import Database, raw
from tasks.core.errors import DataError
from tasks.core.lanes import LEAST, travel
from tasks.core.queries import names, query
from tasks.proof.simulate_draw import Drawn, Past, draw, frame, rates

DAY = timedelta(days=1)
TOLD = timedelta(days=45)
"""After so long nearly all that becomes of an order is known: returns, reviews, tickets."""
WEEKS, FEWEST_WEEKS = 8, 4
"""Whole weeks arrivals are counted in, and how many there must be."""
YEAR = timedelta(days=365)
FEWEST = 100
"""Orders whose story is told, and orders to count arrivals by."""
_BASES = ("moved", "story", "person_to_come", "parcel_to_come")
_KEPT = {"kind", "number", "order_id", "donor_id", "placed_at", "person", "customer_id", "like_id", "luck"}


@dataclass(frozen=True)
class Future:
    """What was drawn. `n`: what each part of it was drawn from; `expected`: orders a day by the measured rates."""

    folder: Path
    days: int
    orders: int
    expected: float
    n: Mapping[str, int]

    def day(self, number: int) -> Path:
        """The drop folder of one day, the first is 1."""
        return self.folder / f"{number:03}"


def draw_future(
    database: Database, folder: Path, now: datetime, days: int, seed: int, offered: Iterable[str]
) -> Future:
    """Draw `days` after `now` from what `database` holds, one drop folder a day with the tables `offered`.

    Raises DataError where the past is too short to draw from.
    """
    zone = load_brand().calendar
    with database.transaction() as connection:
        past = _past(connection, now, zone.zone)
        drawn = draw(past, days, seed)
        _store(connection, drawn)
        given = {"now": now, "days": days, "seed": seed, "zone": zone.zone, "least": LEAST}
        given["learned_until"] = travel(zone.zone).day(now)
        for name in ("detect/create_area", "lanes/create_lane", *(f"simulate/create_{one}" for one in _BASES)):
            _create(connection, name, given)
        tables = [table for table in TABLES if f"simulate/future/{table}" in names("simulate/future")]
        for table in tables:
            _create(connection, f"simulate/future/{table}", given)
        for number in range(1, days + 1):
            _write(connection, folder / f"{number:03}", now + (number - 1) * DAY, tables, offered)
        return Future(folder, days, *_counted(connection, past, drawn))


# The past


def _past(connection: Connection, now: datetime, zone: str) -> Past:
    if late := query("simulate/late_facts").scalar(connection, now=now):
        raise DataError(
            f"{late} orders are dated after {now.isoformat()}, the last hour decided: that future is known. "
            "Simulate from the end of what was read."
        )
    query("simulate/create_past_order").run(connection, now=now, zone=zone)
    connection.execute(text("analyze past_order"))
    span = query("simulate/span").one(connection, told_until=now - TOLD)
    weeks = min(WEEKS, (now - span["first_at"]) // timedelta(weeks=1)) if span["orders"] else 0
    if weeks < FEWEST_WEEKS or span["told"] < FEWEST or span["orders"] < FEWEST:
        raise DataError(
            f"The history is too small to draw a future from: {span['orders']} orders in {weeks} whole weeks, of which "
            f"{span['told']} are older than {TOLD.days} days, so that it is known what became of them. A simulation "
            f"needs {FEWEST_WEEKS} weeks and {FEWEST} such orders."
        )
    told = {"now": now, "zone": zone, "since": now - TOLD - YEAR, "told_until": now - TOLD}
    found = {"arrivals": _frame(connection, "arrivals", {"since": now - timedelta(weeks=weeks)})}
    for name in ("returns_after", "buyers", "donors", "open_orders", "parcels"):
        found[name] = _frame(connection, name, told)
    return Past(now, load_brand().calendar.timezone, weeks, **found)


def _frame(connection: Connection, name: str, given: Mapping[str, Any]) -> pd.DataFrame:
    statement = query(f"simulate/{name}")
    found = connection.execute(statement.clause, {key: given[key] for key in statement.params})
    return frame(found.mappings().all(), list(found.keys()))


# What was drawn


def _store(connection: Connection, drawn: Drawn) -> None:
    for name in ("order", "parcel"):
        query(f"simulate/create_drawn_{name}").run(connection)
    orders = drawn.orders.reindex(columns=sorted(_KEPT)).convert_dtypes()
    _copy_in(connection, "drawn_order", orders)
    _copy_in(connection, "drawn_parcel", drawn.parcels)


def _copy_in(connection: Connection, table: str, rows: pd.DataFrame) -> None:
    command = f"copy {table} ({', '.join(rows.columns)}) from stdin (format csv)".encode()
    with raw(connection).cursor() as cursor, cursor.copy(command) as copy:
        copy.write(rows.to_csv(index=False, header=False).encode())
    connection.execute(text(f"analyze {table}"))


def _create(connection: Connection, name: str, given: Mapping[str, Any]) -> None:
    statement = query(name)
    statement.run(connection, **{key: given[key] for key in statement.params})
    if table := statement.source.partition("create temp table ")[2].split(" ", 1)[0]:
        connection.execute(text(f"analyze {table}"))


def _write(
    connection: Connection, folder: Path, since: datetime, drawn: Collection[str], tables: Iterable[str]
) -> None:
    """One day as a drop: rows known in it. Tables nobody draws are there, empty."""
    folder.mkdir(parents=True)
    for table in tables:
        with (folder / f"{table}.csv").open("wb") as file:
            if table in drawn:
                _copy_out(connection, table, since, file)
            else:
                file.write((",".join(TABLES[table].columns) + "\n").encode())


def _copy_out(connection: Connection, table: str, since: datetime, file: BinaryIO) -> None:
    """The newest word of the day on each key."""
    key, columns = ", ".join(TABLES[table].key), TABLES[table].columns
    shown = ", ".join(f"cast({column} as text) as {column}" for column in columns)
    day = f"known_at > '{since.isoformat()}' and known_at <= '{(since + DAY).isoformat()}'"
    rows = f"select distinct on ({key}) * from future_{table} where {day} order by {key}, known_at desc"  # noqa: S608  # names and instants of ours
    command = f"copy (select {shown} from ({rows}) newest) to stdout (format csv, header)"  # noqa: S608  # names of ours
    with raw(connection).cursor() as cursor, cursor.copy(command.encode()) as copy:
        file.writelines(copy)


def _counted(connection: Connection, past: Past, drawn: Drawn) -> tuple[int, float, dict[str, int]]:
    come = drawn.orders[drawn.orders["kind"].isin(["new", "again"])]
    going = past.open_orders
    lanes = {row["level"]: int(row["n"]) for row in query("simulate/lanes_used").rows(connection)}
    told = {row["kind"]: int(row["n"]) for row in query("simulate/events").rows(connection, now=past.now)}
    found = {
        "weeks of arrivals": past.weeks,
        "orders in them": int(past.arrivals["orders"].sum()),
        "gaps between orders": int(past.returns_after["came"].sum()),
        "orders whose story is told": len(past.donors),
        "parcels whose way is told": int(past.parcels["is_told"].sum()),
        "orders to come": len(come),
        "of new customers": int((come["kind"] == "new").sum()),
        "orders nothing left of": int(going["is_unsent"].sum()),
        "of them without a like": int((going["is_unsent"]).sum() - (drawn.orders["kind"] == "unsent").sum()),
        "parcels under way": int((~past.parcels["is_told"]).sum()),
        "parcels to come, days of the lane": lanes.get("lane", 0),
        "parcels to come, days between those parts of the country": lanes.get("areas", 0),
        "parcels to come, days of their like": lanes.get("same", 0),
        "events of providers in four weeks": sum(told.values()),
    }
    return len(come), float(rates(past).sum()) / 7, found
