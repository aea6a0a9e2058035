"""The gallery of what was sent: one static page, without JavaScript.

What it shows was in part written by strangers: all is escaped, every mail is sandboxed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.core import formats
from tasks.core.brand import Brand
from tasks.core.files import replace_file
from tasks.core.paths import TEMPLATES
from tasks.core.touchpoints import CATALOGUE
from tasks.core.trial_words import TrialReport

GALLERY_LIMIT = 60
_JOURNEY = {name: place for place, name in enumerate(CATALOGUE)}


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


def write_gallery(
    folder: Path,
    entries: Iterable[GalleryEntry],
    brand: Brand,
    templates: Path = TEMPLATES,
    report: TrialReport | None = None,
) -> Path:
    """Write `folder/index.html`: messages by touchpoint, newest first, GALLERY_LIMIT each. Returns its path.

    `report`: what a trial found stands above them.
    """
    ordered = sorted(entries, key=lambda entry: entry.sent_at, reverse=True)
    ordered.sort(key=lambda entry: place_in_journey(entry.touchpoint))
    groups = [(name, list(group)) for name, group in groupby(ordered, key=lambda entry: entry.touchpoint)]
    jinja = Environment(loader=FileSystemLoader(templates / "gallery"), undefined=StrictUndefined, autoescape=True)
    jinja.filters["instant"] = partial(formats.instant, language="en", zone=brand.calendar.zone)
    shop = brand.section(None).name
    html = jinja.get_template("index.html").render(
        groups=groups, limit=GALLERY_LIMIT, total=len(ordered), shop=shop, report=report
    )
    return replace_file(folder / "index.html", formats.clean(html).encode())


def place_in_journey(name: str) -> tuple[int, str]:
    """Sorts touchpoints as a customer meets them; those outside the catalogue come last."""
    return _JOURNEY.get(name, len(_JOURNEY)), name
