"""`todoke preview`: every message that can be sent, to look at before any was."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.guards import Scratch
from tasks.core.brand import load_brand
from tasks.core.errors import ConfigurationError
from tasks.core.preview_pages import file_name, write_preview
from tasks.core.settings import Settings
from tasks.core.touchpoints import load
from tasks.prepare import open_namespace
from tasks.proof.order_preview import preview_order


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(preview)


def preview(
    out: Annotated[Path | None, typer.Option(help="Folder of the pages; default: preview/ in TODOKE_HOME.")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    order: Annotated[str | None, typer.Option(help="Instead, what the customer of this order gets, and why.")] = None,
    scratch: Scratch = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
) -> None:
    """A gallery of every touchpoint, variant, channel and language from its samples; needs no database.

    With --order it is that of one real order: personal data, in a folder only you may read.
    """
    if order and touchpoint:
        raise ConfigurationError("--order shows every touchpoint of the order: leave --touchpoint out.")
    if order:
        page, number = _of_order(order, out, scratch)
    else:
        only = load(touchpoint).name if touchpoint else None
        page, number = write_preview(out or Settings().home / "preview", load_brand(), only)
    typer.echo(f"{number} messages: {page.resolve().as_uri()}")
    if open_it:
        webbrowser.open(page.resolve().as_uri())


def _of_order(order: str, out: Path | None, scratch: str | None) -> tuple[Path, int]:
    folder = out or Settings().home / "order_preview" / file_name(order)
    return preview_order(open_namespace(Settings(), scratch), order, folder, load_brand())
