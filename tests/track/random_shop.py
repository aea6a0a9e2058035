"""A shop made up at random, and its customers' facts counted one by one in Python: what the fold must come to."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.track.conftest import Shop

Row = dict[str, Any]
STEPS = (
    "01-20 10:00",
    "02-10 10:00",
    "03-20 10:00",
    "03-21 09:00",
    "05-15 10:00",
    "06-10 10:00",
    "08-01 12:00",
    "08-20 10:00",
)
"""In every second of them no feed brings anything: only what was dated later comes true."""
PEOPLE = (*(f"c{number}" for number in range(10)), "guest:a", "guest:b")
PRODUCTS = {"tea": "food", "rice": "food", "cup": "tableware", "bowl": "tableware", "shelf": "furniture", "gift": None}
STEPS_OF_SPEND = {"silver": 40000, "gold": 100000}
ZONES = {person: "Asia/Tokyo" if number % 3 else "America/New_York" for number, person in enumerate(PEOPLE)}


def instant(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-{at.replace(' ', 'T')}:00+09:00")


@dataclass
class Known:
    """All rows the shop was told so far, newest version of each."""

    orders: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    arrived: dict[str, datetime] = field(default_factory=dict)
    returns: dict[str, Row] = field(default_factory=dict)
    refunds: list[Row] = field(default_factory=list)
    survivor: dict[str, str] = field(default_factory=dict)
    tiers: dict[str, Row] = field(default_factory=dict)


def happen(random: Random, shop: Shop, known: Known, step: int) -> None:
    """What the feeds of one step bring: mostly of the weeks before it, some dated later than it."""
    now, before = instant(STEPS[step]), instant(STEPS[step - 1]) if step else instant("01-01 00:00")
    if step % 2:
        return
    if not step:
        for product, category in PRODUCTS.items():
            shop.fact("products", product_id=product, name=product, category=category)
        for person, zone in ZONES.items():
            shop.fact("customers", customer_id=person, timezone=zone, status="active")
    for _ in range(24):
        _order(random, shop, known, before + (now - before) * random.uniform(-0.3, 1.4))
    for order_id in random.sample(sorted(known.orders), min(9, len(known.orders))):
        _afterwards(random, shop, known, order_id, now)
    if step:
        _merge(random, shop, known)
    if step > 2:
        person = random.choice(PEOPLE)
        row = {
            "customer_id": person,
            "tier": random.choice(["silver", "gold", "ruby"]),
            "joined_at": now + timedelta(days=random.randint(-9, 9)),
        }
        known.tiers[person] = row
        shop.fact("loyalty", **row)


def _order(random: Random, shop: Shop, known: Known, at: datetime) -> None:
    order_id = f"o{len(known.orders):03}"
    row: Row = {
        "order_id": order_id,
        "customer_id": random.choice(PEOPLE),
        "placed_at": at.replace(microsecond=0),
        "total": Decimal(random.choice([0, 1500, 9900, 32000, 68000])),
        "currency": random.choice(["JPY", "JPY", "JPY", "USD"]),
        "original_order_id": random.choice(sorted(known.orders)) if known.orders and random.random() < 0.1 else None,
        "cancelled_at": at + timedelta(days=random.uniform(0, 60)) if random.random() < 0.15 else None,
    }
    known.orders[order_id], known.lines[order_id] = row, random.sample(sorted(PRODUCTS), random.randint(1, 3))
    shop.fact("orders", **row)
    for line_no, product in enumerate(known.lines[order_id], 1):
        shop.fact("order_lines", order_id=order_id, line_no=line_no, product_id=product, quantity=1, unit_price=1)
    if random.random() < 0.8:
        known.arrived[order_id] = at + timedelta(days=random.uniform(1, 40))
        shop.fact(
            "shipments", shipment_id=order_id, order_id=order_id, carrier="yamato", shipped_at=at,
            delivered_at=known.arrived[order_id],
        )  # fmt: skip
        for line_no in range(1, len(known.lines[order_id]) + 1):
            shop.fact("shipment_lines", shipment_id=order_id, line_no=line_no, quantity=1)


def _afterwards(random: Random, shop: Shop, known: Known, order_id: str, now: datetime) -> None:
    later = now + timedelta(days=random.uniform(-20, 30))
    match random.randint(0, 3):
        case 0:
            amount = known.orders[order_id]["total"] * random.choice([Decimal("0.5"), Decimal(1)])
            known.refunds.append({"order_id": order_id, "amount": amount, "at": later})
            shop.fact("refunds", refund_id=f"f{len(known.refunds)}", **known.refunds[-1])
        case 1:
            row = {"order_id": order_id, "kind": "return", "status": "requested", "opened_at": later}
            known.returns[order_id] = row
            shop.fact("returns", return_id=order_id, **row)
        case 2 if order_id in known.returns:
            known.returns[order_id]["status"] = "rejected"
            shop.fact("returns", return_id=order_id, **known.returns[order_id])
        case _:
            known.orders[order_id] |= {"total": Decimal(12345), "customer_id": random.choice(PEOPLE)}
            shop.fact("orders", **known.orders[order_id])


def _merge(random: Random, shop: Shop, known: Known) -> None:
    """Somebody merged before is parted again, and another is merged."""
    for merged in list(known.survivor):
        del known.survivor[merged]
        shop.fact("customers", customer_id=merged, status="active")
    merged, survivor = random.sample(PEOPLE, 2)
    known.survivor[merged] = survivor
    shop.fact("customers", customer_id=merged, status=f"merged_into:{survivor}")


def facts(known: Known, now: datetime) -> dict[str, Row]:
    """Person -> what customer_fact must say at this business time; loyalty's own instants are not told."""
    return {
        person: _facts(known, orders, now) | {"merged_ids": ids or None} for person, ids, orders in _people(known, now)
    }


