"""`todoke simulate`: the days to come, drawn from the shop's own past and decided by the real hours."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.running import walking
from tasks.core.settings import Settings
from tasks.prepare import open_namespace

console = Console(highlight=False, soft_wrap=True)
_STEP = re.compile(r"(\d{1,2})h")
SHOWN = 4
"""Touchpoints named for each reason that held something."""

Days = Annotated[int, typer.Option(min=1, max=366, help="How far to go on.")]
Seed = Annotated[int, typer.Option(min=0, help="Another seed draws another future; the same one the same.")]
Step = Annotated[str, typer.Option(help="Business time between two runs: 1h as the shop itself, or 2h, 3h, 4h … 24h.")]
Name = Annotated[str, typer.Option(help="The scratch schema to simulate in; it is made anew.")]
Origin = Annotated[
    str | None, typer.Option("--scratch", help="Go on from this scratch schema instead of the live one.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(simulate)


def simulate(
    days: Days = 30,
    seed: Seed = 1,
    step: Step = "1h",
    html: Annotated[Path | None, typer.Option(help="Write the report with its plots to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    name: Name = "simulation",
    render_all: Annotated[bool, typer.Option("--render-all", help="Render every message, not one in twenty.")] = False,
    scratch: Origin = None,
) -> None:
    """Continue the shop: who would get what, when, and what would be held. Sends nothing and leaves the shop untouched.

    Arrivals, customers, baskets, times on the way, cancellations and returns are drawn from the shop's own past.
    """
    hours = _STEP.fullmatch(step)
    if hours is None:
        raise typer.BadParameter(f"--step {step}: write it like 1h or 6h")
    settings = Settings()
    # Imported by name: pandas and Great Expectations take seconds to import, and `--help` needs none.
    flow, pages = import_module("flows.simulate"), import_module("tasks.proof.simulate_page")
    with walking():
        origin = open_namespace(settings, scratch)
        found = flow.simulate(settings, origin, days, seed, timedelta(hours=int(hours[1])), name, render_all)
    if html is not None:
        html.write_text(pages.page(found), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str))
        return
    _show(found, pages)
    if html is not None:
        console.print(f"Plots: {html}")


def _show(found: Any, pages: Any) -> None:
    console.print(
        f"{found.days} days from {found.began_at:%Y-%m-%d %H:%M} UTC, {found.step_hours:g} h a step, "
        f"seed {found.seed}: {found.orders} orders, {found.messages} messages. Nothing was sent.\n"
    )
    _print(*_touchpoints(found))
    for title, counted in (("held first by", found.held), ("to approve", found.approvals)):
        if counted:
            _print([title, "messages", "most of them"], [_reason(*pair) for pair in counted.items()])
    _print(*pages.channel_rows(found))
    _print(*pages.calibration_rows(found))
    console.print(f"{pages.busiest(found)}\n")
    _print(["drawn from", "n"], [[name, f"{n}"] for name, n in found.n.items()])
    for note in found.notes:
        console.print(f"  {note}")
    console.print(f"  Seconds: {', '.join(f'{name} {seconds:g}' for name, seconds in found.seconds.items())}.")


def _touchpoints(found: Any) -> tuple[list[str], list[list[str]]]:
    channels = [one.channel for one in found.channels]
    rows = []
    for name, counts in found.touchpoints.items():
        by_channel = [f"{counts.get(channel, 0)}" for channel in channels]
        rows.append([name, found.classes[name], *by_channel, f"{sum(counts.values()) / found.days:.1f}"])
    return ["touchpoint", "class", *channels, "a day"], rows


def _reason(reason: str, counts: dict[str, int]) -> list[str]:
    named = ", ".join(f"{name} {n}" for name, n in list(counts.items())[:SHOWN])
    return [reason.replace("_", " "), f"{sum(counts.values())}", named]


def _print(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(head):
        is_text = place == 0 or name in ("class", "most of them")
        table.add_column(name, justify="left" if is_text else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()
