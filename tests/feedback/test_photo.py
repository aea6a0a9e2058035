"""The page of a photo, over real HTTP: looking changes nothing, an answer is kept, the last one counts."""

from typing import Any

import pytest

from tasks.core.tokens import OptOut, Photo, open_photo_token, open_unsubscribe_token, photo_token, unsubscribe_token
from tests.deliver.people import change
from tests.feedback.conftest import LINKS, Heard, customer

HERS = Photo("M-1", "C-O-1")
WORDS = "select mention_id, given, by, proof from mention_permission order by feedback_id"


@pytest.fixture
def posted(heard: Heard) -> Heard:
    """Megumi posted a photo; the link of her mail leads here."""
    customer(heard.database, locale="ja-JP")
    post = """insert into mentions (mention_id, platform, at, author, customer_id, url, has_photo)
              values ('M-1', 'instagram', '2026-09-15', '@megumi<b>', 'C-O-1', 'https://instagram.invalid/p/1', true)"""
    change(heard.database, post)
    return heard


def link(photo: Photo = HERS, secret: bytes = LINKS[0], **more: str) -> dict[str, str]:
    return {"t": photo_token(secret, photo), **more}


def counts(heard: Heard) -> list[Any]:
    return [heard.rows(f"select count(*) from {name}") for name in ("feedback", "mention_permission", "audit", "load")]  # noqa: S608


def test_looking_changes_nothing(posted: Heard) -> None:
    before = counts(posted)
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        posted.client.request(method, "/photo", params=link(answer="yes"))
    shown = posted.client.get("/photo", params=link())
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert '<form method="post"' in shown.text
    assert "@megumi&lt;b&gt;" in shown.text and "@@" not in shown.text
    assert "いまのお返事" not in shown.text
    assert "May we show your photo" in posted.client.get("/photo", params=link(lang="en")).text
    assert posted.client.post("/photo", params=link(), content="answer=perhaps").status_code == 200
    assert counts(posted) == before


def test_a_yes_can_be_taken_back(posted: Heard) -> None:
    yes = posted.client.post("/photo", params=link(), content="answer=yes")
    assert "大切に使わせていただきます" in yes.text
    no = posted.client.post("/photo", params=link(), content="answer=no")
    assert "ご紹介することはありません" in no.text
    assert "いまのお返事:いいえ" in posted.client.get("/photo", params=link(secret=LINKS[1])).text
    by = ("customer C-O-1", "link of the mail")
    assert posted.rows(WORDS) == [("M-1", True, *by), ("M-1", False, *by)]
    assert posted.rows("select act, operator from audit") == [("mention.permission", "customer C-O-1")] * 2


def test_other_links_open_nothing(posted: Heard) -> None:
    opt_out = OptOut("C-O-1", "mention_reply", None)
    assert open_photo_token(LINKS, unsubscribe_token(LINKS[0], opt_out)) is None
    assert open_unsubscribe_token(LINKS, photo_token(LINKS[0], HERS)) is None
    refused = [
        link(secret=b"another key"),
        link(Photo("M-2", "C-O-1")),
        link(Photo("M-1", "C-O-2")),
        {"t": unsubscribe_token(LINKS[0], opt_out)},
        {},
    ]
    for params in refused:
        assert posted.client.post("/photo", params=params, content="answer=yes").status_code == 404
    assert posted.rows(WORDS) == []
