"""What every command of `todoke` has in common: its errors, its help."""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from tasks.core.errors import ConfigurationError, TodokeError
from tasks.core.settings import check_names


class Commands(TyperGroup):
    """What Todoke raises on purpose ends a command with its message, not with a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            check_names(os.environ)
            return super().invoke(ctx)
        except TodokeError as error:
            typer.echo(f"todoke: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, ConfigurationError) else 1) from error


def _group() -> None:
    """A group, however few commands it has."""


def application() -> typer.Typer:
    """`todoke` without commands."""
    return typer.Typer(
        name="todoke",
        cls=Commands,
        callback=_group,
        help="届け: the post-purchase messages of an online shop.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
