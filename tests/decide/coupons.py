"""A shop whose people all had a good order: who is written to passes on a code of the pool `shokai`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from tasks.core.brand import Brand, load_brand
from tasks.core.database import Database
from tasks.core.runs import Run, begin_load
from tasks.core.touchpoints import load_all
from tasks.decide import Decision, plan_messages
from tests.worlds import World, build

AS_OF = datetime(2026, 9, 15, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
HOUR = timedelta(hours=1)
HELD = ("accepted", "unknown", "parked")
"""States after which somebody may have read the code."""


def open_shop(database: Database, people: dict[str, datetime], **codes: dict[str, Any]) -> Run:
    """Who got a first order when; `codes`: code -> further columns."""
    early = AS_OF - timedelta(days=200)
    given: dict[str, list[dict[str, Any]]] = {
        "customers": [{"customer_id": who, "name": who, "email": f"{who}@example.invalid"} for who in people],
        "consents": [{"customer_id": who, "at": early} for who in people],
        "products": [{"product_id": "P-1"}],
        "orders": [
            {"order_id": f"{who}-1", "customer_id": who, "placed_at": at - timedelta(days=3)}
            for who, at in people.items()
        ],
        "order_lines": [{"order_id": f"{who}-1"} for who in people],
        "shipments": [
            {
                "shipment_id": f"s-{who}",
                "order_id": f"{who}-1",
                "shipped_at": at - timedelta(days=1),
                "delivered_at": at,
            }
            for who, at in people.items()
        ],
        "shipment_lines": [{"shipment_id": f"s-{who}"} for who in people],
        "coupon_codes": [{"pool": "shokai", "code": code, **more} for code, more in codes.items()],
        "touchpoint_floor": [
            {"touchpoint": name, "subject_format": load_all()[name].subject_format, "floor_at": early, "set_by": "test"}
            for name in ("referral", "second_order_offer")
        ],
    }
    return build(database, World(Path("coupons"), AS_OF, given, (), {}, {}))


def at_hour(run: Run, hours: int) -> Run:
    return Run(f"hour-{hours}", AS_OF + hours * HOUR, run.database_url, run.namespace)


def plan(connection: Connection, run: Run, name: str = "referral", **changes: Any) -> Decision:
    """Decide one touchpoint in this transaction, holding nobody out."""
    asked = load_all()[name].model_copy(update={"holdout": 0.0} | changes)
    return plan_messages(connection, run, {**load_all(), name: asked}, (name,))


def decide(run: Run, hours: int = 0, name: str = "referral", **changes: Any) -> Decision:
    with run.database.transaction() as connection:
        return plan(connection, at_hour(run, hours), name, **changes)


def everyone_gives_from(pool: str | None) -> Brand:
    """The brand, where all touchpoints give from this pool, or nothing."""
    section = load_brand().sections["shop"]
    given = {name: pool for name, touchpoint in load_all().items() if touchpoint.incentive} if pool else {}
    return load_brand().model_copy(update={"sections": {"shop": section.model_copy(update={"incentives": given})}})


def change_codes(run: Run, statement: str, **values: Any) -> None:
    """The shop changes its table of codes, in a load of its own."""
    with run.database.transaction() as connection:
        begin_load(connection, run, "merge")
        connection.execute(text(statement), values)


def enter(run: Run, who: str, *states: str) -> None:
    """The message to somebody passes through these states."""
    with run.database.transaction() as connection:
        for state in states:
            connection.execute(
                text("update message set state = :state where customer_id = :who"), {"state": state, "who": who}
            )


def told(run: Run) -> dict[str, str | None]:
    """Customer -> code their message gives, as sealed."""
    with run.database.transaction() as connection:
        rows = connection.execute(
            text(
                "select m.customer_id, n.recipient -> 'coupon' ->> 'code' as code "
                "from message m join message_content n using (touchpoint, subject_id)"
            )
        )
        return {row.customer_id: row.code for row in rows}


def taken_twice(run: Run) -> list[str]:
    """Codes in two messages that were, may have been or may still be sent: told from the messages themselves."""
    statement = text(
        "select n.recipient -> 'coupon' ->> 'code' as code "
        "from message m join message_content n using (touchpoint, subject_id) "
        "where n.recipient ? 'coupon' and (m.state not in ('expired', 'cancelled', 'rejected', 'held_out') or exists ("
        "  select from message_event e where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id "
        "  and e.state = any(:held))) group by 1 having count(*) > 1"
    )
    with run.database.transaction() as connection:
        return list(connection.execute(statement, {"held": list(HELD)}).scalars())
