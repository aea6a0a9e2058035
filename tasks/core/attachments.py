"""Files that travel with a mail: `attachment.<lang>.<suffix>` beside `email.<lang>.*`, in every language or in none.

A line `Name: ` with the file's name, an empty line, the text. Where nothing of the text is left after rendering, the
mail travels without it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Template
from jinja2.sandbox import SandboxedEnvironment

from tasks.core import icalendar
from tasks.core.errors import ConfigurationError
from tasks.core.outgoing import Attachment
from tasks.core.templating import split_head, template

MAX_BYTES = 8_000
_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")


@dataclass(frozen=True)
class Form:
    """One kind of file. `finished` raises ValueError for a text that is none."""

    media_type: str
    finished: Callable[[str], str]


FORMS: dict[str, Form] = {"ics": Form("text/calendar", icalendar.finished)}
"""Suffix -> what such a file is."""


@dataclass(frozen=True)
class AttachmentPart:
    """One compiled template."""

    name: str
    form: Form
    body: Template

    def fill(self, values: Mapping[str, Any]) -> Attachment | None:
        """The file of one message. Raises what Jinja2 raises, and ValueError for what nobody could open."""
        text = self.body.render(values)
        if not text.strip():
            return None
        made = self.form.finished(text)
        if (size := len(made.encode())) > MAX_BYTES:
            raise ValueError(f"{self.name} has {size} bytes, at most {MAX_BYTES} may be attached")
        return Attachment(self.name, self.form.media_type, made)


def attachment_parts(folder: Path, language: str, jinja: SandboxedEnvironment) -> tuple[AttachmentPart, ...]:
    """What a touchpoint attaches in one language. Raises ConfigurationError."""
    paths = [path for path in attachment_files(folder) if path.name.split(".")[1] == language]
    return tuple(_part(path, jinja) for path in paths)


def attachment_files(folder: Path) -> list[Path]:
    """Templates of a touchpoint's attachments, in every language."""
    return sorted(folder.glob("attachment.*.*"))


def file_problems(folder: Path, languages: tuple[str, ...]) -> list[str]:
    """What is wrong with the files' names: an unknown kind, a language too many or too few."""
    names = {path.name for path in attachment_files(folder)}
    kinds = {name.rpartition(".")[2] for name in names} & FORMS.keys()
    wanted = {f"attachment.{language}.{kind}" for kind in kinds for language in languages}
    problems = [f"{name} is missing: an attachment is there in every language" for name in sorted(wanted - names)]
    which = f"of a language of touchpoint.toml that is .{' or .'.join(FORMS)}"
    return problems + [f"{name} is no attachment {which}" for name in sorted(names - wanted)]


def _part(path: Path, jinja: SandboxedEnvironment) -> AttachmentPart:
    head, body = split_head(path, ("Name",), ())
    [name] = head["Name"]
    suffix = path.suffix.removeprefix(".")
    if suffix not in FORMS or not _NAME.fullmatch(name) or not name.endswith(path.suffix):
        raise ConfigurationError(
            f"templates/{path.parent.name}/{path.name}: {name!r} is no name of a .{suffix} file; "
            f"use letters, digits, `.`, `_`, `-`, and one of .{', .'.join(FORMS)}"
        )
    return AttachmentPart(name, FORMS[suffix], template(jinja, body))
