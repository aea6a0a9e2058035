"""Hazards in the database: read what is known, write what differs."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from tasks.core.hazards import Area, Hazard, Kind, Severity, State, fold
from tasks.core.queries import query


def known_hazards(connection: Connection, as_of: datetime) -> list[Hazard]:
    """Hazards that a statement of this hour may concern."""
    return [_hazard(dict(row)) for row in query("detect/known_hazards").rows(connection, as_of=as_of)]


def tell(connection: Connection, said: Iterable[Hazard], as_of: datetime) -> int:
    """Fold what sources say into what is known, inside the caller's load; how many hazards changed."""
    known = known_hazards(connection, as_of)
    before = {hazard.hazard_id: hazard for hazard in known}
    after = fold(known, said)
    return _store(connection, [hazard for key, hazard in after.items() if before.get(key) != hazard])


def _store(connection: Connection, hazards: list[Hazard]) -> int:
    if not hazards:
        return 0
    changed = query("detect/merge_hazards").rows(
        connection, rows=json.dumps([_row(one) for one in hazards], default=str)
    )
    areas = json.dumps([row for one in hazards for row in _area_rows(one)], default=str)
    ids = [one.hazard_id for one in hazards]
    moved = query("detect/merge_hazard_areas").rows(connection, rows=areas, hazards=ids)
    return len({row["hazard_id"] for row in (*changed, *moved)})


def _row(hazard: Hazard) -> dict[str, Any]:
    return {name: value for name, value in vars(hazard).items() if name != "areas"} | {"halts": hazard.halts}


def _area_rows(hazard: Hazard) -> list[dict[str, Any]]:
    return [
        dict(zip(("region", "municipality", "postal_prefix", "part"), area.key, strict=True))
        | {"hazard_id": hazard.hazard_id, "from_at": area.from_at or hazard.from_at, "until_at": area.until_at}
        for area in hazard.areas
    ]


def _hazard(row: dict[str, Any]) -> Hazard:
    words = {"kind": Kind(row["kind"]), "severity": Severity(row["severity"]), "state": State(row["state"])}
    areas = tuple(_area(area) for area in row["areas"] or ())
    return Hazard(**row | words | {"areas": areas, "supersedes": tuple(row["supersedes"])})


def _area(row: dict[str, Any]) -> Area:
    instants = {name: datetime.fromisoformat(row[name]) if row[name] else None for name in ("from_at", "until_at")}
    return Area(
        row["region"], row["municipality"] or None, row["postal_prefix"] or None, row["part"] or None, **instants
    )
