"""`todoke diff`: who would get what, by the rules of a revision and by those of the working tree."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from flows.cli.guards import Scratch
from tasks.core.namespaces import look_into
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings

output = Console(highlight=False)
console = Console(stderr=True, highlight=False)

Revision = Annotated[
    str | None,
    typer.Argument(help="Git revision, or id of a rulebook in the database; default: where this branch left main."),
]
LINES = 14
"""Of a sample that are printed; `--json` has all."""

_TITLES = {"gains": "gains it", "loses": "loses it", "differs": "gets it differently"}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(diff)


def diff(
    revision: Revision = None,
    days: Annotated[int, typer.Option(min=1, max=400, help="So many recorded days, up to the last decided hour.")] = 7,
    touchpoints: Annotated[
        str | None, typer.Option(help="Only these, comma-separated; the others are as recorded.")
    ] = None,
    samples: Annotated[int, typer.Option(min=0, max=50, help="Messages shown of each touchpoint and cause.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="A comment for a pull request.")] = False,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit code 1 where anybody gets anything else.")
    ] = False,
    scratch: Scratch = None,
) -> None:
    """Who gains, loses or gets a different message by the files as they are here. Sends nothing, writes nothing."""
    if as_json and as_markdown:
        raise typer.BadParameter("either --json or --markdown")
    names = [name.strip() for name in touchpoints.split(",") if name.strip()] if touchpoints else None
    # Imported by name: Great Expectations takes seconds to import, and `--help` needs none.
    proof, written = import_module("tasks.proof.diff"), import_module("tasks.proof.diff_markdown")
    with _hours() as tick:
        found = proof.compare(look_into(Settings(), scratch), revision, days, names, samples, tick)
    if as_json:
        typer.echo(json.dumps({"is_changed": found.is_changed, **asdict(found)}, ensure_ascii=False, default=str))
    elif as_markdown:
        typer.echo(written.markdown(found, _zone()), nl=False)
    else:
        _show(found, written)
    if fail_on_change and found.is_changed:
        raise typer.Exit(1)


@contextmanager
def _hours() -> Iterator[Any]:
    """A bar of the hours on the terminal; elsewhere nothing."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def tick(number: int, of: int, hour: datetime) -> None:
            bar.update(task, completed=number, total=of, description=_local(hour))

        yield tick


def _show(found: Any, written: Any) -> None:
    output.print(f"[bold]{escape(found.before)}[/bold] → [bold]{escape(found.after)}[/bold]")
    output.print(f"{found.hours} recorded hours, {_local(found.from_at)} to {_local(found.until_at)}.", soft_wrap=True)
    output.print(written.summary(found), soft_wrap=True)
    changed = [row for row in found.rows if row.is_changed]
    if changed:
        output.print()
        output.print(_counts(changed))
        output.print()
        for touchpoint, number, kind, why in (cause for row in changed for cause in written.causes(row)):
            output.print(escape(f"  {touchpoint}  {number:>5} {kind:<8} {why}"), soft_wrap=True)
    for sample in found.samples:
        _show_sample(sample)
    output.print()
    for name, why in found.left_out.items():
        output.print(escape(f"Not compared: {name}: {why}"), soft_wrap=True)
    output.print(escape(written.of_the_record(found)), soft_wrap=True)


def _counts(rows: list[Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("touchpoint", "before", "after", "gains", "loses", "different"):
        table.add_column(name, justify="left" if name == "touchpoint" else "right")
    for row in rows:
        cells = (row.before, row.after, *row.changes)
        table.add_row(row.touchpoint, *map(str, cells))
    return table


def _show_sample(sample: Any) -> None:
    """One message, before and after beside each other."""
    output.print(
        escape(f"\n{sample.touchpoint} {sample.subject_id} {_TITLES[sample.kind]}: {sample.why}"), style="bold"
    )
    table = Table(pad_edge=False, header_style="bold", expand=True)
    for title, at in (("before", sample.at_before), ("after", sample.at_after)):
        table.add_column(f"{title}, {_local(at)}" if at else title, ratio=1, overflow="fold")
    table.add_row(_text(sample.before), "(the same)" if sample.before == sample.after else _text(sample.after))
    output.print(table)


def _text(words: Any) -> str:
    if words is None:
        return "(no message in these hours)"
    lines = [f"{words.channel}, {words.language}, {words.variant}", words.subject, "", *words.text.splitlines()]
    return escape("\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])]))


def _zone() -> ZoneInfo:
    return ZoneInfo(DetectionSettings().zone)


def _local(at: datetime) -> str:
    return f"{at.astimezone(_zone()):%Y-%m-%d %H:%M %Z}"
