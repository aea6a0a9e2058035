"""The templates of one touchpoint on one channel, in one language and shop front: compiled once, filled per message."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Template, TemplateError

from tasks.core import formats
from tasks.core.attachments import AttachmentPart, attachment_parts
from tasks.core.brand import Section
from tasks.core.content import Content
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError
from tasks.core.line_messages import blocks, broken_limits, flex
from tasks.core.notes import compile_note
from tasks.core.templating import compile_mjml, environment, split_head, split_text, template


class Parts(Protocol):
    """Compiled templates."""

    def fill(self, values: Mapping[str, Any]) -> Content:
        """One message. Raises what Jinja2 raises, and ValueError for a message its channel would refuse."""


@dataclass(frozen=True)
class EmailParts:
    """`email.<lang>.mjml` and `email.<lang>.txt`, and what is attached."""

    subject: Template
    preheader: Template
    html: Template
    text: Template
    attachments: tuple[AttachmentPart, ...]

    def fill(self, values: Mapping[str, Any]) -> Content:
        """Subject and preheader are known to the HTML part."""
        subject = formats.header(self.subject.render(values))
        known = {**values, "subject": subject, "preheader": formats.header(self.preheader.render(values))}
        attached = tuple(file for part in self.attachments if (file := part.fill(values)))
        return Content(subject, self.html.render(known), self.text.render(known), attached)


@dataclass(frozen=True)
class LineParts:
    """`line.<lang>.txt` and the shared layout `line.json`."""

    alt: Template
    title: Template
    stage: Template
    choices: tuple[Template, ...]
    buttons: tuple[Template, ...]
    stop: Template
    body: Template
    layout: Template

    def fill(self, values: Mapping[str, Any]) -> Content:
        """A Flex message. A button or choice without address is left out, an empty stage shows no progress."""
        alt = formats.header(self.alt.render(values))
        stage = self.stage.render(values).strip()
        shown = {
            "title": formats.header(self.title.render(values)),
            "stage": int(stage) if stage else 0,
            "choices": _addressed(self.choices, values),
            "buttons": _addressed(self.buttons, values),
            "stop": self.stop.render(values).strip(),
            "paragraphs": blocks(self.body.render(values)),
        }
        messages = flex(alt, self.layout.render(shown))
        if problems := broken_limits(messages):
            raise ValueError("LINE would refuse it: " + "; ".join(problems))
        return Content(alt, "", json.dumps(messages, ensure_ascii=False, separators=(",", ":")))


def _addressed(lines: Iterable[Template], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and address of each line `label|address` that has an address."""
    pairs = [line.render(values).partition("|") for line in lines]
    return [(formats.header(label), uri.strip()) for label, _, uri in pairs if uri.strip()]


@dataclass(frozen=True)
class SmsParts:
    """`sms.<lang>.txt`."""

    text: Template

    def fill(self, values: Mapping[str, Any]) -> Content:
        """One text, without empty lines: each is paid for."""
        return Content("", "", re.sub(r"\n{2,}", "\n", self.text.render(values)).strip())


def compile_parts(templates: Path, name: str, channel: str, language: str, section: Section) -> Parts:
    """Kept for the process while the files say the same. Raises ConfigurationError where they cannot be compiled."""
    return _compiled(templates, name, channel, language, _Shop(section), _content(templates, name))


@dataclass(frozen=True)
class _Shop:
    """A section that a cache can compare."""

    section: Section

    def __hash__(self) -> int:
        return hash(self.section.model_dump_json())


def _content(templates: Path, name: str) -> str:
    """Hash of every file a touchpoint is made of: its folder and what all share."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in (name, "_shared") for path in (templates / folder).rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(templates)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1024)
def _compiled(templates: Path, name: str, channel: str, language: str, shop: _Shop, content: str) -> Parts:
    """Half a second each: an hour that follows another in one process (a walk) would spend most of it here."""
    del content
    section = shop.section
    try:
        return _COMPILE[ChannelName(channel)](templates, name, language, section)
    except TemplateError as error:
        raise ConfigurationError(f"templates/{name} ({channel}, {language}): {error}") from error


def _email(templates: Path, name: str, language: str, section: Section) -> Parts:
    subject, preheader, body = split_text(templates / name / f"email.{language}.txt")
    html = compile_mjml(templates, name, language)
    rich, plain = (environment(templates, name, language, section, escape) for escape in (True, False))
    return EmailParts(
        subject=template(plain, subject),
        preheader=template(plain, preheader),
        html=template(rich, html),
        text=template(plain, body),
        attachments=attachment_parts(templates / name, language, plain),
    )


def _line(templates: Path, name: str, language: str, section: Section) -> Parts:
    head, body = split_head(
        templates / name / f"line.{language}.txt", ("Alt", "Title"), ("Stage", "Choice", "Button", "Stop")
    )
    plain = environment(templates, name, language, section, escape=False)
    return LineParts(
        alt=template(plain, head["Alt"][0]),
        title=template(plain, head["Title"][0]),
        stage=template(plain, next(iter(head["Stage"]), "")),
        choices=tuple(template(plain, choice) for choice in head["Choice"]),
        buttons=tuple(template(plain, button) for button in head["Button"]),
        stop=template(plain, next(iter(head["Stop"]), "")),
        body=template(plain, body),
        layout=plain.get_template("line.json"),
    )


def _sms(templates: Path, name: str, language: str, section: Section) -> Parts:
    path = templates / name / f"sms.{language}.txt"
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"templates/{name}/sms.{language}.txt: {error}") from error
    return SmsParts(template(environment(templates, name, language, section, escape=False), source))


_COMPILE: dict[ChannelName, Callable[[Path, str, str, Section], Parts]] = {
    ChannelName.EMAIL: _email,
    ChannelName.LINE: _line,
    ChannelName.SMS: _sms,
    **{note: partial(compile_note, note) for note in (ChannelName.PUSH, ChannelName.POSTCARD, ChannelName.INSERT)},
}

FILES: dict[ChannelName, tuple[str, ...]] = {
    ChannelName.EMAIL: ("email.{}.mjml", "email.{}.txt"),
    **{channel: (f"{channel}.{{}}.txt",) for channel in ChannelName if channel is not ChannelName.EMAIL},
}
"""Files a touchpoint needs for a channel, in each of its languages."""
