"""A source whose rows come late, and whose orders are wrong at first: what a drop folder shows at one moment."""

import csv
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

Row = dict[str, str]
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Habit:
    """How many rows of a table come late, and how late. `key`: the columns that say which row it is."""

    instant: str
    key: tuple[str, ...]
    share: float
    hours: tuple[float, float]


LATE = {
    "orders": Habit("placed_at", ("order_id",), 0.06, (2, 96)),
    "tracking_events": Habit("occurred_at", ("tracking_number", "occurred_at", "raw_status"), 0.1, (1, 72)),
    "returns": Habit("opened_at", ("return_id",), 0.3, (12, 120)),
    "payments": Habit("at", ("payment_id",), 0.05, (2, 72)),
    "consents": Habit("at", ("customer_id", "address", "at"), 0.05, (6, 96)),
}
CORRECTED = Habit("placed_at", ("order_id",), 0.06, (6, 72))
"""Orders with another promised day, and one piece too many of their first line, until somebody corrects them."""


@dataclass(frozen=True)
class Lateness:
    """`seed` decides which rows; between two looks only time passes."""

    seed: int

    def show(self, source: Path, target: Path, known: datetime) -> None:
        """Write `source` into `target` as it looks at `known`."""
        shutil.copytree(source, target)
        orders = list(_rows(source / "orders.csv"))
        missing = {row["order_id"] for row in orders if self._comes(LATE["orders"], row) > known}
        wrong = {row["order_id"] for row in orders if self._comes(CORRECTED, row) > known}
        shipments = {row["shipment_id"] for row in _rows(source / "shipments.csv") if row["order_id"] in missing}
        for path in sorted(source.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                columns = next(csv.reader(file))
            if path.stem in LATE or path.stem == "order_lines" or {"order_id", "shipment_id"} & set(columns):
                kept = (
                    row
                    for row in _rows(path)
                    if row.get("order_id") not in missing
                    and row.get("shipment_id") not in shipments
                    and self._is_there(path.stem, row, known)
                )
                _write(target / path.name, columns, (self._as_written(path.stem, row, wrong) for row in kept))

    def came(self, source: Path, from_at: datetime, to_at: datetime) -> Counter[str]:
        """Rows that came late, or were corrected, in (from_at, to_at]; by table."""
        found: Counter[str] = Counter()
        for table, habit in [*LATE.items(), ("orders corrected", CORRECTED)]:
            for row in _rows(source / f"{table.split()[0]}.csv"):
                comes = self._comes(habit, row)
                found[table] += from_at < comes <= to_at
        return found

    def _is_there(self, table: str, row: Row, known: datetime) -> bool:
        return table not in LATE or self._comes(LATE[table], row) <= known

    def _comes(self, habit: Habit, row: Row) -> datetime:
        """When the source shows this row; most are there from the first read on."""
        chance = random.Random(f"{self.seed} {habit.hours} {[row[name] for name in habit.key]}")  # noqa: S311
        instant = _instant(row[habit.instant])
        if instant is None or chance.random() >= habit.share:
            return ALWAYS
        return instant + timedelta(hours=chance.uniform(*habit.hours))

    def _as_written(self, table: str, row: Row, wrong: set[str]) -> Row:
        if row.get("order_id") not in wrong:
            return row
        if table == "orders" and row["promised_on"]:
            return row | {"promised_on": str(date.fromisoformat(row["promised_on"]) + timedelta(days=2))}
        if table == "order_lines" and row["line_no"] == "1":
            return row | {"quantity": str(int(row["quantity"]) + 1)}
        return row


def _instant(written: str) -> datetime | None:
    """None where the sample shop wrote none, or one that nobody can read."""
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _write(path: Path, columns: list[str], rows: Iterator[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
