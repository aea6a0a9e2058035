"""Step 4: what is, or will be, late, and why.

Each rule is one file in sql/detect that adds rows to the same shape; one merge compares them with what is stored. A
delay is a function of the data and `as_of`, never of when earlier runs happened; only `changed_at` remembers them.
"""

import json
import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.core.domain import DelayCause
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.settings import DetectionSettings
from tasks.hazards import SOURCES
from tasks.hazards.base import Reading
from tasks.oms import order_system

RULES = (DelayCause.PROMISE_MISSED, DelayCause.STALLED, DelayCause.HAZARD)
"""Causes looked for, each a file of its name in sql/detect. Delays of a cause left out are lifted."""

_logger = logging.getLogger("todoke.detect")


@task(name="detect", timeout_seconds=600, tags=["detect"], cache_policy=NO_CACHE, persist_result=False)
def detect(run: Run) -> dict[str, int]:
    """Delays as of the run, with the warnings of TODOKE_HAZARDS or those the order system brings along."""
    folder = run.settings.hazards or order_system(run.settings, run.database_url).hazards
    return detect_with(run, folder)


def detect_with(run: Run, hazards: Path | None = None, rules: Collection[DelayCause] = RULES) -> dict[str, int]:
    """Merge the warnings found in the folder `hazards`, then every delay that is true at the run's as_of.

    Counts: warnings changed and rejected, delays true now, changed and lifted.
    """
    reading = SOURCES["drop"].read(hazards) if hazards else None
    with run.database.transaction() as connection:
        begin_load(connection, run, "detect")
        counts = merge_hazards(connection, reading) if reading else {"hazards": 0, "hazards_rejected": 0}
        return counts | detect_delays(connection, run.as_of, DetectionSettings(), rules)


def merge_hazards(connection: Connection, reading: Reading) -> dict[str, int]:
    """Store what a source shows now, inside the caller's load."""
    for sentence in reading.rejected:
        _logger.warning("hazard rejected: %s", sentence)
    rows = [_row(hazard) for hazard in reading.hazards.to_pylist()]
    changed = query("detect/merge_hazards").scalar(connection, rows=json.dumps(rows, default=str))
    return {"hazards": int(changed), "hazards_rejected": len(reading.rejected)}


def detect_delays(
    connection: Connection, as_of: datetime, settings: DetectionSettings, rules: Collection[DelayCause] = RULES
) -> dict[str, int]:
    """Every delay true at `as_of`, inside the caller's load; scans, deliveries and warnings after it do not count."""
    _gather(connection, as_of)
    thresholds = {"stalled": f"{settings.stalled_hours} hours", "stalled_far": f"{settings.stalled_far_hours} hours"}
    for cause in rules:
        rule = query(f"detect/{cause}")
        rule.run(
            connection, **{name: value for name, value in {"as_of": as_of, **thresholds}.items() if name in rule.params}
        )
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
