"""The preview gallery: every message that can be sent, on static pages that need no database and nothing remote.

`index.html` groups the touchpoints by class; `<touchpoint>.html` has the rule in words and every specimen at the width
of a desk and of a telephone, light and dark; `<touchpoint>/` holds the messages, which pages show in sandboxed frames.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tasks.core import formats
from tasks.core.brand import LANGUAGES, Brand
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.due import due_header
from tasks.core.errors import ConfigurationError
from tasks.core.files import replace_file, write_if_new
from tasks.core.gallery import place_in_journey
from tasks.core.paths import TEMPLATES
from tasks.core.previews import preview_of
from tasks.core.segments import segments
from tasks.core.specimens import Specimen, renderer_to_nowhere, specimens_of
from tasks.core.touchpoints import read_all

_MARK = '<meta name="generator" content="todoke preview">'
_UNSAFE = re.compile(r"[^\w@.+-]+", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """A specimen and where its page lies."""

    specimen: Specimen
    file: str
    subject: str
    size: int
    """Bytes of its HTML, or of its text where it has none."""

    @property
    def segments(self) -> int:
        """SMS a text is; 0 on every other channel."""
        return segments(self.specimen.rendered.text).count if self.specimen.channel is ChannelName.SMS else 0


def write_preview(folder: Path, brand: Brand, only: str | None = None, templates: Path = TEMPLATES) -> tuple[Path, int]:
    """Write the gallery of every touchpoint, or of one. Returns the page to open and the number of messages.

    Raises ConfigurationError where the folder holds an index.html of somebody else, TemplateRejected for a sample that
    breaks its contract.
    """
    claim_folder(folder)
    renderer = renderer_to_nowhere(brand, templates)
    declared = sorted(read_all(templates).values(), key=lambda one: place_in_journey(one.name))
    chosen = [touchpoint for touchpoint in declared if only in (None, touchpoint.name)]
    shown = {one.name: [show(folder, found) for found in specimens_of(one, renderer, templates)] for one in chosen}
    for touchpoint in chosen:
        write_page(folder, f"{touchpoint.name}.html", "preview_touchpoint.html", brand, touchpoint=touchpoint,
                   said=due_header(touchpoint.name), shown=shown[touchpoint.name])  # fmt: skip
    number = sum(len(messages) for messages in shown.values())
    if only:
        return folder / f"{only}.html", number
    groups = {of: [one for one in chosen if one.touchpoint_class is of] for of in TouchpointClass}
    return write_page(folder, "index.html", "preview_index.html", brand, groups=groups, shown=shown), number


def claim_folder(folder: Path, private: bool = False) -> None:
    """Make the folder; a private one for our eyes alone. Raises ConfigurationError where something else lies in it."""
    index = folder / "index.html"
    if index.exists() and _MARK not in index.read_text(encoding="utf-8", errors="replace"):
        raise ConfigurationError(f"{index} is not a preview of Todoke: name an empty folder with --out.")
    if private and not index.exists() and folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty: name a folder of its own with --out, for personal data.")
    folder.mkdir(parents=True, exist_ok=True)
    if private:
        folder.chmod(0o700)


def show(folder: Path, specimen: Specimen) -> Shown:
    """Write one message into the folder."""
    drawn = preview_of(specimen.channel, specimen.rendered, specimen.language)
    stem = file_name(f"{specimen.person}.{specimen.channel}.{specimen.language}")
    file = f"{specimen.touchpoint.name}/{stem}.html"
    write_if_new(folder / file, drawn.html.encode())
    size = len((specimen.rendered.html or specimen.rendered.text).encode())
    return Shown(specimen, file, drawn.subject, size)


def file_name(text: str) -> str:
    """A name that is safe on every file system."""
    return _UNSAFE.sub("_", text).lstrip(".") or "_"


def write_page(folder: Path, file: str, template: str, brand: Brand, **values: Any) -> Path:
    """Fill one of templates/gallery/preview_*.html."""
    jinja = Environment(loader=FileSystemLoader(TEMPLATES / "gallery"), undefined=StrictUndefined, autoescape=True,
                        trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    jinja.globals |= {"mark": Markup(_MARK), "shop": brand.section(None), "languages": LANGUAGES}  # noqa: S704  # ours
    jinja.globals |= {"classes": list(TouchpointClass), "channels": list(ChannelName)}
    jinja.filters["instant"] = partial(formats.instant, language="ja", zone=brand.calendar.zone)
    jinja.filters |= {"weight": weight, "hours": hours, "channels_of": channels_of, "firsts": firsts, "merged": merged}
    html = jinja.get_template(template).render(values)
    return replace_file(folder / file, formats.clean(html).encode())


def weight(variants: Mapping[str, float | str], name: str) -> str:
    """Share of a variant, or that the due file chooses it."""
    if isinstance(variants[name], str):
        return "条件による / by rule"
    return f"{float(variants[name]) / sum(float(share) for share in variants.values()):.0%}"


def hours(number: int) -> str:
    """Whole days where it is that."""
    return (
        f"{number // 24}日 / {number // 24} days" if number > 24 and number % 24 == 0 else f"{number}時間 / {number} h"
    )


def channels_of(shown: Iterable[Shown]) -> list[ChannelName]:
    """Channels in the order of the messages, each once."""
    return list(dict.fromkeys(one.specimen.channel for one in shown))


def firsts(shown: Iterable[Shown]) -> list[Shown]:
    """The first message of each channel and language."""
    return list({(one.specimen.channel, one.specimen.language): one for one in reversed(list(shown))}.values())


def merged(options: Mapping[str, str], names: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """The options of a choice, and one for each name."""
    return {**options, **{name: labels[name] for name in names}}
