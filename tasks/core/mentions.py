"""Mentions: posts about the shop, the reply a person may post, and what authors said about their photos.

Nothing is posted by itself: a draft is shown (`todoke mentions`), a person posts it. A word about a photo, of the
author through the link of the mail or of whoever asked them, goes the way of all words (tasks/core/feedback.py): kept
at once, a fact with the next settling, never changed. The last word counts.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Template, TemplateError
from sqlalchemy import Connection

from tasks.core import formats
from tasks.core.audit import record_act
from tasks.core.brand import LANGUAGES, Brand, Language
from tasks.core.claims import enter
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError
from tasks.core.feedback import LOCK_MILLISECONDS, Event, Kind, keep, settle
from tasks.core.paths import TEMPLATES
from tasks.core.queries import query
from tasks.core.templating import environment

TOUCHPOINT = "mention_reply"
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


@dataclass(frozen=True)
class Mention:
    """One post, with the reply somebody may post below it."""

    mention_id: str
    platform: str
    at: datetime
    author: str | None
    url: str | None
    language: Language
    reply: str
    mail: str | None
    """State of the mail in the ledger; None: its author gets none."""
    photo: str
    """none, ask (nobody asked yet), asked (by mail), given or refused."""
    said_by: str | None

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "at": self.at.isoformat()}


class Replies:
    """Drafts in the shop's words, `templates/mention_reply/reply.<language>.txt`."""

    def __init__(self, brand: Brand, templates: Path = TEMPLATES) -> None:
        self._brand, self._templates = brand, templates
        self._texts: dict[str, Template] = {}

    def draft(self, language: Language, author: str | None, asks: bool, given: bool) -> str:
        """The reply. `asks`: for the photo; `given`: they said yes."""
        if language not in self._texts:
            jinja = environment(self._templates, TOUCHPOINT, language, self._brand.section(None), escape=False)
            self._texts[language] = jinja.get_template(f"reply.{language}.txt")
        return self._texts[language].render(author=handle(author), asks=asks, given=given).strip()

    def language(self, text: str | None, of_customer: str | None) -> Language:
        """That of the post; without words that of its author, else the shop's."""
        if text and text.strip():
            return "ja" if _JAPANESE.search(text) else "en"
        known: dict[str | None, Language] = {language: language for language in LANGUAGES}
        return known.get(of_customer, self._brand.language)


def handle(author: str | None) -> str | None:
    """A handle without the @ some tools put before it."""
    return formats.clean(author).lstrip("@") or None if author else None


def reply_problems(brand: Brand, templates: Path) -> list[str]:
    """What is wrong with the drafts, one sentence each."""
    problems = []
    for language in LANGUAGES if (templates / TOUCHPOINT).is_dir() else ():
        try:
            replies = Replies(brand, templates)
            for author, asks, given in ((None, False, False), ("aoi", True, False), ("aoi", False, True)):
                replies.draft(language, author, asks, given)
        except TemplateError as error:
            problems.append(f"{TOUCHPOINT}/reply.{language}.txt: {error}")
    return problems


def listed(connection: Connection, replies: Replies, since: datetime) -> list[Mention]:
    """Mentions after `since`, newest first."""
    enter(connection, datetime.now(UTC))
    return [_mention(dict(row), replies) for row in query("mentions/listed").rows(connection, since=since)]


def mention_of(connection: Connection, mention_id: str) -> dict[str, Any] | None:
    """mention_id, platform, author, customer_id, person_id, url, given (None: said nothing yet); None: unknown."""
    enter(connection, datetime.now(UTC))
    rows = query("mentions/mention").rows(connection, mention_id=mention_id)
    return dict(rows[0]) if rows else None


def record_permission(
    database: Database, secret: bytes, mention_id: str, given: bool, by: str, proof: str | None, provider: str
) -> None:
    """Keep a word about a photo, with who heard it and where it can be read, and make it a fact.

    Raises ConfigurationError for a mention nobody knows.
    """
    now = datetime.now(UTC)
    word = {"mention_id": mention_id, "given": given, "by": by, "proof": proof}
    event = Event(provider, uuid4().hex, Kind.PREFERENCE, now, reason="photo", raw={"permission": word})
    with database.transaction() as connection:
        if mention_of(connection, mention_id) is None:
            raise ConfigurationError(f"There is no mention {mention_id!r}; `todoke mentions` lists them.")
        keep(connection, secret, [event])
        record_act(connection, by, "mention.permission", mention_id, now, given=given, proof=proof)
    settle(database, LOCK_MILLISECONDS)


def _mention(row: Mapping[str, Any], replies: Replies) -> Mention:
    language, photo = replies.language(row["text"], row["language"]), _photo(row)
    return Mention(
        mention_id=row["mention_id"],
        platform=row["platform"],
        at=row["at"],
        author=handle(row["author"]),
        url=formats.clean(row["url"]),
        language=language,
        reply=replies.draft(language, row["author"], row["may_be_asked"], row["given"] is True),
        mail=row["mail"],
        photo=photo,
        said_by=row["said_by"],
    )


def _photo(row: Mapping[str, Any]) -> str:
    if row["given"] is not None:
        return "given" if row["given"] else "refused"
    if not row["may_be_asked"]:
        return "none"
    return "asked" if row["mail"] == "accepted" else "ask"
