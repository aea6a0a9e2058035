"""`todoke run` and `todoke demo`: the hour, now."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

from flows import local_prefect
from flows.cli.running import command, console, local, result_table, run_hour, run_walk
from tasks.core.durations import length_of
from tasks.core.guards import go_live, live_from
from tasks.core.queries import query
from tasks.core.settings import Settings
from tasks.prepare import open_namespace, open_run
from tasks.publish import gallery_folder
from tasks.report import gate_lines
from tasks.stores import pages_store

output = Console(highlight=False, soft_wrap=True)
INSTANT = "%Y-%m-%dT%H:%M:%S%z"
DEMO_HOURS = 24
"""The demo goes live this long before the sample shop's clock, so that there is something to say."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(run)
    app.command()(demo)


def run(
    as_of: Annotated[
        datetime | None, typer.Option(formats=[INSTANT], help="Business time; default: the order system's clock.")
    ] = None,
    from_at: Annotated[
        datetime | None, typer.Option("--from", formats=[INSTANT], help="Walk a past period: it begins here ...")
    ] = None,
    to_at: Annotated[datetime | None, typer.Option("--to", formats=[INSTANT], help="... and ends here.")] = None,
    step: Annotated[str, typer.Option(help="Business time between two runs of a walk: 30m, 1h, 1d.")] = "1h",
    pages: Annotated[bool, typer.Option("--pages", help="A walk publishes tracking pages too.")] = False,
    scratch: Annotated[
        str | None, typer.Option(help="Compute in the scratch schema of this name, to its own mailbox.")
    ] = None,
    express: Annotated[
        bool, typer.Option("--express", help="Only what cannot wait for the hour: confirmations and their like.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Run the hour once: load, decide, send. Running it again sends nothing twice.

    With --from and --to: every hour of a past period, in a scratch schema (default `walk`); the source is read once.
    """
    if from_at is None and to_at is None:
        summary = run_hour(Settings(), as_of, scratch, "express" if express else "hourly")
    elif from_at is None or to_at is None or as_of is not None or express:
        raise typer.BadParameter("a walk needs --from and --to, and neither --as-of nor --express")
    else:
        summary = run_walk(Settings(), from_at, to_at, _step(step), scratch or "walk", pages)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    elif "states" in summary:
        show(summary)
    else:
        output.print(f"As of {local(summary['as_of'])}: nothing new of any order.")


def _step(written: str) -> timedelta:
    """30m, 1h, 1d."""
    try:
        return length_of(written)
    except ValueError as error:
        raise typer.BadParameter(f"--{error}") from error


def demo() -> None:
    """The sample shop's hour: orders, parcels, a typhoon, messages in a mailbox. Needs nothing and reaches nobody."""
    settings = Settings()
    console.print(f"Todoke demo. All of its state lies in {settings.home}")
    _go_live_once(settings)
    summary = run_hour(settings)
    address = local_prefect.start_server(settings)
    show(summary)
    output.print(f"\n  Mailbox        {settings.home / 'mailbox'}")
    output.print(f"  Gallery        {(gallery_folder(settings) / 'index.html').as_uri()}")
    output.print(f"  Tracking pages {pages_store(settings)}")
    output.print(f"  Prefect UI     {address}")
    output.print("\nWhy did someone get a message, or not? And to end what runs:\n")
    output.print(f"  TODOKE_HOME={settings.home} {command()} explain --order {_an_order(settings)}")
    output.print(f"  TODOKE_HOME={settings.home} {command()} stop")


def _an_order(settings: Settings) -> str:
    """An order with a story to tell: the last one a delay notice went to."""
    with open_namespace(settings).transaction() as connection:
        return str(query("reports/example_order").scalar(connection) or "ID")


def _go_live_once(settings: Settings) -> None:
    opened = open_run(settings=settings)
    with opened.database.transaction() as connection:
        if live_from(connection) is None:
            go_live(connection, opened.as_of - timedelta(hours=DEMO_HOURS), "todoke demo")


def show(summary: dict[str, Any]) -> None:
    """The table of a run, and what wants a look."""
    output.print(f"\nAs of {local(summary['as_of'])}: {_planned(summary)}\n")
    if summary["states"] or summary["waiting"]:
        output.print(result_table(summary))
    for line in _attention(summary):
        output.print(f"  {line}".rstrip())


def _planned(summary: dict[str, Any]) -> str:
    if not summary["planned"]:
        again = "nothing new, and nothing was sent twice."
        return again if summary["states"] else "nothing to send; what is older than the first run is not written about."
    held_out = f", {summary['held_out']} of them held out to measure by" if summary["held_out"] else ""
    return f"{summary['planned']} new messages{held_out}."


def _attention(summary: dict[str, Any]) -> list[str]:
    lines = gate_lines(summary["gates"])
    if summary["quarantined"]:
        rows = ", ".join(f"{table} {n}" for table, n in summary["quarantined"].items())
        lines.append(f"Rows set aside: {rows}.")
    if summary["unknown_statuses"]:
        words = ", ".join(f"{word} ({n})" for word, n in summary["unknown_statuses"].items())
        lines.append(f"Carrier words nobody mapped: {words}.")
    lines += [f"{name} was not decided: {error}" for name, error in summary["broken"].items()]
    return ["", *lines, *summary["notes"]] if lines or summary["notes"] else []
