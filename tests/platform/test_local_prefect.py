"""Parts of starting Prefect on this machine. The whole of it: test_served.py."""

import os
import socket
import sys
from pathlib import Path

import pytest

from flows import local_prefect
from tasks.core.background import Background
from tasks.core.errors import ConfigurationError


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.create_server((local_prefect.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert local_prefect.free_port(port) != port
    assert local_prefect.free_port(port) == port


def test_a_command_that_dies_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    dying = Background(tmp_path, "dying")
    dying.start([sys.executable, "-c", "print('no such thing')"], os.environ)
    with pytest.raises(ConfigurationError, match=r"(?s)dying did not start.*no such thing"):
        local_prefect.wait_for(dying, lambda: False)
    assert not dying.stop(1)
