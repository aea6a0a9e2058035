"""What a carrier's adapter says: its words, its tracking page, its number's check digit.

A carrier's own words stop here: each adapter maps them, one word a line, to the closed `TrackingStatus`. A word no
line maps is UNKNOWN: it is counted and shown and never moves a parcel.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
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


def is_modulo_7(number: str, length: int = 12) -> bool:
    """Whether the last digit is the others modulo 7, as on the slips of Yamato, Sagawa, Japan Post and Seino."""
    digits = number.replace("-", "")
    return len(digits) == length and digits.isascii() and digits.isdecimal() and int(digits[:-1]) % 7 == int(digits[-1])


ENGLISH: dict[str, Meaning] = {
    "Label Created": (TrackingStatus.LABEL_CREATED, None),
    "Shipment information received": (TrackingStatus.LABEL_CREATED, None),
    "Picked Up": (TrackingStatus.PICKED_UP, None),
    "In Transit": (TrackingStatus.IN_TRANSIT, None),
    "On the Way": (TrackingStatus.IN_TRANSIT, None),
    "Out for Delivery": (TrackingStatus.OUT_FOR_DELIVERY, None),
    "Delivery Attempted": (TrackingStatus.ATTEMPT_FAILED, None),
    "Ready for Pickup": (TrackingStatus.HELD_AT_LOCATION, "ready_for_pickup"),
    "Delivered": (TrackingStatus.DELIVERED, None),
    "Returned to Sender": (TrackingStatus.RETURNED, None),
}
"""Words of international carriers' pages and mails, beside the codes of their APIs."""


@dataclass(frozen=True)
class Carrier:
    """One carrier. `name` is the canonical `carrier` of shipments and tracking events."""

    name: str
    title_ja: str
    title_en: str
    page: str = field(metadata={"what": "public tracking page, with {number}"})
    statuses: Mapping[str, Meaning]
    is_number: Callable[[str], bool] = is_modulo_7

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
    return rest.lstrip().startswith(_TAIL_BEGINS) or word.endswith(_TAIL_MAY_FOLLOW)
