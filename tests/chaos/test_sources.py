"""A million orders of each source stream in constant memory."""

from pathlib import Path

import pytest

from tests.oms.source_contract import MillionRows, Source
from tests.oms.test_drop_source import DropSource
from tests.oms.test_hanaya import FlowerShop

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


class TestDropFolder(MillionRows):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return DropSource(tmp_path)


class TestHanaya(MillionRows):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        return FlowerShop(tmp_path / "hanaya.db")
