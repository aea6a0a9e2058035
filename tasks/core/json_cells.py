"""What a JSON cell of the drop must say beside being JSON: an audience names segments, words have a language.

A row whose cell says something else is set aside with the reason: nobody is written to by a typing error.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from tasks.core.audience import SEGMENTS
from tasks.core.brand import Language
from tasks.core.declarations import suggestion

Problem = Callable[[Any], str | None]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEEDED, _OPTIONAL = ("subject", "body"), ("preheader", "button")


def audience_problem(value: Any) -> str | None:
    """Why this is no audience; None for one. See docs/touchpoints.md, "Campaigns and stories"."""
    if not isinstance(value, dict) or not value:
        return "no audience: name segments, or leave it empty for everybody"
    return next(filter(None, (_segment_problem(name, wanted) for name, wanted in value.items())), None)


def words_problem(value: Any) -> str | None:
    """Why these are no words of a campaign; None where they are: language -> subject, body, preheader?, button?."""
    languages = get_args(Language)
    if not isinstance(value, dict) or not value:
        return f"no words: say language -> {{subject, body}}, languages {', '.join(languages)}"
    for language, words in value.items():
        if language not in languages:
            return f"words in {language!r}: the languages are {', '.join(languages)}"
        if problem := _text_problem(words):
            return f"words in {language!r}: {problem}"
    return None


def _text_problem(words: Any) -> str | None:
    known = (*_NEEDED, *_OPTIONAL)
    if not isinstance(words, dict):
        return f"no {', '.join(_NEEDED)}"
    if unknown := [name for name in words if name not in known]:
        return f"{unknown[0]!r} is not one of {', '.join(known)}{suggestion(unknown[0], list(known))}"
    for name in known:
        text = words.get(name)
        if not (isinstance(text, str) and text.strip()) and (name in _NEEDED or text is not None):
            return f"{name} is no text"
    return None


def _segment_problem(name: str, wanted: Any) -> str | None:
    if name not in SEGMENTS:
        return f"{name!r} is no segment{suggestion(name, list(SEGMENTS))}"
    word = SEGMENTS[name][0].rstrip("?")
    fits, asked = _ASKED[word]
    return None if fits(wanted) else f"segment {name!r} is asked for as {asked}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and bool(_DAY.fullmatch(value))


def _one_or_some(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and bool(value) and all(map(_is_text, value)))


def _between(is_end: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if not isinstance(value, dict):
            return is_end(value)
        return bool(value) and value.keys() <= {"min", "max"} and all(map(is_end, value.values()))

    return fits


def _of_names(value: Any) -> bool:
    said = _between(_is_number)
    return isinstance(value, dict) and bool(value) and all(said(one) or _one_or_some(one) for one in value.values())


_ASKED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "text": (_one_or_some, "a text or a list of texts"),
    "list": (_one_or_some, "a text or a list of texts"),
    "integer": (_between(_is_number), 'a number or {"min": …, "max": …}'),
    "money": (_between(_is_number), 'a number or {"min": …, "max": …}'),
    "date": (_between(_is_day), 'a day or {"min": day, "max": day}'),
    "object": (_of_names, "name -> number, {min, max}, text or list of texts"),
}
"""Type word of a segment -> what may be asked of it, and how that is said."""

PROBLEMS: dict[str, Problem] = {"audience": audience_problem, "words": words_problem}
"""Column -> what is wrong with a value of it."""


def misread(column: str, cells: pa.Array) -> Iterator[tuple[str, np.ndarray]]:
    """Reason and positions of cells that are JSON and say nothing we could use; broken JSON is not looked at."""
    reasons: dict[str, list[int]] = {}
    for position, cell in enumerate(cells.to_pylist()):
        if cell is not None and (problem := _problem(PROBLEMS[column], cell)):
            reasons.setdefault(problem, []).append(position)
    for reason, positions in reasons.items():
        yield reason, np.array(positions, dtype=np.int64)


def _problem(of: Problem, cell: str) -> str | None:
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return of(value)
