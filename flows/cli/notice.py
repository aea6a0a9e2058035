"""`todoke notice`: what operations must tell customers at once (docs/notices.md)."""

import getpass
import tomllib
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from flows.cli.guards import Scratch
from tasks.core.errors import ConfigurationError
from tasks.core.notice_plans import Approved, LeftOut, Lifted, NoticePlan, NoticePreview
from tasks.core.notices import parse_request
from tasks.prepare import open_run

commands = typer.Typer(no_args_is_help=True, help="Notices of operations: preview, approve, reject, lift, list.")
console = Console(highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Plan = Annotated[str, typer.Argument(help="The plan, as the preview named it.")]
Text = Annotated[str | None, typer.Option(help="Own words; see docs/notices.md for their fields.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (preview, approve, reject, lift):
        commands.command()(command)
    commands.command("list")(list_plans)
    app.add_typer(commands, name="notice")


def preview(
    file: Annotated[Path | None, typer.Argument(help="The request as TOML; options go before it.")] = None,
    kind: Annotated[str | None, typer.Option(help="delay or service.")] = None,
    regions: Annotated[list[str] | None, typer.Option("--region", help="JP-47 or 沖縄県; repeatable.")] = None,
    municipalities: Annotated[list[str] | None, typer.Option("--municipality", help="47207; repeatable.")] = None,
    postal_prefixes: Annotated[list[str] | None, typer.Option("--postal", help="907; repeatable.")] = None,
    warehouses: Annotated[list[str] | None, typer.Option("--warehouse", help="Location id; repeatable.")] = None,
    carriers: Annotated[list[str] | None, typer.Option("--carrier", help="yamato; repeatable.")] = None,
    shipped_from: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    shipped_until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    products: Annotated[list[str] | None, typer.Option("--product", help="Product id; repeatable.")] = None,
    hazard_id: Annotated[str | None, typer.Option("--hazard", help="Id of a live warning.")] = None,
    reason: Annotated[str | None, typer.Option(help="Of a delay: warehouse, carrier, weather …")] = None,
    new_from_on: Annotated[str | None, typer.Option("--from", help="First honest day of arrival.")] = None,
    new_until_on: Annotated[str | None, typer.Option("--until", help="Last honest day of arrival.")] = None,
    preset: Annotated[str | None, typer.Option(help="Of a service notice: recall, wrong_price …")] = None,
    subject_ja: Text = None,
    body_ja: Text = None,
    subject_en: Text = None,
    body_en: Text = None,
    channels: Annotated[list[str] | None, typer.Option("--channel", help="Only by these; repeatable.")] = None,
    note: Annotated[str | None, typer.Option(help="For colleagues, never sent.")] = None,
    json: Json = False,
    scratch: Scratch = None,
) -> None:
    """Find whom a notice reaches, with samples, overlap and cost; stored as a plan, sent to nobody."""
    options = {name: value for name, value in locals().items() if name not in ("file", "json", "scratch")}
    given = {name: value for name, value in options.items() if value}
    request = parse_request((_read(file) if file else {}) | given)
    shown = _tasks().preview(open_run(scratch=scratch), request, getpass.getuser())
    _say(shown, json, _print_preview)


def approve(
    plan: Plan,
    plan_hash: Annotated[str, typer.Argument(metavar="HASH", help="Its hash: what you looked at is what is sent.")],
    json: Json = False,
    scratch: Scratch = None,
) -> None:
    """Send exactly this plan minus what stopped being true."""
    _say(_tasks().approve(open_run(scratch=scratch), plan, plan_hash, getpass.getuser()), json, _print_approved)


def reject(
    plan: Plan,
    why: Annotated[str, typer.Option(help="Kept in the audit.")] = "",
    json: Json = False,
    scratch: Scratch = None,
) -> None:
    """Never send this plan."""
    _say(_tasks().reject(open_run(scratch=scratch), plan, getpass.getuser(), why), json, _print_plan)


def lift(
    plan: Plan,
    subject_ja: Text = None,
    body_ja: Text = None,
    subject_en: Text = None,
    body_en: Text = None,
    json: Json = False,
    scratch: Scratch = None,
) -> None:
    """End an approved plan: nothing more leaves, and those who were told hear that it is over."""
    given = (subject_ja, body_ja, subject_en, body_en)
    if any(given) and not all(given):
        raise ConfigurationError("Own words at the end of a notice need subject and body in both languages, or none.")
    words = None
    if all(given):
        words = {"ja": {"subject": subject_ja, "body": body_ja}, "en": {"subject": subject_en, "body": body_en}}
    _say(_tasks().lift(open_run(scratch=scratch), plan, getpass.getuser(), words), json, _print_lifted)


def list_plans(json: Json = False, scratch: Scratch = None) -> None:
    """Every plan, newest first."""
    found: list[NoticePlan] = _tasks().plans(open_run(scratch=scratch))
    if json:
        typer.echo("[" + ",".join(plan.model_dump_json() for plan in found) + "]")
        return
    table = Table(Column("plan", no_wrap=True), "kind", "state", "orders", "messages", "previewed", "decided")
    for plan in found:
        messages = plan.summary.now + plan.summary.later
        when = f"{_at(plan.previewed_at)} by {plan.operator}"
        decided = f"{_at(plan.decided_at)} by {plan.decided_by}" if plan.decided_by else ""
        shown = (plan.kind, plan.state, plan.summary.orders, messages, when, decided)
        table.add_row(plan.plan_id, *map(escape, map(str, shown)))
    console.print(table if found else "There is no notice yet: `todoke notice preview --help`.")


def _tasks() -> Any:
    """Imported by name: Great Expectations takes seconds to import, and `--help` needs none."""
    return import_module("tasks.notice")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML: {error}") from error


def _say(shown: NoticePreview | NoticePlan | Approved | Lifted, json: bool, print_it: Any) -> None:
    if json:
        typer.echo(shown.model_dump_json())
    else:
        print_it(shown)


def _print_preview(shown: NoticePreview) -> None:
    for sample in shown.samples:
        console.rule(escape(f"{sample.channel}, {sample.language}, to {sample.to}"))
        console.print(escape(f"{sample.subject}\n\n{sample.text}".strip()))
    console.rule()
    table = Table("order", "customer", "region", "channel", "language", "outcome")
    for person in shown.people:
        table.add_row(*(escape(str(value or "–")) for value in person.model_dump().values()))
    console.print(table)
    _print_plan(shown.plan)
    if shown.plan.state == "previewed":
        console.print(f"Send it: todoke notice approve {shown.plan.plan_id} {shown.plan.plan_hash}")
        console.print(f"Or not:  todoke notice reject {shown.plan.plan_id}")


def _print_plan(plan: NoticePlan) -> None:
    found = plan.summary
    console.print(
        f"{plan.plan_id} ({plan.touchpoint}) is {plan.state}: {found.orders} orders, {found.now} messages now, "
        f"{found.later} later. It can be approved until {_at(plan.expires_at)}."
    )
    _print_left_out("left out", found.left_out)
    for cost in found.costs:
        price = f"{cost.amount} {cost.currency}" if cost.amount is not None else "unknown cost"
        console.print(f"  {cost.channel}: {cost.messages} messages, {price}")
    for name, n in found.overlap.due_soon.items():
        console.print(f"  within 24 h the same people also get {n} × {name}")
    for other, n in found.overlap.open_notices.items():
        console.print(f"  {n} of these orders are in the open notice {other} too")


def _print_approved(done: Approved) -> None:
    states = ", ".join(f"{n} {state}" for state, n in done.states.items()) or "no message"
    console.print(f"{done.plan_id} is approved: {done.planned} messages planned, {done.waiting} wait. Now {states}.")
    _print_left_out("later", done.later)
    _print_left_out("left out", done.left_out)
    _print_notes(done.notes)


def _print_lifted(done: Lifted) -> None:
    states = ", ".join(f"{n} {state}" for state, n in done.states.items())
    console.print(
        f"{done.plan_id} is lifted: {done.stopped} messages stopped, {done.told} people had been told"
        + (f"; follow-ups: {states}." if states else ".")
    )
    _print_notes(done.notes)


def _print_left_out(said: str, people: list[LeftOut]) -> None:
    for one in people:
        console.print(escape(f"  {said}: {one.orders} orders, {one.explanation} ({one.reason})"))


def _print_notes(notes: list[str]) -> None:
    for note in notes:
        console.print(escape(f"  {note}"))


def _at(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M %Z") if at else ""
