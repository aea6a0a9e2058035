"""Stamp card, programme and community as shops with more or less of them tell of it."""

import json
from typing import Any

import pytest

from tasks.core.brand import Section, load_brand
from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Renderer
from tests.render.samples import rendered

NAMES = (
    "stamp_card",
    "loyalty_invite",
    "tier_up",
    "vip_invite",
    "profile_request",
    "community_invite",
    "surprise_gift",
)


def shop(**changes: Any) -> Renderer:
    """A renderer whose shop front differs from the sample brand."""
    section: Section = load_brand().section(None).model_copy(update=changes)
    brand = load_brand().model_copy(update={"sections": {"shop": section}})
    return Renderer(brand, b"secret", "https://pages.invalid")


def test_the_card_is_drawn_and_told(renderer: Renderer) -> None:
    message = rendered(renderer, "stamp_card", "hirano_has_three_stamps")
    assert 'aria-label="スタンプ5個のうち3個"' in message.html
    assert message.html.count("✓") == 3
    assert "●●●○○ スタンプ5個のうち3個" in message.text
    assert "あと2個でカードがいっぱいになり、1,000円引きのクーポンをお届けします" in message.text


def test_a_full_card_brings_its_coupon_with_all_its_terms(renderer: Renderer) -> None:
    message = rendered(renderer, "stamp_card", "takasaki_filled_her_second_card")
    for part in (message.html, message.text):
        assert all(word in part for word in ("STAMP-4C07D1AE", "1,000円引き", "2027年3月14日", "2枚目"))


def test_a_contest_is_told_with_entry_prize_period_and_how_winners_hear_of_it(renderer: Renderer) -> None:
    said = ("H-20260911-0021", "季節のお菓子詰め合わせ(10名さま)", "9月1日〜11月30日", "2026年12月20日までに")
    message = rendered(renderer, "stamp_card", "hirano_has_three_stamps")
    assert all(word in part for word in said for part in (message.html, message.text))


@pytest.mark.parametrize(
    ("ordered_on", "told"), [("2026-08-31", 0), ("2026-09-01", 1), ("2026-11-30", 1), ("2026-12-01", 0)]
)
def test_only_orders_of_its_days_take_part_in_a_contest(renderer: Renderer, ordered_on: str, told: int) -> None:
    message = rendered(renderer, "stamp_card", "hirano_has_three_stamps", ordered_on=ordered_on)
    assert message.text.count("秋の感謝プレゼント") == told


def test_the_profile_mail_leads_to_the_preference_page_in_its_language() -> None:
    listening = Renderer(load_brand(), b"secret", "https://pages.invalid", listen_url="https://listen.invalid/")
    message = rendered(listening, "profile_request", "morgan_prefers_email", "en")
    assert "https://listen.invalid/preferences?t=" in message.text
    assert "&lang=en" in message.text
    assert "https://listen.invalid/preferences?t=" in message.html
    assert "TANJOBI300" not in message.html + message.text, "the code is for who saved the page"


def test_a_shop_with_little_to_offer_promises_nothing_more() -> None:
    urls = load_brand().section(None).urls.model_copy(update={"community": None, "vip": None})
    bare = shop(stamp_card=None, membership=None, perks={}, incentives={}, urls=urls)
    for name in NAMES:
        cases = json.loads((TEMPLATES / name / "sample.json").read_text(encoding="utf-8"))
        for case, language in ((case, language) for case in cases for language in ("ja", "en")):
            message = rendered(bare, name, case, language)
            assert "None" not in message.html + message.text
    plain = rendered(bare, "stamp_card", "hirano_has_three_stamps").text
    assert "引き" not in plain
    assert "賞品" not in plain
    assert "引き" not in rendered(bare, "profile_request", "hirano_told_us_neither").text
