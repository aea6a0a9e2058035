"""Data Docs of a table that was stopped: one page of Great Expectations, counts only, no value of anybody."""

from pathlib import Path

import pandas as pd

from tasks.core.expectations import page
from tasks.core.suites import suite

FOLDER = "data_docs"


def write_page(home: Path, table: str, frame: pd.DataFrame, stop: str, name: str) -> str:
    """Validate once more for the page; returns its path. `name`: as orders@rakuten."""
    path = home / FOLDER / f"{name}.html"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(page(frame, suite(table), table, stop), encoding="utf-8")
    return str(path)
