"""Postcards as print-ready PDF: two pages a card (address, message), 100 x 148 mm with 3 mm of bleed around it.

The layout is templates/_shared/postcard.typ (https://typst.app/docs/); fonts are embedded, QR codes are vectors, and
the page boxes are those of ISO 32000-1, 14.11.2. The same rows and the same font give the same bytes.
"""

import io
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import pikepdf
import typst

from tasks.core.errors import NotWritten
from tasks.core.paths import TEMPLATES
from tasks.core.print_font import PrintFont
from tasks.core.qr_codes import qr_svg
from tasks.core.words import words_of

WIDTH, HEIGHT, BLEED = 100.0, 148.0, 3.0
"""Millimetres: a Japanese postcard, and what is cut off around it."""

MOST_LINES, LINE_WIDTH = 25, 34
"""Of a text in the smallest size the layout uses: lines, and full-width letters a line."""

_POINTS = 72 / 25.4
_BOXES = re.compile(r"(\d{3})-(\d{4})", re.ASCII)
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def lines_of(text: str) -> int:
    """Lines a text takes at most on a card."""
    return sum(max(1, math.ceil(_width(line) / LINE_WIDTH)) for line in text.split("\n"))


def postcards_pdf(cards: Sequence[Mapping[str, str]], font: PrintFont) -> bytes:
    """The cards in their order, two pages each.

    A card has postal_code, region, address, name, title, body, link, stop (tasks/core/notes.py). Raises NotWritten
    where the layout cannot be set.
    """
    batch = {"font": font.family, "width": WIDTH, "height": HEIGHT, "bleed": BLEED, "cards": [_card(c) for c in cards]}
    layout = TEMPLATES / "_shared" / "postcard.typ"
    given = {"batch": json.dumps(batch, ensure_ascii=False)}
    try:
        pdf = typst.compile(layout, font_paths=[font.path.parent], ignore_system_fonts=True, sys_inputs=given)
        return _with_boxes(pdf)
    except (typst.TypstError, pikepdf.PdfError) as error:
        raise NotWritten(f"_shared/postcard.typ: {error}; correct the layout") from error


def _card(card: Mapping[str, str]) -> dict[str, object]:
    words = words_of(TEMPLATES, "ja" if _JAPANESE.search(card["title"]) else "en")["labels"]
    codes = [[qr_svg(card[name]), words[f"qr_{name}"]] for name in ("link", "stop") if card[name]]
    code = _BOXES.fullmatch(card["postal_code"])
    kept = {name: card[name] for name in ("postal_code", "name", "title", "body")}
    boxes = [*code[1], *code[2]] if code else []
    return {**kept, "boxes": boxes, "address": card["region"] + card["address"], "codes": codes}


def _with_boxes(pdf: bytes) -> bytes:
    sink = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            left, low, right, high = (float(edge) for edge in page.mediabox)
            cut = BLEED * _POINTS
            page.cropbox = page.bleedbox = pikepdf.Rectangle(left, low, right, high).as_array()
            page.trimbox = pikepdf.Rectangle(left + cut, low + cut, right - cut, high - cut).as_array()
        document.save(sink, deterministic_id=True)
    return sink.getvalue()


def _width(line: str) -> float:
    """In full-width letters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in line)
