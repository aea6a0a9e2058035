"""A small shop whose facts a test states one by one; loads, folds and detections are the real ones."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text

from tasks.carriers import map_words
from tasks.core.database import Database
from tasks.core.hazard_store import tell
from tasks.core.runs import Run, begin_load
from tasks.core.thresholds import DetectionSettings
from tasks.detect import detect_delays, learn_postal_codes
from tasks.track import track
from tests.hazard_rows import said

Row = dict[str, Any]


def day(value: str) -> datetime:
    """`09-15 10:00` of 2026 in Japan."""
    return datetime.fromisoformat(f"2026-{value.replace(' ', 'T')}:00+09:00")


class Shop:
    """Facts wait until `load`, as in a feed; `track` and `detect` are the steps of one hour."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._facts: list[tuple[str, Row]] = []

    def order(
        self,
        order_id: str,
        placed: str = "09-10 10:00",
        *,
        pieces: Iterable[int] = (1,),
        promised: str | None = None,
        **more: Any,
    ) -> None:
        """An order with one line per entry of `pieces`."""
        row: Row = {
            "order_id": order_id,
            "customer_id": f"C-{order_id}",
            "placed_at": day(placed),
            "total": 1,
            "currency": "JPY",
        }
        self._add("orders", row | {"ship_to_region": "JP-13", "promised_on": promised and f"2026-{promised}"} | more)
        for line_no, quantity in enumerate(pieces, 1):
            line = {"order_id": order_id, "line_no": line_no, "product_id": "P", "quantity": quantity, "unit_price": 1}
            self._add("order_lines", line)

    def parcel(
        self,
        shipment_id: str,
        shipped: str | None = "09-11 12:00",
        *,
        holds: Mapping[int, int] | None = None,
        **more: Any,
    ) -> None:
        """A Yamato parcel of the order before the dash; numbered by its id. `holds`: line -> quantity, {} = unknown."""
        row: Row = {
            "shipment_id": shipment_id,
            "order_id": shipment_id.split("-")[0],
            "carrier": "yamato",
            "location_id": "WH",
        }
        row |= {"tracking_number": shipment_id, "shipped_at": shipped and day(shipped)}
        self._add("shipments", row | more)
        for line_no, quantity in ({1: 1} if holds is None else holds).items():
            self._add("shipment_lines", {"shipment_id": shipment_id, "line_no": line_no, "quantity": quantity})

    def scan(self, number: str, at: str, word: str, **more: Any) -> None:
        """One scan in the carrier's own word."""
        row = {"carrier": "yamato", "tracking_number": number, "raw_status": word, "occurred_at": day(at)} | more
        status, reason = map_words(pa.array([row["carrier"]]), pa.array([word]))
        self._add("tracking_events", row | {"status": status[0].as_py(), "reason": reason[0].as_py()})

    def hazard(self, hazard_id: str, from_at: str, until_at: str | None = None, **more: Any) -> None:
        """A warning shown by the source."""
        row = {"hazard_id": hazard_id, "kind": "typhoon", "severity": "warning", "region": "JP-13", "source": "test"}
        self._add("hazard", row | {"from_at": day(from_at), "until_at": until_at and day(until_at)} | more)

    def fact(self, table: str, **row: Any) -> None:
        """A row of any other table."""
        self._add(table, row)

    def load(self, at: str = "09-15 10:00") -> None:
        """Commit what waits as one merge load; changed orders are touched."""
        facts = [fact for fact in self._facts if fact[0] != "hazard"]
        self._facts = [fact for fact in self._facts if fact[0] == "hazard"]
        with self.database.transaction() as connection:
            begin_load(connection, self.run(at), "merge")
            for table, row in facts:
                connection.execute(text(_upsert(table, row)), row)
                if "order_id" in row:
                    touch = "insert into touched_order values (current_load(), :order_id) on conflict do nothing"
                    connection.execute(text(touch), {"order_id": row["order_id"]})

    def track(self, at: str = "09-15 10:00") -> dict[str, int]:
        """Load what waits, then fold."""
        self.load(at)
        return track.fn(self.run(at))

    def detect(self, at: str, **settings: Any) -> dict[str, int]:
        """One hour's load, fold and detection."""
        self.track(at)
        hazards = [row for table, row in self._facts if table == "hazard"]
        with self.database.transaction() as connection:
            begin_load(connection, self.run(at), "detect")
            changed = tell(connection, said(hazards), day(at))
            learn_postal_codes(connection, day(at))
            return {"hazards": changed} | detect_delays(connection, day(at), DetectionSettings(**settings))

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Rows of a query as dicts."""
        with self.database.transaction() as connection:
            return [dict(row) for row in connection.execute(text(sql), params).mappings()]

    def one(self, table: str, key: str) -> Row:
        """The row of a derived table by its first key column."""
        column = {"parcel": "shipment_id", "parcel_scan": "shipment_id"}.get(table, "order_id")
        (row,) = self.rows(f"select * from {table} where {column} = :key", key=key)  # noqa: S608
        return row

    def late(self) -> dict[str, set[str]]:
        """Order -> causes that are true now."""
        found: dict[str, set[str]] = {}
        for row in self.rows("select order_id, cause from delay where lifted_at is null"):
            found.setdefault(row["order_id"], set()).add(row["cause"])
        return found

    def run(self, at: str) -> Run:
        """The run of one hour."""
        return Run(f"run-{at}", day(at), self.database.url)

    def _add(self, table: str, row: Row) -> None:
        self._facts.append((table, row))


def _upsert(table: str, row: Row) -> str:
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    insert = f"insert into {table} ({columns}) values ({values})"  # noqa: S608
    keys = {"orders": "order_id", "shipments": "shipment_id", "customers": "customer_id", "returns": "return_id"}
    keys["loyalty"] = "customer_id"
    if table not in keys:
        return f"{insert} on conflict do nothing"
    changes = ", ".join(f"{column} = excluded.{column}" for column in row)
    return f"{insert} on conflict ({keys[table]}) do update set {changes}, from_load = current_load()"


@pytest.fixture
def shop(database: Database) -> Shop:
    """An empty shop with a warehouse in Chiba."""
    made = Shop(database)
    made.fact("locations", location_id="WH", kind="warehouse", region="JP-12")
    return made
