"""`todoke serve` and `todoke stop`: Prefect server, worker and hourly deployment on this machine."""

import json
import signal
import time
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from flows import local_prefect
from tasks.core.settings import Settings

console = Console(stderr=True, highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)
    app.command()(stop)


def serve(
    foreground: Annotated[bool, typer.Option(help="Stay, and stop everything on Ctrl-C or SIGTERM.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Start what does not run yet: PostgreSQL, Prefect server, worker, the deployments."""
    settings = Settings()
    if foreground:
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        address = local_prefect.serve(settings, console.print)
        _show(settings, address, as_json)
        if foreground:
            _watch(settings)
    except KeyboardInterrupt:
        local_prefect.stop(settings.home, console.print)


def stop(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Stop worker, Prefect server and embedded PostgreSQL of TODOKE_HOME, in this order."""
    stopped = local_prefect.stop(Settings().home, console.print)
    if as_json:
        typer.echo(json.dumps({"stopped": stopped}))
    else:
        typer.echo(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


def _show(settings: Settings, address: str, as_json: bool) -> None:
    logs = local_prefect.running(settings.home)
    if as_json:
        typer.echo(json.dumps({"ui": address, "home": str(settings.home), "logs": logs}))
        return
    typer.echo(f"Prefect UI   {address}")
    typer.echo(f"State        {settings.home}")
    for name, log in logs.items():
        typer.echo(f"{name:<12} {log}")
    typer.echo(
        "Deployments  hourly/hourly, at every full hour; express/express, every 2 minutes, for what cannot wait."
    )
    typer.echo("             `todoke stop` ends all of it.")


def _watch(settings: Settings) -> None:
    """Until interrupted; ends with 1 when the server or the worker dies."""
    while len(local_prefect.running(settings.home)) == 2:
        time.sleep(1)
    console.print("The server or the worker ended: stopping the rest. Their logs are in the folder above.")
    local_prefect.stop(settings.home, console.print)
    raise typer.Exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
