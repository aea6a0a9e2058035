"""Where an order stands: what its tracking page, the JSON beside it and its calendar file agree on."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Page = Mapping[str, Any]
"""Fields of templates/tracking_page/page.toml."""


class OrderState(StrEnum):
    """One word for an order; `[states]` of words.toml says it in a sentence."""

    ORDERED = "ordered"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    ON_THE_WAY = "on_the_way"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    HELD = "held"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    PROBLEM = "problem"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    ENDED = "ended"


_OF_PARCELS = {
    "lost": OrderState.PROBLEM,
    "exception": OrderState.PROBLEM,
    "returned": OrderState.RETURNED,
    "attempt_failed": OrderState.ATTEMPTED,
    "held_at_location": OrderState.HELD,
    "out_for_delivery": OrderState.OUT_FOR_DELIVERY,
    "delivered": OrderState.PARTLY_DELIVERED,
}
"""Status of a parcel -> what it makes of its order, the most urgent for its reader first."""

_ON_THE_WAY = frozenset({"in_transit", "out_for_delivery", "attempt_failed", "held_at_location", "exception", "lost"})
_NO_DAY = frozenset(OrderState(name) for name in ("delivered", "cancelled", "returned", "problem", "attempted", "held"))
_SLOT = re.compile(r"(\d{1,2})-(\d{1,2})")
_MORNING = {"午前中", "morning", "am"}


def state(page: Page) -> OrderState:
    """The one word."""
    if page["cancelled"]:
        return OrderState.CANCELLED
    if page["delivered_at"]:
        return OrderState.DELIVERED
    statuses = {parcel["status"] for parcel in page["parcels"]}
    for status, found in _OF_PARCELS.items():
        if status in statuses:
            return found
    if statuses and page["still_to_come"]:
        return OrderState.PARTLY_SHIPPED
    if statuses & _ON_THE_WAY:
        return OrderState.ON_THE_WAY
    return OrderState.SHIPPED if statuses or page["shipped_at"] else OrderState.ORDERED


def stage(page: Page) -> int:
    """How far an order is: 1 ordered, 2 shipped, 3 on the way, 4 delivered."""
    if page["delivered_at"]:
        return 4
    if any(parcel["status"] in _ON_THE_WAY for parcel in page["parcels"]):
        return 3
    return 2 if page["shipped_at"] or page["parcels"] else 1


def expected_days(page: Page) -> tuple[str | None, str | None]:
    """First and last day (ISO) on which it can honestly be expected; twice None where nobody knows.

    A delay's range; else the requested day; else the carriers' last estimate, where all has left; else the promise.
    """
    if page["delay"]:
        first, last = page["delay"]["new_from_on"], page["delay"]["new_until_on"]
        return (first or last, last) if last else (None, None)
    if page["requested_on"]:
        return page["requested_on"], page["requested_on"]
    coming = [parcel["eta_on"] for parcel in page["parcels"] if not parcel["delivered_at"]]
    known = [day for day in coming if day]
    if known and len(known) == len(coming) and not page["still_to_come"]:
        return max(known), max(known)
    return page["promised_on"], page["promised_on"]


def is_expected(page: Page) -> bool:
    """Whether anything is still to arrive, and no parcel waits for somebody's word first."""
    return state(page) not in _NO_DAY


def expected_time(page: Page) -> tuple[date, date] | tuple[datetime, datetime] | None:
    """What a calendar shows: the requested hours, else whole days; None where no day is known or nothing is to come."""
    first, last = expected_days(page)
    if not first or not last or not is_expected(page):
        return None
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    hours = None if page["delay"] else _hours(page["requested_slot"])
    if hours is None or start != end:
        return start, end
    zone = ZoneInfo(page["zone"])
    from_at, until_at = (datetime.combine(start, time(hour), zone).astimezone(UTC) for hour in hours)
    return from_at, until_at


def _hours(slot: str | None) -> tuple[int, int] | None:
    if slot in _MORNING:
        return 8, 12
    found = _SLOT.fullmatch(slot or "")
    if not found:
        return None
    first, last = int(found[1]), int(found[2])
    return (first, last) if first < last < 24 else None
