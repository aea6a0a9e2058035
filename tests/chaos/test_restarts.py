"""PostgreSQL ends in each of three ways at each step of a delivery (`make chaos`)."""

from pathlib import Path

import pytest

from tests.deliver.test_outages import HOW, deliver_through_restarts, own_server

__all__ = ["own_server"]
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
STEPS = ("claim", "seal", "intent", "post", "acknowledge", "quiet")


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("how", HOW)
def test_postgresql_restarts_at_every_step(own_server: Path, tmp_path: Path, how: str, is_keyed: bool) -> None:
    deliver_through_restarts(own_server, tmp_path, how, is_keyed, *STEPS)
