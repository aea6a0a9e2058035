"""One lane of an exporting shop in a process of its own: `python -m tests.express.lane HOME URL hour|express`."""

import sys
from pathlib import Path

from prefect.logging import disable_run_logger

from tests.express.shop import ExportingShop

if __name__ == "__main__":
    home, url, lane = sys.argv[1:]
    with disable_run_logger():
        getattr(ExportingShop(Path(home), url), lane)()
