"""`todoke pages`: take a tracking page from its address, or publish all pages anew."""

import getpass
from importlib import import_module
from typing import Annotated

import typer

from flows.cli.guards import Scratch
from tasks.prepare import open_run

commands = typer.Typer(no_args_is_help=True, help="Tracking pages: revoke an address, publish all pages again.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.command()(revoke)
    commands.command()(again)
    app.add_typer(commands, name="pages")


def revoke(
    order: Annotated[str, typer.Argument(help="The order's id, as in the order system.")], scratch: Scratch = None
) -> None:
    """A stranger has the link: remove the page from its address and publish it at a new one."""
    address = import_module("tasks.publish").revoke(open_run(scratch=scratch), order, getpass.getuser())
    typer.echo(f"The old address is dead. The page of {order} is now at\n{address}")


def again(scratch: Scratch = None) -> None:
    """Publish every page with the next run, changed or not: after a lost folder, or new templates."""
    asked = import_module("tasks.publish").publish_again(open_run(scratch=scratch))
    typer.echo(f"{asked} pages are published with the next run.")
