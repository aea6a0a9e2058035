import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.core.brand import load_brand
from tasks.core.paths import TEMPLATES
from tasks.core.preview_pages import write_preview
from tasks.core.rendering import Renderer
from tests.render.browser import Browser, browsing, chromium


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates that a test may spoil."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer(load_brand(), b"secret", "https://pages.invalid")


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of `todoke preview`: every touchpoint, written once. Its tests belong to the group `browser`."""
    folder = tmp_path_factory.mktemp("preview")
    write_preview(folder, load_brand())
    return folder


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all tests of the group `browser`."""
    program = chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    profile = tmp_path_factory.mktemp("profile")
    with browsing(program, profile) as opened:
        yield opened
    shutil.rmtree(profile, ignore_errors=True)
