"""Due files: who could get a touchpoint, and the facts its message needs (contract: docs/architecture.md).

Every due file answers the same question for three callers: the hour (window and touched orders), the claim (is it still
true?) and explain (one customer, open window).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, text

from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.queries import Statement, around, query
from tasks.core.touchpoints import Touchpoint, load

PARAMS = frozenset({"as_of", "since", "until", "touched", "customer_id"})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
HORIZON = timedelta(days=800)
"""How far ahead an explanation looks for what is not due yet."""

_HEADER = re.compile(r"\b(Who|Grain|Anchor|Why|Params):\s*")


@dataclass(frozen=True)
class Window:
    """What a due file is asked for: anchors in (since, until], or orders in `touched`, or one customer."""

    as_of: datetime
    since: datetime
    until: datetime
    touched: Sequence[str] = ()
    customer_id: str | None = None
    floor_at: datetime | None = None
    """What is anchored before it is left out, unless the ledger knows it; None: nothing is."""
    after_load: int = 0
    """The load of the last decision: `touched` are the orders changed since, and those that wait."""

    @classmethod
    def of_orders(cls, as_of: datetime, order_ids: Sequence[str]) -> "Window":
        """Nothing newly due: only these orders, as they are now."""
        return cls(as_of, as_of, as_of, order_ids)

    def as_json(self) -> dict[str, Any]:
        """What a run keeps of it."""
        floor_at = self.floor_at.isoformat() if self.floor_at else None
        return {"since": self.since.isoformat(), "after_load": self.after_load, "floor_at": floor_at}

    @classmethod
    def of_customer(cls, as_of: datetime, customer_id: str) -> "Window":
        """Everything of one customer, past and coming."""
        return cls(as_of, LONG_AGO, as_of + HORIZON, (), customer_id)


def due_statement(name: str) -> Statement:
    """The touchpoint's due file; raises ConfigurationError for a parameter outside the contract."""
    statement = query(f"due/{name}")
    if extra := statement.params - PARAMS:
        raise ConfigurationError(
            f"sql/due/{name}.sql: parameters {sorted(extra)} are not in the contract {sorted(PARAMS)}"
        )
    return statement


def due_header(name: str) -> dict[str, str]:
    """What a due file says of itself, each as one line: Who, Grain, Anchor, Why; a word it does not use is missing."""
    lines = due_statement(name).source.splitlines()
    comment = [line.lstrip("-").strip() for line in takewhile(lambda line: line.startswith("--"), lines)]
    _, *parts = _HEADER.split(" ".join(comment))
    return {word: said.strip() for word, said in zip(parts[::2], parts[1::2], strict=True) if word != "Params"}


def collecting(due: Statement) -> Statement:
    """The statement that adds the rows of one due file to the temporary table `candidate`."""
    return around(query("decide/collect"), "due", due)


def collect(connection: Connection, touchpoint: Touchpoint, window: Window, channels: Sequence[ChannelName]) -> int:
    """Add the touchpoint's due rows to the temporary table `candidate`; returns how many.

    `channels`: those of the touchpoint this installation can send on, in order of fallback.
    """
    statement = collecting(due_statement(touchpoint.name))
    values = declared_values(touchpoint, channels) | {"floor_at": window.floor_at}
    wanted = due_statement(touchpoint.name).params
    given = {
        "as_of": window.as_of,
        "since": window.since,
        "until": window.until,
        "touched": list(window.touched),
        "customer_id": window.customer_id,
    }
    declared_ones = {
        name: value for name, value in values.items() if name in statement.params
    }  # a rulebook may know fewer
    return statement.run(connection, **declared_ones, **{name: given[name] for name in wanted})


def declared_values(touchpoint: Touchpoint, channels: Sequence[ChannelName]) -> dict[str, Any]:
    """What sql/decide/collect.sql takes from a declaration."""
    return {
        "touchpoint": touchpoint.name,
        "class": touchpoint.touchpoint_class,
        "priority": touchpoint.priority,
        "mode": touchpoint.mode,
        "holdout": touchpoint.holdout,
        "needs": list(touchpoint.needs),
        "channels": [channel.value for channel in channels],
        "variants": list(touchpoint.shares),
        "weights": list(touchpoint.shares.values()),
        "valid_for_hours": None if touchpoint.ends_by_fact else touchpoint.valid_for_hours,
    }


def still_due(connection: Connection, touchpoint: str, order_ids: Sequence[str], as_of: datetime) -> set[str]:
    """Subject ids of these orders whose due row exists and passes all its own checks right now.

    The claim asks this for messages an earlier run planned. Gates are not its business.
    """
    statement = due_statement(touchpoint)
    window = Window.of_orders(as_of, order_ids)
    connection.execute(text("select set_config('todoke.as_of', :as_of, true)"), {"as_of": as_of.isoformat()})
    given = {"as_of": as_of, "since": as_of, "until": as_of, "touched": list(window.touched), "customer_id": None}
    rows = statement.rows(connection, **{name: given[name] for name in statement.params})
    return {row["subject_id"] for row in rows if all(value is True for value in row["checks"].values())}


def declared(names: Sequence[str] | None, known: dict[str, Touchpoint]) -> list[Touchpoint]:
    """The touchpoints of these names (None: all), in name order; an unknown name raises ConfigurationError."""
    return [load(name) for name in sorted(names if names is not None else known)]
