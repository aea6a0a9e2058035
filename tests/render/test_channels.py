"""LINE messages, SMS, push and paper: rendering, and what `todoke check` names."""

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.checks import check_templates
from tasks.core.domain import TouchpointClass
from tasks.core.errors import TemplateRejected
from tasks.core.previews import preview
from tasks.core.rendering import Renderer
from tasks.core.touchpoints import load_all
from tests.render.samples import sample, sample_names
from tests.render.test_touchpoints import keep_only, spoil

TANAKA = ("shipped", "tanaka_gets_two_parcels_and_waits_for_a_shelf")
TAKAHASHI = ("out_for_delivery", "takahashi_pays_at_the_door")
EVIL = '"}]}, {"type": "uri", "label": "x", "uri": "javascript:alert(1)"}\n■ Hacked\tvalue'


def message(renderer: Renderer, channel: str, case: tuple[str, str], language: str = "ja", **context: Any) -> Any:
    given = sample(*case)
    return renderer.render(
        case[0], channel, language, given["variant"], {**given["context"], **context}, given["recipient"]
    )


def texts(component: Any) -> list[str]:
    """Every text of a bubble, in reading order."""
    if isinstance(component, list):
        return [text for inner in component for text in texts(inner)]
    if not isinstance(component, dict):
        return []
    own = [component["text"]] if component.get("type") == "text" else []
    parts = [component[name] for name in ("header", "body", "footer", "contents") if name in component]
    return own + [text for part in parts for text in texts(part)]


def test_a_bubble_tells_all_that_was_shipped(renderer: Renderer) -> None:
    rendered = message(renderer, "line", TANAKA)
    [flex] = json.loads(rendered.text)
    shown = texts(flex["contents"])
    assert rendered.subject == flex["altText"] == "【ひなた商店】ご注文の一部を発送しました(9月19日(土)お届け予定)"
    assert "ご注文の一部を発送しました" in shown
    for said in ("田中 一郎 様", "佐川急便", "5512-3344-5566", "・折りたたみデスク × 1", "お荷物 2/2"):
        assert said in shown, shown
    [button] = flex["contents"]["footer"]["contents"]
    assert button["action"]["uri"].startswith("https://pages.invalid/")
    assert rendered.html == ""
    assert rendered.headers == {}


def test_what_people_typed_stays_text(renderer: Renderer) -> None:
    items = [{"name": EVIL, "quantity": 1}]
    parcel = {**sample(*TAKAHASHI)["context"]["parcel"], "items": items}
    [flex] = json.loads(message(renderer, "line", TAKAHASHI, parcel=parcel).text)
    buttons = flex["contents"]["footer"]["contents"]
    assert [button["action"]["uri"].split(":")[0] for button in buttons] == ["https", "https"]
    assert any("javascript:alert(1)" in text for text in texts(flex["contents"]))


def test_the_carrier_s_page_is_offered_where_there_is_one(renderer: Renderer) -> None:
    ours = sample(*TAKAHASHI)["context"]["parcel"]
    for carrier, count in (("yamato", 2), ("a friend", 1)):
        [flex] = json.loads(message(renderer, "line", TAKAHASHI, parcel={**ours, "carrier": carrier}).text)
        assert len(flex["contents"]["footer"]["contents"]) == count


def test_an_sms_says_who_writes_and_where_to_look(renderer: Renderer) -> None:
    text = message(renderer, "sms", TAKAHASHI).text
    first, second = text.split("\n")
    assert first == "【ひなた商店】本日18時〜20時にお荷物をお届けします。代金引換6,930円をご用意ください。"
    assert second.startswith("お届け状況 https://pages.invalid/")


def test_a_message_line_would_refuse_is_rejected(renderer: Renderer) -> None:
    many = [{**sample(*TANAKA)["context"]["parcels"][0]} for _ in range(60)]
    with pytest.raises(TemplateRejected, match="at most 30000"):
        message(renderer, "line", TANAKA, parcels=many)


def test_a_large_order_fits_into_a_bubble(renderer: Renderer) -> None:
    given = sample("order_confirmation", "midori_company_sends_gifts_to_two_people")["context"]
    large = {"items": given["items"] * 100, "ship_to": given["ship_to"] * 40}
    case = ("order_confirmation", "midori_company_sends_gifts_to_two_people")
    [flex] = json.loads(message(renderer, "line", case, **large).text)
    shown = "\n".join(texts(flex["contents"]))
    assert "ほか80点" in shown
    assert "ほか70か所" in shown


