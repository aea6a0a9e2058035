"""The communication calendar as one static page, without JavaScript: weeks of touchpoints by day, light and dark.

Titles come from the shop's data: all is escaped.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.core import formats
from tasks.core.brand import Brand, Language
from tasks.core.calendar_words import audience_line
from tasks.core.files import replace_file
from tasks.core.outlook import Day, Entry, Line, Outlook, Overlap
from tasks.core.paths import TEMPLATES
from tasks.core.words import localised, words_of


@dataclass(frozen=True)
class Bar:
    """One campaign or content within one week: on which of its days it runs."""

    entry: Entry
    runs: tuple[bool, ...]


@dataclass(frozen=True)
class Week:
    """Seven days: what runs, and what falls due."""

    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def write_calendar(path: Path, found: Outlook, brand: Brand, language: Language) -> Path:
    """Write the page in one language. Returns its path."""
    folder = TEMPLATES / "calendar"
    words = localised(tomllib.loads((folder / "words.toml").read_text(encoding="utf-8")), language)
    jinja = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {
        "day": lambda value: formats.day(value.isoformat(), language),
        "days": lambda entry: _span(*span_of(entry, found.zone), language),
        "instant": lambda value: formats.instant(value.isoformat(), language, found.zone),
        "audience": lambda audience: audience_line(audience, words["everybody"]),
        "category": lambda name: words_of(TEMPLATES, language)["categories"].get(name, name),
        "of_touchpoint": lambda title: _spoken(title, language),
        "weekday": lambda day: words["weekdays"][day.weekday()],
    }
    titles = {entry.id: entry.title for entry in found.entries}
    shop = localised(brand.section(None).name.model_dump(), language)
    html = jinja.get_template("index.html").render(
        found=found, weeks=list(_weeks(found)), titles=titles, words=words, lang=language, shop=shop
    )
    return replace_file(path, formats.clean(html).encode())


def _weeks(found: Outlook) -> Iterator[Week]:
    for start in range(0, len(found.days), 7):
        days = found.days[start : start + 7]
        bars = [Bar(entry, _runs(entry, days, found.zone)) for entry in found.entries if _is_drawn(entry, found)]
        lines = [line for line in found.lines if any(one.day in line.expected for one in days)]
        yield Week(days, tuple(bar for bar in bars if any(bar.runs)), tuple(lines))


def _runs(entry: Entry, days: tuple[Day, ...], zone: str) -> tuple[bool, ...]:
    first, last = span_of(entry, zone)
    return tuple(first <= one.day <= last for one in days)


def _is_drawn(entry: Entry, found: Outlook) -> bool:
    """A content that began before tells nobody new by itself: it is listed, and not drawn."""
    return entry.kind == "campaign" or entry.starts_at > found.since


def span_of(entry: Entry | Overlap, zone: str) -> tuple[date, date]:
    """First and last day; what ends at midnight ends on the day before."""
    last = entry.ends_at - timedelta(microseconds=1)
    return entry.starts_at.astimezone(ZoneInfo(zone)).date(), last.astimezone(ZoneInfo(zone)).date()


def _span(first: date, last: date, language: Language) -> str:
    if first.year == last.year:
        return formats.day_range(first.isoformat(), last.isoformat(), language)
    if language == "ja":
        return "〜".join(f"{day.year}年{day.month}月{day.day}日" for day in (first, last))
    return " – ".join(f"{formats.day(day.isoformat(), language)} {day.year}" for day in (first, last))


def _spoken(title: str, language: Language) -> str:
    """Titles of touchpoints are written `日本語 / English`."""
    japanese, parted, english = title.partition(" / ")
    return english if parted and language == "en" else japanese
