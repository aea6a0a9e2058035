"""`todoke mentions`: posts about the shop, with a drafted reply each, and what authors said of their photos."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from flows.cli.guards import Scratch
from tasks.core.brand import load_brand
from tasks.core.mentions import Mention, Replies, listed, record_permission
from tasks.core.queries import query
from tasks.core.secrets import secret
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

commands = typer.Typer(help="Posts about the shop: drafted replies, permissions to show photos.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.callback(invoke_without_command=True)(mentions)
    commands.command()(permission)
    app.add_typer(commands, name="mentions")


def mentions(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="How far back, from the last run.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    scratch: Scratch = None,
) -> None:
    """List posts about the shop, newest first, each with a reply in its language. Nothing is posted by itself."""
    if context.invoked_subcommand:
        return
    with open_namespace(Settings(), scratch).transaction() as connection:
        until: datetime = query("guards/last_decided_at").scalar(connection) or datetime.now(UTC)
        found = listed(connection, Replies(load_brand()), until - timedelta(days=days))
    if as_json:
        typer.echo(json.dumps([one.shown() for one in found], ensure_ascii=False))
    else:
        typer.echo("\n\n".join(map(_words, found)) or f"Nobody posted about the shop in the last {days} days.")


def permission(
    mention: Annotated[str, typer.Argument(help="Id of the mention, as the list shows it.")],
    given: Annotated[bool, typer.Option("--given/--refused", help="What the author said.")],
    by: Annotated[str, typer.Option(help="Who asked the author; default: you.")] = "",
    proof: Annotated[str | None, typer.Option(help="Address where the answer can be read.")] = None,
    scratch: Scratch = None,
) -> None:
    """Record what an author said about their photo. It is kept for ever; the last word counts."""
    settings, name = Settings(), by or getpass.getuser()
    database = open_namespace(settings, scratch)
    record_permission(database, secret(settings), mention, given, name, proof, "operator")
    typer.echo(f"{mention}: the photo may {'be shown' if given else 'not be shown'}, said to {name}.")


_PHOTO = {
    "none": "nothing to ask",
    "ask": "nobody asked for the photo yet",
    "asked": "asked for the photo by mail",
    "given": "the photo may be shown",
    "refused": "the photo may not be shown",
}


def _words(one: Mention) -> str:
    said = f" (said to {one.said_by})" if one.said_by else ""
    author = f"@{one.author}" if one.author else "unknown"
    lines = [
        f"{one.mention_id}  {one.platform}  {one.at:%Y-%m-%d %H:%M %Z}  {author}",
        f"  {one.url or 'no address'}",
        f"  mail: {one.mail or 'none'}; {_PHOTO[one.photo]}{said}",
    ]
    return "\n".join([*lines, *(f"    {line}" for line in one.reply.splitlines())])
