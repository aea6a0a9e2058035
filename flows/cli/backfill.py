"""`todoke backfill FROM TO`: a past window, beside the ledger, marked, or sent (docs/backfill.md)."""

import getpass
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from typer.core import TyperGroup

from flows.cli.guards import Scratch
from flows.cli.run import INSTANT
from tasks.core.backfill_words import done_lines, send_lines, sent_lines, title
from tasks.core.backfills import Backfill, BackfillMode, BackfillRequest, BackfillState, SendPreview, parse_backfill
from tasks.core.thresholds import DetectionSettings
from tasks.prepare import open_run

WINDOW = "window"
console = Console(highlight=False, soft_wrap=True)
progress = Console(stderr=True, highlight=False, soft_wrap=True)


class FromTo(TyperGroup):
    """`todoke backfill FROM TO` without the name of a subcommand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The window is what is meant unless a subcommand is named."""
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named or not args else [WINDOW, *args])


commands = typer.Typer(
    cls=FromTo,
    no_args_is_help=True,
    help="`todoke backfill FROM TO --mode shadow|mark|send`; approve, reject, list, drop.",
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The backfill, as its preview or the list names it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (window, approve, reject, drop):
        commands.command()(command)
    commands.command("list")(list_backfills)
    app.add_typer(commands, name="backfill")


def window(
    from_at: Annotated[datetime, typer.Argument(metavar="FROM", formats=[INSTANT], help="What was due after it ...")],
    to_at: Annotated[datetime, typer.Argument(metavar="TO", formats=[INSTANT], help="... and up to it.")],
    mode: Annotated[BackfillMode, typer.Option(help="Compare beside the ledger; record as handled; send.")],
    touchpoints: Annotated[str, typer.Option(help="a,b; default: all (a mark needs names).")] = "",
    step: Annotated[str, typer.Option(help="30m, 1h, 1d; default: shadow 1h, mark 1d, send 30d.")] = "",
    most: Annotated[int | None, typer.Option(help="Messages a send may hold; TODOKE_BACKFILL_MOST.")] = None,
    move_floor: Annotated[bool, typer.Option("--move-floor", help="Of a mark: begin at TO from now on.")] = False,
    re_extract: Annotated[bool, typer.Option("--re-extract", help="First read the source again from FROM.")] = False,
    note: Annotated[str, typer.Option(help="For colleagues, kept with it.")] = "",
    as_json: Json = False,
    scratch: Scratch = None,
) -> None:
    """A past window: beside the ledger, marked, or previewed to be sent. Again goes on where it was cut off."""
    names = tuple(name.strip() for name in touchpoints.split(",") if name.strip())
    given: dict[str, Any] = {} if most is None else {"most": most}
    request = parse_backfill(
        from_at=from_at, to_at=to_at, mode=mode, touchpoints=names, step=step, note=note,
        move_floor=move_floor, read_again=re_extract, **given,
    )  # fmt: skip
    if mode is BackfillMode.SEND:
        _say(import_module("tasks.backfill_send").preview(open_run(scratch=scratch), request, _me()), as_json)
    else:
        _say(_worked(request, scratch), as_json)


def approve(
    backfill_id: Id,
    plan_hash: Annotated[str, typer.Argument(metavar="HASH", help="Its hash: what you looked at is what is sent.")],
    as_json: Json = False,
    scratch: Scratch = None,
) -> None:
    """Send exactly this plan minus what stopped being true."""
    sent = import_module("tasks.backfill_send").approve(open_run(scratch=scratch), backfill_id, plan_hash, _me())
    if as_json:
        typer.echo(sent.model_dump_json())
    else:
        _lines(sent_lines(sent))


def reject(backfill_id: Id, as_json: Json = False, scratch: Scratch = None) -> None:
    """Never send this plan."""
    _say(import_module("tasks.backfill_send").reject(open_run(scratch=scratch), backfill_id, _me()), as_json)


def drop(backfill_id: Id, as_json: Json = False, scratch: Scratch = None) -> None:
    """End an open shadow or mark where it stands: what is marked stays marked."""
    _say(import_module("tasks.backfill").drop(open_run(scratch=scratch), backfill_id, _me()), as_json)


def list_backfills(as_json: Json = False, scratch: Scratch = None) -> None:
    """Every backfill, newest first."""
    found: list[Backfill] = import_module("tasks.backfill_send").backfills(open_run(scratch=scratch))
    if as_json:
        typer.echo("[" + ",".join(one.model_dump_json() for one in found) + "]")
        return
    table = Table(Column("backfill", no_wrap=True), "what", "state", "opened")
    for one in found:
        opened = f"{one.opened_at.astimezone():%Y-%m-%d %H:%M %Z} by {one.operator}"
        table.add_row(one.backfill_id, *map(escape, (title(one, _zone()), one.state, opened)))
    console.print(table if found else "There is no backfill yet: `todoke backfill --help`.")


def _worked(request: BackfillRequest, scratch: str | None) -> Backfill:
    """Its steps, with a line on the terminal each tenth of the way."""
    # Imported by name: Great Expectations takes seconds to import, and `--help` needs none.
    tasks, run = import_module("tasks.backfill"), open_run(scratch=scratch)
    opened = tasks.open_window(run, request, _me())
    for step in tasks.work(run, opened):
        if step.number % max(1, step.of // 10) == 0 or step.number == step.of:
            progress.print(f"  {step.number} of {step.of}  {step.until:%Y-%m-%d %H:%M} UTC")
    done: Backfill = tasks.finish(run, opened, _me())
    return done


def _say(shown: Backfill | SendPreview, as_json: bool) -> None:
    if as_json:
        typer.echo(shown.model_dump_json())
    elif isinstance(shown, SendPreview):
        _print_preview(shown)
    else:
        console.print(escape(f"{shown.backfill_id}: {title(shown, _zone())}: {shown.state}."))
        _lines(done_lines(shown) if shown.state is BackfillState.DONE else [])


def _print_preview(shown: SendPreview) -> None:
    for sample in shown.samples:
        console.rule(escape(f"{sample.channel}, {sample.language}, to {sample.to}"))
        console.print(escape(f"{sample.subject}\n\n{sample.text}".strip()))
    if shown.members:
        table = Table("touchpoint", "subject", "customer", "channel", "held out")
        for one in shown.members:
            held = "yes" if one.held_out else ""
            table.add_row(*map(escape, (one.touchpoint, one.subject_id, one.customer_id, one.channel or "–", held)))
        console.print(table)
    plan = shown.plan
    console.print(escape(f"{plan.backfill_id}: {title(plan, _zone())}: {plan.state}."))
    _lines(send_lines(shown))
    if plan.state is BackfillState.PREVIEWED:
        console.print(f"Send it: todoke backfill approve {plan.backfill_id} {plan.plan_hash}")
        console.print(f"Or not:  todoke backfill reject {plan.backfill_id}")


def _lines(lines: list[str]) -> None:
    for line in lines:
        console.print(escape(f"  {line}"))


def _zone() -> str:
    return DetectionSettings().zone


def _me() -> str:
    return getpass.getuser()
