"""Real words and histories lie outside the project: without TODOKE_TEST_DATA their tests are not collected."""

import os
from pathlib import Path

import pytest

from tasks.core.paths import ROOT

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "carriers"
collect_ignore = [] if DATA.is_dir() else ["test_real_data.py"]


@pytest.fixture
def carrier_data() -> Path:
    """Folder of real carrier words and parcel histories."""
    return DATA
