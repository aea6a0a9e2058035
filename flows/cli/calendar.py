"""`todoke calendar`: the coming weeks, what is planned and whom time alone makes due, in the terminal or as a page."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.guards import Scratch
from flows.cli.running import local
from tasks.core.brand import Language, load_brand
from tasks.core.calendar_page import span_of, write_calendar
from tasks.core.calendar_words import audience_line
from tasks.core.outlook import Day, Entry, Line, Outlook, outlook
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

WIDTH = 80
"""Columns of a terminal nobody looks at: what is piped stays readable."""

COUNTED = (
    "Customers known so far, by the day they fall due: due files asked about these days, minus who was told or said no "
    "for good (consent, opt-out, checks). Before pressure, quiet hours, open problems, approval and holdout."
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(calendar)


def calendar(
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks.")] = 4,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: that of the last run.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page into this file.")] = None,
    language: Annotated[str | None, typer.Option(help="ja or en, of the page; default: the shop's.")] = None,
    scratch: Scratch = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Campaigns, contents and what falls due by itself, touchpoint by touchpoint and day by day."""
    spoken = _language(language)
    found = outlook(open_namespace(Settings(), scratch), first.date() if first else None, weeks, spoken)
    if html:
        typer.echo(str(write_calendar(html, found, load_brand(), spoken)))
    if as_json:
        typer.echo(json.dumps({"counted": COUNTED, **found.plain()}, ensure_ascii=False))
    elif not html:
        _show(found)


def _language(said: str | None) -> Language:
    known: dict[str, Language] = {"ja": "ja", "en": "en"}
    if said is not None and said not in known:
        raise typer.BadParameter(f"{said!r} is no language of the page: ja, en", param_hint="--language")
    return known[said] if said else load_brand().language


def _show(found: Outlook) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"[bold]{found.days[0].day} to {found.days[-1].day}[/bold], as of {local(found.as_of.isoformat())}\n")
    if found.entries:
        console.print(_planned(found))
    titles = {entry.id: entry.title for entry in found.entries}
    for one in found.overlaps:
        names = f"{titles[one.first]} and {titles[one.second]}"
        console.print(f"  {names} run at the same time for {one.people:,} people.")
    for start in range(0, len(found.days), 7):
        console.print()
        console.print(_week(found, found.days[start : start + 7]))
    console.print(f"\n{COUNTED}")
    console.print("× the shop is closed   * public holiday")


def _planned(found: Outlook) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("planned", "", "days", "for", "people", "told"):
        table.add_column(name, justify="right" if name in ("people", "told") else "left", overflow="fold")
    for one in found.entries:
        days = " ".join(f"{day:%m-%d}" for day in span_of(one, found.zone))
        table.add_row(one.kind, one.title, days, _for(one), _people(one), f"{one.told:,}")
    return table


def _people(one: Entry) -> str:
    return f"{one.expected if one.people is None else one.people:,}"


def _for(one: Entry) -> str:
    if one.about is None:
        return audience_line(one.audience, "everybody")
    return " · ".join([one.about, *([audience_line(one.audience, "")] if one.audience else [])])


def _week(found: Outlook, days: tuple[Day, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"{days[0].day:%Y-%m}")
    for one in days:
        mark = "*" if one.holiday else "" if one.is_open else "×"
        table.add_column(f"{one.day:%a}\n{one.day.day}{mark}", justify="right", min_width=4)
    table.add_column("sum", justify="right")
    for line in found.lines:
        numbers = [line.expected.get(one.day, 0) for one in days]
        if any(numbers):
            table.add_row(_name(line), *(f"{n:,}" if n else "·" for n in numbers), f"{sum(numbers):,}")
    return table


def _name(line: Line) -> str:
    return line.touchpoint if line.mode == "live" else f"{line.touchpoint} ({line.mode})"
