"""`todoke preview`: every message that can be sent, to look at before any was."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from tasks.core.brand import load_brand
from tasks.core.preview_pages import write_preview
from tasks.core.settings import Settings
from tasks.core.touchpoints import load


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(preview)


def preview(
    out: Annotated[Path | None, typer.Option(help="Folder of the pages; default: preview/ in TODOKE_HOME.")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """A gallery of every touchpoint, variant, channel and language from its samples; needs no database."""
    only = load(touchpoint).name if touchpoint else None
    page, number = write_preview(out or Settings().home / "preview", load_brand(), only)
    typer.echo(f"{number} messages: {page.resolve().as_uri()}")
    if open_it:
        webbrowser.open(page.resolve().as_uri())
