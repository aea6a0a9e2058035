"""`todoke new-touchpoint`: what it refuses, and where it writes. That it works: tests/hour/test_new_touchpoint.py."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tasks.core.checks import check_templates
from tasks.core.domain import ChannelName, TouchpointClass
from tasks.core.errors import ConfigurationError
from tasks.core.paths import ROOT
from tasks.core.scaffold import NewTouchpoint, create

T, S, M = TouchpointClass.TRANSACTIONAL, TouchpointClass.SERVICE, TouchpointClass.MARKETING
EMAIL = (ChannelName.EMAIL,)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An installed copy: no tests."""
    for name in ("sql/due", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def without(root: Path, name: str) -> None:
    """The copy before somebody wrote this touchpoint."""
    shutil.rmtree(root / "templates" / name, ignore_errors=True)
    (root / "sql" / "due" / f"{name}.sql").unlink(missing_ok=True)


def wanted(**given: Any) -> NewTouchpoint:
    fields: dict[str, Any] = {
        "name": "first_steps",
        "touchpoint_class": S,
        "grain": "order",
        "channels": EMAIL,
        "days": 3,
    }
    return NewTouchpoint(**(fields | given))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "First Steps"}, "'First Steps' cannot be the name"),
        ({"name": "../evil"}, "cannot be the name"),
        ({"name": "_shared"}, "cannot be the name"),
        ({"name": "referral", "touchpoint_class": T}, "referral is of class M in the catalogue; say --class M"),
        ({"name": "thank_you", "touchpoint_class": M}, "say --class S"),
        ({"channels": ()}, "at least one"),
        ({"channels": (*EMAIL, *EMAIL)}, "each channel once"),
        ({"channels": (ChannelName.INSERT,)}, "before it leaves"),
        ({"channels": (ChannelName.SMS,), "touchpoint_class": M}, "sms has no room for the opt-out link"),
        ({"days": 0}, "between 1 and 300"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        wanted(**given)


@pytest.mark.parametrize("name", ["shipped", "tracking_page"])
def test_what_exists_is_left_alone(root: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(ConfigurationError, match=rf"templates/{name} exists already"):
        create(wanted(name=name, touchpoint_class=T), root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_due_file_without_a_folder_is_left_alone_too(root: Path) -> None:
    (root / "sql" / "due" / "first_steps.sql").write_text("select 1")
    with pytest.raises(ConfigurationError, match=r"first_steps\.sql exists already"):
        create(wanted(), root)
    assert not (root / "templates" / "first_steps").exists()


def test_an_installed_copy_gets_no_cases_and_every_value_is_filled(root: Path) -> None:
    files = create(wanted(channels=(ChannelName.LINE, ChannelName.EMAIL)), root)
    names = {path.relative_to(root).as_posix() for path in files}
    assert names == {
        *(f"templates/first_steps/{name}" for name in ("touchpoint.toml", "sample.json")),
        *(f"templates/first_steps/email.{end}" for end in ("ja.mjml", "ja.txt", "en.mjml", "en.txt")),
        *(f"templates/first_steps/line.{language}.txt" for language in ("ja", "en")),
        "sql/due/first_steps.sql",
    }
    assert not [path for path in files if "<<" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    ("name", "of_class", "line"), [("parcel_word", T, 'parcel_word = "T"'), ("referral", M, ""), ("first_steps", S, "")]
)
def test_brand_toml_lists_a_class_the_catalogue_does_not_know(
    root: Path, name: str, of_class: TouchpointClass, line: str
) -> None:
    without(root, name)
    create(wanted(name=name, touchpoint_class=of_class), root)
    written = (root / "templates" / "brand.toml").read_text(encoding="utf-8")
    original = (ROOT / "templates" / "brand.toml").read_text(encoding="utf-8")
    assert set(written.splitlines()) - set(original.splitlines()) == ({line} if line else set())


def test_a_copy_of_templates_with_it_is_in_order_but_for_a_missing_class(root: Path) -> None:
    without(root, "story")
    create(wanted(name="story", touchpoint_class=M), root)
    for folder in root.glob("templates/*/touchpoint.toml"):
        if folder.parent.name != "story":
            shutil.rmtree(folder.parent)
    assert check_templates(root / "templates") == []
