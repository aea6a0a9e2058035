"""`todoke release` and `accept`: what waits for a person to say that it is right."""

import getpass
from typing import Annotated

import typer

from flows.cli.guards import Scratch
from tasks.core import approvals
from tasks.core.declarations import suggestion
from tasks.core.errors import ConfigurationError
from tasks.core.fronts import plain, tables_of
from tasks.core.queries import query
from tasks.core.settings import Settings
from tasks.core.suites import FEEDS
from tasks.core.touchpoints import load
from tasks.prepare import open_namespace


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(release)
    app.command()(accept)


def release(
    touchpoint: Annotated[str | None, typer.Option(help="Only messages of this one.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only what waits for this reason: volume or approval.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that waits.")] = False,
    why: Annotated[str, typer.Option(help="For colleagues, kept in the audit.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Drop the messages instead: they are never sent.")] = False,
    parked: Annotated[bool, typer.Option("--parked", help="Messages of unknown outcome instead.")] = False,
    sent: Annotated[bool, typer.Option("--sent", help="The provider's log has them: they count as sent.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Send them; who has one already gets it twice.")] = False,
    scratch: Scratch = None,
) -> None:
    """Release what waits for approval; the next run sends what is still true. Without an option: list it."""
    name = load(touchpoint).name if touchpoint else None
    if parked or sent or again:
        return _settle_parked(name, parked, sent, again, scratch)
    settings, by = Settings(), getpass.getuser()
    with open_namespace(settings, scratch).transaction() as connection:
        if not (name or reason or everything):
            typer.echo("\n".join(approvals.awaiting(connection)) or "Nothing waits for approval.")
            return None
        plan = approvals.show(connection, by, "cancel" if cancel else "release", name, reason, why)
        moved = approvals.decide(connection, plan, "confirm", by, settings)
        left = approvals.awaiting(connection)
    typer.echo(f"{'Cancelled' if cancel else 'Released'} {moved} messages." if moved else "Nothing waits for that.")
    for line in left:
        typer.echo(line)
    return None


def _settle_parked(touchpoint: str | None, parked: bool, sent: bool, again: bool, scratch: str | None) -> None:
    if not parked or (sent and again):
        raise typer.BadParameter("with --parked, either --sent or --again")
    with open_namespace(Settings(), scratch).transaction() as connection:
        if sent or again:
            act = approvals.accept_parked if sent else approvals.plan_parked
            moved = act(connection, getpass.getuser(), touchpoint)
            typer.echo(f"{moved} parked messages {'count as sent' if sent else 'are planned again'}.")
        typer.echo("\n".join(approvals.parked(connection)) or "Nothing is parked.")


def accept(feed: Annotated[str, typer.Argument(help="The feed, as in the summary.")], scratch: Scratch = None) -> None:
    """Accept the columns a feed has now: the next run remembers them instead of those that drifted."""
    if plain(feed) not in FEEDS:
        raise ConfigurationError(f"There is no feed {feed!r}{suggestion(feed, list(FEEDS))}.")
    tables = tables_of(feed)
    with open_namespace(Settings(), scratch).transaction() as connection:
        forgotten = query("guards/forget_columns").run(connection, tables=tables)
    typer.echo(f"Feed {feed}: {forgotten} columns forgotten; the next run takes those it finds.")
