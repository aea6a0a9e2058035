"""`todoke explain`: why someone got, or did not get, a message."""

import json
import re
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.running import local
from tasks.core.settings import Settings
from tasks.core.touchpoints import load
from tasks.prepare import open_namespace
from tasks.proof.explain import Explanation, explain_order

output = Console(highlight=False, soft_wrap=True)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(explain)


def explain(
    order: Annotated[str, typer.Option(help="Order id.")],
    touchpoint: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="Business time; default: the last run's.")
    ] = None,
    scratch: Annotated[str | None, typer.Option(help="Look into the scratch schema of this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Facts, decisions, and for every touchpoint the first check that said no, with its values."""
    found = explain_order(open_namespace(Settings(), scratch), order, as_of)
    if touchpoint:
        found["touchpoints"] = {touchpoint: found["touchpoints"][load(touchpoint).name]}
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)


def _show(found: Explanation) -> None:
    output.print(
        f"[bold]Order {found['order_id']}[/bold] of customer {found['customer_id']}, as of {_plain(found['as_of'])}\n"
    )
    output.print(_pairs(found["facts"]))
    for date in found["dates"]:
        days = (
            date["until_on"]
            if date["from_on"] in (None, date["until_on"])
            else f"{date['from_on']} to {date['until_on']}"
        )
        by = " ".join(part for part in (date["source"], date["shipment_id"]) if part)
        output.print(f"{_plain(date['said_at'])}  {date['kind']} {days or 'a day to follow'}{f' ({by})' if by else ''}")
    for delay in found["delays"]:
        until = f"until {_plain(delay['lifted_at'])}" if delay["lifted_at"] else "and still"
        output.print(
            f"late           {delay['cause']} {delay['region'] or ''} since {_plain(delay['first_seen_at'])} {until}"
        )
    for event in found["messages"]:
        reason = f" ({event['reason']})" if event["reason"] else ""
        output.print(f"{_plain(event['state_at'])}  {event['touchpoint']} {event['state']}{reason}")
    for name, rows in found["touchpoints"].items():
        output.print(f"\n[bold]{name}[/bold]")
        for row in rows:
            _show_verdict(row)


def _show_verdict(row: dict[str, Any]) -> None:
    because = f": {row['reason']}" if row["reason"] else ""
    verdict = "later" if row["reason"] == "not_due_yet" else row["verdict"]
    output.print(f"  {verdict}{because}  {row.get('subject_id', '')}")
    for key, value in (row["detail"] or {}).items():
        output.print(f"    {key} = {_plain(value)}")
    if row.get("waits"):
        output.print(f"    waits since {_plain(row['waits_since'])}: {row['waits']}")


def _pairs(facts: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), _plain(value))
    return table


def _plain(value: Any) -> str:
    """Instants in the shop's zone, everything else as it is."""
    return local(value) if isinstance(value, str) and _INSTANT.match(value) else str(value)
