"""`todoke try`: what a shop's own export would have its customers read."""

import json
import shlex
import webbrowser
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from flows.cli.run import INSTANT
from flows.cli.running import command, console, local, stepping
from tasks.core.settings import Settings

output = Console(highlight=False, soft_wrap=True, markup=False)

Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, help="The export: one file, or those that go together.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("try")(try_export)


def try_export(
    files: Files,
    mapping: Annotated[str | None, typer.Option(help="Read them as this one; default: what their headers fit.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=[INSTANT], help="Decide at this time; default: the newest one in the files."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="News of so many days before it is told.")] = 7,
    open_it: Annotated[bool, typer.Option("--open", help="Show the gallery in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of sentences.")] = False,
) -> None:
    """Read an export of orders and show the real messages its customers would get, with all that is wrong in it.

    Nothing is sent: e-mail goes to a mailbox, everything else nowhere, in a scratch schema that is made anew each time.
    """
    console.print("Loading (5 s) ...")
    trial = import_module("flows.trial").trial  # Great Expectations takes 5 s to import, and --help needs none
    with stepping():
        done = trial(Settings(), [path.resolve() for path in files], mapping, as_of, days)
    if as_json:
        typer.echo(json.dumps(asdict(done), ensure_ascii=False, default=str))
    else:
        show(done)
    if open_it:
        webbrowser.open(done.page.as_uri())


def show(done: Any) -> None:
    """What was read, what would be sent, what is wrong, and what to do next."""
    report = done.report
    output.print(f"\n{report.recognised}")
    output.print(f"{', '.join(report.facts)}.\n")
    total = sum(done.messages.values())
    output.print(f"As of {local(report.as_of)}, the newest moment in it: {total} message{'' if total == 1 else 's'}.")
    for name, n in sorted(done.messages.items(), key=lambda pair: -pair[1]):
        output.print(f"  {n:>6}  {name}")
    if report.held:
        output.print(f"  {sum(n for _, n, _ in report.held):>6}  not leaving at that moment; the gallery says why")
    if report.findings:
        output.print("\nWhat we noticed")
        for line in report.findings:
            output.print(f"  - {line}")
    home = f"TODOKE_HOME={Settings().home} " if "home" in Settings().model_fields_set else ""
    output.print(f"\nGallery    {done.page.as_uri()}")
    output.print(f"One order  {home}{command()} preview --scratch try --open --order {shlex.quote(report.example)}")
    output.print("Nothing was sent. Who your shop is in these messages says templates/brand.toml.")
