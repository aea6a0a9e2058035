"""One explanation as a self-contained page, without JavaScript: facts, timeline, and every touchpoint with its reason.

What it shows came from orders and providers: all is escaped. A masked explanation stays masked: nothing is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.core import formats
from tasks.core.brand import Brand, Language
from tasks.core.explain_words import GROUPS, Line, Said, Sayer, first_known, group_of, sayer, told
from tasks.core.files import replace_file
from tasks.core.paths import TEMPLATES
from tasks.core.touchpoints import load_all
from tasks.core.words import localised


@dataclass(frozen=True)
class Shown:
    """One touchpoint within one group. `personal`: name, text of what its messages say; empty where masked."""

    name: str
    title: str
    who: str
    verdicts: tuple[Said, ...]
    personal: tuple[tuple[str, str], ...]


def write_explanation(path: Path, found: Mapping[str, Any], brand: Brand, language: Language, zone: str) -> Path:
    """Write the page in one language; only we may read an unmasked one. Returns its path."""
    say = sayer(language, zone)
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES / "explain"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shop = localised(brand.section(None).name.model_dump(), language)
    html = jinja.get_template("index.html").render(
        found=found,
        say=say,
        words=say.words["page"],
        groups=_groups(found, say, language),
        group_words=say.words["groups"],
        days=_days(found, say),
        lang=language,
        shop=shop,
    )
    written = replace_file(path, formats.clean(html).encode())
    if not found["masked"]:
        written.chmod(0o600)
    return written


def _groups(found: Mapping[str, Any], say: Sayer, language: Language) -> dict[str, list[Shown]]:
    groups: dict[str, list[Shown]] = {}
    for group in GROUPS:
        for name, rows in found["touchpoints"].items():
            if own := [row for row in rows if group_of(row) == group]:
                groups.setdefault(group, []).append(_shown(name, own, say, language))
    return groups


def _shown(name: str, rows: list[Mapping[str, Any]], say: Sayer, language: Language) -> Shown:
    japanese, parted, english = (load_all()[name].title if name in load_all() else name).partition(" / ")
    who = (rows[0]["detail"] or {}).get("who", "")
    personal = [
        (f"{row.get('subject_id', '')} · {field}", say.value(row[field]))
        for row in rows
        for field in ("recipient", "context")
        if row.get(field)
    ]
    title = english if parted and language == "en" else japanese
    return Shown(name, title, who, tuple(say.verdict(row) for row in rows), tuple(personal))


def _days(found: Mapping[str, Any], say: Sayer) -> list[tuple[str, list[Line]]]:
    learnt = first_known(found["timeline"])
    days: dict[str, list[Line]] = {}
    for event in told(found["timeline"]):
        line = say.line(event, learnt)
        days.setdefault(line.day, []).append(line)
    return list(days.items())
