from pathlib import Path

from tasks.core.brand import load_brand
from tasks.core.gallery import GALLERY_LIMIT, GalleryEntry, write_gallery

EVIL = '"><script>alert(1)</script>'


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
