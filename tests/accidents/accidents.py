"""Ten accidents: what happens, what keeps it from sending, what the run says, and how to take the protection away."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tasks.core.guards import go_live, resume
from tasks.oms.sample import CLOCK
from tests.accidents.place import LIVE_FROM, Letter, Place, Shop

Row = dict[str, str]
YEAR = timedelta(days=365)
MARKS = Path("archive") / "high_water.json"
LONG_AGO = "2020-01-01T00:00:00+00:00"
_A_FLOOR = """insert into touchpoint_floor (touchpoint, subject_format, floor_at, set_by)
              values (:name, :written, :at, 'a mistake')"""


Happens = Callable[[Shop, Place], AbstractContextManager[Place]]


@dataclass(frozen=True)
class Accident:
    """One of the ten.

    `happens`: to a copy of the shop. `held_by`: guard, floor or gate, in a word. `says`: of the run, as a pattern.
    `unprotected`: the same accident without that protection. `is_over`: the person has set it right; None where
    nothing is to be set right first: the ordinary news left in that very hour. `known_as`: a letter by its old name.
    """

    name: str
    happens: Happens
    held_by: str
    says: str
    unprotected: Callable[[Place], Place]
    is_over: Callable[[Place, Place], Place] | None = None
    as_of: datetime = CLOCK
    known_as: Callable[[Letter], Letter] = field(default=lambda letter: letter)
    every_order: bool = False
    """In an hour in which every order is touched."""


# What happens


@contextmanager
def _empty_database(shop: Shop, place: Place) -> Iterator[Place]:
    with shop.empty(place) as empty:
        yield empty


@contextmanager
def _restored_backup(shop: Shop, place: Place) -> Iterator[Place]:
    with shop.backup(place) as restored:
        yield restored


@contextmanager
def _other_folder(_: Shop, place: Place) -> Iterator[Place]:
    other = place.home.with_name(f"{place.home.name}.other")
    other.mkdir()
    yield replace(place, home=other)


@contextmanager
def every_order_again(_: Shop, place: Place) -> Iterator[Place]:
    """The shop touches every order it has: all of them are looked at again."""
    _rewrite(place.drop, "orders", _touch)
    yield place


def _deployed(*changes: Callable[[Path], None]) -> Happens:
    """Somebody changes rules, in the hour in which the shop touches every order."""

    @contextmanager
    def happens(shop: Shop, place: Place) -> Iterator[Place]:
        with every_order_again(shop, place):
            yield place.deployed(*changes)

    return happens


def _delivered_again(*changes: Callable[[Path], None]) -> Happens:
    """The shop's files are others."""

    @contextmanager
    def happens(_: Shop, place: Place) -> Iterator[Place]:
        for change in changes:
            change(place.drop)
        yield place

    return happens


@contextmanager
def nothing(_: Shop, place: Place) -> Iterator[Place]:
    yield place


# Rules


def _widen(project: Path) -> None:
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


def _rename(project: Path) -> None:
    """`check_in` gets a better name."""
    (project / "templates" / "check_in").rename(project / "templates" / "after_care")
    (project / "sql" / "due" / "check_in.sql").rename(project / "sql" / "due" / "after_care.sql")


def _change_subjects(project: Path) -> None:
    """`check_in` says so, as it should; `thank_you` does not."""
    for name in ("check_in", "thank_you"):
        _replace(
            project / "sql" / "due" / f"{name}.sql", "f.order_id as subject_id", "'v2:' || f.order_id as subject_id"
        )
    _replace(project / "templates" / "check_in" / "touchpoint.toml", 'subject_format = "O"', 'subject_format = "v2:O"')


def _without_gate(name: str) -> Callable[[Path], None]:
    """A gate that stops nobody."""

    def change(project: Path) -> None:
        path = project / "sql" / "decide" / "gates" / f"{name}.sql"
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip()} and false\n", encoding="utf-8")

    return change


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


# Files of the shop


def _rewrite(drop: Path, table: str, change: Callable[[Row], Row | list[Row]]) -> None:
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


def _touch(order: Row) -> Row:
    return order | {"updated_at": (CLOCK - timedelta(minutes=5)).isoformat()}


def _rekey(drop: Path) -> None:
    """A new shop system: every customer has another id."""
    for path in drop.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            has = "customer_id" in next(csv.reader(file))
        if has:
            _rewrite(
                drop, path.stem, lambda row: row | {"customer_id": row["customer_id"] and f"N-{row['customer_id']}"}
            )


def _import_the_past(drop: Path) -> None:
    """Every order of the last month comes a second and a third time, back-dated beyond use and beyond the floor."""
    for table, ids in {
        "orders": ("order_id",),
        "order_lines": ("order_id",),
        "shipments": ("order_id", "shipment_id", "tracking_number"),
        "shipment_lines": ("shipment_id",),
        "tracking_events": ("tracking_number",),
    }.items():
        _rewrite(drop, table, lambda row, ids=ids: [row, _earlier(row, ids, 65), _earlier(row, ids, 400)])  # type: ignore[misc]


def _earlier(row: Row, ids: tuple[str, ...], days: int) -> Row:
    moved = {name: _moved(name, value, days) for name, value in row.items()}
    return moved | {name: row[name] and f"{row[name]}{days}" for name in ids}


