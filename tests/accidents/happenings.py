"""What happens: to the database, the folder, the rules and the files of a copy of the shop."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tasks.oms.sample import CLOCK
from tests.accidents.place import Place, Shop

Row = dict[str, str]
Happens = Callable[[Shop, Place], AbstractContextManager[Place]]


@contextmanager
def empty_database(shop: Shop, place: Place) -> Iterator[Place]:
    with shop.empty(place) as empty:
        yield empty


@contextmanager
def restored_backup(shop: Shop, place: Place) -> Iterator[Place]:
    with shop.backup(place) as restored:
        yield restored


@contextmanager
def other_folder(_: Shop, place: Place) -> Iterator[Place]:
    other = place.home.with_name(f"{place.home.name}.other")
    other.mkdir()
    yield replace(place, home=other)


@contextmanager
def every_order_again(_: Shop, place: Place) -> Iterator[Place]:
    """The shop touches every order it has: all of them are looked at again."""
    rewrite(place.drop, "orders", touch)
    yield place


def deployed(*changes: Callable[[Path], None]) -> Happens:
    """Somebody changes rules, in the hour in which the shop touches every order."""

    @contextmanager
    def happens(shop: Shop, place: Place) -> Iterator[Place]:
        with every_order_again(shop, place):
            yield place.deployed(*changes)

    return happens


def delivered_again(*changes: Callable[[Path], None]) -> Happens:
    """The shop's files are others."""

    @contextmanager
    def happens(_: Shop, place: Place) -> Iterator[Place]:
        for change in changes:
            change(place.drop)
        yield place

    return happens


@contextmanager
def a_year_is_sent(_: Shop, place: Place) -> Iterator[Place]:
    """The data team approves whatever a backfill of a year shows, right before the hour."""
    yield replace(place, act="backfill")


@contextmanager
def nothing(_: Shop, place: Place) -> Iterator[Place]:
    yield place


# Rules


def widen(project: Path) -> None:
    """What was worth sending for days is worth it for as long as a declaration can say, and a year in the due files."""
    found = 0
    for path in (project / "sql" / "due").glob("*.sql"):
        text, n = re.subn(
            r"interval '[^']+' as valid_until", "interval '500 days' as valid_until", path.read_text("utf-8")
        )
        path.write_text(text, encoding="utf-8")
        found += n
    assert found > 30, "due files are written otherwise by now"
    for path in (project / "templates").glob("*/touchpoint.toml"):
        said = re.sub(r"(?m)^valid_for_hours = \d+", "valid_for_hours = 1440", path.read_text("utf-8"))
        path.write_text(said, encoding="utf-8")


def rename(project: Path) -> None:
    """`check_in` gets a better name."""
    (project / "templates" / "check_in").rename(project / "templates" / "after_care")
    (project / "sql" / "due" / "check_in.sql").rename(project / "sql" / "due" / "after_care.sql")


def change_subjects(project: Path) -> None:
    """`check_in` says so, as it should; `thank_you` does not."""
    for name in ("check_in", "thank_you"):
        path = project / "sql" / "due" / f"{name}.sql"
        change_text(path, "f.order_id as subject_id", "'v2:' || f.order_id as subject_id")
    declared = project / "templates" / "check_in" / "touchpoint.toml"
    change_text(declared, 'subject_format = "O"', 'subject_format = "v2:O"')


def without_gate(name: str) -> Callable[[Path], None]:
    """A gate that stops nobody."""

    def change(project: Path) -> None:
        path = project / "sql" / "decide" / "gates" / f"{name}.sql"
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip()} and false\n", encoding="utf-8")

    return change


def change_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


# Files of the shop


def rewrite(drop: Path, table: str, change: Callable[[Row], Row | list[Row]]) -> None:
    path = drop / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        made = [change(row) for row in reader]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for rows in made:
            writer.writerows(rows if isinstance(rows, list) else [rows])


def touch(order: Row) -> Row:
    return order | {"updated_at": (CLOCK - timedelta(minutes=5)).isoformat()}


def rekey(drop: Path) -> None:
    """A new shop system: every customer has another id."""
    for path in drop.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            has = "customer_id" in next(csv.reader(file))
        if has:
            rewrite(
                drop, path.stem, lambda row: row | {"customer_id": row["customer_id"] and f"N-{row['customer_id']}"}
            )


def import_the_past(drop: Path) -> None:
    """Every order of the last month comes a second and a third time, back-dated beyond use and beyond the floor."""
    shutil.copytree(drop, before(drop))
    for table, ids in {
        "orders": ("order_id",),
        "order_lines": ("order_id",),
        "shipments": ("order_id", "shipment_id", "tracking_number"),
        "shipment_lines": ("shipment_id",),
        "tracking_events": ("tracking_number",),
    }.items():
        rewrite(drop, table, lambda row, ids=ids: [row, earlier(row, ids, 65), earlier(row, ids, 400)])  # type: ignore[misc]


def before(drop: Path) -> Path:
    """Where the files lie as they were."""
    return drop.with_name(f"{drop.name}.before")


def earlier(row: Row, ids: tuple[str, ...], days: int) -> Row:
    then = {name: moved(name, value, days) for name, value in row.items()}
    return then | {name: row[name] and f"{row[name]}{days}" for name in ids}


def moved(name: str, value: str, days: int) -> str:
    if not value or not name.endswith(("_at", "_on", "_until")) or name == "updated_at":
        return value
    at = datetime.fromisoformat(value) - timedelta(days=days)
    return at.date().isoformat() if len(value) == 10 else at.isoformat()
