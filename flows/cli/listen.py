"""`todoke outcomes` and `todoke listen`: what became of what was sent, and who wants no more of it."""

import json
from functools import partial
from typing import Annotated

import typer

from flows.order_events import tell
from tasks.core.accounts import FeedbackSettings, OrderEventSettings
from tasks.core.bell import Bell
from tasks.core.settings import Settings
from tasks.feedback.receive import Receiver
from tasks.listen import serve
from tasks.outcomes import are_in_doubt, read_outcomes, settle_run
from tasks.prepare import open_namespace, open_run


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (outcomes, listen):
        app.command()(command)


def outcomes(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Read providers' events (TODOKE_FEEDBACK_URL, TODOKE_FEEDBACK_SQS_URL) once; settle what hours left in doubt."""
    settings = Settings()
    database = open_namespace(settings)
    found = read_outcomes(Receiver.of(settings, database), FeedbackSettings())
    if are_in_doubt(database):
        found["settled"] = settle_run(open_run(settings=settings))
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(f"{found['requests']} requests, {found['new_events']} new events.")
    for reason, times in found["refused"].items():
        typer.echo(f"  refused, {reason}: {times}")
    for reason, times in found["left"].items():
        typer.echo(f"  left in place, {reason}: {times}")
    for what, times in found["settled"].items():
        typer.echo(f"  in doubt before, {what}: {times}")


def listen(
    host: Annotated[str, typer.Option(help="Address to listen on; a proxy in front of it speaks TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8780,
) -> None:
    """Receive providers' events, one-click unsubscribes and the preference page, until stopped."""
    settings, pause = Settings(), OrderEventSettings().pause_seconds
    typer.echo(
        f"Listening on http://{host}:{port}, known as {settings.listen_url or 'nothing: set TODOKE_LISTEN_URL'}."
    )
    serve(settings, open_namespace(settings), host, port, Bell(partial(tell, settings), pause).press)
