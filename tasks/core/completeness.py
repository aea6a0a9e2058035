"""Is a touchpoint whole? Folder, due file and cases belong together; so do the declarations among each other."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from tasks.core.attachments import attachment_files
from tasks.core.brand import LANGUAGES
from tasks.core.domain import TouchpointClass
from tasks.core.paths import CASES, SQL, TEMPLATES
from tasks.core.touchpoints import Touchpoint

_T, _S, _M = TouchpointClass.TRANSACTIONAL, TouchpointClass.SERVICE, TouchpointClass.MARKETING
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
_FORMAT = re.compile(r"([OSCP]|[a-z]+)([:@→]([OSCP]|[a-z]+(-[a-z]+)*))*")
MOST_OF_ONE_PRIORITY = 2


def check_places(templates: Path = TEMPLATES, sql: Path = SQL, cases: Path = CASES) -> list[str]:
    """Touchpoints of which folder, due file or cases are missing. Cases are asked for where there are tests."""
    places = {
        "templates/{}/touchpoint.toml": {path.parent.name for path in templates.glob("*/touchpoint.toml")},
        "sql/due/{}.sql": {path.stem for path in (sql / "due").glob("*.sql")},
    }
    if cases.is_dir():
        places["tests/due/{}.toml"] = {path.stem for path in cases.glob("*.toml")}
    return [what for name in sorted(set().union(*places.values())) for what in _missing(name, places)]


def check_declared(declared: Sequence[Touchpoint]) -> list[str]:
    """What is wrong with declarations, alone and among each other."""
    problems = [f"{one.name}: touchpoint.toml: {what}" for one in declared for what in _declared(one)]
    return problems + list(_shared_priorities(declared)) + list(_classes_in_order(declared))


def check_partials(folder: Path, known: Collection[str], languages: Collection[str]) -> list[str]:
    """Files of a folder that nothing uses, and pieces of templates that a language lacks."""
    others = {"touchpoint.toml", *known, *(path.name for path in attachment_files(folder))}
    others |= {f"reply.{language}.txt" for language in languages}  # posted by a person (tasks/core/mentions.py)
    pieces = sorted(
        p.name for p in folder.iterdir() if p.name not in others and not p.name.startswith((".", "attachment."))
    )
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.*")) if path.suffix != ".json")
    problems = [f"{name} is used by no template here; include it, or delete it" for name in pieces if name not in text]
    for name in pieces:
        for other in languages:
            there = re.sub(r"\.(ja|en)\.", f".{other}.", name)
            if not (folder / there).is_file():
                problems.append(f"{there} is missing: {name} needs it in every language")
    return problems


def _declared(one: Touchpoint) -> Iterator[str]:
    japanese, _, english = one.title.partition(" / ")
    if not _JAPANESE.search(japanese) or not english or _JAPANESE.search(english):
        yield f'title is {one.title!r}; give it in both languages, "日本語 / English"'
    if missing := set(LANGUAGES) - set(one.languages):
        yield f"languages lack {', '.join(sorted(missing))}; customers of every language of the brand get it"
    if not _FORMAT.fullmatch(one.subject_format):
        yield (
            f"subject_format is {one.subject_format!r}; write what one message is about: O order, S shipment, "
            "C customer, P product or a word, joined by : @ or →, like C:P@run-out"
        )


def _shared_priorities(declared: Sequence[Touchpoint]) -> Iterator[str]:
    """Messages of class S and M compete; where many are equal, their names decide who is written to."""
    competing = sorted((one for one in declared if one.touchpoint_class is not _T), key=lambda one: one.priority)
    for priority, group in groupby(competing, lambda one: one.priority):
        names = [one.name for one in group]
        if len(names) > MOST_OF_ONE_PRIORITY:
            yield f"priority {priority} is that of {', '.join(names)}; give them different ones"


def _classes_in_order(declared: Sequence[Touchpoint]) -> Iterator[str]:
    """What is owed goes before service, service before marketing."""
    ranges = {of: [one for one in declared if one.touchpoint_class is of] for of in (_T, _S, _M)}
    for higher, lower in pairwise([group for group in ranges.values() if group]):
        low, high = min(higher, key=lambda one: one.priority), max(lower, key=lambda one: one.priority)
        if low.priority <= high.priority:
            yield (
                f"{low.name} (class {low.touchpoint_class}) has priority {low.priority}, not above {high.name} "
                f"(class {high.touchpoint_class}, {high.priority}); T goes before S, S before M"
            )


def _missing(name: str, places: Mapping[str, Collection[str]]) -> Iterator[str]:
    there = [place.format(name) for place, found in places.items() if name in found]
    for place, found in places.items():
        if name not in found:
            yield (
                f"{place.format(name)} is missing, but there is {' and '.join(there)}; "
                "write it (docs/touchpoints.md), or delete what is there"
            )
