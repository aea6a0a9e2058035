"""Every message of the preview gallery in a browser: on small telephones, light and dark, in letters that exist."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tasks.core.checks import MAX_HTML_BYTES
from tasks.core.contrast import MIN_CONTRAST
from tasks.core.touchpoints import load_all
from tests.render.browser import Browser, missing_letters

pytestmark = pytest.mark.xdist_group("browser")

LOOK = """
(() => {
  const numbers = (colour) => {
    const found = colour.match(/[\\d.]+/g).map(Number);
    return [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(numbers(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
    return layers.reverse().reduce((below, layer) => over(layer, below), canvas);
  };
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const letters = {}, weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim(), parent = node.parentElement;
    if (!text || !seen(parent)) continue;
    const style = getComputedStyle(parent), below = ground(parent);
    letters[style.fontFamily] = (letters[style.fontFamily] ?? "") + text;
    const ratio = contrast(over(numbers(style.color), below), below);
    if (ratio < LEAST) weak.push(`${ratio.toFixed(1)}: ${text.slice(0, 30)}`);
  }
  const targets = [...document.querySelectorAll("a[href]")].filter(seen);
  const size = (link) => link.getBoundingClientRect();
  const middle = (link) => [(size(link).left + size(link).right) / 2, (size(link).top + size(link).bottom) / 2];
  const apart = ([x, y], [u, v]) => Math.hypot(x - u, y - v);
  const inSentence = (link) =>
    [...link.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim().length > 1);
  const small = targets.filter((link) => Math.min(size(link).width, size(link).height) < 24 && !inSentence(link));
  const crowded = small.filter((link) =>
    targets.some((other) => other !== link && apart(middle(other), middle(link)) < 24));
  const low = targets.filter((link) => link.closest(".button") && size(link).height < 44);
  return {
    language: document.documentElement.lang,
    wide: document.documentElement.scrollWidth,
    unnamed: [...document.images].filter((image) => image.getAttribute("alt") === null).map((image) => image.src),
    targets: [...crowded, ...low].map((link) => link.textContent.trim().slice(0, 30)),
    letters, weak,
  };
})()
""".replace("LEAST", str(MIN_CONTRAST))
"""What a page is: `wide` in pixels, `weak` texts with their contrast (WCAG 2.2, 1.4.3), crowded `targets` (2.5.8)."""


@pytest.fixture(scope="module")
def letters() -> dict[str, set[str]]:
    """font-family -> letters, of all pages looked at so far."""
    return defaultdict(set)


def faults(browser: Browser, file: Path, language: str, letters: dict[str, set[str]]) -> dict[str, Any]:
    """What is wrong with one page, light and dark at 320 px, and the width of a page at 375 px."""
    browser.open(file, 320)
    look = browser.evaluate(LOOK)
    found: dict[str, Any] = {"alt": look["unnamed"], "320 light": _wrong(look)}
    found["lang"] = [look["language"]] if look["language"] != language else []
    if "prefers-color-scheme" in file.read_text(encoding="utf-8"):
        browser.become(320, dark=True)
        found["320 dark"] = _wrong(browser.evaluate(LOOK))
    browser.become(375)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    found["375 light"] = [f"{wide} px wide"] if wide > 375 else []
    for family, text in look["letters"].items():
        letters[family] |= set(text)
    found["bytes"] = [size] if (size := file.stat().st_size) > MAX_HTML_BYTES else []
    return {what: wrong for what, wrong in found.items() if wrong}


def _wrong(look: dict[str, Any]) -> list[str]:
    wide = [f"{look['wide']} px wide"] if look["wide"] > 320 else []
    return [*look["weak"], *wide, *(f"target {text}" for text in look["targets"])]


@pytest.mark.parametrize("touchpoint", sorted(load_all()))
def test_everybody_can_read_it_on_every_telephone(
    touchpoint: str, browser: Browser, gallery: Path, letters: dict[str, set[str]]
) -> None:
    files = sorted((gallery / touchpoint).glob("*.html"))
    found = {file.name: faults(browser, file, file.stem.rpartition(".")[2], letters) for file in files}
    assert files
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_letter_of_every_message_is_in_a_font(
    browser: Browser, gallery: Path, letters: dict[str, set[str]]
) -> None:
    """Of the messages the tests above opened; all of them where all were run."""
    if not letters:
        faults(browser, next(gallery.glob("shipped/*.html")), "ja", letters)
    if missing_letters(browser, "徳"):
        pytest.skip("No Japanese font is installed")
    missing = {family: missing_letters(browser, "".join(sorted(text)), family) for family, text in letters.items()}
    assert missing == dict.fromkeys(letters, "")


def test_the_pages_of_the_gallery_can_be_read_too(
    browser: Browser, gallery: Path, letters: dict[str, set[str]]
) -> None:
    for name in ("index.html", "delay_notice.html"):
        found = faults(browser, gallery / name, "ja", letters)
        found.pop("bytes", None)  # a page for people at a desk: only messages are clipped
        assert found == {}, name


def test_a_message_nobody_can_read_is_found(
    browser: Browser, gallery: Path, tmp_path: Path, letters: dict[str, set[str]]
) -> None:
    html = next(gallery.glob("shipped/*.email.ja.html")).read_text(encoding="utf-8")
    pale = ".ground div { color: #999 !important } .button a { padding: 2px !important }"
    spoilt = html.replace("</head>", f"<style>{pale}</style></head>", 1).replace(' lang="ja"', "", 1)
    picture = '<img src="x.png"><p style="width: 400px">wide</p><a href="#">a</a> <a href="#">b</a>'
    (tmp_path / "spoilt.html").write_text(spoilt.replace("</body>", f"{picture}</body>"), encoding="utf-8")
    found = faults(browser, tmp_path / "spoilt.html", "ja", letters)
    assert {"alt", "lang", "320 light", "320 dark", "375 light"} == set(found)
    assert any(said.endswith(" px wide") for said in found["320 light"]), found["320 light"]
    assert {"target a", "target b"} <= set(found["320 light"])
    assert any(said.startswith("2.8: ") for said in found["320 light"]), found["320 light"]
