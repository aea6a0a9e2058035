"""What every command that runs the hour shares: a Prefect server to report to, and progress."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from flows import local_prefect
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings
from tasks.report import table_of

console = Console(stderr=True, highlight=False, soft_wrap=True)


def run_hour(
    settings: Settings, as_of: datetime | None = None, scratch: str | None = None, lane: str = "hourly"
) -> dict[str, Any]:
    """A lane (hourly, express) in this process. It reports to the local Prefect server, started where it does not run.

    The flow is imported by name: Great Expectations takes 5 s to import, and `explain`, `pause` or `--help` need none.
    """
    local_prefect.start_server(settings, console.print)
    console.print("Loading the hour (5 s) ...")
    with _progress(), local_prefect.connected(settings):
        summary: dict[str, Any] = getattr(import_module(f"flows.{lane}"), lane)(as_of=as_of, scratch=scratch)
    return summary


def run_walk(
    settings: Settings, from_at: datetime, to_at: datetime, step: timedelta, scratch: str, pages: bool
) -> dict[str, Any]:
    """The flow `walk` in this process, with a progress bar."""
    local_prefect.start_server(settings, console.print)
    with _progress(_WalkHandler()), local_prefect.connected(settings):
        walk = import_module("flows.walk").walk
        summary: dict[str, Any] = walk(from_at=from_at, to_at=to_at, step=step, scratch=scratch, pages=pages)
    return summary


@contextmanager
def walking() -> Iterator[None]:
    """A bar of the days or hours that a plain walk, which reports to no server, says it has done."""
    with _progress(_WalkHandler()):
        yield


@contextmanager
def stepping() -> Iterator[None]:
    """The steps of a plain run, which reports to no server, as they begin."""
    with _progress():
        yield


@contextmanager
def _progress(handler: "_StepHandler | _WalkHandler | None" = None) -> Iterator[None]:
    """What the flow says while it runs, on the terminal."""
    logger, handler = logging.getLogger("todoke.progress"), handler or _StepHandler()
    for name in ("prefect.flow_runs", "prefect.task_runs"):  # a refusal is one line of ours, not their traceback
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        handler.finish()
        logger.removeHandler(handler)


class _StepHandler(logging.Handler):
    """Prints a step when it begins and its seconds when the next one does."""

    def __init__(self) -> None:
        super().__init__()
        self.began: float | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.finish()
        self.began = time.perf_counter()
        console.print(f"  {record.getMessage():<10}", end="")

    def finish(self) -> None:
        if self.began is not None:
            console.print(f" {time.perf_counter() - self.began:5.1f} s")
        self.began = None


class _WalkHandler(logging.Handler):
    """A bar of the hours walked; without a terminal, a line each tenth of the way."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = Progress(
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self.task = self.bar.add_task("reading", total=None)
        self.bar.start()

    def emit(self, record: logging.LogRecord) -> None:
        if not isinstance(record.args, tuple) or len(record.args) != 3:
            self.bar.update(self.task, description=record.getMessage())
            return
        number, of, hour = record.args
        self.bar.update(self.task, completed=int(str(number)), total=int(str(of)), description=str(hour))
        tenth = max(1, int(str(of)) // 10)
        if not console.is_terminal and int(str(number)) % tenth == 0:
            console.print(f"  {record.getMessage()}")

    def finish(self) -> None:
        self.bar.stop()


def local(instant: str) -> str:
    """An ISO instant as people of the shop read it: 2026-09-15 10:00 JST."""
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo(DetectionSettings().zone)):%Y-%m-%d %H:%M %Z}"


def command() -> str:
    """This very command, as a person can paste it."""
    path = Path(sys.argv[0])
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def result_table(summary: dict[str, Any]) -> Table:
    """Touchpoint x sent, waiting with reasons, failed …; columns nobody needs today are left out."""
    rows = table_of(summary)
    columns = [
        name for name in rows[0] if name in ("touchpoint", "sent", "waiting", "failed") or any(r[name] for r in rows)
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="left" if name in ("touchpoint", "waiting") else "right")
    for row in rows:
        table.add_row(*(str(row[name] or ("–" if name == "waiting" else 0)) for name in columns))
    return table
