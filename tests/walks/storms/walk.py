"""One world through the pipeline's own steps: load, track, detect, decide, and a provider that accepts every notice."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text

from tasks.core.canonical import TABLES
from tasks.core.claims import Scope, claim, enter
from tasks.core.database import Database
from tasks.core.domain import ChannelName, DelayCause, GateState, TouchpointClass
from tasks.core.due import still_due
from tasks.core.ledger import acknowledge, intend, seal
from tasks.core.outgoing import Result
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.scratch import valid_file, write_notes
from tasks.core.settings import Settings
from tasks.core.suites import FEED_OF
from tasks.core.thresholds import DeliverySettings
from tasks.core.touchpoints import load_all
from tasks.decide import plan_messages
from tasks.detect import RULES, detect
from tasks.load import load_feeds
from tasks.track import track
from tests.walks.storms.agency import Bulletins
from tests.walks.storms.places import WAREHOUSES, towns
from tests.walks.storms.world import Order, World

STEP = 3.0
"""Hours between two runs: a third of what a shop runs makes notices later, never earlier."""

NOTHING_ANSWERED = {"answered": [], "inbox_until": 0, "inbox_kept": []}
NO_FILES: dict[str, list[str]] = {"objects": [], "left": [], "receipts": []}


@dataclass(frozen=True)
class Notice:
    """One accepted notice. Hours of the world."""

    order_id: str
    told: float
    planned: float
    cause: str
    region: str | None
    until: str | None


@dataclass
class Walk:
    """One pass over one world in a database of its own."""

    world: World
    database: Database
    home: Path
    rules: Collection[DelayCause] = RULES
    notices: list[Notice] = field(default_factory=list)
    _seen: float = float("-inf")

    def run(self) -> list[Notice]:
        """Every hour from before the storm until days after it."""
        hour = self.world.starts
        while hour <= self.world.stops:
            self.step(hour)
            hour += STEP
        return self.notices

    def step(self, hour: float) -> None:
        """One run as of this hour."""
        run = self._run(hour)
        self._bulletins.write(hour)
        self._arrive(run, hour)
        load_feeds(run)
        track.fn(run)
        detect.fn(run, self.rules)
        with run.database.transaction() as connection:
            query("decide/lock_planning").run(connection)
            decision = plan_messages(connection, run, load_all(), ["delay_notice"])
        if decision.broken:
            raise AssertionError(decision.broken)
        self._deliver(run, hour)

    @property
    def _bulletins(self) -> Bulletins:
        return Bulletins(self.home / "hazards", self.world.at(0), self.world.warned, self.world.storm)

    def _run(self, hour: float) -> Run:
        (self.home / "hazards").mkdir(parents=True, exist_ok=True)
        settings = Settings(home=self.home, hazards=str(self.home / "hazards"))
        return Run(f"hour-{hour:.0f}", self.world.at(hour), self.database.url, self.database.namespace, settings)

    # What the shop's systems and carriers tell, as validated files

    def _arrive(self, run: Run, hour: float) -> None:
        since, self._seen = self._seen, hour
        tables = self._rows(since, hour)
        for table, rows in tables.items():
            schema = TABLES[table].schema.append(pa.field("_file", pa.string())).append(pa.field("_line", pa.int64()))
            full = [{"_file": table, "_line": n, **row} for n, row in enumerate(rows, 1)]
            pq.write_table(pa.Table.from_pylist(full, schema=schema), valid_file(run.scratch, table))
        feeds = {FEED_OF[table] for table in tables}
        write_notes(run.scratch, "gates", dict.fromkeys(feeds, GateState.OPEN))
        write_notes(run.scratch, "tracking", NOTHING_ANSWERED)
        write_notes(run.scratch, "taken", NO_FILES)
        with run.database.transaction() as connection:
            for feed in feeds:
                gate = {"state": "open", "reason": None, "newest_row_at": run.as_of, "rows_read": 0}
                query("load/set_gate").run(connection, feed=feed, as_of=run.as_of, **gate)

    def _rows(self, since: float, hour: float) -> dict[str, list[dict[str, Any]]]:
        placed = [one for one in self.world.orders if since < one.parcel.placed <= hour]
        sent = [one for one in self.world.orders if since < one.journey.handed_over <= hour]
        return {
            "customers": [self._customer(one) for one in placed],
            "locations": [_warehouse(name) for name in WAREHOUSES],
            "orders": [self._order(one) for one in placed],
            "order_lines": [_line(one) for one in placed],
            "shipments": [self._shipment(one) for one in sent],
            "shipment_lines": [{"shipment_id": one.order_id, "line_no": 1, "quantity": 1} for one in sent],
            "tracking_events": [row for one in self.world.orders for row in self._scans(one, since, hour)],
        }

    def _customer(self, order: Order) -> dict[str, Any]:
        one = {"customer_id": f"C-{order.order_id}", "email": f"{order.order_id.lower()}@example.invalid", "name": "客"}
        return one | {"locale": "ja-JP", "timezone": "Asia/Tokyo", "status": "active"}

    def _order(self, order: Order) -> dict[str, Any]:
        day, town = self.world.day(order.promised), order.parcel.town
        one: dict[str, Any] = {
            "order_id": order.order_id,
            "source": "shop",
            "customer_id": f"C-{order.order_id}",
            "currency": "JPY",
        }
        one |= {
            "placed_at": self._at(order.parcel.placed),
            "total": 1100,
            "promised_on": day,
            "requested_on": day if order.requested else None,
        }
        return one | {
            "ship_to_postal_code": town.postal_code,
            "ship_to_region": town.region,
            "location_id": order.parcel.warehouse,
        }

    def _shipment(self, order: Order) -> dict[str, Any]:
        one = {"shipment_id": order.order_id, "order_id": order.order_id, "carrier": order.parcel.carrier}
        one |= {"tracking_number": order.order_id, "location_id": order.parcel.warehouse}
        return one | {"shipped_at": self._at(order.journey.handed_over)}

    def _scans(self, order: Order, since: float, hour: float) -> Iterable[dict[str, Any]]:
        for one in order.journey.scans:
            if since < one.seen <= hour:
                yield {
                    "carrier": order.parcel.carrier,
                    "tracking_number": order.order_id,
                    "raw_status": one.word,
                    "occurred_at": self._at(one.at),
                    "recorded_at": self._at(one.seen),
                    "location": one.location,
                    "region": one.region,
                    "eta_on": self.world.day(one.eta) if one.eta is not None else None,
                }

    def _at(self, hour: float) -> datetime:
        return self.world.at(round(hour, 3))

    # A provider that takes everything

    def _deliver(self, run: Run, hour: float) -> None:
        scope = Scope(run.run_id, run.as_of, ChannelName.EMAIL, guarded=False)
        kind = TouchpointClass.TRANSACTIONAL
        with run.database.transaction() as connection:
            claimed = claim(connection, scope, kind, 1000, still_due)
            keys = [one.key for one in claimed.ready]
            batch = seal(connection, scope, "storms", kind, keys, b"{}", {}) if keys else None
        if batch is None:
            return
        with run.database.transaction() as connection:
            enter(connection, run.as_of)
            posting = intend(connection, scope, batch, 0, "storms", DeliverySettings())
        assert posting is not None
        with run.database.transaction() as connection:
            enter(connection, run.as_of)
            said = [Result(True, provider_id=f"{n}") for n in range(len(posting.members))]
            acknowledge(connection, scope, posting, said)
        self._note(run, hour, batch)

    def _note(self, run: Run, hour: float, batch: object) -> None:
        sql = (
            "select m.order_id, m.planned_at, context ->> 'cause' as cause, context ->> 'region' as region,"
            " context ->> 'new_until_on' as until from message m join message_content using (touchpoint, subject_id)"
            " join batch_member b using (touchpoint, subject_id) where b.batch_id = :batch and b.outcome = 'accepted'"
        )
        with run.database.transaction() as connection:
            for row in connection.execute(text(sql), {"batch": batch}):
                planned = (row.planned_at - self.world.at(0)).total_seconds() / 3600
                self.notices.append(Notice(row.order_id, hour, planned, row.cause, row.region, row.until))


def _warehouse(name: str) -> dict[str, Any]:
    town = next(town for town in towns() if town.region == WAREHOUSES[name])
    return {"location_id": name, "kind": "warehouse", "postal_code": town.postal_code, "region": town.region}


def _line(order: Order) -> dict[str, Any]:
    one = {"order_id": order.order_id, "line_no": 1, "product_id": "P-1", "product_name": "湯のみ"}
    return one | {"quantity": 1, "unit_price": 1100}
