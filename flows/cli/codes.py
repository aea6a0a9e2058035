"""`todoke codes`: what is left of each pool of coupon codes, and who was given the others."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.guards import Scratch
from tasks.core.brand import load_brand
from tasks.core.codes import PoolState, export, issued, pools
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

COLUMNS = ("free", "personal", "reserved", "issued")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(codes)


def codes(
    file: Annotated[
        Path | None, typer.Option("--export", help="CSV of the codes that were given, for the shop's till.")
    ] = None,
    scratch: Scratch = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a pool.")] = False,
) -> None:
    """Pools of coupon codes: how many are free, reserved by messages yet to leave, and issued."""
    with open_namespace(Settings(), scratch).transaction() as connection:
        given = issued(connection)
        found = pools(connection, load_brand(), given)
    if file:
        export(given, file)
    if as_json:
        typer.echo("\n".join(json.dumps(pool, ensure_ascii=False) for pool in found))
    elif found:
        Console(highlight=False).print(_table(found))
    else:
        typer.echo("brand.toml names no pool, and coupon_codes is empty.")
    if file and not as_json:
        typer.echo(f"{len(given)} codes written to {file}.")


def _table(found: list[PoolState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("pool", *COLUMNS, "given by"):
        table.add_column(name, justify="right" if name in COLUMNS else "left")
    for pool in found:
        free = ["everybody's", pool["shared"]] if pool["shared"] else [f"{pool[name]:,}" for name in COLUMNS[:2]]
        used = [f"{pool[name]:,}" for name in COLUMNS[2:]]
        table.add_row(pool["pool"], *free, *used, ", ".join(pool["gives"]) or "nobody")
    return table
