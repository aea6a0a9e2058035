"""What is known of customers, folded from their orders: numbers, spend, rhythm, tier; and what is bought next.

Only persons of whom something changed, or became true with time, are folded again
(sql/track/create_person_to_fold.sql).
"""

import json
from datetime import date, datetime

from sqlalchemy import Connection, text

from tasks.core.brand import Tiers, load_brand
from tasks.core.queries import query

LEAST_SUPPORT = 20
"""Persons who must have bought one category after another before anybody is told of it."""

_FOLDED = ("person_to_fold", "person_id", "bought_order", "folded_tier", "folded_customer")


def note_customers(connection: Connection) -> None:
    """Before orders are folded (temporary table order_to_fold): whose they were until now."""
    query("track/create_customer_to_fold").run(connection)


def fold_customers(connection: Connection, after_load: int, since_at: datetime | None) -> int:
    """After orders were folded: persons whose facts changed."""
    changed_tiers = int(query("track/merge_tier_steps").scalar(connection, steps=_steps(load_brand().tiers)))
    given = {"after_load": after_load, "since_at": since_at, "everybody": changed_tiers > 0}
    for table in _FOLDED:
        statement = query(f"track/create_{table}")
        statement.run(connection, **{name: given[name] for name in statement.params})
        connection.execute(text(f"analyze {table}"))
    gone = query("track/delete_customer_facts").run(connection)
    return gone + query("track/merge_customer_facts").run(connection)


def count_pairs(connection: Connection, last: date | None, today: date) -> int:
    """On the first fold of a day: count anew which category is bought after which. Pairs that came or changed."""
    if last == today:
        return 0
    return query("track/merge_next_category").run(connection, least=LEAST_SUPPORT)


def _steps(tiers: Tiers) -> str:
    vip_from = next((step.spend for step in tiers.steps if step.name == tiers.vip), None)
    return json.dumps(
        [
            {
                "name": step.name,
                "spend": step.spend,
                "currency": tiers.currency,
                "is_vip": vip_from is not None and step.spend >= vip_from,
            }
            for step in tiers.steps
        ]
    )
