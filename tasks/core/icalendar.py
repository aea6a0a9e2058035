"""Calendar files (iCalendar, RFC 5545) from the text of a template: a line a property, values through these filters.

Times are days, or instants in UTC; nothing here asks what time it is. Mail programs take such a file in and never
ask for it again, so UID must stay the same for the same event.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

_FOLD = 75
"""Octets of a line without its CRLF (3.1)."""

_LINE = re.compile(r"[A-Z-]+(;[^:\n]+)?:[^\x00-\x08\x0a-\x1f\x7f]+")
_NEEDED = {"VCALENDAR": ("VERSION", "PRODID"), "VEVENT": ("UID", "DTSTAMP", "DTSTART", "SUMMARY")}


def ics(value: str) -> str:
    """Text as the value of a property (3.3.11): no character of it ends the value or the line."""
    return re.sub(r"[\\;,]", r"\\\g<0>", value.strip()).replace("\n", "\\n")


def ics_day(value: str) -> str:
    """An ISO day as a DATE: `20260919`."""
    return f"{datetime.fromisoformat(value[:10]):%Y%m%d}"


def ics_instant(value: str) -> str:
    """An ISO instant as a DATE-TIME in UTC: `20260915T010000Z`."""
    return f"{datetime.fromisoformat(value).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def finished(text: str) -> str:
    """The file: empty lines left out, lines folded, CRLF. Raises ValueError for what no calendar would read."""
    lines = [line for line in text.split("\n") if line.strip()]
    if problems := list(broken_rules(lines)):
        raise ValueError("no calendar would read it: " + "; ".join(problems))
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def broken_rules(lines: list[str]) -> Iterator[str]:
    """One sentence per problem of a file, given as its unfolded lines."""
    yield from (f"{line!r:.60} is no property" for line in lines if not _LINE.fullmatch(line))
    if lines[:1] != ["BEGIN:VCALENDAR"]:
        yield "it does not begin with BEGIN:VCALENDAR"
    opened: list[tuple[str, list[str]]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            opened.append((value, []))
        elif not opened:
            yield f"{line!r:.60} stands outside of any component"
        elif name != "END":
            opened[-1][1].append(name.partition(";")[0])
        elif opened[-1][0] == value:
            yield from _missing(*opened.pop())
        else:
            yield f"END:{value} closes {opened[-1][0]}"
    yield from (f"END:{component} is missing" for component, _ in opened)


def _missing(component: str, properties: list[str]) -> Iterator[str]:
    for name in _NEEDED.get(component, ()):
        if properties.count(name) != 1:
            yield f"{component} needs {name} once, and has it {properties.count(name)} times"


def _folded(line: str) -> str:
    """Lines of at most 75 octets; what follows begins with a space, and no character is parted."""
    pieces, size = [""], 0
    for character in line:
        width = len(character.encode())
        if size + width > _FOLD:
            pieces.append(" ")
            size = 1
        pieces[-1] += character
        size += width
    return "\r\n".join(pieces)
