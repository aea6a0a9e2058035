"""What a walk left behind, as plain rows: the ledger, and the facts it had to heed. SQL joins and filters nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from tasks.core.database import Database

K = TypeVar("K")
V = TypeVar("V")

UNCOUNTED = frozenset({"rejected", "expired", "cancelled"})
"""States that reach nobody and count against no cap (docs/delivery.md); all others do."""
YET_TO_LEAVE = frozenset({"planned", "approval"})
"""States of what may still wait for its turn: a cap is about what left."""


@dataclass(frozen=True)
class Message:
    """One row of the ledger. `kind`: its class, T, S or M."""

    touchpoint: str
    subject_id: str
    customer_id: str
    order_id: str | None
    kind: str
    channel: str
    address_key: str | None
    due_at: datetime
    valid_until: datetime
    planned_at: datetime
    state: str
    state_at: datetime

    @property
    def at(self) -> datetime:
        """When it left; for what has not left, when it was planned."""
        return self.state_at if self.state == "accepted" else self.planned_at

    @property
    def is_sent(self) -> bool:
        return self.state == "accepted"

    @property
    def counts(self) -> bool:
        return self.state not in UNCOUNTED

    @property
    def fills_a_cap(self) -> bool:
        """It left, may have left, or would have but for the holdout."""
        return self.counts and self.state not in YET_TO_LEAVE

    def __str__(self) -> str:
        return f"{self.touchpoint} {self.subject_id} ({self.kind}, {self.state}) at {said(self.at)}"


@dataclass(frozen=True)
class Span:
    """From when until when something held; no end = still. `known_at`: nobody could know it before."""

    what: str
    begins: datetime
    ends: datetime | None = None
    known_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return max(self.begins, self.known_at or self.begins) <= at and (self.ends is None or self.ends > at)


@dataclass(frozen=True)
class Consent:
    """A word on a topic of a channel, of a customer or of an address."""

    channel: str
    topic: str
    granted: bool
    at: datetime


@dataclass(frozen=True)
class Pressure:
    """What another tool sent."""

    customer_id: str | None
    address_key: str | None
    at: datetime
    source: str


@dataclass(frozen=True)
class Customer:
    customer_id: str
    zone: str = "Asia/Tokyo"
    status: str = "active"


@dataclass(frozen=True)
class Order:
    order_id: str
    customer_id: str | None
    placed_at: datetime
    cancelled_at: datetime | None = None
    quantities: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    at: datetime
    status: str
    reason: str | None = None


@dataclass(frozen=True)
class Parcel:
    """`delivered_at`: what the order system says; the carrier's scans come first."""

    shipment_id: str
    order_id: str
    delivered_at: datetime | None = None
    scans: tuple[Scan, ...] = ()
    quantities: dict[int, int] = field(default_factory=dict)


@dataclass
class Evidence:
    """All of it. Consents by customer id and by address key; problems, journeys and pauses by customer id."""

    messages: list[Message] = field(default_factory=list)
    events: list[tuple[str, str, str]] = field(default_factory=list)
    customers: dict[str, Customer] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    parcels: dict[str, list[Parcel]] = field(default_factory=dict)
    covers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    pressure: list[Pressure] = field(default_factory=list)
    consents: dict[str, list[Consent]] = field(default_factory=dict)
    pauses: dict[str, list[Span]] = field(default_factory=dict)
    suppressed: dict[str, list[Span]] = field(default_factory=dict)
    journeys: dict[str, list[Span]] = field(default_factory=dict)
    problems: dict[str, list[Span]] = field(default_factory=dict)
    holdouts: dict[str, float] = field(default_factory=dict)
    """Touchpoint -> share it declares."""

    def sent(self, kinds: str) -> Iterator[Message]:
        """What left, of these classes."""
        return (one for one in self.messages if one.is_sent and one.kind in kinds)

    def orders_of(self) -> dict[str, list[Order]]:
        found: dict[str, list[Order]] = defaultdict(list)
        for order in self.orders.values():
            if order.customer_id:
                found[order.customer_id].append(order)
        return found


@dataclass(frozen=True)
class Broken:
    """One case of a broken rule: whose, which messages, and why with times."""

    who: str
    messages: tuple[Message, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.who}: {self.why}: {'; '.join(map(str, self.messages))}"


