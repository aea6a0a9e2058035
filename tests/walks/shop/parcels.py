"""Where a parcel was at a time, from its scans alone: a second telling of what sql/track folds."""

from datetime import datetime, timedelta

from tests.walks.shop.evidence import Evidence, Parcel, Scan

MONTH = timedelta(days=30)
VISIT = timedelta(minutes=30)
"""Scans of one visit at the door come in any order."""
MOVES = frozenset({"picked_up", "in_transit", "out_for_delivery", "attempt_failed", "delivered"})


def delivered_at(parcel: Parcel, at: datetime) -> datetime | None:
    """As far as was known at `at`; a parcel that turned round never was."""
    scans = [scan for scan in parcel.scans if scan.at <= at]
    if any(scan.status == "returned" for scan in scans):
        return None
    tried = [scan.at for scan in scans if scan.status in ("out_for_delivery", "attempt_failed")]
    lost = [scan.at for scan in scans if scan.status == "lost"]
    for scan in scans:
        undone = any(later > scan.at + VISIT for later in tried)
        if scan.status == "delivered" and not undone and not any(later >= scan.at for later in lost):
            return scan.at
    said = parcel.delivered_at
    return said if said and said <= at and not any(later >= said for later in [*lost, *tried]) else None


def arrived_at(evidence: Evidence, order_id: str | None, at: datetime) -> datetime | None:
    """When the last piece of an order came; None while some are missing."""
    order = evidence.orders.get(order_id or "")
    if order is None:
        return None
    missing = {line: pieces for line, pieces in order.quantities.items() if pieces > 0}
    last: datetime | None = None
    for parcel in evidence.parcels.get(order.order_id, ()):
        came = delivered_at(parcel, at)
        if came is None:
            continue
        last = max(last or came, came)
        for line, pieces in parcel.quantities.items():
            missing[line] = missing.get(line, 0) - pieces
    return last if missing and all(pieces <= 0 for pieces in missing.values()) else None


def is_open(evidence: Evidence, order_id: str | None, at: datetime) -> bool:
    """Neither cancelled nor there for a day."""
    order = evidence.orders.get(order_id or "")
    if order is None or (order.cancelled_at and order.cancelled_at <= at):
        return False
    arrived = arrived_at(evidence, order_id, at)
    return arrived is None or arrived > at - timedelta(hours=24)


def parcel_problem(parcel: Parcel, at: datetime) -> str:
    """Damaged, lost, refused, on its way back: what was scanned of it in the last 30 days and is not over."""
    scans = [scan for scan in parcel.scans if scan.at <= at]
    if delivered_at(parcel, at) is not None:
        return ""
    for scan in scans:
        if scan.at >= at - MONTH and _is_problem(scan, scans):
            return f"parcel {parcel.shipment_id} {scan.status} {scan.reason or ''} at {scan.at:%m-%d %H:%M}"
    return ""


def _is_problem(scan: Scan, scans: list[Scan]) -> bool:
    if scan.status == "returned":
        return not any(other.status == "returned" and other.at < scan.at for other in scans)
    if scan.status in ("exception", "lost"):
        return not any(other.status in MOVES and other.at > scan.at for other in scans)
    if scan.status == "attempt_failed" and scan.reason == "refused":
        return not any(other.status == "out_for_delivery" and other.at > scan.at for other in scans)
    return False
