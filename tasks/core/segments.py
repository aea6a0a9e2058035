"""How many SMS a text is: 160 characters of GSM-7 or 70 of UCS-2; in several parts 153 or 67 each (3GPP TS 23.038).

https://www.twilio.com/docs/glossary/what-sms-character-limit
"""

from collections.abc import Iterable
from dataclasses import dataclass

MAX_SEGMENTS = 2
"""Of one message of ours: every segment is paid for, and a long SMS is not read."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Two places each."""


@dataclass(frozen=True)
class Segments:
    """`encoding` is GSM-7 or UCS-2."""

    encoding: str
    count: int


def segments(text: str) -> Segments:
    """Encoding and number of segments; a text of nothing is none."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        return Segments("GSM-7", _count((2 if character in _EXTENDED else 1 for character in text), 160, 153))
    return Segments("UCS-2", _count((2 if ord(character) > 0xFFFF else 1 for character in text), 70, 67))


def _count(places: Iterable[int], alone: int, part: int) -> int:
    """A character of two places is never parted."""
    widths = list(places)
    if sum(widths) <= alone:
        return 1 if widths else 0
    parts, room = 1, part
    for width in widths:
        if width > room:
            parts, room = parts + 1, part
        room -= width
    return parts
