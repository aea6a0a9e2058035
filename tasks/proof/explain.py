"""Why a customer got, or did not get, each touchpoint: the same due files and gates, asked about one person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tasks.core.database import Database
from tasks.core.due import Window, collect
from tasks.core.errors import DataError
from tasks.core.gates import run_gates
from tasks.core.queries import query
from tasks.core.touchpoints import Touchpoint
from tasks.proof.ground import Ground, ledger_after, standing
from tasks.proof.masking import Mask, mask_of
from tasks.proof.never_near import check_of, looked_at, why_never
from tasks.proof.story import decisions, facts, in_order

Explanation = dict[str, Any]
"""The JSON of docs/proof.md#explain: customer_id, same_ids, order_id, as_of, is_past, run_id, rules, masked, person{…},
facts{…}, timeline[…], touchpoints{name: [verdict]}."""

Person = Mapping[str, Any]
"""A row of sql/explain/customer."""

_OF_CUSTOMER = (
    "status",
    "language",
    "zone",
    "registered_at",
    "reachable_by",
    "preferred_channel",
    "agreed_to_marketing",
    "orders",
    "first_order_at",
    "last_order_at",
    "tier",
)

BEFORE = timedelta(days=400)
"""How long before the time asked about, or the first order where that is earlier, anchors are looked for."""


def explain_customer(
    database: Database, customer_id: str, as_of: datetime | None = None, unmasked: bool = False
) -> Explanation:
    """Everything that happened to one customer, what was decided, and a verdict on every touchpoint.

    `as_of`: as it was known and decided then (tasks/proof/ground.py). Raises DataError for a customer nobody loaded.
    """
    with standing(database, as_of) as (connection, ground):
        person = known_customer(connection, customer_id)
        return _explanation(connection, ground, person, None, unmasked)


def explain_order(
    database: Database, order_id: str, as_of: datetime | None = None, unmasked: bool = False
) -> Explanation:
    """The same of one order and its customer. Raises DataError for an order nobody loaded."""
    with standing(database, as_of) as (connection, ground):
        order = known_order(connection, order_id)
        person = known_customer(connection, order["customer_id"])
        return _explanation(connection, ground, person, order, unmasked)


def known_order(connection: Connection, order_id: str) -> RowMapping:
    """The row of an order; raises DataError where no load brought one."""
    if rows := query("explain/order").rows(connection, order_id=order_id):
        return rows[0]
    raise DataError(f"There is no order {order_id!r}{_because(connection, order_id)}")


def known_customer(connection: Connection, customer_id: str) -> Person:
    """The row of a customer; of one who is known by orders alone, little. DataError where there is neither."""
    if rows := query("explain/customer").rows(connection, customer_id=customer_id):
        return dict(rows[0])
    if query("explain/orders_of").rows(connection, customer_ids=[customer_id]):
        return {
            **dict.fromkeys(_OF_CUSTOMER),
            "customer_id": customer_id,
            "same_ids": [],
            "personal": {},
            "first_placed_at": None,
        }
    raise DataError(f"There is no customer {customer_id!r}{_because(connection, customer_id)}")


def decide_about(
    connection: Connection, person: Person, ground: Ground, names: Sequence[str] | None = None
) -> dict[str, str]:
    """What a person was, is or will be due for, and what the gates say, in the temporary table `candidate`.

    Returns touchpoints whose due file broke, with the first line of the error.
    """
    chosen, windows = _chosen(ground, names), _windows(person, ground)
    broken: dict[str, str] = {}
    try:
        with connection.begin_nested():
            for touchpoint in chosen:
                for window in windows:
                    collect(connection, touchpoint, window, ground.channels_of(touchpoint))
    except DBAPIError:
        broken = _one_by_one(connection, ground, chosen, windows)
    connection.execute(text("analyze candidate"))
    query("explain/few_rows").run(connection)
    query("decide/narrow_channels").run(connection)
    query("decide/enrich").run(connection)
    run_gates(connection, ground.as_of, settings=ground.gates)
    return broken


def _one_by_one(
    connection: Connection, ground: Ground, chosen: Sequence[Touchpoint], windows: Sequence[Window]
) -> dict[str, str]:
    """The same where something broke: what cannot be collected is told. Two ids of one person may share a subject."""
    broken = {}
    for touchpoint in chosen:
        for window in windows:
            try:
                with connection.begin_nested():
                    collect(connection, touchpoint, window, ground.channels_of(touchpoint))
            except IntegrityError:
                continue
            except DBAPIError as error:
                broken[touchpoint.name] = str(error.orig).splitlines()[0]
    return broken


def _because(connection: Connection, asked: str) -> str:
    """What is known of an id in no table, and what to do next."""
    if rows := query("explain/set_aside").rows(connection, id=asked):
        row = rows[0]
        where = f" ({row['file']} line {row['line']})" if row["file"] else ""
        said = f"{row['table_name']}.{row['column_name']}: {row['reason']}{where}"
        return f": its row was set aside, {said}. Correct it at the source; the next hour reads it again."
    return (
        ": no load brought it. Compare the id with the order system's (ids of other shop fronts begin with `source:`), "
        "look whether its feed is open (`todoke run --json`), or ask for a later time (--as-of)."
    )


def _explanation(
    connection: Connection, ground: Ground, person: Person, order: RowMapping | None, unmasked: bool
) -> Explanation:
    ids = [person["customer_id"], *person["same_ids"]]
    words = query("explain/identifying").rows(connection, customer_ids=ids)
    mask = mask_of([word for row in words for word in row["words"]], unmasked)
    order_id = order["order_id"] if order else None
    broken = decide_about(connection, person, ground)
    touchpoints = _verdicts(connection, ground, person, order_id, mask, broken)
    orders = (
        [order_id]
        if order_id
        else [row["order_id"] for row in query("explain/orders_of").rows(connection, customer_ids=ids)]
    )
    happened = facts(connection, ids, orders, mask)
    ledger_after(connection, ground)
    return {
        "customer_id": person["customer_id"],
        "same_ids": person["same_ids"],
        "order_id": order_id,
        "as_of": ground.as_of.isoformat(),
        "is_past": ground.is_past,
        "run_id": ground.run_id,
        "rules": ground.rules,
        "masked": not unmasked,
        "person": mask.person(person["personal"]),
        "facts": _facts(person, order),
        "timeline": in_order([*happened, *decisions(connection, ids, order_id, mask)]),
        "touchpoints": touchpoints,
    }


def _facts(person: Person, order: RowMapping | None) -> dict[str, Any]:
    """What the decision stands on, of the customer and of the order; unknown values are left out."""
    of_order = {name: value for name, value in (order or {}).items() if name not in ("customer_id", "order_id")}
    found = {name: person[name] for name in _OF_CUSTOMER} | of_order
    return {name: _shown(value) for name, value in found.items() if value is not None}


def _verdicts(
    connection: Connection, ground: Ground, person: Person, order_id: str | None, mask: Mask, broken: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    rows = [dict(row) for row in query("explain/verdicts").rows(connection, order_id=order_id)]
    rows += _due_no_more(connection, person, order_id, rows)
    windows = _windows(person, ground)
    verdicts: dict[str, list[dict[str, Any]]] = {}
    for touchpoint in _chosen(ground, None):
        own = [row for row in rows if row["touchpoint"] == touchpoint.name]
        if touchpoint.name in broken:
            found = [
                {"verdict": "broken", "reason": "due_file", "detail": {"error": mask.sentence(broken[touchpoint.name])}}
            ]
        elif own:
            found = _with_checks(connection, touchpoint.name, own, windows)
        else:
            found = [why_never(connection, touchpoint.name, windows[0], order_id)]
        verdicts[touchpoint.name] = [_masked(row, mask) for row in found]
    return verdicts


def _due_no_more(
    connection: Connection, person: Person, order_id: str | None, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Messages of the ledger whose due row is gone: their facts moved on, as where a new day was told."""
    known = {(row["touchpoint"], row["subject_id"]) for row in rows}
    ids = [person["customer_id"], *person["same_ids"]]
    found = query("explain/message_ids").rows(connection, customer_ids=ids, order_id=order_id)
    return [
        {
            **{name: value for name, value in row.items() if name not in ("state", "planned_at")},
            "verdict": "done",
            "reason": f"already_{row['state']}",
            "detail": {"state": row["state"], "planned_at": _shown(row["planned_at"])},
        }
        for row in found
        if (row["touchpoint"], row["subject_id"]) not in known
    ]


