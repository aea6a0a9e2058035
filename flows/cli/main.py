"""The command `todoke`: collects the command modules, one file per group.

Exit codes: 0 done; 1 refused or failed; 2 wrong use or a wrong setting, template or SQL file.
"""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from flows.cli import (
    bench,
    calendar,
    calibration,
    codes,
    explain,
    guards,
    listen,
    mentions,
    new_touchpoint,
    notice,
    pages,
    preview,
    release,
    replay,
    run,
    serve,
    simulate,
)
from tasks.core.errors import ConfigurationError, TodokeError
from tasks.core.settings import check_names

MODULES = (
    run,
    explain,
    calendar,
    calibration,
    codes,
    guards,
    replay,
    simulate,
    release,
    mentions,
    notice,
    pages,
    preview,
    listen,
    serve,
    new_touchpoint,
    bench,
)


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


app = typer.Typer(
    name="todoke",
    cls=Commands,
    help="届け: the post-purchase messages of an online shop.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for module in MODULES:
    module.register(app)


if __name__ == "__main__":
    app()
