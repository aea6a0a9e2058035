"""November 2017 in a scratch schema of a home of its own, walked by the command people use."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tasks.core.database import Database
from tasks.core.environment import QUIET
from tasks.core.paths import ROOT
from tasks.core.postgres import ensure_server

ZONE = ZoneInfo("America/Sao_Paulo")
FROM, TO = datetime(2017, 11, 1, tzinfo=ZONE), datetime(2017, 12, 1, tzinfo=ZONE)


@dataclass(frozen=True)
class Walk:
    """The month in a scratch schema of a home of its own. `data`: the folder of the raw files."""

    home: Path
    data: Path
    name: str

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TODOKE_")}
        own = {"HOME": self.home, "OMS": "files", "OMS_URL": self.data, "OMS_MAPPING": "olist", "SHOP": "olist"}
        own |= {"PREFECT_PORT": os.environ.get("TODOKE_PREFECT_PORT", 4391)}
        return kept | QUIET | {f"TODOKE_{key}": str(value) for key, value in own.items()}

    @property
    def command(self) -> list[str]:
        instants = [f"{instant:%Y-%m-%dT%H:%M:%S%z}" for instant in (FROM, TO)]
        todoke = [sys.executable, "-m", "flows.cli.main", "run", "--json", "--scratch", self.name]
        return [*todoke, "--from", instants[0], "--to", instants[1], "--step", "1h"]

    def walk(self) -> dict[str, Any]:
        """Walk, or go on; progress goes to the terminal."""
        done = subprocess.run(self.command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    @cached_property
    def first(self) -> tuple[dict[str, Any], float]:
        """Summary and seconds of the first pass."""
        began = time.monotonic()
        return self.walk(), time.monotonic() - began

    def walk_for(self, seconds: float) -> int | None:
        """Walk and kill -9; the exit code where it was faster."""
        with subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                return None

    @cached_property
    def database(self) -> Database:
        return Database(ensure_server(self.home), f"scratch_{self.name}")

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.database.transaction() as connection:
            return list(connection.execute(text(statement), values))

    @cached_property
    def orders(self) -> dict[str, dict[str, str]]:
        with (self.data / "orders.csv").open(encoding="utf-8", newline="") as file:
            return {row["order_id"]: row for row in csv.DictReader(file)}

    @cached_property
    def notices(self) -> dict[str, list[Any]]:
        """Order -> its delay notices that left, first to last: (state_at, context)."""
        found: dict[str, list[Any]] = {}
        for row in self.sql(
            "select order_id, state_at, context from message join message_content using (touchpoint, subject_id)"
            " where touchpoint = 'delay_notice' and state = 'accepted' order by state_at, subject_id"
        ):
            found.setdefault(row.order_id, []).append((row.state_at, row.context))
        return found


def data_folder() -> Path:
    return Path(os.environ.get("TODOKE_TEST_DATA", ROOT.parent / "shared" / "data")) / "olist"


@contextmanager
def place() -> Iterator[Path]:
    """A home of its own, stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="todoke-olist-") as folder:
        try:
            yield Path(folder)
        finally:
            stop = [sys.executable, "-m", "flows.cli.main", "stop"]
            subprocess.run(stop, env=os.environ | {"TODOKE_HOME": folder}, cwd=ROOT, capture_output=True)
