"""The hour: every step in order. What a step does stands in the file of its name in tasks/."""

import logging
import time
from datetime import datetime
from typing import Any

from prefect import flow

from tasks.decide import decide
from tasks.deliver import deliver
from tasks.detect import detect
from tasks.extract import extract
from tasks.load import load
from tasks.prepare import guard, open_run
from tasks.publish import publish
from tasks.report import report
from tasks.track import track
from tasks.validate import validate

_progress = logging.getLogger("todoke.progress")
STEPS = (extract, validate, guard, load, track, detect, decide, deliver, publish)


@flow(name="hourly")
def hourly(as_of: datetime | None = None, scratch: str | None = None) -> dict[str, Any]:
    """Bring every customer's messages up to `as_of` (default: the order system's clock). Again sends nothing twice.

    `scratch`: compute in the scratch schema of this name, to its own mailbox. Returns the summary of `tasks.report`.
    """
    run = open_run(as_of, scratch)
    results, seconds = {}, {}
    for step in STEPS:
        _progress.info(step.name)
        began = time.perf_counter()
        results[step.name] = step(run)
        seconds[step.name] = time.perf_counter() - began
    return report(run, results, seconds)
