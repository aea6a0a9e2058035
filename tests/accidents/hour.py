"""One hour of a place, whole: every step of `flows.hourly` in order, over real PostgreSQL, to a provider over HTTP.

`python -m tests.accidents.hour` runs one in a process of its own: with the rules of the project it is started in.
"""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger

from flows.hourly import STEPS
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
    settings = Settings(home=home, oms="files", oms_url=drop, database_url=url, env="production", email="webhook")
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


if __name__ == "__main__":
    folder, files, database, at = sys.argv[1:]
    print(json.dumps(asdict(hour(Path(folder), Path(files), database, datetime.fromisoformat(at)))))
