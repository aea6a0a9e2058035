"""`todoke release`: what waits for a person's approval."""

import getpass
from typing import Annotated

import typer

from flows.cli.guards import Scratch
from tasks.core import approvals
from tasks.core.settings import Settings
from tasks.core.touchpoints import load
from tasks.prepare import open_namespace


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(release)


def release(
    touchpoint: Annotated[str | None, typer.Option(help="Only messages of this one.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only what waits for this reason: volume or approval.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that waits.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Drop the messages instead: they are never sent.")] = False,
    scratch: Scratch = None,
) -> None:
    """Release what waits for approval; the next run sends what is still true. Without an option: list it."""
    name = load(touchpoint).name if touchpoint else None
    with open_namespace(Settings(), scratch).transaction() as connection:
        if not (name or reason or everything):
            typer.echo("\n".join(approvals.awaiting(connection)) or "Nothing waits for approval.")
            return
        act = approvals.cancel if cancel else approvals.release
        moved = act(connection, getpass.getuser(), name, reason)
        left = approvals.awaiting(connection)
    typer.echo(f"{'Cancelled' if cancel else 'Released'} {moved} messages." if moved else "Nothing waits for that.")
    for line in left:
        typer.echo(line)
