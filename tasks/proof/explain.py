"""Why a customer got, or did not get, each touchpoint of an order: the same due files and gates, asked about one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from tasks.core.database import Database
from tasks.core.due import Window, collect, due_header
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates, run_gates
from tasks.core.queries import query
from tasks.core.runs import write_under
from tasks.core.touchpoints import Touchpoint, load_all

Explanation = dict[str, Any]
"""order_id, customer_id, as_of, facts{name: instant | date}, dates[{kind, said_at, from_on, until_on, source}],
delays[…], messages[state entered],
touchpoints{name: [{subject, verdict, reason, detail, due_at, valid_until, variant, waits}]}: no personal data."""


def explain_order(database: Database, order_id: str, as_of: datetime | None = None) -> Explanation:
    """What was decided, and what would be decided at `as_of` (default: the last run), for one order.

    Raises DataError for an order nobody loaded. Writes nothing: candidates live in a temporary table.
    """
    with database.transaction() as connection:
        order, at = ask_about(connection, order_id, as_of)
        decide_about(connection, order["customer_id"], at)
        facts = {name: _shown(value) for name, value in order.items() if value is not None and name != "customer_id"}
        return {
            "order_id": order_id,
            "customer_id": order["customer_id"],
            "as_of": at.isoformat(),
            "facts": facts,
            "dates": _dicts(query("explain/dates").rows(connection, order_id=order_id)),
            "delays": _dicts(query("explain/delays").rows(connection, order_id=order_id)),
            "messages": _dicts(query("explain/messages").rows(connection, order_id=order_id)),
            "touchpoints": _verdicts(connection, order_id),
        }


def ask_about(connection: Connection, order_id: str, as_of: datetime | None) -> tuple[RowMapping, datetime]:
    """The row of an order, and the time it is explained at (default: the last run); due files see that time.

    Raises DataError for an order nobody loaded.
    """
    rows = query("explain/order").rows(connection, order_id=order_id)
    if not rows:
        raise DataError(f"There is no order {order_id!r}: check the id, or whether its feed was loaded.")
    at = as_of or query("guards/last_decided_at").scalar(connection) or rows[0]["placed_at"]
    write_under(connection, int(query("decide/newest_load").scalar(connection)), at)
    return rows[0], at


def decide_about(connection: Connection, customer_id: str, as_of: datetime) -> None:
    """Everything a customer was, is or will be due for, and what the gates say, in the temporary table `candidate`."""
    new_candidates(connection)
    window = Window.of_customer(as_of, customer_id)
    for touchpoint in load_all().values():
        collect(connection, touchpoint, window, touchpoint.channels)
    query("decide/enrich").run(connection)
    run_gates(connection, as_of)


def _verdicts(connection: Connection, order_id: str) -> dict[str, list[dict[str, Any]]]:
    rows = _dicts(query("explain/verdicts").rows(connection, order_id=order_id))
    return {
        touchpoint.name: [_without(row, "touchpoint") for row in rows if row["touchpoint"] == touchpoint.name]
        or [_never_near(touchpoint)]
        for touchpoint in load_all().values()
    }


def _never_near(touchpoint: Touchpoint) -> dict[str, Any]:
    """No due row: what the touchpoint hangs on has not happened. The due file's own words say what that is."""
    header = due_header(touchpoint.name)
    detail = {"who": header["Who"], "anchor": header.get("Anchor", "")}
    return {"verdict": "not due", "reason": "its anchor has not happened", "detail": detail}


def _dicts(rows: Any) -> list[dict[str, Any]]:
    return [{name: _shown(value) for name, value in row.items()} for row in rows]


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _shown(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
