"""The express lane: transactional messages about orders, within minutes of the order instead of at the full hour.

The steps are those of the hour over fewer feeds and fewer touchpoints. Both lanes may run at once: loads and decisions
take turns, and what one of them decided the other finds in the ledger.
"""

import shutil
from datetime import datetime
from typing import Any

from prefect import flow

from tasks.core.express import is_pending
from tasks.decide import decide
from tasks.deliver import deliver
from tasks.extract import extract
from tasks.load import load
from tasks.prepare import guard, open_run
from tasks.publish import publish
from tasks.report import report
from tasks.track import track
from tasks.validate import validate

LOOK = (extract, validate, guard, load)
"""The steps after which it is known whether anything is new ..."""

ACT = (track, decide, deliver, publish)
"""... and those that follow where something is."""


@flow(name="express")
def express(as_of: datetime | None = None, scratch: str | None = None) -> dict[str, Any]:
    """Read what is new of orders, customers and payments; confirm, amend, cancel, remind. Again sends nothing twice.

    Returns the summary of `tasks.report`; where nothing is new, only `as_of`, `run_id` and `planned` (0).
    """
    run = open_run(as_of, scratch, is_express=True)
    results: dict[str, Any] = {step.name: step(run) for step in LOOK}
    if not is_pending(run):
        shutil.rmtree(run.scratch, ignore_errors=True)
        return {"as_of": run.as_of.isoformat(), "run_id": run.run_id, "planned": 0}
    results |= {step.name: step(run) for step in ACT}
    summary: dict[str, Any] = report(run, results, {})
    return summary