def said(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def read(database: Database, holdouts: dict[str, float]) -> Evidence:
    """Every table as it stands after the walk."""
    with database.transaction() as connection:
        orders = _orders(connection)
        return Evidence(
            messages=_messages(connection),
            events=[(row.touchpoint, row.subject_id, row.state) for row in _all(connection, "message_event")],
            customers={
                row.customer_id: Customer(row.customer_id, row.timezone or "Asia/Tokyo", row.status or "active")
                for row in _all(connection, "customers")
            },
            orders=orders,
            parcels=_parcels(connection),
            covers=_grouped(((row.touchpoint, row.subject_id), row.member) for row in _all(connection, "covers")),
            pressure=[
                Pressure(row.customer_id, row.address, row.at, row.source) for row in _all(connection, "pressure")
            ],
            consents=_consents(connection),
            pauses=_grouped(
                (row.customer_id, Span("pause", row.said_at, row.paused_until))
                for row in _all(connection, "preference")
                if row.paused_until
            ),
            suppressed=_grouped((row.address_key, Span(row.scope, row.at)) for row in _all(connection, "suppression")),
            journeys=_grouped(
                (row.customer_id, Span(row.journey, row.entered_at, row.left_at))
                for row in _all(connection, "journeys")
            ),
            problems=_problems(connection, database.namespace, orders),
            holdouts=holdouts,
        )


def _all(connection: Connection, table: str) -> list[Any]:
    return list(connection.execute(text(f"select * from {table}")))  # noqa: S608


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _messages(connection: Connection) -> list[Message]:
    return [
        Message(
            row.touchpoint, row.subject_id, row.customer_id, row.order_id, row._mapping["class"], row.channel,
            row.address_key, row.due_at, row.valid_until, row.planned_at, row.state, row.state_at,
        )
        for row in _all(connection, "message")
        if not row._mapping.get("seed")  # a copy for colleagues reaches no customer
    ]  # fmt: skip


def _orders(connection: Connection) -> dict[str, Order]:
    pieces: dict[str, dict[int, int]] = defaultdict(dict)
    for row in _all(connection, "order_lines"):
        pieces[row.order_id][row.line_no] = row.quantity - (row.cancelled_quantity or 0)
    return {
        row.order_id: Order(row.order_id, row.customer_id, row.placed_at, row.cancelled_at, pieces[row.order_id])
        for row in _all(connection, "orders")
    }


def _parcels(connection: Connection) -> dict[str, list[Parcel]]:
    scans = _grouped(
        ((row.carrier, row.tracking_number), Scan(row.occurred_at, row.status, row.reason))
        for row in _all(connection, "tracking_events")
    )
    packed: dict[str, dict[int, int]] = defaultdict(dict)
    for row in _all(connection, "shipment_lines"):
        packed[row.shipment_id][row.line_no] = row.quantity
    return _grouped(
        (
            row.order_id,
            Parcel(
                row.shipment_id, row.order_id, row.delivered_at,
                tuple(sorted(scans.get((row.carrier, row.tracking_number), ()), key=lambda scan: scan.at)),
                packed[row.shipment_id],
            ),
        )
        for row in _all(connection, "shipments")
    )  # fmt: skip


def _consents(connection: Connection) -> dict[str, list[Consent]]:
    return _grouped(
        (row.customer_id or row.address, Consent(row.channel, row.topic or "marketing", row.granted, row.at))
        for row in _all(connection, "consents")
    )


def _problems(connection: Connection, namespace: str, orders: dict[str, Order]) -> dict[str, list[Span]]:
    """Tickets, returns and delays; what carriers say of a parcel is read from its scans."""
    found: dict[str, list[Span]] = defaultdict(list)
    for row in _all(connection, "tickets"):
        found[row.customer_id].append(Span(f"ticket {row.ticket_id}", row.opened_at, row.closed_at))
    for row in _all(connection, "returns"):
        if (row.kind or "return") == "return" and (customer := orders[row.order_id].customer_id):
            found[customer].append(Span(f"return {row.return_id}", row.opened_at, row.closed_at))
    as_of = {row.load_id: row.as_of for row in _all(connection, "load")}
    for row in [*_all(connection, "delay"), *_all(connection, f"{namespace}_rec.delay_old")]:
        ends = [at for at in (row.lifted_at, as_of.get(row.to_load)) if at]
        if customer := orders[row.order_id].customer_id:
            what = f"delay {row.order_id} {row.cause}"
            found[customer].append(Span(what, row.first_seen_at, min(ends, default=None), as_of[row.from_load]))
    return dict(found)
