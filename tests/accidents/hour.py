"""One hour of a place, whole: every step of `flows.hourly` in order, over real PostgreSQL, to a provider over HTTP.

`python -m tests.accidents.hour` runs one in a process of its own: with the rules of the project it is started in.
With `backfill` it sends a year first, as somebody would who approves whatever is shown.
"""

import json
import sys
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger

from flows.hourly import STEPS
from tasks.backfill_send import send
from tasks.core.backfills import BackfillMode, BackfillRequest
from tasks.core.errors import TodokeError
from tasks.core.settings import Settings
from tasks.prepare import open_run
from tasks.report import attention, summarise
from tasks.walk import finish_hour


@dataclass(frozen=True)
class Said:
    """What a run told a person. `refused`: it ended before anything was loaded."""

    lines: list[str]
    refused: bool
    verdicts: dict[str, dict[str, int]]
    """Touchpoint -> `verdict:reason` -> candidates."""


def hour(home: Path, drop: Path, url: str, as_of: datetime) -> Said:
    """The hour of a shop in production, whose e-mail goes to TODOKE_WEBHOOK_URL."""
    settings = _settings(home, drop, url)
    results: dict[str, Any] = {}
    try:
        with disable_run_logger():
            run = open_run(as_of, settings=settings)
            for step in STEPS:
                results[step.name] = step.fn(run)
            with run.database.transaction() as connection:
                summary = summarise(connection, run, results)
            finish_hour(run, {})
    except TodokeError as error:
        return Said([str(error)], True, {})
    return Said(attention(summary).splitlines(), False, results["decide"].verdicts)


def backfill_and_hour(home: Path, drop: Path, url: str, as_of: datetime) -> Said:
    """`todoke backfill --mode send` over the year before, approved; then the hour."""
    request = BackfillRequest(mode=BackfillMode.SEND, from_at=as_of - timedelta(days=365), to_at=as_of, most=10_000)
    with disable_run_logger():
        shown, sent = send(open_run(as_of, settings=_settings(home, drop, url)), request, "the data team")
    told = [f"backfill: {one.subjects} {one.reason}, {one.explanation}" for one in shown.found.stopped]
    told += [f"backfill: sent {sent.states}"] if sent else ["backfill: nothing to approve"]
    said = hour(home, drop, url, as_of)
    return replace(said, lines=[*told, *said.lines])


def _settings(home: Path, drop: Path, url: str) -> Settings:
    return Settings(home=home, oms="files", oms_url=drop, database_url=url, env="production", email="webhook")


ACTS = {"hour": hour, "backfill": backfill_and_hour}

if __name__ == "__main__":
    act, folder, files, database, at = sys.argv[1:]
    print(json.dumps(asdict(ACTS[act](Path(folder), Path(files), database, datetime.fromisoformat(at)))))
