"""What messages say under each version: samples that show nobody, and how many read otherwise."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.core.anonymous import HIDDEN, anonymous, recipient_of_nobody
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.queries import query
from tasks.core.rendering import Renderer
from tasks.core.specimens import renderer_to_nowhere
from tasks.proof.diff_hours import Key, Walk
from tasks.proof.diff_versions import Version

_RENDERED = ("touchpoint", "channel", "language", "variant", "source")


@dataclass(frozen=True)
class Words:
    """A message as its reader sees it, without the person. `subject`: of a mail, or what a notification shows."""

    channel: str
    language: str
    variant: str
    subject: str
    text: str


class Reader:
    """Renders messages of one version, masked. One that cannot be rendered says why."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._renderer: Renderer | str
        try:
            self._renderer = renderer_to_nowhere(version.brand, version.templates)
        except ConfigurationError as error:  # another day's templates that today's code refuses
            self._renderer = str(error)

    def read(self, walk: Walk, keys: Iterable[Key]) -> dict[Key, Words]:
        """What these messages of a walk say."""
        wanted = list(keys)
        columns = {"touchpoints": [name for name, _ in wanted], "subjects": [subject for _, subject in wanted]}
        rows = query("diff/contents").rows(walk.connection, **columns) if wanted else []
        return {(row["touchpoint"], row["subject_id"]): self._words(dict(row)) for row in rows}

    def _words(self, row: Mapping[str, Any]) -> Words:
        subject, text = self._rendered(row)
        return Words(row["channel"], row["language"], row["variant"], subject, text)

    def _rendered(self, row: Mapping[str, Any]) -> tuple[str, str]:
        if isinstance(self._renderer, str):
            return "", f"(cannot be rendered: {self._renderer})"
        words = row["words"]
        context = anonymous(row["context"], HIDDEN, words)
        recipient = recipient_of_nobody(row["recipient"], words)
        try:
            message = self._renderer.render(
                **{name: row[name] for name in _RENDERED}, context=context, recipient=recipient
            )
        except (TemplateRejected, ConfigurationError) as error:
            return "", f"(cannot be rendered: {error})"
        return message.subject, _plain(message.text)


def _plain(text: str) -> str:
    """What people read of a channel whose message is JSON (LINE, push, paper): its words, a line each."""
    try:
        found = json.loads(text)
    except ValueError:
        return text.strip()
    return "\n".join(_said(found)) if isinstance(found, dict | list) else text.strip()


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _said(inner)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, str) and name in ("text", "label", "title", "body", "altText"):
                yield inner
            elif not isinstance(inner, str):
                yield from _said(inner)
