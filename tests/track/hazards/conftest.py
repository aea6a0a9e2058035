"""Real warnings lie outside the project: where they are absent, their tests are skipped and say so."""

import os
from pathlib import Path

import pytest

from tasks.core.paths import ROOT

DATA = Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture
def hazard_data() -> Path:
    """Folder of real telegrams and alerts."""
    if not (DATA / "jma").is_dir():
        pytest.skip("the real data of TODOKE_TEST_DATA is absent")
    return DATA
