"""The gates: rules every touchpoint shares, one file each in sql/decide/gates, tried in the order of their numbers.

Each stops the candidates it concerns (verdict, reason, values) and leaves the rest. What no gate stopped leaves now.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlalchemy import Connection

from tasks.core.queries import names, query


@cache
def gate_names() -> tuple[str, ...]:
    """Names of the gate files in the order they are tried, e.g. `decide/gates/05_once`."""
    return tuple(names("decide/gates"))


def run_gates(connection: Connection, as_of: datetime, gates: Iterable[str] | None = None) -> None:
    """Try every gate on the temporary table `candidate`."""
    for name in gates if gates is not None else gate_names():
        statement = query(name)
        statement.run(connection, **({"as_of": as_of} if "as_of" in statement.params else {}))
