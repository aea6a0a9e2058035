"""Why nobody is due: the first of a due file's own joins and conditions that is not true for a customer, with values.

The due file's words are run again (tasks/core/due_conditions.py); none of its rules is written here.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tasks.core.due import Window, due_header, due_statement
from tasks.core.due_conditions import Conditions, Part, conditions_of
from tasks.core.errors import ConfigurationError
from tasks.core.queries import Statement

Values = dict[str, Any]


def why_never(connection: Connection, name: str, window: Window, order_id: str | None) -> dict[str, Any]:
    """A verdict `not due`. reason `no_anchor`: what the touchpoint hangs on is not there; `condition`: one is not true.

    detail: `who` and `anchor` in the due file's words, `condition` (its text, or None) and `seen` (column -> value).
    """
    part, seen = _first_untrue(connection, name, window, order_id)
    header = due_header(name)
    reason = "no_anchor" if part is None or part.is_window else "condition"
    detail = {"who": header["Who"], "anchor": header.get("Anchor", ""), "condition": part.text if part else None}
    return {"verdict": "not due", "reason": reason, "detail": {**detail, "seen": seen}}


def looked_at(
    connection: Connection, name: str, windows: Sequence[Window], checks: frozenset[str]
) -> dict[str, Values]:
    """subject_id -> what these checks of its due file looked at."""
    found: dict[str, Values] = {}
    for window in windows:
        rows = _rows(connection, conditions_of(due_statement(name)).looked_at(checks), window, None)
        found |= {row["subject_id"]: row["seen"] or {} for row in rows}
    return found


def check_of(name: str, check: str) -> Part | None:
    """A check in the due file's words."""
    return conditions_of(due_statement(name)).checks.get(check)


def _first_untrue(
    connection: Connection, name: str, window: Window, order_id: str | None
) -> tuple[Part | None, Values]:
    try:
        asked = conditions_of(due_statement(name))
        with connection.begin_nested():
            found = _rows(connection, asked.found(order_id is not None), window, order_id) if asked.conditions else []
            if not found:
                return _lost_at(connection, asked, window, order_id), {}
    except (
        ConfigurationError,
        DBAPIError,
    ):  # a file of an earlier day may be written otherwise: its header still speaks
        return None, {}
    best = max(found, key=lambda row: _so_far(row["held"]))
    if (far := _so_far(best["held"])) == len(asked.conditions):
        return None, {}
    part = asked.conditions[far]
    return part, {name: (best["seen"] or {}).get(name) for name in part.names}


def _so_far(held: Sequence[bool]) -> int:
    """How many conditions held before the first that did not."""
    return len(list(takewhile(bool, held)))


def _lost_at(connection: Connection, asked: Conditions, window: Window, order_id: str | None) -> Part | None:
    """The join that leaves nothing of the customer; None where there was nothing to begin with."""
    with_order = order_id is not None

    def comes_through(statement: Statement) -> bool:
        return bool(_rows(connection, statement, window, order_id))

    first = asked.first_step(with_order)
    if not comes_through(asked.reached(first, order=with_order)):
        for number in asked.removable(first, with_order):
            if comes_through(asked.reached(first, number, with_order)):
                return asked.steps[number]
        return None
    for steps in range(first + 1, len(asked.steps) + 1):
        if not comes_through(asked.reached(steps, order=with_order)):
            return asked.steps[steps - 1]
    return None


def _rows(connection: Connection, statement: Statement, window: Window, order_id: str | None) -> Sequence[Any]:
    given: Mapping[str, Any] = {
        "as_of": window.as_of,
        "since": window.since,
        "until": window.until,
        "touched": [],
        "customer_id": window.customer_id,
        "order_id": order_id,
    }
    return statement.rows(connection, **{name: given[name] for name in statement.params})
