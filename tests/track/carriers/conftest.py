"""Real words and histories lie outside the project: where they are absent, their tests are skipped and say so."""

import os
from pathlib import Path

import pytest

from tasks.core.paths import ROOT

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "carriers"


@pytest.fixture
def carrier_data() -> Path:
    """Folder of real carrier words and parcel histories."""
    if not DATA.is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    return DATA
