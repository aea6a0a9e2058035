"""Which header of an export is which column of a mapping, however it is written."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_BETWEEN = re.compile(r"[\s_\-.]+")


@dataclass(frozen=True)
class Fit:
    """How a header fits the columns of one raw file. `places`: column -> position in the header."""

    places: Mapping[str, int]
    missing: tuple[str, ...]
    """What the required columns that are not there may be called, one name each."""


def fit(header: Sequence[str], columns: Mapping[str, Sequence[str]], required: Sequence[str]) -> Fit:
    """Find each column under the first of its names that the header has; case, width and blanks do not count.

    A name that the header has twice is its first place; the second is called `name#2`.
    """
    at = {_plain(name): place for place, name in reversed(list(enumerate(numbered(header))))}
    found = {column: [at[_plain(name)] for name in names if _plain(name) in at] for column, names in columns.items()}
    missing = tuple(columns[column][0] for column in required if not found[column])
    return Fit({column: places[0] for column, places in found.items() if places}, missing)


def numbered(header: Sequence[str]) -> list[str]:
    """The header with every name once: 送料, 送料#2."""
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _plain(name: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name)).casefold()
