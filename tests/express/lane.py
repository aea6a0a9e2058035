"""One lane of an exporting shop in a process of its own: `python -m tests.express.lane HOME URL hour|express`."""

import subprocess
import sys
from pathlib import Path

from prefect.logging import disable_run_logger

from tests.express.shop import ExportingShop


def start(shop: ExportingShop, lane: str) -> subprocess.Popen[bytes]:
    """Run a lane, hour or express, without waiting for it."""
    return subprocess.Popen([sys.executable, "-m", "tests.express.lane", str(shop.home), shop.url, lane])


if __name__ == "__main__":
    home, url, lane = sys.argv[1:]
    with disable_run_logger():
        getattr(ExportingShop(Path(home), url), lane)()
