"""Step 4: what is, or will be, late, and why.

Each rule is one file in sql/detect that adds rows to the same shape; one merge compares them with what is stored. A
delay is a function of the data and `as_of`, never of when earlier runs happened; only `changed_at` remembers them.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.core import lanes
from tasks.core.brand import load_brand
from tasks.core.domain import DelayCause
from tasks.core.hazard_store import tell
from tasks.core.postal import EDITION, look_up
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.thresholds import DetectionSettings
from tasks.hazards.base import Rejected
from tasks.hazards.live import Asked
from tasks.hazards.watch import Look, look
from tasks.oms import order_system

RULES = (
    DelayCause.PROMISE_MISSED,
    DelayCause.STALLED,
    DelayCause.NOT_HANDED_OVER,
    DelayCause.HAZARD,
    DelayCause.PREDICTED_LATE,
    DelayCause.SHOP_NOTICE,
)
"""Causes looked for, each a file of its name in sql/detect. Delays of a cause left out are lifted."""


@task(name="detect", timeout_seconds=600, tags=["detect"], cache_policy=NO_CACHE, persist_result=False)
def detect(run: Run, rules: Collection[DelayCause] = RULES) -> dict[str, int]:
    """Take the warnings shown now, then find every delay that is true at the run's as_of.

    Counts: warnings changed and rejected, delays true now, changed and lifted.
    """
    setting = hazard_sources(run)
    seen = look(run, setting, known_addresses(run)) if setting else None
    with run.database.transaction() as connection:
        begin_load(connection, run, "detect")
        counts = take_hazards(connection, run, seen) if seen else {}
        learn_postal_codes(connection, run.as_of)
        return counts | detect_delays(connection, run.as_of, DetectionSettings(), rules)


def hazard_sources(run: Run) -> str | None:
    """TODOKE_HAZARDS, else the folder the order system brings along, else none."""
    folder = order_system(run.settings, run.database_url).hazards
    return run.settings.hazards or (str(folder) if folder else None)


def known_addresses(run: Run) -> dict[str, Asked]:
    """Address -> what is remembered of asking it."""
    with run.database.transaction() as connection:
        return {row["url"]: Asked(**row) for row in query("detect/fetches").rows(connection)}


def take_hazards(connection: Connection, run: Run, seen: Look) -> dict[str, int]:
    """Store what was seen: hazards, what was none, the state of addresses and the gate `hazards`."""
    changed = tell(connection, seen.hazards, run.as_of)
    rejects = {(row["row_hash"], row["column_name"]): row for row in map(_reject, seen.rejected)}
    rows = json.dumps(list(rejects.values()))
    query("load/reject_rows").run(connection, table_name="hazards", rows=rows, run_id=run.run_id, as_of=run.as_of)
    asked = json.dumps([vars(one) for one in seen.asked.values()], default=str)
    query("detect/remember_fetches").run(connection, rows=asked, as_of=run.as_of)
    state, reason = seen.gate
    gate = {"state": str(state), "reason": reason, "newest_row_at": None, "rows_read": len(seen.hazards)}
    query("load/set_gate").run(connection, feed="hazards", as_of=run.as_of, **gate)
    return {"hazards": changed, "hazards_rejected": len(seen.rejected)}


def learn_postal_codes(connection: Connection, as_of: datetime) -> int:
    """Look up the municipalities of codes not met before; how many codes."""
    unknown = query("detect/unknown_postal_codes").rows(connection, as_of=as_of, edition=EDITION)
    rows = list(look_up(row["code"] for row in unknown))
    if rows:
        query("detect/learn_postal_codes").run(connection, rows=json.dumps(rows), edition=EDITION)
    return len(unknown)


def detect_delays(
    connection: Connection, as_of: datetime, settings: DetectionSettings, rules: Collection[DelayCause] = RULES
) -> dict[str, int]:
    """Every delay true at `as_of`, inside the caller's load; scans, deliveries and warnings after it do not count."""
    travel = lanes.travel(settings.zone)
    query("detect/merge_shop_days").scalar(connection, as_of=as_of, **load_brand().calendar.days)
    gather(connection, as_of, settings)
    lanes.look_ahead(connection, as_of, travel)
    if DelayCause.PREDICTED_LATE in rules:
        lanes.predict(connection, as_of, travel)
    return take_delays(connection, as_of, settings, rules, tuple(DelayCause))


def take_delays(
    connection: Connection,
    as_of: datetime,
    settings: DetectionSettings,
    rules: Collection[DelayCause],
    causes: Collection[DelayCause],
) -> dict[str, int]:
    """What these rules find in what was gathered, merged into what is stored; of `causes` the rest is lifted."""
    given = {
        "as_of": as_of,
        "stalled": f"{settings.stalled_hours} hours",
        "stalled_far": f"{settings.stalled_far_hours} hours",
        "lead_days": settings.lead_days,
        "zone": load_brand().calendar.zone,
        "sure": lanes.SURE,
        "least": lanes.LEAST,
        "sure_standing": lanes.SURE_STANDING,
        "sure_at_last": lanes.SURE_AT_LAST,
        "halting": settings.halting_share,
        "closed": list(load_brand().calendar.closed_on),
    }
    for cause in rules:
        rule = query(f"detect/{cause}")
        rule.run(connection, **{name: given[name] for name in rule.params})
    return {
        "delays": int(connection.execute(text("select count(*) from found_delay")).scalar_one()),
        "changed": int(query("detect/merge_delays").scalar(connection, as_of=as_of)),
        "lifted": int(query("detect/lift_delays").scalar(connection, as_of=as_of, causes=list(causes))),
    }


def gather(connection: Connection, as_of: datetime, settings: DetectionSettings) -> None:
    """Temporary tables every rule reads: orders and parcels under way, areas, threats, the empty table of findings."""
    for table in ("area", "island"):
        query(f"detect/create_{table}").run(connection)
    query("detect/create_open_order").run(connection, as_of=as_of)
    connection.execute(text("analyze open_order"))
    query("detect/create_open_parcel").run(connection, as_of=as_of)
    connection.execute(text("analyze open_parcel"))
    query("detect/create_way").run(connection, doubted=f"{settings.doubted_hours} hours")
    query("detect/create_under_hazard").run(connection, as_of=as_of)
    query("detect/create_threat").run(connection)
    connection.execute(text("analyze way, threat"))
    query("detect/create_found_delay").run(connection)


def _reject(rejected: Rejected) -> dict[str, object]:
    content = json.dumps(rejected.content, sort_keys=True)
    return {
        "row_hash": hashlib.sha256(f"{rejected.file} {content}".encode()).hexdigest()[:32],
        "column_name": rejected.column,
        "reason": rejected.reason,
        "file": rejected.file,
        "line": rejected.line,
        "content": rejected.content,
    }
