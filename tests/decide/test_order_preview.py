"""`todoke preview --order`: what one customer got, gets or would get, in a folder of one's own."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.core.brand import load_brand
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.proof.order_preview import outcome, preview_order
from tests.worlds import build, read_world

STORM = read_world(Path(__file__).parents[1] / "due" / "delay_notice.toml")
CONFIRMED = {
    "touchpoint": "order_confirmation",
    "subject_id": "shima-1",
    "customer_id": "shima",
    "order_id": "shima-1",
    "state": "accepted",
    "planned_at": STORM.as_of - timedelta(days=4),
}
GONE = {**CONFIRMED, "touchpoint": "payment_received", "subject_id": "P-1"}
WORLD = replace(STORM, given={**STORM.given, "message": [CONFIRMED, GONE]})


def section(html: str, heading: str) -> str:
    """The part of the page below one heading, as text."""
    found = re.search(rf"<h2>[^<]*{heading}.*?(?=<h2>)", html, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found[0]) if found else ""


def test_an_order_is_shown_with_everything_its_customer_gets_and_why(database: Database, tmp_path: Path) -> None:
    build(database, WORLD)
    page, number = preview_order(database, "shima-1", tmp_path / "shima", load_brand(), WORLD.as_of)
    html = page.read_text(encoding="utf-8")
    assert (tmp_path / "shima").stat().st_mode & 0o777 == 0o700
    assert number == len(list((tmp_path / "shima").glob("*/*.html"))) > 1
    assert "実際のお客様の情報" in html
    assert "shima-1@none→2026-09-19" in section(html, "leaves now")
    sent = section(html, "in the ledger")
    assert "payment_received · P-1" in sent, "it is not due any more"
    assert "order_confirmation · shima-1" in sent
    assert "レビュー" in html.partition("nothing due")[2], "its parcel has not arrived"
    notice = next((tmp_path / "shima" / "delay_notice").glob("*2026-09-19.*.html")).read_text(encoding="utf-8")
    assert "台風" in notice
    assert "shima@example.invalid" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html"))
    with pytest.raises(DataError, match="no order 'nobody-1'"):
        preview_order(database, "nobody-1", tmp_path / "nobody", load_brand(), WORLD.as_of)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not empty"):
        preview_order(database, "shima-1", tmp_path / "full", load_brand(), WORLD.as_of)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"state": "accepted", "verdict": "done", "reason": "already_decided"}, "ledger"),
        ({"state": None, "verdict": None, "reason": None}, "now"),
        ({"state": None, "verdict": "dropped", "reason": "not_due_yet"}, "later"),
        ({"state": None, "verdict": "waiting", "reason": "cap"}, "waiting"),
        ({"state": None, "verdict": "approval", "reason": "mode"}, "waiting"),
        ({"state": None, "verdict": "dropped", "reason": "check:worse"}, "not"),
        ({"state": None, "verdict": "held_out", "reason": "holdout"}, "not"),
    ],
)
def test_each_row_stands_where_people_look_for_it(row: dict[str, str | None], said: str) -> None:
    assert outcome(row) == said
