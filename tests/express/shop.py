"""A shop that exports its orders to a folder, and both lanes over it, step by step in this process.

Steps log to Prefect: call them within its disable_run_logger(), which all threads share.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from flows.express import ACT, LOOK
from flows.hourly import STEPS
from tasks.core import guards
from tasks.core.database import Database
from tasks.core.express import is_pending
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.prepare import open_run
from tasks.walk import finish_hour

HEADERS = {
    "customers": "customer_id,email,name,locale",
    "orders": "order_id,customer_id,placed_at,total,currency,cancelled_at",
    "order_lines": "order_id,line_no,product_id,product_name,quantity,unit_price",
}


@dataclass
class ExportingShop:
    """`lines`: table -> rows of its file by key. Every order has a buyer of its own."""

    home: Path
    url: str
    lines: dict[str, dict[str, str]] = field(default_factory=lambda: {table: {} for table in HEADERS})

    @property
    def folder(self) -> Path:
        return self.home / "export"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, oms="files", oms_url=self.folder, database_url=self.url)

    @property
    def database(self) -> Database:
        return Database(self.url)

    def open(self) -> "ExportingShop":
        """Live since an hour ago."""
        self.folder.mkdir(parents=True)
        self.export()
        with self.database.transaction() as connection:
            guards.go_live(connection, datetime.now(UTC) - timedelta(hours=1), "tests")
        return self

    def place(self, order_id: str, minutes_ago: float = 1, cancelled: bool = False, email: str = "") -> None:
        """An order of so many minutes ago, in the export from now on; again: as it is now."""
        now = datetime.now(UTC)
        at, ended = now - timedelta(minutes=minutes_ago), now.isoformat() if cancelled else ""
        address = email or f"{order_id.lower()}@example.invalid"
        self.lines["customers"][order_id] = f"C-{order_id},{address},佐藤 {order_id},ja"
        self.lines["orders"][order_id] = f"{order_id},C-{order_id},{at.isoformat()},3300,JPY,{ended}"
        self.lines["order_lines"][order_id] = f"{order_id},1,P-1,桜の皿,1,3300"
        self.export()

    def export(self) -> None:
        for table, rows in self.lines.items():
            part = self.folder / f".{table}"
            part.write_text("\n".join([HEADERS[table], *rows.values()]) + "\n", encoding="utf-8")
            part.rename(self.folder / f"{table}.csv")

    def hour(self) -> None:
        """Every step of the hour."""
        run = open_run(settings=self.settings)
        for step in STEPS:
            step.fn(run)
        finish_hour(run, {})

    def express(self) -> bool:
        """The express lane; whether anything was new."""
        run = self.look()
        if not is_pending(run):
            return False
        for step in ACT:
            step.fn(run)
        finish_hour(run, {})
        return True

    def look(self) -> Run:
        """An express run as far as its load."""
        run = open_run(settings=self.settings, is_express=True)
        for step in LOOK:
            step.fn(run)
        return run

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def told(self) -> list[tuple[str, str]]:
        """Touchpoint and subject of every message that left."""
        rows = self.rows("select touchpoint, subject_id from message where state = 'accepted' order by 1, 2")
        return [(name, subject) for name, subject in rows]