def _with_checks(
    connection: Connection, name: str, rows: list[dict[str, Any]], windows: Sequence[Window]
) -> list[dict[str, Any]]:
    """Rows that a check stopped say its condition, and what it looked at."""
    stopped = frozenset(
        row["reason"].removeprefix("check:") for row in rows if (row["reason"] or "").startswith("check:")
    )
    seen = looked_at(connection, name, windows, stopped) if stopped else {}
    for row in rows:
        check = (row["reason"] or "").removeprefix("check:")
        part = check_of(name, check) if check in stopped else None
        if part:
            of_subject = seen.get(row["subject_id"], {})
            values = {column: of_subject.get(column) for column in part.names}
            row["detail"] = {"condition": part.text, "seen": values}
    return rows


def _masked(row: dict[str, Any], mask: Mask) -> dict[str, Any]:
    detail = row["detail"] or {}
    seen = {"seen": mask.seen(detail["seen"])} if "seen" in detail else {}
    kept = {name: value for name, value in detail.items() if name != "seen"}
    personal = () if mask.is_off else ("context", "recipient")
    left = {name: _shown(value) for name, value in row.items() if name not in ("touchpoint", "detail", *personal)}
    return {**left, "detail": {**(mask.detail(kept) or {}), **seen}}


def _chosen(ground: Ground, names: Sequence[str] | None) -> list[Touchpoint]:
    return [one for name, one in sorted(ground.touchpoints.items()) if names is None or name in names]


def _windows(person: Person, ground: Ground) -> list[Window]:
    """An open window for each id of the person: from before the first order to as far ahead as is known."""
    since = min(person["first_placed_at"] or ground.as_of, ground.as_of) - BEFORE
    ids = [person["customer_id"], *person["same_ids"]]
    return [replace(Window.of_customer(ground.as_of, one), since=since) for one in ids]


def _shown(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
