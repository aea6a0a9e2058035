"""A past period, hour by hour, in a scratch schema. The source is read once: state comes from instants <= as_of.

One flow, plain calls inside: a Prefect task for each step of each hour would cost more than the hour.
"""

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from prefect import flow

from tasks.core.runs import Run
from tasks.decide import Decision, decide
from tasks.deliver import Delivered, deliver
from tasks.detect import detect
from tasks.extract import extract_feeds
from tasks.load import load_feeds
from tasks.prepare import at, open_run
from tasks.publish import publish
from tasks.report import Summary, report
from tasks.track import track
from tasks.validate import validate_feeds
from tasks.walk import begin, finish_hour, hours_between, hours_left, total

_progress = logging.getLogger("todoke.progress")
HOUR: dict[str, Callable[[Run], Any]] = {
    "track": track.fn,
    "detect": detect.fn,
    "decide": decide.fn,
    "deliver": deliver.fn,
}


@flow(name="walk")
def walk(
    from_at: datetime, to_at: datetime, step: timedelta = timedelta(hours=1), scratch: str = "walk", pages: bool = False
) -> dict[str, Any]:
    """Every hour after `from_at` up to `to_at` in the scratch schema; again goes on where the last walk ended.

    Returns the summary of `tasks.report` with hours walked and seconds of each step over all of them.
    """
    run = open_run(to_at, scratch)
    hours = hours_between(from_at, to_at, step)
    begin(run, from_at)
    began = time.perf_counter()
    results = read_source(run)
    spent: list[Mapping[str, float]] = [{"load": time.perf_counter() - began}]
    results |= {"decide": Decision(results["load"].load_id), "deliver": Delivered({}, [])}
    left = hours_left(run, hours)
    planned = 0
    for number, hour in enumerate(left, start=1):
        run = at(run, hour)
        results |= walk_hour(run, spent, pages)
        planned += results["decide"].planned
        _progress.info("%s of %s  %s", number, len(left), hour.isoformat(timespec="minutes"))
    summary: Summary = report(run, results, total(spent))
    return summary | {"planned": planned, "hours": len(hours), "walked": len(left)}


def read_source(run: Run) -> dict[str, Any]:
    """Read, check and store the source as it is now. Results of the steps `validate` and `load`."""
    try:
        _progress.info("extract")
        extract_feeds(run)
        _progress.info("validate")
        checked = validate_feeds(run)
        _progress.info("load")
        return {"validate": checked, "load": load_feeds(run)}
    finally:
        shutil.rmtree(run.scratch, ignore_errors=True)


def walk_hour(run: Run, spent: list[Mapping[str, float]], pages: bool = False) -> dict[str, Any]:
    """One hour of a walk, recorded as done. Results by step; `spent` gets its seconds."""
    results, seconds = {}, {}
    for name, step in (HOUR | ({"publish": publish.fn} if pages else {})).items():
        began = time.perf_counter()
        results[name] = step(run)
        seconds[name] = time.perf_counter() - began
    finish_hour(run, seconds)
    spent.append(seconds)
    return results
