"""`todoke new-touchpoint`: folder, due file and cases of a new kind of message, whole from its first minute."""

from typing import Annotated, Literal

import typer

from tasks.core.declarations import suggestion
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.paths import ROOT
from tasks.core.scaffold import NewTouchpoint, create


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("new-touchpoint")(new_touchpoint)


def new_touchpoint(
    name: Annotated[str, typer.Argument(help="Its name: a-z, 0-9 and _, like first_steps.")],
    touchpoint_class: Annotated[
        TouchpointClass, typer.Option("--class", help="T transactional, S service, M marketing.")
    ] = TouchpointClass.SERVICE,
    grain: Annotated[
        Literal["order", "shipment", "customer"], typer.Option(help="What one message is about.")
    ] = "order",
    channels: Annotated[str, typer.Option(help="In order of fallback: email,line,sms,push,postcard.")] = "email",
    days: Annotated[int, typer.Option(help="Due so many days after arrival.")] = 3,
) -> None:
    """Write a touchpoint that passes `todoke check` and its cases, in mode draft: nothing of it is sent."""
    wanted = NewTouchpoint(name, touchpoint_class, grain, _channels(channels), days)
    files = create(wanted)
    for path in files:
        typer.echo(path.relative_to(ROOT).as_posix())
    typer.echo(_next_steps(name, with_cases=any(path.parts[-2:] == ("due", f"{name}.toml") for path in files)))


def _channels(text: str) -> tuple[ChannelName, ...]:
    known = [channel.value for channel in ChannelName]
    names = [word.strip() for word in text.split(",") if word.strip()]
    for word in names:
        if word not in known:
            raise ConfigurationError(
                f"there is no channel {word!r}{suggestion(word, known)}; there are {', '.join(known)}"
            )
    return tuple(map(ChannelName, names))


def _next_steps(name: str, with_cases: bool) -> str:
    cases = f"python -m pytest tests/due -k {name}" if with_cases else "(this copy has no tests: no cases were written)"
    return f"""
Next:
  1. Edit what says EDIT: the words, the declaration, who is due. docs/touchpoints.md explains each.
  2. todoke check
  3. {cases}
  4. mode = "approval" in templates/{name}/touchpoint.toml: each message waits for `todoke release`. Then "live".
It is due for what arrives from its first run on: nobody of the past is written to."""
