"""`todoke replay`: past hours decided again, held against what was recorded."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from flows.cli.guards import Scratch
from flows.cli.run import INSTANT
from tasks.core.due import LONG_AGO
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

console = Console(highlight=False, soft_wrap=True)
SHOWN = 20
"""Differences of one hour that are printed; `--json` has all."""

At = Annotated[datetime | None, typer.Option("--as-of", formats=[INSTANT], help="The last hour decided by then.")]
From = Annotated[datetime | None, typer.Option("--from", formats=[INSTANT], help="Every hour decided after it ...")]
To = Annotated[datetime | None, typer.Option("--to", formats=[INSTANT], help="... and up to here (default: the last).")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(replay)


def replay(
    as_of: At = None,
    from_at: From = None,
    to_at: To = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, one line an hour.")] = False,
    scratch: Scratch = None,
) -> None:
    """Decide past hours again, by what was recorded then, and compare: equal, or every difference. Sends nothing.

    Default: the last hour. Exit code 1 where a decision comes out otherwise.
    """
    if as_of is not None and (from_at or to_at):
        raise typer.BadParameter("either --as-of, or --from and --to")
    until = as_of or to_at or datetime.now(UTC).replace(year=9999)
    # Imported by name: Great Expectations takes seconds to import, and `--help` needs none.
    proof = import_module("tasks.proof.replay")
    found = proof.replays(open_namespace(Settings(), scratch), from_at or LONG_AGO, until, None if from_at else 1)
    if sum([_told(hour, as_json) for hour in found]):
        raise typer.Exit(1)


def _told(hour: Any, as_json: bool) -> int:
    """Print one hour; how many decisions of it came out otherwise."""
    if as_json:
        typer.echo(json.dumps(asdict(hour), ensure_ascii=False, default=str))
        return len(hour.differences)
    held = f"{hour.messages} messages, {hour.waiting} waiting, {hour.ended} ended"
    equal = "equals the record" if not hour.differences else f"{len(hour.differences)} decisions come out otherwise"
    console.print(f"{hour.as_of:%Y-%m-%d %H:%M} UTC  {held}: {equal}.")
    for line in _lines(hour.differences[:SHOWN]):
        console.print(escape(line))
    return len(hour.differences)


def _lines(differences: Iterable[Any]) -> Iterable[str]:
    for one in differences:
        what = f"  {one.kind} {one.touchpoint} {one.subject_id}: "
        if one.recorded is None:
            yield what + "not in the record"
        elif one.replayed is None:
            yield what + f"in the record alone ({one.cause})"
        else:
            fields = ", ".join(_field(name, one) for name in one.recorded)
            yield what + f"{fields} ({one.cause})"


def _field(name: str, one: Any) -> str:
    """Contexts are long and personal: that they differ is enough here."""
    if name == "context":
        return name
    return f"{name} {one.recorded[name]} → {one.replayed.get(name)}"
