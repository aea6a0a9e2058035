"""Messages as HTML, for people to look at: mail as it is, the others drawn as on a phone or on paper."""

import email
import email.policy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from tasks.core import formats
from tasks.core.brand import load_brand
from tasks.core.domain import ChannelName
from tasks.core.paths import TEMPLATES
from tasks.core.qr_codes import qr_svg
from tasks.core.rendering import Rendered
from tasks.core.segments import segments
from tasks.core.words import words_of

_SUBJECT_LENGTH = 60


@dataclass(frozen=True)
class Preview:
    """Subject (LINE: altText, SMS: its beginning) and HTML. Both were in part written by strangers."""

    subject: str
    html: str


def preview(path: Path, language: str) -> Preview:
    """One file of the mailbox: .eml, .json (LINE, or a note: push, postcard, insert) or .txt (SMS)."""
    return _READ[path.suffix](path.read_bytes(), language)


def preview_of(channel: ChannelName, message: Rendered, language: str) -> Preview:
    """A message as its channel adapter gets it."""
    if channel is ChannelName.EMAIL:
        return Preview(message.subject, message.html)
    return _DRAW[channel](message.text, language)


def _mail(content: bytes, language: str) -> Preview:
    del language
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("html", "plain"))
    return Preview(str(message["Subject"]), part.get_content() if part else "")


def _json(content: bytes, language: str) -> Preview:
    said = json.loads(content)
    return _note(said["note"], language) if "note" in said else _line(said["messages"], language)


def _note(note: dict[str, str], language: str) -> Preview:
    kind = next((kind for kind, field in _TOLD_BY.items() if field in note), ChannelName.PUSH)
    codes = {name: Markup(qr_svg(note[name])) for name in ("link", "stop") if note.get(name)}  # noqa: S704  # our own SVG
    return Preview(note["title"], _drawn(kind=kind, note=note, codes=codes, subject=note["title"], language=language))


def _line(messages: list[dict[str, Any]], language: str) -> Preview:
    subject = str(messages[0].get("altText", ""))
    return Preview(subject, _drawn(kind=ChannelName.LINE, messages=messages, subject=subject, language=language))


def _sms(text: str, language: str) -> Preview:
    subject = text.replace("\n", " ")[:_SUBJECT_LENGTH]
    values = {"text": text, "cost": segments(text), "subject": subject}
    return Preview(subject, _drawn(kind=ChannelName.SMS, language=language, **values))


_TOLD_BY = {ChannelName.POSTCARD: "address", ChannelName.INSERT: "order_id"}
"""The field that only notes of this channel have."""

_READ: dict[str, Callable[[bytes, str], Preview]] = {
    ".eml": _mail,
    ".json": _json,
    ".txt": lambda content, language: _sms(content.decode().split("\n\n", 1)[1].strip(), language),
}

_DRAW: dict[ChannelName, Callable[[str, str], Preview]] = {
    ChannelName.LINE: lambda text, language: _line(json.loads(text), language),
    ChannelName.SMS: _sms,
    **dict.fromkeys(
        (ChannelName.PUSH, ChannelName.POSTCARD, ChannelName.INSERT),
        lambda text, language: _note(json.loads(text), language),
    ),
}


def _drawn(language: str, **values: object) -> str:
    words, section = words_of(TEMPLATES, language)["labels"], load_brand().section(None)
    shop = {"name": getattr(section.name, language), "colours": section.colours.light}
    return str(formats.clean(_page().render(values | {"language": language, "words": words, "shop": shop})))


@cache
def _page() -> Template:
    jinja = Environment(loader=FileSystemLoader(TEMPLATES / "gallery"), autoescape=True, trim_blocks=True)
    return jinja.get_template("message.html")
