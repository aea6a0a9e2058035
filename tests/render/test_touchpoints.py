import shutil
from pathlib import Path

import pytest

from tasks.core.brand import language_of, load_brand, parse_brand
from tasks.core.domain import TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.paths import TEMPLATES
from tasks.core.touchpoints import (
    CATALOGUE,
    Touchpoint,
    check_context,
    load,
    load_all,
    parse_touchpoint,
    read_all,
    version,
)
from tests.render.samples import sample


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def keep_only(templates: Path, *files: str) -> None:
    """Of a copy of templates/ the touchpoints of these files or folders: checking all takes 16 seconds."""
    kept = {file.split("/")[0] for file in files}
    for declaration in templates.glob("*/touchpoint.toml"):
        if declaration.parent.name not in kept:
            shutil.rmtree(declaration.parent)


def test_every_touchpoint_is_of_its_class() -> None:
    """The catalogue's names are of the catalogue's class; another name is of class M or S, or brand.toml lists it."""
    classes = load_brand().classes
    for name, touchpoint in load_all().items():
        known = classes.get(name, CATALOGUE.get(name))
        allowed = {known} if known else {TouchpointClass.SERVICE, TouchpointClass.MARKETING}
        assert touchpoint.touchpoint_class in allowed, name


def test_marketing_alone_holds_people_out() -> None:
    held = {touchpoint.touchpoint_class for touchpoint in load_all().values() if touchpoint.holdout}
    assert held == {TouchpointClass.MARKETING}


def test_every_folder_of_the_catalogue_is_declared() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.name in CATALOGUE}
    assert folders == load_all().keys() & CATALOGUE.keys()
    assert len(folders) > 30


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("prioritee = 1", "did you mean 'priority'"), ("holdot = 0.1", "did you mean 'holdout'"), ("zzz = 1", "'zzz'")],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(templates: Path, wrong: str, hint: str) -> None:
    spoil(templates / "shipped" / "touchpoint.toml", "[variants]", f"{wrong}\n[variants]")
    with pytest.raises(ConfigurationError, match=hint):
        read_all(templates)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('needs = ["orders", "shipments"]', 'needs = ["weather"]', "needs"),
        ('gift = "boolean"', 'gift = "bool"', "context.gift"),
        ("[variants]\nplain = 1.0", '[variants]\nplain = 1.0\nother = "rule"', "all weights or all"),
        ("[variants]\nplain = 1.0", "[variants]\nplain = 0.0\nother = 0", "one of them is above 0"),
        ("[variants]\nplain = 1.0", "[variants]\nplain = 1.0\nother = -0.1", "are 0 or more"),
        ("[variants]\nplain = 1.0", "[variants]\nplain = nan\nother = 1.0", "are 0 or more"),
        ("priority = 90", "priority = 900", "priority"),
        ("priority = 90", "priority = 90\nholdout = 0.1", "owed to everyone"),
        ("priority = 90", 'priority = 90\nincentive = "required"', "owed without it"),
        ("priority = 90", 'priority = 90\nincentive_variants = ["fancy"]', "are no variants"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_it(templates: Path, old: str, new: str, message: str) -> None:
    spoil(templates / "shipped" / "touchpoint.toml", old, new)
    with pytest.raises(ConfigurationError, match=message):
        read_all(templates)


def test_marketing_cannot_call_itself_transactional(templates: Path) -> None:
    path = templates / "review_request" / "touchpoint.toml"
    spoil(path, 'class = "M"', 'class = "T"')
    spoil(path, "holdout = 0.05", "holdout = 0")
    with pytest.raises(ConfigurationError, match=r"brand.toml under \[classes\]"):
        parse_touchpoint(path, {})
    allowed = parse_touchpoint(path, {"review_request": TouchpointClass.TRANSACTIONAL})
    assert allowed.touchpoint_class == "T"


def test_marketing_has_a_holdout_unless_it_says_otherwise(templates: Path) -> None:
    path = templates / "review_request" / "touchpoint.toml"
    spoil(path, "holdout = 0.05\n", "")
    assert parse_touchpoint(path, {}).holdout == 0.05


def test_a_misspelt_touchpoint_is_answered_with_the_right_one() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'shipped'"):
        load("shiped")


def test_the_version_is_stable_and_differs_between_touchpoints() -> None:
    assert version("shipped") == version("shipped")
    assert version("shipped") != version("delivered")


SHIPPED = load("shipped")
CONTEXT = sample("shipped", "sato_gets_everything_in_one_parcel")["context"]


def changed(**fields: object) -> list[str]:
    return check_context(SHIPPED, {**CONTEXT, **fields})


def test_a_sample_keeps_the_contract() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_id", None),
        ("order_number", "4"),
        ("order_number", True),
        ("parcels", {}),
        ("promised_on", "2026-9-7"),
        ("promised_on", "2026-09-17T00:00:00+09:00"),
        ("gift", "false"),
    ],
)
def test_a_mistyped_field_breaks_the_contract(field: str, value: object) -> None:
    assert [problem for problem in changed(**{field: value}) if field in problem]


def test_a_missing_field_and_an_undeclared_one_break_the_contract() -> None:
    without = {name: value for name, value in CONTEXT.items() if name != "gift"}
    assert check_context(SHIPPED, without) == ["missing field 'gift' (boolean)"]
    assert changed(still_to_com=[]) == ["unknown field 'still_to_com' (did you mean 'still_to_come'?)"]


def test_an_instant_without_offset_breaks_the_contract() -> None:
    delivered: Touchpoint = load("delivered")
    context = sample("delivered", "suzuki_finds_it_in_the_parcel_box")["context"]
    assert check_context(delivered, context) == []
    assert check_context(delivered, {**context, "delivered_at": "2026-09-15T09:20:00"})


def test_a_typo_in_the_brand_is_an_error_that_names_the_nearest(templates: Path) -> None:
    spoil(templates / "brand.toml", 'faq = "', 'fqa = "')
    with pytest.raises(ConfigurationError, match=r"sections\.shop\.urls\.fqa' \(did you mean 'faq'"):
        parse_brand(templates / "brand.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("amount = 500\nminimum_spend = 4000", "amount = 500\npercent = 5", "needs either amount or percent"),
        ('win_back = "matane"', 'win_back = "matan"', "no pool 'matan' .did you mean 'matane'"),
        ('preference_page = "tanjobi"', 'preference_page = "matane"', "needs one code for everybody"),
        ('code = "TANJOBI300"', 'code = "TANJOBI 300"', "tanjobi.code"),
    ],
)
def test_a_coupon_that_cannot_be_is_an_error(templates: Path, old: str, new: str, message: str) -> None:
    spoil(templates / "brand.toml", old, new)
    with pytest.raises(ConfigurationError, match=message):
        parse_brand(templates / "brand.toml")


def test_a_sender_name_with_a_line_break_is_an_error(templates: Path) -> None:
    spoil(templates / "brand.toml", '{ ja = "ひなた商店だより"', '{ ja = "ひなた\\r\\nBcc: x@example.invalid"')
    with pytest.raises(ConfigurationError, match="one printable line"):
        parse_brand(templates / "brand.toml")


@pytest.mark.parametrize(
    ("locale", "language"), [("ja-JP", "ja"), ("ja_JP", "ja"), ("en-GB", "en"), ("fr", "en"), (None, "ja"), ("", "ja")]
)
def test_people_are_written_to_in_their_language(locale: str | None, language: str) -> None:
    assert language_of(load_brand(), locale) == language
