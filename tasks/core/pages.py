"""Static pages: one tracking page per order, and the gallery of what was sent.

Neither needs JavaScript. Nothing on a tracking page shows a price, a full name or a street: it may be opened by whoever
receives a gift. What the gallery shows was in part written by strangers: all is escaped, every mail is sandboxed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from tasks.core import formats, tokens
from tasks.core.brand import DEFAULT_SECTION, Brand
from tasks.core.declarations import Declaration, load_toml
from tasks.core.errors import TemplateRejected
from tasks.core.files import replace_file
from tasks.core.paths import TEMPLATES
from tasks.core.templating import environment
from tasks.core.touchpoints import CATALOGUE, TypeWord, missing_or_mistyped

GALLERY_LIMIT = 60
_JOURNEY = {name: place for place, name in enumerate(CATALOGUE)}
_ON_THE_WAY = frozenset({"in_transit", "out_for_delivery", "attempt_failed", "held_at_location", "exception"})


class PageDeclaration(Declaration):
    """`templates/tracking_page/page.toml`."""

    fields: dict[str, TypeWord]


class PageRenderer:
    """Renders tracking pages of one brand. Templates are compiled at first use and kept."""

    def __init__(self, brand: Brand, secret: bytes, templates: Path = TEMPLATES) -> None:
        self._brand, self._secret, self._templates = brand, secret, templates
        self._fields = load_toml(templates / "tracking_page" / "page.toml", PageDeclaration).fields
        self._compiled: dict[tuple[str, str], Template] = {}

    def path(self, order_id: str) -> str:
        """File of an order's page below the published folder."""
        return tokens.tracking_path(tokens.tracking_token(self._secret, order_id))

    def tracking_page(self, page: Mapping[str, Any], source: str | None = None) -> str:
        """HTML of one order's page from the fields of page.toml. Raises TemplateRejected naming what is wrong."""
        problems = missing_or_mistyped(self._fields, page)
        if problems:
            raise TemplateRejected(f"tracking_page: {'; '.join(problems)}")
        values = {name: formats.clean(page[name]) for name in self._fields}
        template = self._template(values["language"], source or DEFAULT_SECTION)
        try:
            return template.render(values, stage=stage(values))
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            raise TemplateRejected(f"tracking_page of order {values['order_id']}: {error}") from error

    def _template(self, language: str, source: str) -> Template:
        key = (language, source)
        if key not in self._compiled:
            section = self._brand.section(source)
            jinja = environment(self._templates, "tracking_page", language, section, escape=True)
            self._compiled[key] = jinja.get_template("page.html")
        return self._compiled[key]


def stage(page: Mapping[str, Any]) -> int:
    """How far an order is: 1 ordered, 2 shipped, 3 on the way, 4 delivered."""
    if page["delivered_at"]:
        return 4
    if any(parcel["status"] in _ON_THE_WAY for parcel in page["parcels"]):
        return 3
    return 2 if page["shipped_at"] or page["parcels"] else 1


@dataclass(frozen=True)
class GalleryEntry:
    """One message of the gallery. `sent_at`: ISO text with offset; `file`: its HTML, relative to the folder."""

    touchpoint: str
    title: str
    language: str
    variant: str
    recipient: str
    subject: str
    sent_at: str
    file: str
    channel: str = "email"


def write_gallery(folder: Path, entries: Iterable[GalleryEntry], brand: Brand, templates: Path = TEMPLATES) -> Path:
    """Write `folder/index.html`: messages by touchpoint, newest first, GALLERY_LIMIT each. Returns its path."""
    ordered = sorted(entries, key=lambda entry: entry.sent_at, reverse=True)
    ordered.sort(key=lambda entry: (_JOURNEY.get(entry.touchpoint, len(_JOURNEY)), entry.touchpoint))
    groups = [(name, list(group)) for name, group in groupby(ordered, key=lambda entry: entry.touchpoint)]
    jinja = Environment(loader=FileSystemLoader(templates / "gallery"), undefined=StrictUndefined, autoescape=True)
    jinja.filters["instant"] = partial(formats.instant, language="en", zone=brand.calendar.zone)
    shop = brand.section(None).name
    html = jinja.get_template("index.html").render(groups=groups, limit=GALLERY_LIMIT, total=len(ordered), shop=shop)
    return replace_file(folder / "index.html", formats.clean(html).encode())
