"""The command `todoke`: collects the command modules, one file per group."""

import typer

from flows.cli import serve

app = typer.Typer(
    name="todoke",
    help="届け: the post-purchase messages of an online shop.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for module in (serve,):
    module.register(app)


if __name__ == "__main__":
    app()
