"""What a carrier's adapter says: its words, its tracking page, its number's check digit.

A carrier's own words stop here: each adapter maps them, one word a line, to the closed `TrackingStatus`. A word no
line maps is UNKNOWN: it is counted and shown and never moves a parcel.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from tasks.core.domain import TrackingStatus

Meaning = tuple[TrackingStatus, str | None]
"""Canonical status and the reason the word gives, if any."""

UNKNOWN: Meaning = (TrackingStatus.UNKNOWN, None)
DEPOT = "○○店"
"""Stands for the depot's name in a word that names one."""

_MARKS = "↓↑→←⇒⇓⇑⇐⇩⇨⬇➡▼▶"
_TAIL_BEGINS = ("(", "[", "【", "/")
_TAIL_MAY_FOLLOW = (")", "]", "】")
_DEPOT_NAME = re.compile(r"^[^店\s]{1,20}店")


def normalise(word: str) -> str:
    """The word as it is matched: no arrows that mark the current row, one width, one space, one case."""
    plain = unicodedata.normalize("NFKC", word).strip().strip(_MARKS)
    return " ".join(plain.split()).casefold()


def is_check_digit_right(number: str) -> bool:
    """Whether digit 12 is the first eleven modulo 7, as on the Japanese carriers' slips. Hyphens are ignored."""
    digits = number.replace("-", "")
    return len(digits) == 12 and digits.isascii() and digits.isdecimal() and int(digits[:11]) % 7 == int(digits[11])


@dataclass(frozen=True)
class Carrier:
    """One carrier. `name` is the canonical `carrier` of shipments and tracking events."""

    name: str
    title_ja: str
    title_en: str
    page: str = field(metadata={"what": "public tracking page, with {number}"})
    statuses: Mapping[str, Meaning]

    def tracking_page(self, number: str) -> str:
        """The carrier's public page of one parcel."""
        return self.page.format(number=quote(number.replace("-", ""), safe=""))

    def meaning(self, word: str) -> Meaning:
        """What one raw word means: the word itself, then without its depot's name, then its longest known beginning."""
        plain = normalise(word)
        anywhere = _DEPOT_NAME.sub(DEPOT, plain)
        return self._words.get(plain) or self._words.get(anywhere) or self._by_beginning(plain)

    @cached_property
    def _words(self) -> dict[str, Meaning]:
        return {normalise(word): meaning for word, meaning in self.statuses.items()}

    def _by_beginning(self, plain: str) -> Meaning:
        """Carriers append free text in brackets; anything else that merely begins alike is another word."""
        beginnings = [word for word in self._words if plain.startswith(word) and _is_tail(word, plain[len(word) :])]
        return self._words[max(beginnings, key=len)] if beginnings else UNKNOWN


def _is_tail(word: str, rest: str) -> bool:
    return rest.startswith(_TAIL_BEGINS) or word.endswith(_TAIL_MAY_FOLLOW)
