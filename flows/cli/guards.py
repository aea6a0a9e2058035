"""`todoke go-live`, `pause`, `resume`, `check`: what people switch, and what is checked before anything runs."""

import getpass
import json
from datetime import datetime
from typing import Annotated

import typer

from flows.cli.running import console
from tasks.core import guards
from tasks.core.checks import check_sql, check_templates
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

Scratch = Annotated[str | None, typer.Option(help="In the scratch schema of this name.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (pause, resume, check):
        app.command()(command)
    app.command("go-live")(go_live)


def go_live(
    from_at: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%dT%H:%M:%S%z"], help="Nothing anchored before it is ever sent."),
    ],
    scratch: Scratch = None,
) -> None:
    """Allow messages: touchpoints that never ran begin at this instant."""
    with open_namespace(Settings(), scratch).transaction() as connection:
        guards.go_live(connection, from_at, getpass.getuser())
    typer.echo(f"Live from {from_at.isoformat()}.")


def pause(
    reason: Annotated[str, typer.Option(help="Why, for those who look later.")],
    touchpoint: Annotated[str | None, typer.Option(help="Only this one; default: everything.")] = None,
    scratch: Scratch = None,
) -> None:
    """The kill switch: nothing leaves until `todoke resume`. Planned messages stay planned."""
    with open_namespace(Settings(), scratch).transaction() as connection:
        guards.pause(connection, getpass.getuser(), reason, touchpoint)
    typer.echo(f"Paused: {touchpoint or 'everything'}.")


def resume(scratch: Scratch = None) -> None:
    """Close every open hold and pause: the next run goes on."""
    with open_namespace(Settings(), scratch).transaction() as connection:
        open_holds = guards.held(connection)
        closed = guards.resume(connection, getpass.getuser())
    for line in open_holds:
        console.print(f"  was held: {line}")
    typer.echo(f"Resumed {closed} holds and pauses." if closed else "Nothing was held or paused.")


def check(as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False) -> None:
    """Templates, samples, SQL files and settings: everything that can be wrong before a run."""
    problems = [*check_templates(), *check_sql()]
    if as_json:
        typer.echo(json.dumps(problems, ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(problem)
        typer.echo("Everything is in order." if not problems else f"{len(problems)} problems.")
    raise typer.Exit(1 if problems else 0)
