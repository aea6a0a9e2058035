"""Tracking pages: one static page per order, a JSON of the same facts beside it, and a calendar file.

They need no JavaScript. Nothing on a page shows a price, a full name or a street: it may be opened by whoever receives
a gift.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Template, TemplateError

from tasks.core import formats, order_status, tokens
from tasks.core.brand import DEFAULT_SECTION, Brand
from tasks.core.declarations import Declaration, load_toml
from tasks.core.errors import TemplateRejected
from tasks.core.page_documents import Voice, delivery_event, ended_document, status_document
from tasks.core.paths import TEMPLATES
from tasks.core.templating import environment
from tasks.core.touchpoints import TypeWord, missing_or_mistyped
from tasks.core.words import localised, words_of

_PREFERENCES = "profile_request"
"""Topic of the link to the preference page: what the invitation to it is called in the catalogue."""


class PageDeclaration(Declaration):
    """`templates/tracking_page/page.toml`."""

    fields: dict[str, TypeWord]


@dataclass(frozen=True)
class PageOwner:
    """Whose page it is: what decides its address, its shop front and its link to the preferences. Not shown."""

    order_id: str
    version: int = 0
    """How many addresses of it were revoked."""
    source: str | None = None
    customer_id: str | None = None
    address_key: str | None = None


@dataclass(frozen=True)
class PageFiles:
    """What is published of one order: page, JSON, and a calendar file while a day is known."""

    html: bytes
    status: bytes
    calendar: bytes | None


@dataclass(frozen=True)
class _Templates:
    """One language of one shop front."""

    voice: Voice
    page: Template
    cause: Template
    ended: Template


class PageRenderer:
    """Renders tracking pages of one brand. Templates are compiled at first use and kept."""

    def __init__(
        self,
        brand: Brand,
        secret: bytes,
        templates: Path = TEMPLATES,
        base_url: str = "",
        link_secret: bytes | None = None,
        listen_url: str | None = None,
    ) -> None:
        """`base_url`: where browsers find the pages. `listen_url`: that of the preference page; None: no link."""
        self._brand, self._secret, self._folder = brand, secret, templates
        self._base_url, self._link_secret, self._listen_url = base_url, link_secret or secret, listen_url
        self._fields = load_toml(templates / "tracking_page" / "page.toml", PageDeclaration).fields
        self._compiled: dict[tuple[str, str], _Templates] = {}

    def name(self, owner: PageOwner, ending: str = "html") -> str:
        """Name of one of an order's files (html, json, ics) below the published folder."""
        return tokens.tracking_path(self.token(owner), ending)

    def token(self, owner: PageOwner) -> str:
        """What the address of a page is made of."""
        return tokens.tracking_token(self._secret, owner.order_id, owner.version)

    def files(self, page: Mapping[str, Any], owner: PageOwner) -> PageFiles:
        """Everything published of one order, from the fields of page.toml. Raises TemplateRejected."""
        values = self._checked(page)
        templates, token = self._templates(values["language"], owner.source), self.token(owner)
        when = order_status.expected_time(values)
        html = self._filled(templates, values, f"{token}.ics" if when else None, self._preferences(owner, values))
        url = tokens.tracking_url(self._base_url, token)
        reason = " ".join(templates.cause.render(values["delay"]).split()) if values["delay"] else None
        return PageFiles(
            html.encode(),
            status_document(values, templates.voice, url, reason),
            delivery_event(values, templates.voice, url, when) if when else None,
        )

    def ended(self, owner: PageOwner, language: str) -> PageFiles:
        """What replaces the page of an order that is long over: nothing of the order."""
        templates = self._templates(language, owner.source)
        return PageFiles(templates.ended.render().encode(), ended_document(templates.voice), None)

    def tracking_page(self, page: Mapping[str, Any], source: str | None = None) -> str:
        """HTML alone, without links to what only its publisher knows. Raises TemplateRejected naming what is wrong."""
        values = self._checked(page)
        return self._filled(self._templates(values["language"], source), values, None, None)

    def _checked(self, page: Mapping[str, Any]) -> dict[str, Any]:
        problems = missing_or_mistyped(self._fields, page)
        if problems:
            raise TemplateRejected(f"tracking_page: {'; '.join(problems)}")
        return {name: formats.clean(page[name]) for name in self._fields}

    def _filled(
        self, templates: _Templates, values: dict[str, Any], calendar: str | None, preferences: str | None
    ) -> str:
        first, last = order_status.expected_days(values)
        try:
            return templates.page.render(
                values,
                state=order_status.state(values),
                stage=order_status.stage(values),
                is_expected=order_status.is_expected(values),
                expected_from=first,
                expected_until=last,
                calendar=calendar,
                preferences=preferences,
            )
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            raise TemplateRejected(f"tracking_page of order {values['order_id']}: {error}") from error

    def _preferences(self, owner: PageOwner, values: Mapping[str, Any]) -> str | None:
        """Who may open a gift's page is not who may change its buyer's settings."""
        if not self._listen_url or not owner.customer_id or values["gift"]:
            return None
        opt_out = tokens.OptOut(owner.customer_id, _PREFERENCES, owner.address_key)
        token = tokens.unsubscribe_token(self._link_secret, opt_out)
        return f"{self._listen_url.rstrip('/')}/preferences?{urlencode({'t': token, 'lang': values['language']})}"

    def _templates(self, language: str, source: str | None) -> _Templates:
        key = (language, source or DEFAULT_SECTION)
        if key not in self._compiled:
            section = self._brand.section(key[1])
            jinja = environment(self._folder, "tracking_page", language, section, escape=True)
            shop = localised(section.model_dump(mode="json"), language)
            self._compiled[key] = _Templates(
                Voice(language, words_of(self._folder, language), shop),
                jinja.get_template("page.html"),
                environment(self._folder, "tracking_page", language, section, escape=False).get_template(
                    f"delay_cause.{language}.txt"
                ),
                jinja.get_template("ended.html"),
            )
        return self._compiled[key]
