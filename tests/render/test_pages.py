import json
from pathlib import Path
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.errors import TemplateRejected
from tasks.core.pages import GALLERY_LIMIT, GalleryEntry, PageRenderer, stage, write_gallery
from tasks.core.paths import TEMPLATES
from tasks.core.tokens import tracking_path, tracking_token, tracking_url

PAGES: dict[str, dict[str, Any]] = json.loads((TEMPLATES / "tracking_page" / "sample.json").read_text(encoding="utf-8"))
TANAKA = PAGES["tanaka_follows_two_parcels_and_a_shelf"]
HIGA = PAGES["higa_waits_for_the_typhoon_to_pass"]
EMILY = PAGES["emily_has_her_mugs"]
KATO = PAGES["kato_cancelled"]
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def renderer() -> PageRenderer:
    return PageRenderer(load_brand(), b"secret")


def test_the_address_of_a_page_cannot_be_guessed() -> None:
    token = tracking_token(b"secret", "H-1")
    assert len(token) == 32
    assert token == tracking_token(b"secret", "H-1")
    assert len({token, tracking_token(b"secret", "H-2"), tracking_token(b"other", "H-1")}) == 3
    assert tracking_url("https://x.invalid/t/", token) == f"https://x.invalid/t/{tracking_path(token)}"
    with pytest.raises(ValueError, match="secret"):
        tracking_token(b"", "H-1")


def test_a_page_shows_parcels_contents_and_what_is_still_to_come(renderer: PageRenderer) -> None:
    html = renderer.tracking_page(TANAKA)
    for text in (
        "9月19日(土)",
        "18時〜20時",
        "佐川急便",
        "5512-3344-5566",
        "輸送中",
        "お届け済み",
        "壁掛けシェルフ",
        "noindex",
        'lang="ja"',
    ):
        assert text in html


def test_a_late_order_shows_the_honest_reason_and_not_the_old_estimate(renderer: PageRenderer) -> None:
    html = renderer.tracking_page(HIGA)
    assert "沖縄県での台風" in html
    assert "9月18日〜20日" in html
    assert "お届け予定日" not in html


def test_a_cancelled_order_shows_neither_stages_nor_dates(renderer: PageRenderer) -> None:
    html = renderer.tracking_page(KATO)
    assert "取り消されました" in html
    assert "aria-current" not in html
    assert "9月18日" not in html


def test_an_english_page_is_english_on_the_readers_clock(renderer: PageRenderer) -> None:
    html = renderer.tracking_page(EMILY)
    assert '<html lang="en">' in html
    assert "Fri 4 Sep 2026, 05:20" in html


def test_a_page_holds_no_script_and_escapes_what_people_typed(renderer: PageRenderer) -> None:
    html = renderer.tracking_page(
        {**TANAKA, "items": [{"name": EVIL, "quantity": 1, "howto_url": "javascript:alert(1)"}]}
    )
    assert "<script" not in html
    assert "javascript:" not in html


def test_a_page_never_shows_a_field_it_did_not_declare(renderer: PageRenderer) -> None:
    assert renderer.tracking_page({**TANAKA, "total": 99_999, "ship_to_name": "田中"}) == renderer.tracking_page(TANAKA)


def test_a_page_with_a_missing_field_is_rejected_by_name(renderer: PageRenderer) -> None:
    with pytest.raises(TemplateRejected, match="'parcels'"):
        renderer.tracking_page({name: value for name, value in TANAKA.items() if name != "parcels"})


@pytest.mark.parametrize(
    ("delivered_at", "shipped_at", "status", "expected"),
    [
        (None, None, None, 1),
        (None, "2026-09-14T15:00:00+09:00", "picked_up", 2),
        (None, "2026-09-14T15:00:00+09:00", "out_for_delivery", 3),
        ("2026-09-15T15:00:00+09:00", "2026-09-14T15:00:00+09:00", "delivered", 4),
    ],
)
def test_the_stage_is_the_furthest_that_is_certain(
    delivered_at: str | None, shipped_at: str | None, status: str | None, expected: int
) -> None:
    parcels = [{"status": status}] if status else []
    assert stage({"delivered_at": delivered_at, "shipped_at": shipped_at, "parcels": parcels}) == expected


def entry(number: int = 1, **fields: str) -> GalleryEntry:
    values = {
        "touchpoint": "shipped",
        "title": "発送",
        "language": "ja",
        "variant": "plain",
        "recipient": "田中 一郎",
        "subject": f"発送しました {number}",
        "sent_at": f"2026-09-15T10:{number:02}:00+09:00",
        "file": f"mail/{number}.html",
    }
    return GalleryEntry(**{**values, **fields})


def test_the_gallery_sandboxes_mails_and_escapes_what_strangers_wrote(tmp_path: Path) -> None:
    html = write_gallery(tmp_path, [entry(subject=EVIL, recipient=EVIL)], load_brand()).read_text(encoding="utf-8")
    assert "<script" not in html
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in html
    assert "allow-scripts" not in html
    assert "allow-same-origin" not in html


def test_the_gallery_follows_the_journey_and_shows_the_newest_first(tmp_path: Path) -> None:
    entries = [entry(1), entry(2), entry(3, touchpoint="order_confirmation")]
    html = write_gallery(tmp_path, entries, load_brand()).read_text(encoding="utf-8")
    assert html.index('id="order_confirmation"') < html.index('id="shipped"')
    assert html.index("発送しました 2") < html.index("発送しました 1")
    assert html.count(" open>") == 1


def test_a_large_mailbox_keeps_the_gallery_small_and_says_so(tmp_path: Path) -> None:
    many = [entry(number % 60, file=f"mail/{number}.html") for number in range(GALLERY_LIMIT + 5)]
    html = write_gallery(tmp_path, many, load_brand()).read_text(encoding="utf-8")
    assert html.count("<iframe") == GALLERY_LIMIT
    assert f"The newest {GALLERY_LIMIT} of {GALLERY_LIMIT + 5}" in html


def test_an_empty_gallery_says_that_nothing_was_sent(tmp_path: Path) -> None:
    assert "Nothing was sent yet" in write_gallery(tmp_path, [], load_brand()).read_text(encoding="utf-8")
