"""Postcards for a print house: one row a card with all that is printed on it, and the cards as print-ready PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from tasks.channels.drop import Drop
from tasks.core.domain import ChannelName
from tasks.core.errors import Rejected
from tasks.core.outgoing import Outgoing
from tasks.core.postcards import MOST_LINES, lines_of, postcards_pdf
from tasks.core.print_font import PrintFont, print_font

PDF = "cards.pdf"


@dataclass(frozen=True)
class Postcard(Drop):
    """`cards.csv` and `cards.pdf` (tasks/core/postcards.py): row n is pages 2n-1 and 2n.

    `link` and `stop` become QR codes; `design` names the picture side where the print house adds one.
    """

    font: PrintFont = field(default_factory=print_font)

    name = ChannelName.POSTCARD
    provider = "print_house"
    max_messages = 250  # a PDF of them takes a few seconds of the time a post has
    table = "cards.csv"
    fields = ("postal_code", "region", "address", "name", "title", "body", "link", "stop")
    needed = frozenset({"postal_code", "address", "name", "title", "body"})

    def encode(self, message: Outgoing) -> bytes:
        """As Drop. Raises Rejected for letters the font lacks, too: a box in a name is worse than no card."""
        row = super().encode(message)
        note = orjson.loads(message.text)
        for name in ("region", "address", "name", "title", "body"):
            if lacking := self.font.lacks(note[name]):
                raise Rejected(
                    f"{name}: {self.font.family} has no letter for {lacking!r}; TODOKE_PRINT_FONT names another"
                )
        if (lines := lines_of(note["body"])) > MOST_LINES:
            raise Rejected(f"body has {lines} lines, a card has room for {MOST_LINES}")
        return row

    def made_from(self, rows: Sequence[dict[str, str]]) -> dict[str, bytes]:
        """The cards, two pages each, in the order of the table."""
        return {PDF: postcards_pdf(rows, self.font)}
