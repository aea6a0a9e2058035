import re
from pathlib import Path
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.errors import ConfigurationError, TemplateRejected
from tasks.core.rendering import Renderer
from tasks.core.tokens import tracking_token, tracking_url
from tests.render.samples import rendered, sample
from tests.render.test_touchpoints import spoil

MEGUMI = ("order_confirmation", "megumi_buys_again")
TANAKA = ("shipped", "tanaka_gets_two_parcels_and_waits_for_a_shelf")
HIGA = ("delay_notice", "higa_waits_for_the_typhoon_to_pass")
OGAWA = ("delay_notice", "ogawa_hears_that_it_got_later_again")
NAKAMURA = ("review_request", "nakamura_used_the_lamp_for_ten_days")
EVIL = '"><script>alert(1)</script>{{ 7 * 7 }}'


def test_rare_characters_survive_in_every_part(renderer: Renderer) -> None:
    message = rendered(renderer, *MEGUMI)
    assert "髙﨑 恵 様" in message.html
    assert "髙﨑 恵 様" in message.text
    assert "様 様" not in message.html + message.text


def test_a_missing_field_rejects_the_message_and_names_it(renderer: Renderer) -> None:
    given = sample(*MEGUMI)
    del given["context"]["total"]
    with pytest.raises(TemplateRejected, match=r"order_confirmation.*'total' \(money\)"):
        renderer.render("order_confirmation", "email", "ja", "plain", given["context"], given["recipient"])


def test_a_field_missing_inside_an_item_rejects_the_message(renderer: Renderer) -> None:
    with pytest.raises(TemplateRejected, match="unit_price"):
        rendered(renderer, *MEGUMI, items=[{"name": "x", "quantity": 1, "tax_rate": 0.1, "image_url": None}])


def test_a_name_misspelt_in_a_template_rejects_the_message(templates: Path) -> None:
    spoil(templates / "shipped" / "email.ja.txt", "{{ tracking_url }}", "{{ traking_url }}")
    with pytest.raises(TemplateRejected, match="traking_url"):
        rendered(Renderer(load_brand(), b"s", "https://x.invalid", templates), *TANAKA)


def test_an_unknown_variant_rejects_the_message(renderer: Renderer) -> None:
    given = sample(*MEGUMI)
    with pytest.raises(TemplateRejected, match="unknown variant 'festive'"):
        renderer.render("order_confirmation", "email", "ja", "festive", given["context"], given["recipient"])


def test_an_undeclared_field_changes_nothing(renderer: Renderer) -> None:
    assert rendered(renderer, *MEGUMI, covers=["S-1"]) == rendered(renderer, *MEGUMI)


def test_what_people_typed_is_shown_and_never_executed(renderer: Renderer) -> None:
    item = {"name": EVIL, "quantity": 1, "unit_price": 1, "tax_rate": 0.1, "image_url": "javascript:alert(1)"}
    message = rendered(renderer, *MEGUMI, recipient={"name": EVIL}, items=[item])
    assert "<script" not in message.html
    assert "javascript:" not in message.html
    assert "{{ 7 * 7 }}" in message.html
    assert "49" not in message.text.split("{{ 7 * 7 }}")[0]


def test_the_sandbox_refuses_the_inside_of_python(templates: Path) -> None:
    spoil(templates / "shipped" / "email.ja.txt", "{{ tracking_url }}", "{{ tracking_url }}{{ blocks.__class__ }}")
    with pytest.raises(TemplateRejected, match="__class__"):
        rendered(Renderer(load_brand(), b"s", "https://x.invalid", templates), *TANAKA)


def test_a_subject_never_holds_a_line_break(renderer: Renderer) -> None:
    message = rendered(
        renderer, *NAKAMURA, items=[{"product_id": "P", "name": "Lamp\r\nBcc: all@x.invalid\u2028", "image_url": None}]
    )
    assert "Bcc" in message.subject
    assert message.subject.isprintable()


