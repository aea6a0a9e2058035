"""Messages of the mailbox as HTML, for the gallery: mail as it is, the others drawn as on a phone or on paper."""

import email
import email.policy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template

from tasks.core import formats
from tasks.core.paths import TEMPLATES
from tasks.core.segments import segments

_SUBJECT_LENGTH = 60


@dataclass(frozen=True)
class Preview:
    """Subject (LINE: altText, SMS: its beginning) and HTML. Both were in part written by strangers."""

    subject: str
    html: str


def preview(path: Path, language: str) -> Preview:
    """One file of the mailbox: .eml, .json (LINE, or a note: push, postcard, insert) or .txt (SMS)."""
    return _DRAW[path.suffix](path.read_bytes(), language)


def _mail(content: bytes, language: str) -> Preview:
    del language
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("html", "plain"))
    return Preview(str(message["Subject"]), part.get_content() if part else "")


def _json(content: bytes, language: str) -> Preview:
    said = json.loads(content)
    return _note(said["note"], language) if "note" in said else _line(said["messages"], language)


def _note(note: dict[str, str], language: str) -> Preview:
    return Preview(note["title"], _drawn(kind="note", note=note, subject=note["title"], language=language))


def _line(messages: list[dict[str, Any]], language: str) -> Preview:
    subject = str(messages[0].get("altText", ""))
    return Preview(subject, _drawn(kind="line", messages=messages, subject=subject, language=language))


def _sms(content: bytes, language: str) -> Preview:
    text = content.decode().split("\n\n", 1)[1].strip()
    subject = text.replace("\n", " ")[:_SUBJECT_LENGTH]
    return Preview(subject, _drawn(kind="sms", text=text, cost=segments(text), subject=subject, language=language))


_DRAW: dict[str, Callable[[bytes, str], Preview]] = {".eml": _mail, ".json": _json, ".txt": _sms}


def _drawn(**values: object) -> str:
    return str(formats.clean(_page().render(values)))


@cache
def _page() -> Template:
    jinja = Environment(loader=FileSystemLoader(TEMPLATES / "gallery"), autoescape=True, trim_blocks=True)
    return jinja.get_template("chat.html")
