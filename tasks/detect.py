"""Step 4: what is, or will be, late, and why.

Each rule is one file in sql/detect that adds rows to the same shape; one merge compares them with what is stored. A
delay is a function of the data and `as_of`, never of when earlier runs happened; only `changed_at` remembers them.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.core import lanes
from tasks.core.domain import DelayCause, GateState
from tasks.core.errors import DataError
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.settings import DetectionSettings
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading, Rejected
from tasks.oms import order_system

RULES = (DelayCause.PROMISE_MISSED, DelayCause.STALLED, DelayCause.HAZARD, DelayCause.PREDICTED_LATE)
"""Causes looked for, each a file of its name in sql/detect. Delays of a cause left out are lifted."""


@task(name="detect", timeout_seconds=600, tags=["detect"], cache_policy=NO_CACHE, persist_result=False)
def detect(run: Run, rules: Collection[DelayCause] = RULES) -> dict[str, int]:
    """Take the warnings shown now, then find every delay that is true at the run's as_of.

    Counts: warnings changed and rejected, delays true now, changed and lifted.
    """
    folder = hazards_folder(run)
    with run.database.transaction() as connection:
        begin_load(connection, run, "detect")
        counts = take_hazards(connection, run, folder) if folder else {}
        return counts | detect_delays(connection, run.as_of, DetectionSettings(), rules)


def hazards_folder(run: Run) -> Path | None:
    """TODOKE_HAZARDS, else the folder the order system brings along, else none."""
    return run.settings.hazards or order_system(run.settings, run.database_url).hazards


def take_hazards(connection: Connection, run: Run, folder: Path) -> dict[str, int]:
    """Store the warnings of one folder and the rows that are none. Unreadable files close the gate `hazards` alone."""
    try:
        reading = SOURCES["drop"].read(folder)
    except DataError as error:
        _set_gate(connection, run, GateState.CLOSED, str(error), 0)
        return {"hazards": 0, "hazards_rejected": 0}
    changed = merge_hazards(connection, reading)
    rejects = json.dumps([_reject(rejected) for rejected in reading.rejected])
    query("load/reject_rows").run(connection, table_name="hazards", rows=rejects, run_id=run.run_id, as_of=run.as_of)
    _set_gate(connection, run, GateState.OPEN, None, reading.hazards.num_rows)
    return {"hazards": changed, "hazards_rejected": len(reading.rejected)}


def merge_hazards(connection: Connection, reading: Reading) -> int:
    """Store what a source shows now, inside the caller's load; how many warnings changed."""
    rows = [_row(hazard) for hazard in reading.hazards.to_pylist()]
    return int(query("detect/merge_hazards").scalar(connection, rows=json.dumps(rows, default=str)))


def detect_delays(
    connection: Connection, as_of: datetime, settings: DetectionSettings, rules: Collection[DelayCause] = RULES
) -> dict[str, int]:
    """Every delay true at `as_of`, inside the caller's load; scans, deliveries and warnings after it do not count."""
    _gather(connection, as_of)
    if DelayCause.PREDICTED_LATE in rules:
        lanes.predict(connection, as_of, lanes.travel(settings.zone))
    given = {
        "as_of": as_of,
        "stalled": f"{settings.stalled_hours} hours",
        "stalled_far": f"{settings.stalled_far_hours} hours",
        "sure": lanes.SURE,
    }
    for cause in rules:
        rule = query(f"detect/{cause}")
        rule.run(connection, **{name: given[name] for name in rule.params})
    return {
        "delays": int(connection.execute(text("select count(*) from found_delay")).scalar_one()),
        "changed": int(query("detect/merge_delays").scalar(connection, as_of=as_of)),
        "lifted": int(query("detect/lift_delays").scalar(connection, as_of=as_of)),
    }


def _gather(connection: Connection, as_of: datetime) -> None:
    """Temporary tables every rule reads: orders and parcels under way, areas, and the empty table of findings."""
    query("detect/create_area").run(connection)
    query("detect/create_open_order").run(connection, as_of=as_of)
    connection.execute(text("analyze open_order"))
    query("detect/create_open_parcel").run(connection, as_of=as_of)
    connection.execute(text("analyze open_parcel"))
    query("detect/create_found_delay").run(connection)


def _row(hazard: dict[str, object]) -> dict[str, object]:
    evidence = hazard["evidence"]
    return hazard | {"evidence": json.loads(evidence) if isinstance(evidence, str) else {}}


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


def _set_gate(connection: Connection, run: Run, state: GateState, reason: str | None, rows: int) -> None:
    gate = {"state": str(state), "reason": reason, "newest_row_at": None, "rows_read": rows, "as_of": run.as_of}
    query("load/set_gate").run(connection, feed="hazards", **gate)
