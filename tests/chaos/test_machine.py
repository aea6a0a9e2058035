"""The state machine of tests/deliver, random and longer (`make chaos`)."""

from pathlib import Path

import pytest

from tasks.core.database import Database
from tests.deliver.test_machine import walk

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "unkeyed"])
def test_hours_in_any_order(database: Database, tmp_path: Path, is_keyed: bool) -> None:
    walk(database, tmp_path, is_keyed, examples=150)
