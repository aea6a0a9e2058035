"""What `todoke check` says about a rendered message of another channel than e-mail."""

import json
from collections.abc import Callable, Iterator
from functools import partial

from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.line_messages import unreachable
from tasks.core.rendering import Rendered
from tasks.core.segments import MAX_SEGMENTS, segments
from tasks.core.touchpoints import Touchpoint

MAX_ALT = 100
"""Of ours: what a notification shows of altText. LINE itself takes 1,500."""

MAX_NOTE: dict[ChannelName, tuple[int, int]] = {
    ChannelName.PUSH: (50, 120),
    ChannelName.POSTCARD: (40, 600),
    ChannelName.INSERT: (40, 600),
}
"""Of ours: characters of title and text that a lock screen shows, or a sheet of 100 x 148 mm holds."""


def check_rendered(touchpoint: Touchpoint, channel: ChannelName, message: Rendered, base_url: str) -> Iterator[str]:
    """One sentence per problem. The limits of LINE itself are those of rendering (tasks/core/line_messages.py)."""
    yield from _CHECKS[channel](message)
    if "{{" in message.text:
        yield "a {{ }} was not filled"
    marketing = touchpoint.touchpoint_class is TouchpointClass.MARKETING
    if marketing and "/unsubscribe?t=" not in message.text:
        yield "it has no opt-out link"
    if not marketing and "order_id" in touchpoint.context and base_url not in message.text:
        yield "it does not link the tracking page"


def _line(message: Rendered) -> Iterator[str]:
    if len(message.subject) > MAX_ALT:
        yield f"Alt has {len(message.subject)} characters, at most {MAX_ALT} are read"
    if (uri := unreachable(json.loads(message.text))) is not None:
        yield f"LINE cannot open {uri!r}"


def _sms(message: Rendered) -> Iterator[str]:
    found = segments(message.text)
    if not 1 <= found.count <= MAX_SEGMENTS:
        yield f"it has {found.count} segments ({found.encoding}), at most {MAX_SEGMENTS}: {message.text:.40}"


def _note(channel: ChannelName, message: Rendered) -> Iterator[str]:
    fields = json.loads(message.text)
    for name, most in zip(("title", "body"), MAX_NOTE[channel], strict=True):
        if not 1 <= len(fields[name]) <= most:
            yield f"its {name} has {len(fields[name])} characters, between 1 and {most} are read"
    for name in ("link", "stop"):
        if not fields.get(name, "https://").startswith("https://"):
            yield f"its {name} is no https address: {fields[name]!r}"


_CHECKS: dict[ChannelName, Callable[[Rendered], Iterator[str]]] = {
    ChannelName.LINE: _line,
    ChannelName.SMS: _sms,
    **{channel: partial(_note, channel) for channel in MAX_NOTE},
}
