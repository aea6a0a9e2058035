"""Codes of the pools: how many are left, and whom the others were given to, for the shop's till."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tasks.core.brand import Brand
from tasks.core.queries import query
from tasks.core.runs import write_under

FIELDS = ("pool", "code", "touchpoint", "customer_id", "state", "planned_at", "sent_at", "ends_on")

PoolState = dict[str, Any]
"""pool, shared (its one code, or None), codes (the table has), free, personal (free for one person each), reserved,
issued, gives (touchpoints, with their source unless there is one shop front)."""


def pools(connection: Connection, brand: Brand, issued: Iterable[Mapping[str, Any]]) -> list[PoolState]:
    """Every pool of brand.toml or of coupon_codes, as of the last decision."""
    at = query("guards/last_decided_at").scalar(connection) or datetime.now(UTC)
    write_under(connection, int(query("decide/newest_load").scalar(connection)), at)
    held = {row["pool"]: row for row in query("reports/codes").rows(connection)}
    used = Counter((row["pool"], row["state"]) for row in issued)
    declared = {name: pool.code for section in brand.sections.values() for name, pool in section.pools.items()}
    return [
        {
            "pool": name,
            "shared": declared.get(name),
            **{what: int(held[name][what]) if name in held else 0 for what in ("codes", "free", "personal")},
            "reserved": used[name, "reserved"],
            "issued": used[name, "issued"],
            "gives": list(_givers(brand, name)),
        }
        for name in sorted({*declared, *held, *(pool for pool, _ in used)})
    ]


def issued(connection: Connection) -> list[dict[str, Any]]:
    """Coupons that were given or are about to be, with `FIELDS`; state is `reserved` or `issued`."""
    return [dict(row) for row in query("reports/issued_codes").rows(connection)]


def export(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """`issued` as CSV: UTF-8 with a byte order mark, as spreadsheets want it; instants in UTC."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows({name: _shown(row[name]) for name in FIELDS} for row in rows)


def _shown(value: Any) -> Any:
    """A value as text files and JSON have it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _givers(brand: Brand, pool: str) -> Iterator[str]:
    for source, section in brand.sections.items():
        for name, given in section.incentives.items():
            if given == pool:
                yield name if len(brand.sections) == 1 else f"{source}: {name}"
