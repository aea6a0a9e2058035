"""`todoke bench`: the reference hour at a chosen size, as a table."""

import json
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.cli.running import console
from tasks.core.settings import Settings

output = Console(highlight=False, soft_wrap=True)
Result = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(bench)


def bench(
    orders: Annotated[int, typer.Option(min=1000, max=10_000_000, help="Orders of the year before.")] = 100_000,
    explain: Annotated[bool, typer.Option("--explain", help="Only how long `todoke explain` takes.")] = False,
    files: Annotated[bool, typer.Option("--files", help="Only how fast so many orders are staged from files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Measure the reference hour: seconds and rows of each step, memory, and what it is compared with.

    Needs a TODOKE_HOME of its own; the year is generated and loaded once, the hour works on a copy of it.
    """
    measured = import_module("flows.bench")  # validation takes 5 s to import
    measure = measured.measure_explain if explain else measured.measure_files if files else measured.measure
    result: Result = measure(Settings(), orders, console.print)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    elif explain:
        output.print(_explained(result["explain"]))
    elif files:
        output.print(_files(result["files"]))
    else:
        show(result)


def show(result: Result) -> None:
    """What was measured, in three parts: the hour, what delivery is made of, what it is compared with."""
    counts, hour = result["hour"]["counts"], result["hour"]
    output.print(
        f"\nAfter {counts['orders']:,} orders of a year, {counts['customers']:,} customers, {counts['scans']:,} scans "
        f"(carriers forget most scans of parcels older than 60 days):\n"
        f"{result['prepared']['changed']:,} changed orders and "
        f"{result['prepared']['rows']['tracking_events']:,} new scans in files, {counts['messages']:,} messages due, "
        f"{hour['sink']['messages']:,} taken by the sink in {hour['sink']['batches']:,} signed batches.\n"
    )
    output.print(_steps(hour, result["prepared"]["rows"]))
    output.print()
    output.print(_parts(hour["parts"]))
    output.print()
    for line in _beside(result):
        output.print(f"  {line}")


def seconds_of(hour: Result) -> dict[str, float]:
    """Seconds of each step; the pages stand beside the hour, not in it."""
    steps: dict[str, float] = dict(hour["summary"]["seconds"])
    pages = steps.pop("publish")
    total = hour["seconds"] - pages
    return {"open": hour["parts"]["open"], **steps, "report, flow": total - hour["parts"]["open"] - sum(steps.values())}


def _steps(hour: Result, files: dict[str, int]) -> Table:
    seconds, counts = seconds_of(hour), hour["counts"]
    rows = {
        "extract": sum(files.values()),
        "validate": sum(files.values()),
        "load": sum(files.values()),
        "track": counts["folded_orders"],
        "detect": counts["open_delays"],
        "decide": counts["candidates"],
        "deliver": counts["accepted"],
    }
    table = _table("step", "rows", "seconds", "share", "rows/s")
    for step, took in seconds.items():
        n, share = rows.get(step), took / sum(seconds.values())
        table.add_row(step, f"{n:,}" if n else "", f"{took:.2f}", f"{share:.0%}", f"{n / took:,.0f}" if n else "")
    table.add_row("the hour", "", f"{sum(seconds.values()):.2f}", "", "", style="bold")
    pages, changed = hour["summary"]["seconds"]["publish"], counts["folded_orders"]
    table.add_row("pages, beside", f"{changed:,}", f"{pages:.2f}", "", f"{changed / pages:,.0f}")
    return table


def _parts(parts: dict[str, float]) -> Table:
    table = _table("of it", "seconds")
    inside = parts["deliver: post"] + parts["deliver: acknowledge"]
    shown = {
        name: took for name, took in parts.items() if name not in ("open", "deliver: check, intend, post, acknowledge")
    }
    shown["deliver: check again, intend, commits"] = parts["deliver: check, intend, post, acknowledge"] - inside
    for name, took in sorted(shown.items()):
        table.add_row(name, f"{took:.2f}")
    return table


def _beside(result: Result) -> list[str]:
    hour, compared = result["hour"], result["compared"]
    copy, render = compared["copy"], compared["render"]
    staged = sum(result["prepared"]["rows"].values())
    bare, ours = copy["rows"] / copy["seconds"], staged / hour["parts"]["load: staging"]
    rendered, jinja = render["messages"] / render["ours"], render["messages"] / render["bare"]
    idle = hour["prefect"] / sum(seconds_of(hour).values())
    sent = hour["counts"]["accepted"] / hour["summary"]["seconds"]["deliver"]
    return [
        f"memory of the process   {hour['memory']:,.0f} MB at its peak, {hour['memory_at_start']:,.0f} before",
        f"Prefect alone           {hour['prefect']:.2f} s for as many empty steps: {idle:.1%} of the hour",
        f"staging                 {ours:,.0f} rows/s, bare COPY of the same rows {bare:,.0f}: {ours / bare:.0%}",
        f"render                  {rendered:,.0f}/s, bare Jinja2 of the same {jinja:,.0f}: {rendered / jinja:.0%}",
        f"deliver                 {sent:,.0f} messages/s, sealed, posted, acknowledged, archived",
        _explained(result["explain"]),
        *(_loop(name, compared[name], sent) for name in ("anymail_loop", "prefect_email_loop")),
    ]


def _explained(found: Result) -> str:
    sides = {"live": "now", "past": "as of the last hour"}
    said = [
        f"{words} p50 {found[side]['p50']:.2f} s, p95 {found[side]['p95']:.2f} s, at most {found[side]['most']:.2f} s"
        for side, words in sides.items()
        if side in found
    ]
    return f"explain a customer      {'; '.join(said)} ({found['customers']} customers)"


def _files(found: Result) -> Table:
    table = _table("staging", "MB", "rows/s", "bare COPY", "ratio")
    for name in ("csv", "parquet", "json_lines"):
        one = found[name]
        ratio = f"{one['staged'] / one['bare']:.2f}"
        words = name.replace("_", " ")
        table.add_row(words, f"{one['megabytes']:,.0f}", f"{one['staged']:,.0f}", f"{one['bare']:,.0f}", ratio)
    return table


def _loop(name: str, loop: dict[str, Any], sent: float) -> str:
    title = {"anymail_loop": "loop of django-anymail", "prefect_email_loop": "loop of prefect-email"}[name]
    if "failed" in loop:
        return f"{title:<23} not measured: install requirements-bench.lock (`make bench` does)"
    rate = loop["messages"] / loop["seconds"]
    return f"{title:<23} {rate:,.0f} messages/s without rendering or ledger: deliver is {sent / rate:.1f} times that"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="left" if name in ("step", "of it") else "right")
    return table
