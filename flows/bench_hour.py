"""The hour of `make bench` in a process of its own, watched from inside: `python -m flows.bench_hour DROP CLOCK`.

Prints one JSON object: seconds of the flow and of its parts, peak memory, the hour's summary.
"""

import json
import re
import resource
import sys
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows import hourly
from tasks import decide, deliver, load, report
from tasks.core.settings import Settings
from tasks.delivery import courier, settler
from tasks.oms import SYSTEMS
from tasks.oms.base import OrderSystem
from tasks.oms.drop import DropFolder

PARTS: tuple[tuple[Any, str, str], ...] = (
    (hourly, "open_run", "open"),
    (load, "_stage", "load: staging"),
    (load, "merge_table", "load: merge"),
    (load, "_analyze", "load: analyze"),
    (decide, "gather", "decide: due files"),
    (decide, "arbitrate", "decide: gates"),
    (decide, "write", "decide: ledger rows"),
    (courier, "claim", "deliver: claim"),
    (courier, "pack", "deliver: render"),
    (courier, "seal_all", "deliver: seal"),
    (courier.Courier, "_post_next", "deliver: check, intend, post, acknowledge"),
    (settler, "attempt", "deliver: post"),
    (settler, "conclude", "deliver: acknowledge"),
    (deliver, "keep", "deliver: archive"),
    (report, "summarise", "report: summary"),
    (report, "publish_artifacts", "report: artifacts"),
)
"""Functions whose seconds are added up: owner, name, part."""

parts: dict[str, float] = defaultdict(float)


def watch(owner: Any, name: str, part: str) -> None:
    """Put a stopwatch around a function."""
    function = getattr(owner, name)

    def watched(*args: Any, **values: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **values)
        finally:
            parts[part] += time.perf_counter() - began

    setattr(owner, name, watched)


def serve_drop(folder: Path, clock: datetime) -> None:
    """Make the shop's order system a folder of changed rows with a clock of its own."""

    def drop(settings: Settings, url: str) -> OrderSystem:
        del settings, url
        return DropFolder(folder, name="sample", clock=clock, full=False)

    SYSTEMS["sample"] = drop


def memory() -> float:
    """Peak memory of this program so far, MB; getrusage would count what its parent had when it forked."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(re.findall(r"^VmHWM:\s+(\d+)", status.read_text(encoding="ascii"), re.MULTILINE)[0]) / 1024


@task(cache_policy=NO_CACHE, persist_result=False)
def _nothing() -> None:
    return None


@flow(name="bench-empty")
def empty_hour() -> None:
    """As many tasks and artifacts as the hour has, doing nothing: what Prefect itself costs."""
    for step in (*hourly.STEPS, report.report):
        _nothing.with_options(name=step.name)()
    create_table_artifact(key="messages", table=[])
    create_markdown_artifact(key="attention", markdown="-")


def main(folder: Path, clock: datetime) -> dict[str, Any]:
    """Run the hour and say what it took."""
    serve_drop(folder, clock)
    for owner, name, part in PARTS:
        watch(owner, name, part)
    at_start = memory()
    began = time.perf_counter()
    summary = hourly.hourly()
    total = time.perf_counter() - began
    peak, began = memory(), time.perf_counter()
    empty_hour()
    return {
        "seconds": total,
        "prefect": time.perf_counter() - began,
        "parts": dict(parts),
        "memory": peak,
        "memory_at_start": at_start,
        "summary": summary,
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))))