def _moved(name: str, value: str, days: int) -> str:
    if not value or not name.endswith(("_at", "_on", "_until")) or name == "updated_at":
        return value
    at = datetime.fromisoformat(value) - timedelta(days=days)
    return at.date().isoformat() if len(value) == 10 else at.isoformat()


# Without the protection


def _alone_with(**settings: str) -> Callable[[Place], Place]:
    return lambda place: replace(place, settings=settings)


def _live_again(place: Place) -> Place:
    """Somebody answers go-live with the day the shop once went live, and the archive is gone too."""
    (place.home / MARKS).unlink()
    place.database.migrate()
    with place.database.transaction() as connection:
        go_live(connection, LIVE_FROM, "somebody in a hurry")
    return place


def _without_mark(place: Place) -> Place:
    (place.home / MARKS).unlink()
    return place


def _not_bound(place: Place) -> Place:
    place.sql("update binding set secret_key = null")
    return place


def _without_ledger(place: Place) -> Place:
    """What expired leaves no row: the database itself refuses to forget one."""
    place.sql("alter table message disable trigger user")
    place.sql("delete from message where state = 'expired'")
    place.sql("alter table message enable trigger user")
    return place


def _always_so_long(place: Place) -> Place:
    """As if the declarations had always said so."""
    place.sql("update touchpoint_floor set valid_for_hours = 1440")
    return place


def _without_floor(**formats: str) -> Callable[[Place], Place]:
    """Touchpoint -> subject format that somebody says was here long ago; every other floor goes back too."""

    def unprotected(place: Place) -> Place:
        place.sql("update touchpoint_floor set floor_at = :at", at=LONG_AGO)
        for name, written in formats.items():
            place.sql(_A_FLOOR, name=name, written=written, at=LONG_AGO)
        return place

    return unprotected


def _both(*steps: Callable[[Place], Place]) -> Callable[[Place], Place]:
    def unprotected(place: Place) -> Place:
        for step in steps:
            place = step(place)
        return place

    return unprotected


def _by_other_rules(*changes: Callable[[Path], None]) -> Callable[[Place], Place]:
    return lambda place: place.deployed(*changes)


# What a person does then


def _back(_: Place, before: Place) -> Place:
    """The right database, the right folder: where it went on before."""
    return before


def _resumed(place: Place, before: Place) -> Place:
    """The clock is right again."""
    with place.database.transaction() as connection:
        resume(connection, "operations")
    return before


def _old_ids(place: Place, before: Place) -> Place:
    """The shop gives its customers their ids back."""
    for path in place.drop.glob("*.csv"):
        path.write_text(re.sub(r"\bN-(?=C\d)", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    return _resumed(place, before)


def _as_check_in(letter: Letter) -> Letter:
    return ("check_in", *letter[1:]) if letter[0] == "after_care" else letter


def _as_before(letter: Letter) -> Letter:
    return (letter[0], letter[1].removeprefix("v2:"), letter[2])


ACCIDENTS = (
    Accident(
        "empty database",
        _empty_database,
        "guard go-live",
        r"The ledger is empty and the channel is real.*todoke go-live --from T",
        _live_again,
        _back,
    ),
    Accident(
        "other working folder",
        _other_folder,
        "guard secret",
        r"used with another secret.*Point TODOKE_HOME at the folder used before",
        _not_bound,
        _back,
    ),
    Accident(
        "restored backup",
        _restored_backup,
        "guard high_water",
        r"the archive knows of \d+: it was restored from an old backup.*todoke resume",
        _without_mark,
        _back,
    ),
    Accident(
        "widened validity",
        _deployed(_widen),
        "floor, gate once",
        r"valid for longer now \(valid_for_hours\).*stays unsent",
        _both(_without_ledger, _without_mark, _always_so_long),
        every_order=True,
    ),
    Accident(
        "renamed touchpoint",
        _deployed(_rename),
        "floor",
        r"after_care: new here, by name or subject format, so nothing due before 2026-09-14T01:00.*Take that back",
        _without_floor(after_care="O"),
        known_as=_as_check_in,
        every_order=True,
    ),
    Accident(
        "changed subject format",
        _deployed(_change_subjects),
        "floor, gate told_before",
        r"check_in: new here(.|\n)*not sent again under other ids \(thank_you \d+\).*Take it back",
        _both(_without_floor(check_in="v2:O"), _by_other_rules(_without_gate("42_told_before"))),
        known_as=_as_before,
        every_order=True,
    ),
    Accident(
        "re-keyed customers",
        _delivered_again(_rekey),
        "guard vanished",
        r"\d+ of \d+ customers written to lately are gone from the source: did their ids change\?.*todoke resume",
        _both(_alone_with(TODOKE_GUARD_VANISHED_SHARE="1"), _by_other_rules(_without_gate("42_told_before"))),
        _old_ids,
    ),
    Accident(
        "back-dated orders",
        _delivered_again(_import_the_past),
        "floor, gate expired",
        r"messages were due too long ago to be sent.*were orders back-dated",
        _both(_without_floor(), _always_so_long, _by_other_rules(_widen)),
    ),
    Accident(
        "clock + 1 year",
        nothing,
        "guard gap",
        r"The last good run was 8784 h ago.*todoke resume",
        _alone_with(TODOKE_GUARD_GAP_HOURS="100000"),
        _resumed,
        as_of=CLOCK + YEAR,
    ),
)
"""In the order of the report. `backfill send` over a year is the tenth."""