def test_answers_weigh_the_same(renderer: Renderer) -> None:
    [flex] = json.loads(message(renderer, "line", ("satisfaction_survey", "hara_is_asked_one_question")).text)
    *answers, order = flex["contents"]["footer"]["contents"]
    assert {(one["style"], one["color"]) for one in answers} == {("secondary", "#ded5c6")}
    assert [one["action"]["uri"][-8:] for one in answers] == [f"&score={score}" for score in (5, 4, 3, 2, 1)]
    assert order["style"] == "link"


MARKETING = [name for name, one in load_all().items() if one.touchpoint_class is TouchpointClass.MARKETING]


@pytest.mark.parametrize(
    ("touchpoint", "channel"),
    [(name, channel) for name in MARKETING for channel in ("line", "postcard") if channel in load_all()[name].channels],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_marketing_says_who_writes_and_how_to_stop_it(
    renderer: Renderer, touchpoint: str, channel: str, language: str
) -> None:
    company = load_brand().section(None).company
    for name in sample_names(touchpoint):
        said = message(renderer, channel, (touchpoint, name), language).text
        for needed in (company.name, company.address):
            assert getattr(needed, language) in said
        assert company.phone in said
        assert "/unsubscribe?t=" in said


def test_an_app_is_told_where_marketing_stops(renderer: Renderer) -> None:
    asked = json.loads(message(renderer, "push", ("review_request", "nakamura_used_the_lamp_for_ten_days")).text)
    assert "/unsubscribe?t=" in asked["stop"]
    assert "デスクライト" not in asked["title"] + asked["body"]
    assert "stop" not in json.loads(message(renderer, "push", TAKAHASHI).text)


HIRANO = ("second_order_offer", "hirano_ordered_once")


@pytest.mark.parametrize(
    ("recipient", "line"),
    [
        ({}, "810-0001 福岡県 福岡市中央区天神0-0-0 天神ハイツ201 平野 碧 様"),
        (
            {"company": "株式会社みどり"},
            "810-0001 福岡県 福岡市中央区天神0-0-0 天神ハイツ201 株式会社みどり 平野 碧 様",
        ),
        (
            {"company": "株式会社みどり", "name": None, "postal": {"postal_code": "810-0001", "address": "天神0-0-0"}},
            "810-0001  天神0-0-0 株式会社みどり 御中",
        ),
        ({"name": "平野 碧 様"}, "810-0001 福岡県 福岡市中央区天神0-0-0 天神ハイツ201 平野 碧 様"),
        (
            {"name": "Emily Clarke", "postal": {"postal_code": "SW1A 0AA", "region": "GB-LND", "address": "1 Mall\nX"}},
            "SW1A 0AA GB-LND 1 Mall X Emily Clarke",
        ),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_postcard_is_addressed_as_the_post_reads_it(
    renderer: Renderer, language: str, recipient: dict[str, Any], line: str
) -> None:
    given = sample(*HIRANO)
    person = {**given["recipient"], **recipient}
    rendered = renderer.render(HIRANO[0], "postcard", language, "plain", given["context"], person)
    card = json.loads(rendered.text)
    assert " ".join(card[name] for name in ("postal_code", "region", "address", "name")) == line


@pytest.mark.parametrize(("channel", "said"), [("postcard", "no postal address"), ("insert", "no parcel")])
def test_what_finds_nobody_is_rejected(renderer: Renderer, channel: str, said: str) -> None:
    case = HIRANO if channel == "postcard" else ("order_confirmation", "megumi_buys_again")
    given = sample(*case)
    person = {name: value for name, value in given["recipient"].items() if name not in ("postal", "box")}
    with pytest.raises(TemplateRejected, match=said):
        renderer.render(case[0], channel, "ja", given["variant"], given["context"], person)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "shipped/sms.ja.txt",
            "発送しました。",
            "発送しました。" + "どうぞお楽しみに。" * 10,
            "segments (UCS-2), at most 2",
        ),
        ("shipped/sms.ja.txt", "{{ tracking_url }}", "", "does not link the tracking page"),
        ("shipped/sms.en.txt", "has shipped", "has shipped, 10% off your next order", "promotes outside"),
        ("shipped/line.ja.txt", "{{ tracking_url }}", "{{ shop.urls.contact }}", "does not link the tracking page"),
        ("shipped/line.ja.txt", "Alt: ", "Alt: " + "長" * 100, "at most 100 are read"),
        ("shipped/line.ja.txt", "Alt: ", "Alto: ", "begins with none of Alt, Title, Stage, Choice"),
        ("shipped/line.ja.txt", "Stage: 2\n", "Title: 商品\n", "exactly one line `Title: `"),
        (
            "shipped/line.en.txt",
            "{{ words.track }}|",
            "A label that is much longer than forty characters|",
            "label has",
        ),
        ("shipped/line.en.txt", "{{ words.track }}|{{ tracking_url }}", "x|ftp://{{ tracking_url }}", "cannot open"),
        ("shipped/line.en.txt", "words.order_number", "nothing", "'nothing' is undefined"),
        ("shipped/touchpoint.toml", ', "line", "push", "sms"]', ', "push", "sms"]', "does not list"),
        ("shipped/push.ja.txt", "Title: ", "Title: " + "長" * 50, "its title has"),
        ("shipped/push.en.txt", "Tap to follow it.", "Tap to follow it. " * 9, "its body has"),
        ("shipped/push.en.txt", "{{ tracking_url }}", "{{ shop.urls.contact }}", "does not link the tracking page"),
        ("shipped/push.en.txt", "Link: {{ tracking_url }}", "Link: http://{{ tracking_url }}", "link is no https"),
        ("shipped/push.ja.txt", "Link: {{ tracking_url }}\n", "", "exactly one line `Link: `"),
        (
            "review_request/line.ja.txt",
            "Stop: {{ shop.urls.unsubscribe }}?t={{ unsubscribe_token }}\n",
            "",
            "no opt-out link",
        ),
        (
            "review_request/push.en.txt",
            "Stop: {{ shop.urls.unsubscribe }}?t={{ unsubscribe_token }}\n",
            "",
            "no opt-out link",
        ),
        ("thank_you/line.en.txt", "Thank you for coming back", "10% off", "promotes outside"),
        ("order_confirmation/insert.ja.txt", "このたびは", "クーポンをどうぞ。", "promotes outside"),
        ("order_confirmation/insert.en.txt", "items[:6]", "items * 20", "its body has"),
        (
            "second_order_offer/postcard.ja.txt",
            "{{ shop.urls.unsubscribe }}?t=",
            "https://x.invalid/",
            "no opt-out link",
        ),
        ("second_order_offer/postcard.ja.txt", "Stop: ", "Quit: ", "begins with none of Title, Link, Stop"),
        ("second_order_offer/sample.json", ', "address": "福岡県', ', "adress": "福岡県', "no postal address"),
    ],
)
def test_each_mistake_is_named(templates: Path, file: str, old: str, new: str, said: str) -> None:
    keep_only(templates, file)
    spoil(templates / file, old, new)
    found = check_templates(templates)
    assert any(said in problem for problem in found), found


