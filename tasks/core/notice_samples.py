"""A few messages of a plan as they would leave, but to nobody: no names, addresses masked, links that open nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from tasks.core.domain import ChannelName
from tasks.core.notice_plans import Sample
from tasks.core.outgoing import ADDRESS_FIELD
from tasks.core.rendering import Renderer

_RENDERED = ("touchpoint", "channel", "language", "variant", "context", "source")


def rendered(renderer: Renderer, rows: Iterable[Mapping[str, Any]]) -> list[Sample]:
    """Rows of sql/notice/samples. Raises TemplateRejected for words that cannot be filled."""
    return [_sample(renderer, row) for row in rows]


def _sample(renderer: Renderer, row: Mapping[str, Any]) -> Sample:
    given = {name: row[name] for name in _RENDERED}
    message = renderer.render(**given, recipient=_nobody(row["recipient"]))
    return Sample(
        language=row["language"],
        channel=row["channel"],
        to=masked(row["channel"], row["recipient"][ADDRESS_FIELD[row["channel"]]]),
        subject=message.subject,
        text=message.text,
        html=message.html,
    )


def masked(channel: str, address: str) -> str:
    """An address as a colleague may see it: h***@example.invalid, ***4567."""
    if channel == ChannelName.EMAIL:
        name, _, domain = address.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"***{address[-4:]}"


def _nobody(recipient: Mapping[str, Any]) -> dict[str, Any]:
    """A recipient without a name."""
    return {**recipient, **dict.fromkeys(("name", "family_name", "given_name", "company"))}