def test_control_characters_and_lone_surrogates_leave_no_trace(renderer: Renderer) -> None:
    message = rendered(renderer, *MEGUMI, recipient={"name": "森\x00 \ud83d健太\u202e"})
    assert "森 健太 様" in message.text
    message.html.encode()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "case", [MEGUMI, TANAKA, HIGA, ("delivered", "suzuki_finds_it_in_the_parcel_box")], ids=lambda case: case[0]
)
def test_every_transactional_message_links_our_tracking_page(
    renderer: Renderer, case: tuple[str, str], language: str
) -> None:
    order_id = sample(*case)["context"]["order_id"]
    url = tracking_url("https://pages.invalid", tracking_token(b"secret", order_id))
    message = rendered(renderer, *case, language=language)
    assert url in message.html
    assert url in message.text


def test_without_consent_a_transactional_message_promotes_nothing(renderer: Renderer) -> None:
    promoted, plain = (rendered(renderer, *MEGUMI, recipient={"consent": consent}) for consent in (True, False))
    for part in ("html", "text"):
        assert "新着" in getattr(promoted, part)
        assert "新着" not in getattr(plain, part)


@pytest.mark.parametrize("consent", [None, "yes", 1])
def test_only_a_recorded_consent_is_consent(renderer: Renderer, consent: Any) -> None:
    assert "新着" not in rendered(renderer, *MEGUMI, recipient={"consent": consent}).html


def test_marketing_carries_all_that_the_law_asks_for(renderer: Renderer) -> None:
    message = rendered(renderer, *NAKAMURA)
    company = load_brand().section(None).company
    for part in (message.html, message.text):
        assert "https://hinata-shoten.invalid/unsubscribe?t=" in part
        for text in (
            company.name.ja,
            company.address.ja,
            company.phone,
            "評価の高い低いにかかわらず",
            "ご満足いただけていない",
        ):
            assert text in part
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://\S+\?t=[A-Za-z0-9_-]{40,}>", message.headers["List-Unsubscribe"])
    assert "C-5001" not in message.headers["List-Unsubscribe"]


def test_transactional_and_marketing_share_neither_sender_nor_stream(renderer: Renderer) -> None:
    order, letter = rendered(renderer, *MEGUMI), rendered(renderer, *NAKAMURA)
    assert order.from_address != letter.from_address
    assert order.stream != letter.stream
    assert "List-Unsubscribe" not in order.headers


def test_the_opt_out_token_differs_between_people_and_topics(renderer: Renderer) -> None:
    tokens = {
        rendered(renderer, *NAKAMURA, recipient={"customer_id": "A"}).headers["List-Unsubscribe"],
        rendered(renderer, *NAKAMURA, recipient={"customer_id": "B"}).headers["List-Unsubscribe"],
        rendered(renderer, "replenishment", "hayashi_bought_lotion_once", recipient={"customer_id": "A"}).headers[
            "List-Unsubscribe"
        ],
    }
    assert len(tokens) == 3


def test_a_digest_shows_every_parcel_and_what_is_still_to_come(renderer: Renderer) -> None:
    message = rendered(renderer, *TANAKA)
    first = ("折りたたみデスク × 1", "佐川急便", "5512-3344-5566", "9月19日(土)", "18時〜20時")
    second = ("デスクライト × 1", "日本郵便", "1122-3344-5566", "オーク材の壁掛けシェルフ × 2")
    for text in first + second:
        assert text in message.html
        assert text in message.text
    assert "一部を発送" in message.subject
    assert "4段階のうち2つめ" in message.html


def test_a_parcel_of_unknown_contents_is_shown_without_them(renderer: Renderer) -> None:
    parcel = {**sample(*TANAKA)["context"]["parcels"][0], "items": []}
    message = rendered(renderer, *TANAKA, parcels=[parcel], still_to_come=[])
    assert "内容" not in message.html
    assert "佐川急便" in message.text


def test_no_parcel_message_of_a_gift_shows_a_price(renderer: Renderer) -> None:
    for case in (
        ("shipped", "ishii_and_kobayashi_get_gifts_from_midori"),
        ("delivered", "ishii_and_kobayashi_got_gifts"),
    ):
        message = rendered(renderer, *case)
        assert not re.search(r"\d円|¥\d", message.html + message.text)


