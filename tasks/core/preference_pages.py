"""HTML of the preference, unsubscribe and photo pages, and of a link that does not work."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Template

from tasks.core import formats, preferences
from tasks.core.brand import Brand
from tasks.core.mentions import handle
from tasks.core.paths import TEMPLATES
from tasks.core.preferences import Person
from tasks.core.templating import environment
from tasks.core.words import words_of


class PreferencePages:
    """Pages of one brand. Templates are compiled at first use and kept. `base_url`: that of `todoke listen`."""

    def __init__(self, brand: Brand, base_url: str, templates: Path = TEMPLATES) -> None:
        self._brand, self._base_url, self._templates = brand, base_url.rstrip("/"), templates
        self._compiled: dict[tuple[str, str], Template] = {}

    def address(self, page: str, token: str, language: str = "") -> str:
        """Address of a page for one link."""
        named = {"t": token, "lang": language} if language else {"t": token}
        return f"{self._base_url}/{page}?{urlencode(named)}"

    def unsubscribe(self, token: str, language: str, is_known: bool, done: bool = False) -> str:
        """Asks, or says that it is done. Showing it changes nothing."""
        return self._filled("unsubscribe", token, language, "unsubscribe", done=done, is_known=is_known)

    def no_link(self, token: str, language: str) -> str:
        """The link is incomplete, forged or older than the keys."""
        return self._filled("no_link", token, language, "preferences", is_known=False)

    def photo(self, token: str, language: str, mention: Mapping[str, Any], saved: bool = False) -> str:
        """Asks the author of a post for its photo, or says what they said. `mention`: of tasks/core/mentions.py."""
        shown = {name: formats.clean(mention[name]) for name in ("platform", "given")}
        shown |= {
            "author": handle(mention["author"]),
            "post_url": mention["url"],
            "photo": self.address("photo", token, language),
        }
        return self._filled("photo", token, language, "photo", **shown, saved=saved)

    def preferences(
        self, token: str, language: str, person: Person, today: date, saved: bool = False, wrong_birthday: bool = False
    ) -> str:
        """The page of one customer: what counts now, and whether the last save was taken."""
        words = words_of(self._templates, language)
        refused = {topic for channel, topic in person.refused if channel == "email"}
        topics = [
            {
                "name": topic.name,
                "title": words["topics"].get(topic.name, topic.titles[language]),
                "marketing": topic.marketing,
                "on": topic.name not in refused,
            }
            for topic in preferences.topics()
        ]
        channels = [
            {"name": name, "title": words["channels"][name], "on": (name, preferences.EVERYTHING) not in person.refused}
            for name in person.channels
            if name in words["channels"]
        ]
        return self._filled(
            "page",
            token,
            language,
            "preferences",
            address=preferences.masked(person.email),
            topics=topics,
            channels=channels,
            preferred=person.preferred or "email",
            marketing=person.marketing,
            written_in=person.language,
            birthday=person.birthday.isoformat() if person.birthday else None,
            paused_until=person.paused_until.isoformat() if person.paused_until else None,
            today=today.isoformat(),
            saved=saved,
            problem=words["labels"]["pref_birthday_wrong"] if wrong_birthday else None,
        )

    def _filled(self, name: str, token: str, language: str, page: str, **values: Any) -> str:
        other = "en" if language == "ja" else "ja"
        links: Mapping[str, Any] = {
            "unsubscribe": self.address("unsubscribe", token, language),
            "preferences": self.address("preferences", token, language) if values.pop("is_known", True) else None,
            "other_language": self.address(page, token, other),
            "zone": self._brand.calendar.zone,
        }
        return self._template(name, language).render(**values, **links)

    def _template(self, name: str, language: str) -> Template:
        key = (name, language)
        if key not in self._compiled:
            section = self._brand.section(None)
            jinja = environment(self._templates, "preference_page", language, section, escape=True)
            self._compiled[key] = jinja.get_template(f"{name}.html")
        return self._compiled[key]
