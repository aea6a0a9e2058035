"""Tracking pages as a browser shows them: for everybody (axe-core), on a small telephone, in letters that exist."""

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.pages import PageOwner, PageRenderer
from tasks.core.paths import ROOT, TEMPLATES
from tests.render.browser import Browser, missing_letters

pytestmark = pytest.mark.xdist_group("browser")

AXE = ROOT / "tests" / "standins" / "node_modules" / "axe-core" / "axe.min.js"
RULES = json.dumps({"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample and both ended pages as files."""
    folder = tmp_path_factory.mktemp("pages")
    renderer = PageRenderer(load_brand(), b"secret", base_url="https://t.example", listen_url="https://l.example")
    samples: dict[str, Any] = json.loads((TEMPLATES / "tracking_page" / "sample.json").read_text(encoding="utf-8"))
    found = {name: renderer.files(page, PageOwner(name, customer_id="C-1")).html for name, page in samples.items()}
    found |= {f"ended_{language}": renderer.ended(PageOwner("x"), language).html for language in ("ja", "en")}
    for name, html in found.items():
        (folder / f"{name}.html").write_bytes(html)
    return {name: folder / f"{name}.html" for name in found}


def faults(browser: Browser) -> list[str]:
    """What axe-core finds serious or critical on the page that is shown."""
    if not AXE.exists():
        pytest.skip("The stand-ins for Node are not installed")
    browser.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found = browser.evaluate(f"axe.run(document, {RULES}).then(({{violations}}) => JSON.stringify(violations))")
    serious = [one for one in json.loads(found) if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in serious]


def test_every_page_is_for_everybody(browser: Browser, pages: dict[str, Path]) -> None:
    found = {}
    for name, file in pages.items():
        browser.open(file, 320)
        found[name] = faults(browser)
    for name in ("tanaka_follows_two_parcels_and_a_shelf", "higa_waits_for_the_typhoon_to_pass", "abe_was_not_at_home"):
        browser.open(pages[name], 1280, dark=True)
        found[f"{name}, dark"] = faults(browser)
    assert {name: what for name, what in found.items() if what} == {}


def test_a_page_nobody_can_read_is_found(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    html = pages["kato_cancelled"].read_text(encoding="utf-8")
    spoilt = tmp_path / "spoilt.html"
    pale = html.replace("</style>", "p { color: #ddd !important; }</style>", 1)
    spoilt.write_text(pale.replace('<html lang="ja">', "<html>"), encoding="utf-8")
    browser.open(spoilt, 390)
    assert {what.partition(":")[0] for what in faults(browser)} == {"color-contrast", "html-has-lang"}


def test_nothing_is_wider_than_a_small_telephone(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    wide = tmp_path / "wide.html"
    wide.write_text('<meta name="viewport" content="width=device-width"><p style="width: 400px">x', encoding="utf-8")
    widths = {}
    for name, file in (pages | {"wide": wide}).items():
        browser.open(file, 320)
        widths[name] = browser.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width != 320} == {"wide": 400 + 8}


def test_every_letter_is_in_a_font(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    rare = tmp_path / "rare.html"
    rare.write_text('<meta charset="utf-8"><p>髙﨑 徳 ヱ 〜 × 1,980 ① 草彅 \u0378', encoding="utf-8")
    browser.open(rare, 390)
    missing = missing_letters(browser)
    if "徳" in missing:
        pytest.skip("No Japanese font is installed")
    assert missing == "\u0378"
    for name in ("tanaka_follows_two_parcels_and_a_shelf", "higa_waits_for_the_typhoon_to_pass", "ended_ja"):
        browser.open(pages[name], 390)
        assert missing_letters(browser) == ""


def test_the_record_of_a_parcel_opens_without_a_script(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["emily_has_her_mugs"], 390)
    assert browser.evaluate("document.scripts.length") == 0
    assert browser.evaluate("document.querySelector('details').open") is False
    browser.evaluate("document.querySelector('summary').click()")
    assert browser.evaluate("document.querySelector('.history').checkVisibility()") is True