def test_a_delay_tells_cause_honest_range_and_the_old_date(renderer: Renderer) -> None:
    message = rendered(renderer, *HIGA)
    for part in (message.html, message.text):
        for text in ("沖縄県での台風", "9月18日〜20日", "9月15日(火)", "申し訳ございません"):
            assert text in part
        assert "続報" not in part


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "先日お知らせした9月14日〜15日から、お届けの見込みが変わりました"),
        ({"new_from_on": None, "new_until_on": None}, "新しい日程はまだ決まっていません"),
        ({"previous": {"cause": "stalled", "from_on": None, "until_on": None}}, "お届けの見込みがわかりました"),
    ],
)
def test_a_later_notice_says_what_changed(renderer: Renderer, fields: dict[str, Any], text: str) -> None:
    message = rendered(renderer, *OGAWA, **fields)
    assert text in message.html
    assert text in message.text
    assert "続報" in message.subject


def test_a_delay_without_a_date_promises_none(renderer: Renderer) -> None:
    message = rendered(renderer, *HIGA, new_from_on=None, new_until_on=None)
    assert "決まり次第お知らせします" in message.html
    assert "9月18日" not in message.html + message.text


def test_an_unpaid_order_is_told_number_and_deadline_first(renderer: Renderer) -> None:
    message = rendered(renderer, "order_confirmation", "kenta_first_order_pays_at_the_konbini")
    assert message.text.index("1234-567890") < message.text.index("■ ご注文について")
    assert "9月18日(金) 24:00までに" in message.text
    assert "はじめてのご注文" in message.subject


def test_who_needs_assurance_gets_it_and_the_link_before_anything_else(renderer: Renderer) -> None:
    message = rendered(renderer, "order_confirmation", "higa_in_okinawa_during_the_typhoon")
    assert (
        message.text.index("沖縄県")
        < message.text.index("https://pages.invalid")
        < message.text.index("■ ご注文について")
    )
    assert message.html.index("沖縄県では") < message.html.index("ご注文番号")


def test_both_tax_rates_are_shown(renderer: Renderer) -> None:
    message = rendered(renderer, *MEGUMI)
    for part in (message.html, message.text):
        assert "8%対象額" in part
        assert "10%対象額" in part
        assert "※は軽減税率" in part


def test_an_unlisted_shop_front_sends_nothing(renderer: Renderer) -> None:
    given = sample(*MEGUMI)
    with pytest.raises(ConfigurationError, match=r"sections\.rakuten"):
        renderer.render("order_confirmation", "email", "ja", "plain", given["context"], given["recipient"], "rakuten")


def test_a_language_or_channel_nobody_wrote_is_an_error(renderer: Renderer) -> None:
    given = sample(*MEGUMI)
    for channel, language in (("sms", "ja"), ("email", "fr")):
        with pytest.raises(ConfigurationError, match="does not declare"):
            renderer.render("order_confirmation", channel, language, "plain", given["context"], given["recipient"])


def test_the_same_message_is_the_same_bytes(renderer: Renderer) -> None:
    other = Renderer(load_brand(), b"secret", "https://pages.invalid")
    assert rendered(renderer, *TANAKA) == rendered(other, *TANAKA)


def test_the_progress_bar_tells_a_late_order_from_one_on_time(renderer: Renderer) -> None:
    said = {
        ("shipped", "sato_gets_everything_in_one_parcel"): ("4段階のうち2つめ「発送」", "2 of 4: Shipped"),
        ("delay_notice", "higa_waits_for_the_typhoon_to_pass"): (
            "4段階のうち3つめ「配送中」、遅れています",
            "3 of 4: On the way, running late",
        ),
    }
    for (touchpoint, case), texts in said.items():
        for language, words in zip(("ja", "en"), texts, strict=True):
            mail = rendered(renderer, touchpoint, case, language)
            assert f'{words}"' in mail.html, "the bar is one picture, told in words"
            assert f"{words}\n" in mail.text
            assert (mail.html.count('class="late"') == 1) == (touchpoint == "delay_notice")
