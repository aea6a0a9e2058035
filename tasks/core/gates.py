"""The gates: rules every touchpoint shares, one file each in sql/decide/gates, tried in the order of their numbers.

Each stops the candidates it concerns (verdict, reason, values) and leaves the rest. What no gate stopped leaves now.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.core import incentives
from tasks.core.brand import Brand, load_brand
from tasks.core.queries import names, query
from tasks.core.thresholds import GuardSettings
from tasks.core.touchpoints import Touchpoint, load_all, version
from tasks.core.volume import limits


def gate_names() -> tuple[str, ...]:
    """Names of the gate files in the order they are tried, e.g. `decide/gates/05_once`."""
    return tuple(names("decide/gates"))


AT_CLAIM = tuple(
    f"decide/gates/{name}"
    for name in (
        "25_status",
        "27_source",
        "30_suppressed",
        "31_relay",
        "35_consent",
        "40_expired",
        "55_open_problem",
        "60_journey",
        "62_asked_to_wait",
        "65_quiet_hours",
        "75_pressure",
    )
)
"""Gates asked again of a planned message right before it leaves: people, facts and time may have changed since."""


DUE_SET_BEFORE = "decide/gates/40_expired"
"""What the gates before this one leave is checked by the due set's suite (tasks/core/due_set.py)."""


def new_candidates(connection: Connection) -> None:
    """An empty temporary table `candidate`, whose rows end with the transaction."""
    query("decide/create_candidate").run(connection)
    query("decide/clear_candidate").run(connection)


def run_gates(
    connection: Connection,
    as_of: datetime,
    gates: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Try every gate on the temporary table `candidate`. `settings`: other values than `settings_of_gates`."""
    given = {"as_of": as_of, **(settings or settings_of_gates())}
    for name in gates if gates is not None else gate_names():
        statement = query(name)
        statement.run(connection, **{param: given[param] for param in statement.params})


def settings_of_gates() -> dict[str, Any]:
    """What gates are told besides the time.

    `sources`: what each shop front lets us send, source -> classes as JSON. `relays`: domain -> days, as JSON.
    `incentives`: which touchpoints may give a coupon, and each shop front's pools, as JSON. `versions`:
    touchpoint -> hash of its files, as JSON.
    `history_days`: from when on an order that comes late is history.
    """
    versions = json.dumps({name: version(name) for name in load_all()})
    history = {"history_days": GuardSettings().history_days}
    return {**settings_of_brand(load_brand(), load_all().values()), "versions": versions, **history, **limits()}


def settings_of_brand(brand: Brand, touchpoints: Iterable[Touchpoint]) -> dict[str, Any]:
    """What of it brand.toml and the declarations say."""
    sources = {source: section.allowed for source, section in brand.sections.items()}
    told = {"sources": json.dumps(sources), "relays": json.dumps(brand.relays)}
    return {**told, "incentives": incentives.wanted(brand, touchpoints)}
