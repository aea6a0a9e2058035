"""`todoke calibration`: how good the forecasts of arrival are, on parcels they had not seen."""

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.guards import Scratch
from tasks.core import lanes
from tasks.core.errors import DataError
from tasks.core.queries import query
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings
from tasks.prepare import open_namespace

SHARES = ("inside", "expected_late", "late")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(calibration)


def calibration(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="Business time; default: the last run's.")
    ] = None,
    scratch: Scratch = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
) -> None:
    """Forecasts learned until a day, held against parcels handed over later: inside their window, late as expected?"""
    database = open_namespace(Settings(), scratch)
    with database.transaction() as connection:
        at = as_of or query("guards/last_decided_at").scalar(connection)
        if at is None:
            raise DataError("Nothing was decided here yet: run an hour first, or say --as-of.")
        rows = lanes.calibration(connection, at, lanes.travel(DetectionSettings().zone))
    if as_json:
        typer.echo("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    elif not rows:
        typer.echo("No parcel was handed over in the four weeks that ended two weeks ago: nothing to compare.")
    else:
        Console(highlight=False).print(_table(rows))


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("by", "", "parcels", "forecast", "in the 80 % window", "expected late", "late"):
        table.add_column(name, justify="left" if name in ("by", "") else "right")
    for row in rows:
        shares = ["–" if row[name] is None else f"{row[name]:.0%}" for name in SHARES]
        table.add_row(row["group"], row["name"], f"{row['parcels']:,}", f"{row['forecast']:,}", *shares)
    return table
