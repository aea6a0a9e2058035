"""Postcards as a print house gets them: two pages each, boxes to cut by, every letter there and in the file."""

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pytest

from tasks.channels.postcard import PDF, Postcard
from tasks.core.brand import load_brand
from tasks.core.domain import ChannelName
from tasks.core.errors import ConfigurationError, Rejected
from tasks.core.postcards import MOST_LINES, lines_of, postcards_pdf
from tasks.core.print_font import print_font
from tasks.core.rendering import Renderer
from tasks.core.specimens import specimens_of
from tasks.core.stores import Folder
from tasks.core.touchpoints import load_all
from tests.deliver.contract import KEY, MEGUMI
from tests.stores.test_drops import CARD, noted

MILLIMETRE = 72 / 25.4
NAMES = ("髙﨑 恵 様", "𠮷野 彅 様", "株式会社みどり 御中", "渡邉 ヱイ子 様")


@pytest.fixture(autouse=True)
def needs_a_font() -> None:
    try:
        print_font()
    except ConfigurationError:
        pytest.skip("No Japanese font is installed")


def cards(number: int) -> list[dict[str, str]]:
    """Cards with a name, and a code, of their own each."""
    return [
        {
            **CARD,
            "name": NAMES[n % 4],
            "body": f"{n} 枚目\n\nお元気ですか。",
            "stop": f"https://shop.example/u?t={n:040}",
        }
        for n in range(number)
    ]


def fonts(document: pikepdf.Pdf) -> list[Any]:
    """The descriptor of each font of each page."""
    named = [font for page in document.pages for font in page.resources.get("/Font", {}).values()]
    return [font.DescendantFonts[0].FontDescriptor for font in named]


def text_of(page: pikepdf.Page) -> str:
    """What a reader can copy from a page: its glyphs through each font's own table to Unicode."""
    tables = {name: dict(_table(font.ToUnicode.read_bytes())) for name, font in page.resources.Font.items()}
    said = ""
    table: dict[bytes, str] = {}
    for one in pikepdf.parse_content_stream(page):
        operator, operands = str(one.operator), one.operands
        if operator == "Tf":
            table = tables[str(operands[0])]
        elif operator in ("Tj", "TJ"):
            for part in operands[0] if operator == "TJ" else operands:
                if isinstance(part, pikepdf.String):
                    code = bytes(part)
                    said += "".join(table[code[at : at + 2]] for at in range(0, len(code), 2))
    return said


def _table(cmap: bytes) -> Iterator[tuple[bytes, str]]:
    for code, letters in re.findall(r"^<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>$", cmap.decode(), re.MULTILINE):
        yield bytes.fromhex(code), bytes.fromhex(letters).decode("utf-16-be")


def test_every_card_has_its_two_pages_in_the_order_of_the_table(tmp_path: Path) -> None:
    channel = Postcard(Folder(tmp_path))
    entries = [channel.encode(noted(replace(MEGUMI, to_address=f"{n}"), card)) for n, card in enumerate(cards(3))]
    channel.post(channel.join(entries), KEY, time.monotonic() + 60)
    manifest = orjson.loads((tmp_path / KEY / "manifest.json").read_bytes())
    [made] = manifest["made"]
    content = (tmp_path / KEY / PDF).read_bytes()
    assert (made["file"], made["bytes"], manifest["rows"]) == (PDF, len(content), 3)
    with pikepdf.open(io.BytesIO(content)) as document:
        texts = [text_of(page) for page in document.pages]
    assert len(texts) == 6
    for n, (address, message) in enumerate(zip(texts[::2], texts[1::2], strict=True)):
        assert "8100001福岡県福岡市中央区天神0-0-0" in address
        assert f"{n} 様" in address
        assert message.startswith("次のお買い物に、500円引き")
        assert f"{n} 枚目お元気ですか。" in message


def test_a_printer_finds_boxes_fonts_and_nothing_about_anybody() -> None:
    pdf = postcards_pdf(cards(4), print_font())
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            boxes = [[round(float(edge) / MILLIMETRE, 2) for edge in box] for box in (page.mediabox, page.trimbox)]
            assert boxes == [[0, 0, 106, 154], [3, 3, 103, 151]]
            assert page.bleedbox == page.cropbox == page.mediabox
            assert not [kind for kind in page.resources.get("/XObject", {}).values() if kind.Subtype == "/Image"]
        found = fonts(document)
        assert found
        assert all("/FontFile2" in font or "/FontFile3" in font for font in found)
        metadata = f"{document.docinfo}{document.Root.get('/Metadata', pikepdf.Stream(document, b'')).read_bytes()!r}"
    for personal in ("髙", "恵", "福岡", "0-0-0"):
        assert personal not in metadata
        assert personal.encode("utf-16-be").hex() not in metadata
    assert pdf == postcards_pdf(cards(4), print_font()), "posted again, it is the same file"


def test_rare_letters_of_names_survive() -> None:
    with pikepdf.open(io.BytesIO(postcards_pdf(cards(4), print_font()))) as document:
        for name, page in zip(NAMES, document.pages[::2], strict=True):
            assert name in text_of(page)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "お元気ですか😀"}, "title: .* has no letter for '😀'"),
        ({"address": "Tbilisi, რუსთაველი"}, "address: .* has no letter for 'რ"),
        ({"body": "あ" * 34 * MOST_LINES + "あ"}, f"a card has room for {MOST_LINES}"),
    ],
)
def test_what_a_card_cannot_hold_is_refused_with_the_reason(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(Rejected, match=said):
        Postcard(Folder(tmp_path)).encode(noted(MEGUMI, {**CARD, **changes}))


def test_a_card_as_full_as_it_may_be_keeps_its_two_pages() -> None:
    full = "あ" * 34 * MOST_LINES
    assert lines_of(full) == MOST_LINES
    with pikepdf.open(io.BytesIO(postcards_pdf([{**CARD, "body": full}], print_font()))) as document:
        assert len(document.pages) == 2
        assert text_of(document.pages[1]).count("あ") == len(full)


def test_every_postcard_of_the_templates_can_be_printed(tmp_path: Path) -> None:
    renderer = Renderer(load_brand(), b"secret", "https://pages.invalid")
    channel, number = Postcard(Folder(tmp_path)), 0
    for touchpoint in load_all().values():
        if ChannelName.POSTCARD in touchpoint.channels:
            for one in specimens_of(touchpoint, renderer):
                if one.channel is ChannelName.POSTCARD:
                    channel.encode(replace(MEGUMI, text=one.rendered.text))
                    number += 1
    assert number


def test_a_missing_font_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.core.print_font._FOLDERS", (str(tmp_path),))
    with pytest.raises(
        ConfigurationError, match=r"install fonts-noto-cjk \(Debian\), or name a file in TODOKE_PRINT_FONT"
    ):
        print_font()
    (tmp_path / "font.otf").write_bytes(b"no font")
    with pytest.raises(ConfigurationError, match="cannot be read as a font"):
        print_font(tmp_path / "font.otf")


def test_a_batch_is_set_quickly() -> None:
    number, began = 100, time.process_time()
    postcards_pdf(cards(number), print_font())
    assert number / (time.process_time() - began) > 50, "cards a second, of processor time"
