import json
import re
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.errors import TemplateRejected
from tasks.core.order_status import OrderState, expected_days, stage, state
from tasks.core.pages import PageFiles, PageOwner, PageRenderer
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
    return PageRenderer(load_brand(), b"secret", base_url="https://t.example", listen_url="https://l.example")


@pytest.fixture(scope="module")
def files(renderer: PageRenderer) -> dict[str, PageFiles]:
    """Everything published of each sample."""
    return {name: renderer.files(page, owner(page)) for name, page in PAGES.items()}


def owner(page: dict[str, Any], version: int = 0) -> PageOwner:
    return PageOwner(page["order_id"], version, None, "C-1", "key of an address")


def test_the_address_of_a_page_cannot_be_guessed() -> None:
    token = tracking_token(b"secret", "H-1")
    assert len(token) == 32
    assert token == tracking_token(b"secret", "H-1")
    others = (tracking_token(b"secret", "H-2"), tracking_token(b"other", "H-1"), tracking_token(b"secret", "H-1", 1))
    assert len({token, *others, tracking_token(b"secret", "H-1", 2)}) == 5
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


@pytest.mark.parametrize(
    ("name", "expected", "sentence"),
    [
        ("mori_has_just_ordered", "ordered", "ご注文を承りました"),
        ("tanaka_follows_two_parcels_and_a_shelf", "partly_delivered", "一部の商品をお届けしました"),
        ("higa_waits_for_the_typhoon_to_pass", "on_the_way", "お荷物は配送中です"),
        ("abe_was_not_at_home", "attempted", "再配達を申し込む"),
        ("sato_gives_a_present", "out_for_delivery", "配達に向かっています"),
        ("emily_has_her_mugs", "delivered", "at your front door"),
        ("ito_gets_it_back_to_us", "returned", "当店へ返送されています"),
        ("chen_returns_a_lamp", "delivered", "Your return is approved"),
        ("kato_cancelled", "cancelled", "取り消されました"),
    ],
)
def test_page_and_json_say_the_same_state(files: dict[str, PageFiles], name: str, expected: str, sentence: str) -> None:
    status = json.loads(files[name].status)
    assert (state(PAGES[name]), status["state"]) == (expected, expected)
    assert sentence in files[name].html.decode()
    assert status["links"]["page"].endswith(f"{tracking_token(b'secret', PAGES[name]['order_id'])}.html")


@pytest.mark.parametrize(
    ("status", "still_to_come", "expected"),
    [
        ("in_transit", ["shelf"], OrderState.PARTLY_SHIPPED),
        ("label_created", [], OrderState.SHIPPED),
        ("held_at_location", [], OrderState.HELD),
        ("lost", [], OrderState.PROBLEM),
        ("exception", [], OrderState.PROBLEM),
    ],
)
def test_the_most_urgent_parcel_speaks_for_its_order(status: str, still_to_come: list[str], expected: str) -> None:
    parcels = [{"status": status}]
    page = {"cancelled": False, "delivered_at": None, "parcels": parcels, "still_to_come": still_to_come}
    assert state(page | {"shipped_at": "2026-09-14T15:00:00+09:00"}) == expected


def test_a_gift_shows_its_reader_nothing_of_the_buyers(files: dict[str, PageFiles]) -> None:
    html = files["sato_gives_a_present"].html.decode()
    for hidden in ("お支払い", "preferences", "新着", "クーポン"):
        assert hidden not in html


def test_only_who_agreed_is_shown_promotion_and_coupon(renderer: PageRenderer) -> None:
    shown = {
        agreed: renderer.files({**TANAKA, "consent": agreed}, owner(TANAKA)).html.decode() for agreed in (True, False)
    }
    assert [("data-promotion" in html, "クーポン" in html) for html in shown.values()] == [(True, True), (False, False)]
    assert all("https://l.example/preferences?t=" in html for html in shown.values())


def test_what_happened_is_told_with_time_and_place(files: dict[str, PageFiles]) -> None:
    html = files["tanaka_follows_two_parcels_and_a_shelf"].html.decode()
    assert re.search(r"2026年9月15日\(火\) 06:20.*?輸送中.*?東京中継センター", html)
    history = json.loads(files["higa_waits_for_the_typhoon_to_pass"].status)["parcels"][0]["history"]
    assert [(scan["status"], scan["says"]) for scan in history] == [("in_transit", "輸送中"), ("picked_up", "集荷済み")]


def test_the_json_explains_a_delay_in_words(files: dict[str, PageFiles]) -> None:
    status = json.loads(files["higa_waits_for_the_typhoon_to_pass"].status)
    assert status["expected"] == {"from_on": "2026-09-18", "until_on": "2026-09-20"}
    assert status["delay"]["says"] == "沖縄県での台風の影響により、配送に遅れが出ています。"
    assert (status["schema"], status["order_number"], status["stage"]) == (1, "H-20260911-0031", 3)


@pytest.mark.parametrize("name", PAGES)
def test_no_file_holds_a_price_a_name_or_another_persons_words(files: dict[str, PageFiles], name: str) -> None:
    found = files[name]
    for content in (found.html, found.status, found.calendar or b""):
        assert not re.search(r"\d円|[¥￥]", content.decode())
    assert "preferences" not in found.status.decode()


def test_the_expected_day_is_the_carriers_once_everything_left() -> None:
    parcel = TANAKA["parcels"][0] | {"eta_on": "2026-09-17"}
    page = {**TANAKA, "requested_on": None, "parcels": [parcel], "still_to_come": []}
    assert expected_days(page) == ("2026-09-17", "2026-09-17")
    assert expected_days({**page, "still_to_come": TANAKA["still_to_come"]}) == ("2026-09-19", "2026-09-19")
    assert expected_days({**page, "parcels": [parcel | {"eta_on": None}]}) == ("2026-09-19", "2026-09-19")


def test_a_calendar_file_is_there_while_a_day_is_known(files: dict[str, PageFiles]) -> None:
    known = {name for name, found in files.items() if found.calendar}
    assert known == {
        "tanaka_follows_two_parcels_and_a_shelf",
        "higa_waits_for_the_typhoon_to_pass",
        "mori_has_just_ordered",
        "sato_gives_a_present",
    }
    tanaka, higa = (files[name].calendar or b"" for name in list(PAGES)[:2])
    assert b"DTSTART:20260919T090000Z\r\nDTEND:20260919T110000Z" in tanaka
    assert b"DTSTART;VALUE=DATE:20260918\r\nDTEND;VALUE=DATE:20260921" in higa
    assert f'{tracking_token(b"secret", HIGA["order_id"])}.ics"' in files[list(PAGES)[1]].html.decode()


def test_a_page_that_ended_says_nothing_of_the_order(renderer: PageRenderer) -> None:
    for language, sentence in (("ja", "このページの公開は終了しました"), ("en", "This page has ended")):
        ended = renderer.ended(owner(TANAKA), language)
        assert sentence in ended.html.decode()
        assert "noindex" in ended.html.decode()
        assert json.loads(ended.status)["state"] == "ended"
        assert TANAKA["order_id"] not in ended.html.decode() + ended.status.decode()
