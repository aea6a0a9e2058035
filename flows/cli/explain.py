"""`todoke explain`: why someone got, or did not get, a message; in the terminal, as JSON, or as a page."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tasks.core.brand import Language, load_brand
from tasks.core.explain_page import write_explanation
from tasks.core.explain_words import GROUPS, Said, Sayer, first_known, group_of, sayer, told
from tasks.core.namespaces import open_namespace
from tasks.core.settings import Settings
from tasks.core.thresholds import DetectionSettings
from tasks.core.touchpoints import load
from tasks.proof.explain import Explanation, explain_customer, explain_order

WIDTH = 80
"""Columns of a terminal nobody looks at: what is piped stays readable."""

MOST = 3
"""Subjects of one touchpoint shown in one group; --touchpoint shows all."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(explain)


def explain(
    customer: Annotated[str | None, typer.Option(help="Customer id: everything about one person.")] = None,
    order: Annotated[str | None, typer.Option(help="Order id: one order, and its customer.")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="Only this one, every subject and condition of it.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"], help="As it was known and decided then."),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page into this file.")] = None,
    language: Annotated[str | None, typer.Option(help="ja or en, of the page; default: the shop's.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show names, addresses and what messages say.")] = False,
    scratch: Annotated[str | None, typer.Option(help="Look into the scratch schema of this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object (docs/proof.md).")] = False,
) -> None:
    """What happened to a customer or an order; for every touchpoint the first check that said no, with its values."""
    if (customer is None) == (order is None):
        raise typer.BadParameter("say whom it is about: --customer ID or --order ID, one of them")
    spoken = _language(language)
    if touchpoint:
        load(touchpoint)
    database = open_namespace(Settings(), scratch)
    found = (
        explain_customer(database, customer, as_of, unmasked)
        if customer
        else explain_order(database, order or "", as_of, unmasked)
    )
    if touchpoint:
        found = only(found, touchpoint)
    zone = DetectionSettings().zone
    if html:
        typer.echo(str(write_explanation(html, found, load_brand(), spoken, zone)))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif not html:
        show(found, sayer("en", zone), whole=touchpoint is not None)


def only(found: Explanation, touchpoint: str) -> Explanation:
    """Facts, and of decisions those of one touchpoint."""
    kept = [one for one in found["timeline"] if one["detail"].get("touchpoint", touchpoint) == touchpoint]
    return {**found, "timeline": kept, "touchpoints": {touchpoint: found["touchpoints"].get(touchpoint, [])}}


def show(found: Explanation, say: Sayer, whole: bool) -> None:
    """Print it. `whole`: every subject, and the conditions in the due file's words."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(_heading(found, say))
    console.print(_facts(found, say))
    console.print("\n[bold]What happened[/bold]")
    _show_timeline(console, found, say)
    for group in GROUPS:
        _show_group(console, found, say, group, whole)
    if found["masked"]:
        console.print(f"\n{say.words['page']['masked']}")


def _heading(found: Explanation, say: Sayer) -> Text:
    about = f"Order {found['order_id']} of customer" if found["order_id"] else "Customer"
    text = Text.assemble((f"{about} {found['customer_id']}", "bold"), f", as of {say.instant(found['as_of'])}")
    if found["same_ids"]:
        text.append(f"\nThe same person as {', '.join(found['same_ids'])}.")
    if found["is_past"]:
        text.append(f"\n{say.words['page']['past']}" + ("" if found["run_id"] else " No hour was decided by then."))
    return text.append("\n")


def _facts(found: Explanation, say: Sayer) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in {**{k: v for k, v in found["person"].items() if v is not None}, **found["facts"]}.items():
        table.add_row(say.fact(name), say.value(value))
    return table


def _show_timeline(console: Console, found: Explanation, say: Sayer) -> None:
    learnt = first_known(found["timeline"])
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    day = ""
    for event in told(found["timeline"]):
        line = say.line(event, learnt)
        at = f"{line.day if line.day != day else '':10} {line.time}"
        text = Text.assemble(
            (line.title, "bold" if line.is_decision else ""), f" {line.about}", (f"  {line.note}".rstrip(), "dim")
        )
        if line.known:
            text.append(f"  (known {line.known})", "yellow")
        table.add_row(at, text)
        day = line.day
    console.print(table if found["timeline"] else say.words["page"]["empty"])


def _show_group(console: Console, found: Explanation, say: Sayer, group: str, whole: bool) -> None:
    rows = {name: [row for row in rows if group_of(row) == group] for name, rows in found["touchpoints"].items()}
    if not any(rows.values()):
        return
    console.print(f"\n[bold]{say.words['groups'][group].capitalize()}[/bold]")
    for name, own in rows.items():
        shown = own if whole else _newest(own, group)
        for row in shown:
            _show_verdict(console, name, say.verdict(row), row, say, whole)
        if len(own) > len(shown):
            console.print(
                f"    … {say.words['page']['more'].format(n=len(own) - len(shown))}: --touchpoint {name}", style="dim"
            )


def _newest(rows: list[dict[str, Any]], group: str) -> list[dict[str, Any]]:
    """What is nearest: of what is to come the next, of the past the last; one where the touchpoint had not begun."""
    if group in ("later", "never"):
        return rows[:MOST]
    later = [row for row in rows if row["reason"] != "before_floor"]
    return later[-MOST:] if later else rows[-1:]


def _show_verdict(console: Console, name: str, said: Said, row: dict[str, Any], say: Sayer, whole: bool) -> None:
    head = Text.assemble(name, (f"  {said.subject}" if said.subject else "", "dim"), f"  {said.why}")
    console.print(Padding(head, (0, 0, 0, 2)))
    if said.group == "never" and whole:
        console.print(Padding(Text(row["detail"]["who"]), (0, 0, 0, 4)))
    if said.condition and (whole or not said.values):
        console.print(Padding(Text(said.condition, "dim"), (0, 0, 0, 4)))
    if said.values:
        console.print(Padding(Text("; ".join(f"{key} = {value}" for key, value in said.values), "dim"), (0, 0, 0, 4)))
    for personal in ("recipient", "context"):
        if whole and row.get(personal):
            console.print(Padding(Text(f"{personal}: {say.value(row[personal])}", "dim"), (0, 0, 0, 4)))


def _language(said: str | None) -> Language:
    known: dict[str, Language] = {"ja": "ja", "en": "en"}
    if said is not None and said not in known:
        raise typer.BadParameter(f"{said!r} is no language of the page: ja, en", param_hint="--language")
    return known[said] if said else load_brand().language
