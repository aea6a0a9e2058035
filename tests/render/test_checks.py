from pathlib import Path

import pytest

from tasks.core.brand import load_brand, parse_brand
from tasks.core.checks import check_sql, check_templates
from tasks.core.completeness import check_declared, check_places
from tasks.core.contrast import check_contrast, contrast
from tasks.core.incentives import check_incentives
from tasks.core.paths import SQL, TEMPLATES
from tasks.core.promotions import unguarded
from tasks.core.queries import parse
from tasks.core.touchpoints import load, load_all
from tests.decide.coupons import everyone_gives_from
from tests.render.test_touchpoints import keep_only, spoil


def test_our_own_templates_and_sql_are_in_order() -> None:
    assert check_templates() == []
    assert check_sql() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("shipped/email.ja.txt", "{% if consent %}", "{% if true %}", "promotes outside"),
        (
            "shipped/email.ja.mjml",
            "<mj-raw>{% if consent %}</mj-raw>",
            "<mj-raw>{% if 1 %}</mj-raw>",
            "promotes outside",
        ),
        ("delivered/email.en.txt", "CANNOT FIND IT?", "10% off your next order", "promotes outside"),
        ("delivered/email.ja.txt", "■ 商品が見当たらないとき", "■ クーポン", "promotes outside"),
        ("delivered/email.ja.txt", "{{ tracking_url }}", "", "does not link the tracking page"),
        ("review_request/email.en.txt", "{{ blocks.opt_out(unsubscribe_token) -}}", "", "no opt-out link"),
        ("review_request/email.en.mjml", '<mj-include path="footer_marketing.mjml" />', "", "no opt-out link"),
        ("delivered/sample.json", '"gift": false', '"gift": "no"', "field 'gift'"),
        ("delivered/sample.json", '"gift": false', '"gift": false, "score": 5', "unknown field 'score'"),
        ("delivered/touchpoint.toml", 'gift = "boolean"', "", "unknown field 'gift'"),
        ("delivered/touchpoint.toml", "plain = 1.0", "plain = 1.0\nother = 1.0", "no case of variant 'other'"),
        ("delivered/touchpoint.toml", 'languages = ["ja", "en"]', 'languages = ["ja"]', "does not list"),
        ("delivered/touchpoint.toml", "priority", "priorty", "did you mean 'priority'"),
        ("delivered/email.ja.txt", "delivered_at | instant", "nothing", "'nothing' is undefined"),
        ("delivered/email.ja.mjml", 'lang="ja"', 'lang="en"', 'does not say lang="ja"'),
        ("delivered/email.ja.mjml", "<mj-text><h1>", '<mj-text><img src="https://x.invalid/a.png"><h1>', "no alt text"),
        ("delivered/email.ja.mjml", "<mj-text><h1>", "<mj-text>" + "x" * 100_000 + "<h1>", "at most 100000"),
        ("delivered/email.ja.mjml", "<mj-text><h1>", "<mj-txt></mj-txt><mj-text><h1>", "<mj-txt> is no MJML element"),
        ("delivered/email.ja.mjml", "<mj-text><h1>", '<mj-text colour="red"><h1>', "did you mean 'color'"),
        ("delivered/email.ja.mjml", "<mj-text><h1>", "<mj-text><h1></mj-column>", "delivered"),
        ("delivered/email.en.txt", "Your order has been", "Your order has been " + "very " * 20, "subject has"),
        ("delivered/email.en.txt", "Subject: ", "Titel: ", "begin with `Subject: `"),
        ("shipped/attachment.ja.ics", "Name: delivery.ics", "Name: 届け.ics", "'届け.ics' is no name of a .ics file"),
        ("shipped/attachment.ja.ics", "{{ delivery", "x{{ delivery", "does not begin with BEGIN:VCALENDAR"),
        ("shipped/attachment.ja.ics", "からのお届け予定", "のクーポン", "promotes outside"),
        ("shipped/attachment.ja.ics", '"からのお届け予定"', '"x" * 9000', "at most 8000 may be attached"),
        ("anniversary/touchpoint.toml", '"is_vip"', '"is_vipp"', "did you mean 'is_vip'"),
        ("anniversary/touchpoint.toml", ', "orders_counted"', "", "segment 'orders_counted' is not declared"),
        ("anniversary/email.ja.txt", "segments.is_vip", "segments.tier", "no attribute 'tier'"),
        ("anniversary/sample.json", '"is_vip": true', '"is_vip": 1', "segments: field 'is_vip'"),
        ("check_in/touchpoint.toml", "その後いかがですか / ", "", "give it in both languages"),
        ("check_in/touchpoint.toml", 'languages = ["ja", "en"]', 'languages = ["ja"]', "languages lack en"),
        ("check_in/touchpoint.toml", 'subject_format = "O"', 'subject_format = "X"', "subject_format is 'X'"),
        ("anniversary/touchpoint.toml", 'incentive = "optional"', "", "coupon: touchpoint.toml declares no incentive"),
        ("birthday/sample.json", '"coupon"', '"voucher"', "no case with a coupon"),
        ("birthday/sample.json", '"ends_on": "2026-10-15"', '"ends_on": 20261015', "coupon: field 'ends_on'"),
        ("birthday/sample.json", '"amount": 300, ', "", "coupon: needs either amount or percent"),
        ("birthday/email.en.txt", "{% if coupon %}", "{% if coupon.amount %}", "has no attribute 'amount'"),
        ("referral/sample.json", '"coupon"', '"voucher"', "coupon: it is required"),
        ("mention_reply/touchpoint.toml", 'mode = "approval"', 'mode = "live"', "without a person's approval"),
        ("mention_reply/reply.en.txt", "{{ shop.name }}", "{{ shop.nam }}", "reply.en.txt: 'dict object' has no"),
        ("tracking_page/page.html", '{% include "page_head.html" %}', "", "search engines"),
        ("tracking_page/page.html", "{{ words.items }}", "1,980円", "shows a price"),
    ],
)
def test_each_mistake_is_named(templates: Path, file: str, old: str, new: str, message: str) -> None:
    keep_only(templates, file)
    spoil(templates / file, old, new)
    found = check_templates(templates)
    assert any(message in problem for problem in found), found


