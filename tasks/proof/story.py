"""The timeline of a customer: facts and decisions in order of time, with when each happened and when it was known."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from tasks.core.outgoing import message_key
from tasks.core.queries import query
from tasks.proof.masking import Mask

Event = dict[str, Any]
"""at, known_at (None: as it happened, or not recorded), kind, order_id, id, detail."""

KINDS = [
    "registered", "status", "newsletter", "consent", "preference", "suppressed", "joined", "order_placed",
    "order_paid", "payment", "order_changed", "order_cancelled", "refund", "return", "review", "survey_answer",
    "day_promised", "day_requested", "day_eta", "day_predicted", "day_told", "day_actual", "shop_says_shipped",
    "scan", "shop_says_delivered", "late", "late_no_more", "notice_approved", "notice_lifted", "ticket_opened",
    "ticket_closed", "journey_entered", "journey_left", "mention", "other_tool", "message_waits", "message_planned",
    "message_approval", "message_held_out", "message_sealed", "message_posting", "message_unknown",
    "message_accepted", "message_rejected", "message_parked", "message_expired", "message_cancelled",
    "feedback_queued", "feedback_sent", "feedback_delayed", "feedback_failed", "feedback_delivered",
    "feedback_opened", "feedback_clicked", "feedback_bounced", "feedback_complained", "feedback_unsubscribed",
    "feedback_resubscribed", "feedback_replied", "feedback_preference", "feedback_unknown",
]  # fmt: skip
"""Every kind there is, in the order of what comes first at one instant: a fact, then what was decided by it."""

_PLACE = {kind: place for place, kind in enumerate(KINDS)}


def facts(connection: Connection, customer_ids: Sequence[str], order_ids: Sequence[str], mask: Mask) -> list[Event]:
    """What happened to these orders and people."""
    ids = {"customer_ids": list(customer_ids), "address_keys": _address_keys(connection, customer_ids)}
    rows = [
        *query("explain/story/orders").rows(connection, order_ids=list(order_ids)),
        *query("explain/story/parcels").rows(connection, order_ids=list(order_ids)),
        *query("explain/story/person").rows(connection, **ids),
    ]
    return [_event(dict(row), mask) for row in rows]


def decisions(connection: Connection, customer_ids: Sequence[str], order_id: str | None, mask: Mask) -> list[Event]:
    """Every message with its states, what waited, and what came back."""
    of_whom = {"customer_ids": list(customer_ids), "order_id": order_id}
    known: dict[UUID, Any] = {
        message_key(row["touchpoint"], row["subject_id"]): row
        for row in query("explain/message_ids").rows(connection, **of_whom)
    }
    keys = [] if order_id else _address_keys(connection, customer_ids)
    came_back = query("explain/story/feedback").rows(connection, message_keys=list(known), address_keys=keys)
    return [
        *(_event(dict(row), mask) for row in query("explain/story/messages").rows(connection, **of_whom)),
        *(_event(_of_message(dict(row), known), mask) for row in came_back),
    ]


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time; at one instant facts come before what was decided by them."""
    return sorted(events, key=lambda event: (event["at"], _PLACE[event["kind"]]))


def _of_message(row: dict[str, Any], known: dict[UUID, Any]) -> dict[str, Any]:
    message = known.get(row.pop("message_key"))
    about = {"touchpoint": message["touchpoint"]} if message else {}
    ids = {"order_id": message["order_id"], "id": message["subject_id"]} if message else {"order_id": None, "id": None}
    return {**row, **ids, "detail": {**about, **row["detail"]}}


def _event(row: dict[str, Any], mask: Mask) -> Event:
    at, known_at = row["at"], row["known_at"]
    detail = {name: value for name, value in (mask.detail(row["detail"]) or {}).items() if value is not None}
    return {
        "at": at.isoformat(),
        "known_at": known_at.isoformat() if isinstance(known_at, datetime) else None,
        "kind": row["kind"],
        "order_id": row["order_id"],
        "id": row["id"],
        "detail": detail,
    }


def _address_keys(connection: Connection, customer_ids: Sequence[str]) -> list[str]:
    rows = query("explain/address_keys").rows(connection, customer_ids=list(customer_ids))
    return [row["key"] for row in rows]
