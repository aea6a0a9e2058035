"""What `todoke check` says about a rendered LINE message or SMS."""

import json
from collections.abc import Callable, Iterator

from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.line_messages import unreachable
from tasks.core.rendering import Rendered
from tasks.core.segments import MAX_SEGMENTS, segments
from tasks.core.touchpoints import Touchpoint

MAX_ALT = 100
"""Of ours: what a notification shows of altText. LINE itself takes 1,500."""


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


_CHECKS: dict[ChannelName, Callable[[Rendered], Iterator[str]]] = {ChannelName.LINE: _line, ChannelName.SMS: _sms}
