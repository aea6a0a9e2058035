"""`todoke preview`: every message a touchpoint can send, with its rule, and nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core.brand import load_brand
from tasks.core.due import due_header
from tasks.core.errors import ConfigurationError
from tasks.core.preview_pages import claim_folder, hours, weight, write_preview
from tasks.core.touchpoints import load_all

MESSAGE = re.compile(r'class="message" data-language="(\w+)" data-channel="(\w+)" data-variant="(.+?)">')


pytestmark = pytest.mark.xdist_group("browser")


def test_no_touchpoint_misses_a_variant_a_channel_or_a_language(gallery: Path) -> None:
    missing = []
    for touchpoint in load_all().values():
        html = (gallery / f"{touchpoint.name}.html").read_text(encoding="utf-8")
        kinds = MESSAGE.findall(html)
        wanted = {
            (language, channel.value, variant)
            for language in touchpoint.languages
            for channel in touchpoint.channels
            for variant in touchpoint.variants
        }
        missing += [(touchpoint.name, *kind) for kind in wanted - set(kinds)]
        assert f'href="{touchpoint.name}.html"' in (gallery / "index.html").read_text(encoding="utf-8")
    assert missing == []


def test_a_page_says_its_rule_in_words(gallery: Path) -> None:
    text = re.sub(r"<[^>]+>", " ", (gallery / "win_back.html").read_text(encoding="utf-8"))
    for said in (
        "M マーケティング / Marketing",
        "customers who have ordered nothing for twice their own interval",
        "does not count as their last one",
        "30日 / 30 days",
        "5%",
        "条件による / by rule",
    ):
        assert said in text


def test_every_frame_shows_a_file_that_is_there(gallery: Path) -> None:
    for page in gallery.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        frames = re.findall(r'<iframe[^>]* src="([^"]+)"', html)
        assert frames
        assert [file for file in frames if not (gallery / file).is_file()] == []
        assert "<script" not in html
        assert "src=\"http" not in html  # fmt: skip


def test_a_sheet_has_its_codes_and_an_sms_its_number_of_segments(gallery: Path) -> None:
    [card] = gallery.glob("second_order_offer/*.postcard.ja.html")
    assert card.read_text(encoding="utf-8").count("<svg") == 2
    assert "2 × SMS" in (gallery / "delay_notice.html").read_text(encoding="utf-8")


def test_one_touchpoint_alone_is_quick_to_see(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["preview", "--out", str(tmp_path), "--touchpoint", "shipped"])
    assert done.exit_code == 0
    assert f"{tmp_path.as_uri()}/shipped.html" in done.output
    assert [path.name for path in tmp_path.glob("*.html")] == ["shipped.html"]
    assert CliRunner().invoke(app, ["preview", "--touchpoint", "shiped"]).exit_code == 2


def test_a_page_of_somebody_else_is_left_alone(tmp_path: Path, gallery: Path) -> None:
    claim_folder(gallery)
    (tmp_path / "index.html").write_text("<h1>My homepage", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a preview of Todoke"):
        write_preview(tmp_path, load_brand())


def test_the_header_of_a_due_file_is_read_whole() -> None:
    header = due_header("on_the_way")
    assert list(header) == ["Who", "Grain", "Anchor", "Why"]
    assert header["Grain"] == "order x day it last heard of."
    assert header["Why"].startswith("heard = the newest message")
    assert header["Why"].endswith("is not waiting for us.")
    assert {name for name in load_all() if not due_header(name).get("Who")} == set()


def test_shares_and_hours_read_as_people_say_them() -> None:
    assert weight({"a": 1.0, "b": 3.0}, "b") == "75%"
    assert weight({"a": "rule"}, "a") == "条件による / by rule"
    assert [hours(n) for n in (24, 240, 30)] == ["24時間 / 24 h", "10日 / 10 days", "30時間 / 30 h"]