def test_a_missing_text_is_named(templates: Path) -> None:
    keep_only(templates, "delivered")
    (templates / "delivered" / "line.en.txt").unlink()
    assert "delivered: line.en.txt is missing" in check_templates(templates)


DRAWN = [
    (name, channel)
    for name, one in load_all().items()
    for channel in ("line", "push", "postcard", "insert")
    if channel in one.channels
]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("touchpoint", "channel"), DRAWN)
def test_every_sample_can_be_looked_at(tmp_path: Path, touchpoint: str, channel: str, language: str) -> None:
    renderer = Renderer(load_brand(), b"secret", "https://pages.invalid")
    template = (Path("templates") / touchpoint / f"{channel}.{language}.txt").read_text(encoding="utf-8")
    for name in sample_names(touchpoint):
        rendered = message(renderer, channel, (touchpoint, name), language)
        file = tmp_path / f"{name}.json"
        held = "messages" if channel == "line" else "note"
        file.write_text(json.dumps({"to": "U", held: json.loads(rendered.text)}), encoding="utf-8")
        shown = preview(file, language)
        assert shown.subject == rendered.subject
        if "tracking_url" in template:
            assert "https://pages.invalid/" in shown.html
        assert channel != "postcard" or "/unsubscribe?t=" in shown.html
        assert "{{" not in shown.html
