"""LINE messages from text: head lines and paragraphs of `line.<lang>.txt`, put into the layout of `_shared/line.json`.

Limits: https://developers.line.biz/en/reference/messaging-api/#flex-message (read 2026-11). Characters are UTF-16 units
as LINE counts them; a bubble is measured as the JSON that is sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

MAX_MESSAGES = 5  # of one push
MAX_ALT_TEXT = 1500
MAX_BUBBLE_BYTES = 30_000
MAX_LABEL = 40  # of an action on a Flex button
MAX_URI = 1000
MAX_TEXT = 5000  # of a text message
_SCHEMES = ("https://", "http://", "line://", "tel:")

Block = dict[str, Any]


def blocks(body: str) -> list[Block]:
    """Paragraphs of a rendered text: `heading` (■ ...), `facts` (lines `label<tab>value`) or `text`."""
    found: list[Block] = []
    for line in body.split("\n"):
        kind, value = _read(line.strip(" "))
        if kind == "gap":
            found.append({"kind": "gap"})
        elif kind in ("text", "facts") and found and found[-1]["kind"] == kind:
            found[-1]["lines"].append(value)
        else:
            found.append({"kind": kind, "lines": [value]})
    for block in found:
        block["text"] = "\n".join(map(str, block.get("lines", ())))
    return [block for block in found if block["kind"] != "gap"]


def _read(line: str) -> tuple[str, Any]:
    if not line.strip():
        return "gap", ""
    if line.startswith("■"):
        return "heading", line.removeprefix("■").strip()
    label, tab, value = line.partition("\t")
    if not tab:
        return "text", line
    return ("facts", [label.strip(), value.strip()]) if label.strip() and value.strip() else ("gap", "")


def flex(alt: str, bubble: str) -> list[dict[str, Any]]:
    """The messages of one push: a Flex bubble from its JSON text. Raises ValueError where that is no JSON."""
    return [{"type": "flex", "altText": alt, "contents": json.loads(bubble)}]


def units(text: str) -> int:
    """Length as LINE counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def broken_limits(messages: Any) -> list[str]:
    """What LINE would refuse about message objects, one sentence each."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MAX_MESSAGES:
        return [f"a push has between 1 and {MAX_MESSAGES} messages"]
    return [problem for message in messages for problem in _of_message(message)]


def _of_message(message: Any) -> Iterator[str]:
    kind = message.get("type") if isinstance(message, Mapping) else None
    if kind == "text":
        yield from _longer("a text message", str(message.get("text", "")), MAX_TEXT)
    elif kind == "flex":
        yield from _longer("altText", str(message.get("altText", "")), MAX_ALT_TEXT)
        size = len(orjson.dumps(message.get("contents")))
        if size > MAX_BUBBLE_BYTES:
            yield f"the bubble has {size} bytes, at most {MAX_BUBBLE_BYTES}"
        yield from _of_component(message.get("contents"))
    else:
        yield f"a message of type {kind!r} is neither text nor flex"


def _of_component(component: Any) -> Iterator[str]:
    if isinstance(component, Sequence) and not isinstance(component, str):
        for inner in component:
            yield from _of_component(inner)
    if not isinstance(component, Mapping):
        return
    if component.get("type") == "text" and not component.get("text"):
        yield "a text component is empty"
    if component.get("type") == "uri":
        yield from _of_action(component)
    for inner in component.values():
        yield from _of_component(inner)


def _of_action(action: Mapping[str, Any]) -> Iterator[str]:
    yield from _longer("a button's label", str(action.get("label", "")), MAX_LABEL)
    yield from _longer("a button's address", str(action.get("uri", "")), MAX_URI)


def _longer(what: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= units(text) <= most:
        yield f"{what} has {units(text)} characters, between 1 and {most} are allowed"


def unreachable(messages: Any) -> str | None:
    """The first address of a button that LINE cannot open, as one of a folder; None where all are fine."""
    found = _uris(messages)
    return next((uri for uri in found if not uri.startswith(_SCHEMES)), None)


def _uris(component: Any) -> Iterator[str]:
    if isinstance(component, list):
        for inner in component:
            yield from _uris(inner)
    if isinstance(component, Mapping):
        if component.get("type") == "uri":
            yield str(component.get("uri", ""))
        for inner in component.values():
            yield from _uris(inner)
