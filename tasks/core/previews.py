"""Messages of the mailbox as HTML, for the gallery: mail as it is, LINE and SMS drawn as on a phone."""

import email
import email.policy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    """One file of the mailbox: .eml, .json (LINE) or .txt (SMS)."""
    return _DRAW[path.suffix](path.read_bytes(), language)


def _mail(content: bytes, language: str) -> Preview:
    del language
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("html", "plain"))
    return Preview(str(message["Subject"]), part.get_content() if part else "")


def _line(content: bytes, language: str) -> Preview:
    messages = json.loads(content)["messages"]
    subject = str(messages[0].get("altText", ""))
    return Preview(subject, _drawn(kind="line", messages=messages, subject=subject, language=language))


def _sms(content: bytes, language: str) -> Preview:
    text = content.decode().split("\n\n", 1)[1].strip()
    subject = text.replace("\n", " ")[:_SUBJECT_LENGTH]
    return Preview(subject, _drawn(kind="sms", text=text, cost=segments(text), subject=subject, language=language))


_DRAW: dict[str, Callable[[bytes, str], Preview]] = {".eml": _mail, ".json": _line, ".txt": _sms}


def _drawn(**values: object) -> str:
    return str(formats.clean(_page().render(values)))


@cache
def _page() -> Template:
    jinja = Environment(loader=FileSystemLoader(TEMPLATES / "gallery"), autoescape=True, trim_blocks=True)
    return jinja.get_template("chat.html")
