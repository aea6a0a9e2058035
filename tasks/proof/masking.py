"""What an explanation may show of a person to whoever did not ask for it: ids, instants, states, numbers, code words.

Everything else is hidden: a value is shown because of what it is, never because nobody thought of hiding it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.core.anonymous import HIDDEN, anonymous

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d[\d:.+Z-]*)?")
_NUMBER = re.compile(r"-?\d{1,8}(\.\d+)?")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d() -]{7,}\d(?![\w-])")

PERSONAL_COLUMNS = frozenset({"birthday"})
"""Columns of due files that are hidden though they hold an instant or a number."""

_CODES = {
    "ask", "category", "cause", "channel", "currency", "first_order_id", "kind", "language", "locale", "next_category",
    "original_order_id", "payment_method", "preferred_channel", "product_id", "reason", "sales_channel", "source",
    "state", "status", "tier", "tier_order_id", "touchpoint", "variant",
}  # fmt: skip
"""Columns whose text is a word of a list, or an id."""

_FREE = frozenset({"location", "about", "answer", "author", "text"})
"""What somebody wrote, or where somebody lives near, in a story's detail."""

_SAID = frozenset({"reason", "why", "source", "word"})
"""Sentences of providers and feeds: shown without addresses, numbers and this person's names."""


@dataclass(frozen=True)
class Mask:
    """How one person is hidden. `words`: what identifies them (sql/facts/identifying.sql)."""

    words: tuple[str, ...]
    is_off: bool = False

    def seen(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Column -> value, as a condition saw it."""
        return {name: self._column(name.rpartition(".")[2], value) for name, value in values.items()}

    def detail(self, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Of a fact, a message or a gate."""
        if values is None or self.is_off:
            return None if values is None else dict(values)
        return {name: self._said(name, value) for name, value in values.items()}

    def person(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Who they are: hidden where something is known."""
        return {name: value if self.is_off or value is None else HIDDEN for name, value in values.items()}

    def sentence(self, said: str | None) -> str | None:
        """Free text without addresses, phone numbers and this person's names."""
        if said is None or self.is_off:
            return said
        bare: str = anonymous(_PHONE.sub(HIDDEN, _ADDRESS.sub(HIDDEN, said)), words=self.words)
        return bare

    def _said(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.detail(value)
        if value is not None and name in _FREE:
            return HIDDEN
        return self.sentence(value) if isinstance(value, str) and name in _SAID else value

    def _column(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if self.is_off:
            return value
        if name in PERSONAL_COLUMNS:
            return HIDDEN
        if isinstance(value, list):
            return f"{len(value)} of them"
        if isinstance(value, int | float) or name in _CODES:
            return value
        return value if isinstance(value, str) and _is_plain(value) else HIDDEN


def _is_plain(value: str) -> bool:
    return bool(_INSTANT.fullmatch(value) or _NUMBER.fullmatch(value))


def mask_of(words: Iterable[str], unmasked: bool) -> Mask:
    """`unmasked`: somebody asked for it."""
    return Mask(tuple(words), unmasked)
