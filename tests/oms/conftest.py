"""One small sample shop for all tests of a worker."""

from pathlib import Path

import pandas as pd
import pytest

from tasks.core.settings import Settings
from tasks.oms.sample import SampleShop


class Drop:
    """Tables of a drop folder as frames of text, an empty cell is NaN."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, table: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"{table}.csv", dtype=str)


@pytest.fixture(scope="session")
def sample(server: str, tmp_path_factory: pytest.TempPathFactory) -> SampleShop:
    """The sample shop of 1,000 orders."""
    settings = Settings(home=tmp_path_factory.mktemp("sample"), sample_seed=1, sample_orders=1000)
    return SampleShop(settings, server)


@pytest.fixture(scope="session")
def shop(sample: SampleShop) -> Drop:
    """Its tables."""
    return Drop(sample.folder)
