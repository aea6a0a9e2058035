"""A million orders in files, at constant memory."""

from pathlib import Path

import pytest

from tests.oms.source_contract import MillionRows, Source
from tests.oms.test_file_sources import Tabs


class TestMapped(MillionRows):
    @pytest.fixture
    def source(self, tmp_path: Path, server: str) -> Source:
        return Tabs(tmp_path, server)
