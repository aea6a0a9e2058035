"""Advice by category and attribute: shown where there is some, in both languages, and checked."""

from pathlib import Path

import pytest

from tasks.core.advice import advice_of, check_advice, chosen
from tasks.core.brand import load_brand
from tasks.core.errors import TemplateRejected
from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Renderer
from tests.render.samples import rendered
from tests.render.test_touchpoints import spoil

CAKE = ("delivered", "mori_puts_the_cake_into_the_fridge")


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [("ja", "冷蔵でお届けした商品", "すぐに冷蔵庫"), ("en", "Delivered chilled", "into the fridge")],
)
def test_advice_stands_in_both_parts(renderer: Renderer, language: str, title: str, line: str) -> None:
    message = rendered(renderer, *CAKE, language)
    assert f"<h2>{title}</h2>" in message.html
    assert title.casefold() in message.text.casefold()
    assert line in message.html
    assert line in message.text


@pytest.mark.parametrize("traits", [[], ["categories/books"], ["categories/tableware"]])
def test_a_category_without_advice_of_this_kind_shows_nothing(renderer: Renderer, traits: list[str]) -> None:
    message = rendered(renderer, *CAKE, traits=traits)
    assert "<ul" not in message.html
    assert message.text == rendered(renderer, *CAKE, traits=[]).text


def test_the_buyer_of_a_gift_is_not_told_to_put_it_into_the_fridge(renderer: Renderer) -> None:
    assert "冷蔵庫" not in rendered(renderer, *CAKE, gift=True).text


def test_a_mixed_order_shows_the_first_three() -> None:
    traits = sorted({trait for trait, kind in advice_of(TEMPLATES, "ja") if kind == "care"})
    assert len(traits) > 3
    assert [one["title"] for one in chosen(advice_of(TEMPLATES, "ja"), traits, "care")] == [
        advice_of(TEMPLATES, "ja")[trait, "care"]["title"] for trait in traits[:3]
    ]


def test_an_unknown_kind_is_an_error_of_the_template(templates: Path) -> None:
    with pytest.raises(ValueError, match="no advice of kind 'wash'"):
        chosen(advice_of(TEMPLATES, "ja"), [], "wash")
    spoil(templates / "delivered" / "email.ja.txt", 'advice("store")', 'advice("wash")')
    with pytest.raises(TemplateRejected, match="no advice of kind 'wash'"):
        rendered(Renderer(load_brand(), b"secret", "https://pages.invalid", templates), *CAKE)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("categories/food/cure.ja.txt", "題\n文", "cure.ja.txt is no file of advice (did you mean 'care.ja.txt'"),
        ("categories/food/care.ja.txt", "題\n文", "care.en.txt is missing"),
        ("categories/food/store.en.txt", "Only a heading", "needs a heading, then a piece of advice a line"),
        ("categories/food/store.en.txt", "Keeping\n{{ shop.name }}", "without {{ }}"),
        ("attributes/fragile/store.ja.txt", "題\nクーポン", "may not promote"),
        ("attributes/fragile.txt", "題\n文", "_shared/attributes/fragile.txt holds no advice"),
    ],
)
def test_each_mistake_is_named(templates: Path, file: str, text: str, message: str) -> None:
    assert check_advice(templates) == []
    (templates / "_shared" / file).write_text(text, encoding="utf-8")
    assert any(message in problem for problem in check_advice(templates)), check_advice(templates)