def _people(known: Known, now: datetime) -> Iterator[tuple[str, list[str], list[Row]]]:
    for person in PEOPLE:
        if person in known.survivor:
            continue
        others = sorted(merged for merged, survivor in known.survivor.items() if survivor == person)
        own = [o for o in known.orders.values() if o["customer_id"] in (person, *others) and o["placed_at"] <= now]
        own = sorted((o for o in own if o["original_order_id"] is None), key=lambda o: (o["placed_at"], o["order_id"]))
        if own:
            yield person, others, own


def _past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def worth(known: Known, order: Row, now: datetime) -> Decimal:
    refunded = [r["amount"] for r in known.refunds if r["order_id"] == order["order_id"] and r["at"] <= now]
    return Decimal(order["total"] - sum(refunded))


def counts(known: Known, order: Row, now: datetime) -> bool:
    sent_back = known.returns.get(order["order_id"])
    returned = sent_back and sent_back["status"] != "rejected" and _past(sent_back["opened_at"], now)
    return not _past(order["cancelled_at"], now) and not returned and worth(known, order, now) > 0


def _facts(known: Known, own: list[Row], now: datetime) -> Row:
    good = [order for order in own if counts(known, order, now)]
    arrived = sorted((at, o["order_id"]) for o in good if _past(at := known.arrived.get(o["order_id"]), now) and at)
    spent: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order in good:
        spent[order["currency"]] += worth(known, order, now)
    last = good[-1] if good else None
    return {
        "order_number": sum(not _past(order["cancelled_at"], now) for order in own),
        "orders_counted": len(good),
        "delivered_orders": len(arrived),
        "spent": dict(spent),
        "currency": last and last["currency"],
        "lifetime_spend": spent[last["currency"]] if last else Decimal(0),
        "first_order_id": good[0]["order_id"] if good else None,
        "first_order_at": good[0]["placed_at"] if good else None,
        "last_order_id": last and last["order_id"],
        "last_order_at": last and last["placed_at"],
        "first_delivered_at": arrived[0][0] if arrived else None,
        "last_delivered_at": arrived[-1][0] if arrived else None,
        "last_delivered_order_id": arrived[-1][1] if arrived else None,
        "product_ids": sorted({product for order in good for product in known.lines[order["order_id"]]}),
        **_rhythm(good),
        **_tier(known, good, now),
    }


def _rhythm(good: list[Row]) -> Row:
    if not good:
        return dict.fromkeys(("first_order_on", "own_interval_days", "next_order_on", "silent_at"))
    days = sorted({order["placed_at"].astimezone(ZoneInfo(ZONES[order["customer_id"]])).date() for order in good})
    own = round(median((b - a).days for a, b in pairwise(days))) if len(days) > 1 else None
    zone = ZoneInfo(ZONES[good[-1]["customer_id"]])
    last = good[-1]["placed_at"].astimezone(zone).date()
    silent = last + timedelta(days=180 if own is None else max(30, 2 * own))
    return {
        "first_order_on": days[0],
        "own_interval_days": own,
        "next_order_on": None if own is None else last + timedelta(days=own),
        "silent_at": datetime.combine(silent, time(9), zone).astimezone(UTC),
    }


def _tier(known: Known, good: list[Row], now: datetime) -> Row:
    """What the sum of yen reached, with which order."""
    reached: dict[str, Row] = {}
    so_far = Decimal(0)
    for order in (order for order in good if order["currency"] == "JPY"):
        so_far += worth(known, order, now)
        for name, spend in STEPS_OF_SPEND.items():
            if so_far >= spend:
                reached.setdefault(name, order)
    highest = next((name for name in ("gold", "silver") if name in reached), None)
    order = reached.get(highest or "", {})
    return {
        "tier": highest,
        "tier_since": order.get("placed_at"),
        "tier_order_id": order.get("order_id"),
        "vip_since": reached.get("gold", {}).get("placed_at"),
    }


def members(known: Known, now: datetime) -> dict[str, str]:
    """Person -> loyalty word; their own row goes before those of merged ids."""
    found: dict[str, str] = {}
    joined = {person: row for person, row in known.tiers.items() if row["joined_at"] <= now}
    for person in PEOPLE:
        word = joined.get(person)
        others = sorted(merged for merged, survivor in known.survivor.items() if survivor == person)
        rows = [joined[other] for other in others if other in joined]
        chosen = word or (max(rows, key=lambda row: row["joined_at"]) if rows else None)
        if chosen and person not in known.survivor:
            found[person] = chosen["tier"]
    return found


def pairs(known: Known, now: datetime, least: int) -> dict[tuple[str, str], tuple[int, int]]:
    """(category, category of the next order) -> persons, buyers who ordered again; of a year, from `least` on."""
    support: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    buyers: defaultdict[str, set[str]] = defaultdict(set)
    for person, _, own in _people(known, now):
        good = [o for o in own if counts(known, o, now) and o["placed_at"] > now - timedelta(days=365)]
        for one, following in pairwise(good):
            for category in _categories(known, one):
                buyers[category].add(person)
                for other in _categories(known, following) - {category}:
                    support[category, other].add(person)
    return {pair: (len(who), len(buyers[pair[0]])) for pair, who in support.items() if len(who) >= least}


def _categories(known: Known, order: Row) -> set[str]:
    return {category for product in known.lines[order["order_id"]] if (category := PRODUCTS[product])}
