"""`todoke hindsight`: what past hours would have decided had they known what came too late."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.guards import Scratch
from flows.cli.run import INSTANT
from flows.cli.running import local
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

console = Console(highlight=False, soft_wrap=True)
SHOWN = 5
"""Messages printed of each touchpoint and kind; `--json` has all."""

From = Annotated[datetime, typer.Option("--from", formats=[INSTANT], help="Every hour decided after it ...")]
To = Annotated[datetime | None, typer.Option("--to", formats=[INSTANT], help="... and up to here (default: the last).")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(hindsight)


def hindsight(
    from_at: From,
    to_at: To = None,
    scratch: Scratch = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: every message, every cause.")] = False,
) -> None:
    """What past hours would have sent had late data come in time, and how late each feed is. Sends nothing."""
    until = to_at or datetime.now(UTC).replace(year=9999)
    # Imported by name: Great Expectations takes seconds to import, and `--help` needs none.
    found = import_module("tasks.proof.hindsight").hindsight(open_namespace(Settings(), scratch), from_at, until)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str))
    else:
        _show(found)


def _show(found: Any) -> None:
    console.print(
        f"{found.hours} hours, {found.concerned} of them decided without facts that had happened: "
        f"{len(found.changes)} messages would have fared otherwise. Nothing is sent for it."
    )
    groups = Counter((str(change.kind), change.touchpoint) for change in found.changes)
    for (kind, touchpoint), n in sorted(groups.items()):
        console.print(f"\n[bold]{touchpoint}[/bold]: {n} {kind}")
        some = [one for one in found.changes if (str(one.kind), one.touchpoint) == (kind, touchpoint)][:SHOWN]
        for change in some:
            console.print(escape(_line(change)))
        if n > len(some):
            console.print(f"  and {n - len(some)} more")
    if found.lateness:
        console.print("\nKnown so long after it happened")
        console.print(_lateness(found.lateness))


def _line(change: Any) -> str:
    cause = change.because[0]
    what = f"{cause.feed} {cause.fact}" + (f" ({', '.join(cause.fields)})" if cause.fields else "")
    known = f"{what} happened {_at(cause.happened_at)}, known {_at(cause.known_at)}"
    more = f" and {len(change.because) - 1} more facts" if len(change.because) > 1 else ""
    instead = f" [{change.instead}]" if change.instead else ""
    went = f", went {_at(change.sent_at)}" if change.sent_at else ""
    return f"  {_at(change.as_of)}  {change.subject_id}{instead}{went}: {known}{more}"


def _at(instant: datetime) -> str:
    return local(instant.isoformat())


def _lateness(rows: Sequence[Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("feed")
    for name in ("facts", "median", "95 % within"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.feed, f"{row.facts:,}", _hours(row.median), _hours(row.most))
    return table


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h"