def test_a_folder_without_a_declaration_is_named(templates: Path) -> None:
    (templates / "unfinished").mkdir()
    assert any("unfinished/touchpoint.toml" in problem for problem in check_templates(templates))


def test_a_missing_language_is_named(templates: Path) -> None:
    keep_only(templates, "delivered", "shipped")
    (templates / "delivered" / "email.en.mjml").unlink()
    (templates / "shipped" / "attachment.en.ics").unlink()
    (templates / "delivered" / "attachment.ja.pdf").write_text("Name: a.pdf\n\nx")
    found = check_templates(templates)
    assert "delivered: email.en.mjml is missing" in found
    assert "shipped: attachment.en.ics is missing: an attachment is there in every language" in found
    assert any("attachment.ja.pdf is no attachment" in problem for problem in found)


def test_a_piece_that_a_language_lacks_is_named(templates: Path) -> None:
    keep_only(templates, "check_in")
    (templates / "check_in" / "hello.en.txt").unlink()
    (templates / "check_in" / "notes.txt").write_text("to do")
    found = check_templates(templates)
    assert "check_in: hello.en.txt is missing: hello.ja.txt needs it in every language" in found
    assert any("check_in: notes.txt is used by no template" in problem for problem in found)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("templates/shipped/touchpoint.toml", "there is sql/due/shipped.sql and tests/due/shipped.toml"),
        ("sql/due/shipped.sql", "there is templates/shipped/touchpoint.toml and tests/due/shipped.toml"),
        ("tests/due/shipped.toml", "there is templates/shipped/touchpoint.toml and sql/due/shipped.sql"),
    ],
)
def test_each_missing_part_of_a_touchpoint_is_named(tmp_path: Path, gone: str, said: str) -> None:
    for name in ("templates/shipped/touchpoint.toml", "sql/due/shipped.sql", "tests/due/shipped.toml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    places = (tmp_path / "templates", tmp_path / "sql", tmp_path / "tests" / "due")
    assert check_places(*places) == []
    (tmp_path / gone).unlink()
    assert [problem.partition("; ")[0] for problem in check_places(*places)] == [f"{gone} is missing, but {said}"]


def test_an_installed_copy_is_asked_for_no_cases(tmp_path: Path) -> None:
    assert check_places(TEMPLATES, SQL, tmp_path / "tests" / "due") == []


@pytest.mark.parametrize(
    ("priorities", "said"),
    [
        ({"win_back": 42}, "priority 42 is that of anniversary, birthday, win_back"),
        ({"check_in": 45}, "check_in (class S) has priority 45, not above review_request (class M, 45)"),
        ({"shipped": 7}, "shipped (class T) has priority 7, not above product_update (class S, 64)"),
    ],
)
def test_priorities_that_leave_the_choice_open_are_named(priorities: dict[str, int], said: str) -> None:
    declared = [
        one.model_copy(update={"priority": priorities.get(one.name, one.priority)}) for one in load_all().values()
    ]
    assert [said] == [problem.partition("; ")[0] for problem in check_declared(declared)]


@pytest.mark.parametrize(
    ("header", "said"),
    [("-- Grain: order\n", "no `-- Who:` line"), ("-- Who: buyers\n", "no `-- Grain:` line")],
)
def test_a_due_file_says_who_and_what_a_row_is(monkeypatch: pytest.MonkeyPatch, header: str, said: str) -> None:
    params = "as_of, since, until, touched, customer_id"
    text = f"{header}-- Params: {params}\nselect :as_of, :since, :until, :touched, :customer_id"
    monkeypatch.setattr("tasks.core.checks.query", lambda name: parse(name, text))
    assert any("sql/due/shipped.sql" in problem and said in problem for problem in check_sql())


@pytest.mark.parametrize(
    "source",
    [
        "{% if consent %}{{ blocks.promotion() }}{% endif %}",
        "{% if consent and recipient.is_vip %}coupon{% endif %}",
        "{{ 'クーポン' if consent else '' }}",
        "割引 wholesale discount",
    ],
)
def test_promotion_for_those_who_consented_is_fine(source: str) -> None:
    assert unguarded(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ blocks.promotion() }}",
        "{{ shop.promotion.text }}",
        "{% if consent or true %}coupon{% endif %}",
        "{% if consent %}x{% else %}coupon{% endif %}",
        "{% if not consent %}coupon{% endif %}",
        "{% if recipient.is_vip %}セール{% endif %}",
        "{{ 'x' if consent else 'coupon' }}",
        "{{ 'Special offer' }}",
        "{{ blocks.coupon(given) }}",
        "{% if coupon %}{{ coupon.code }}{% endif %}",
    ],
)
def test_promotion_for_anyone_else_is_found(source: str) -> None:
    assert unguarded(source)


def test_what_brand_toml_gives_to_nobody_is_named() -> None:
    found = list(check_incentives(everyone_gives_from("matane"), [load("birthday"), load("delivered")]))
    assert "sections.shop.incentives.referral: no such touchpoint declares an incentive" in " ".join(found)
    assert not any("birthday" in problem for problem in found)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_brand_colour_nobody_can_read_is_named(templates: Path) -> None:
    spoil(templates / "brand.toml", 'quiet = "#655f56"', 'quiet = "#b0a89c"')
    assert check_contrast(load_brand()) == []
    assert any("quiet on paper" in problem for problem in check_contrast(parse_brand(templates / "brand.toml")))
