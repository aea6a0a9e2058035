import shutil
from pathlib import Path

import pytest

from tasks.core.brand import load_brand
from tasks.core.paths import TEMPLATES
from tasks.core.rendering import Renderer


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates that a test may spoil."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer(load_brand(), b"secret", "https://pages.invalid")
