"""How to take a protection away, so that a check can fail; and what a person does once an accident is over."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tasks.core.guards import go_live, resume
from tests.accidents import happenings as h
from tests.accidents.place import LIVE_FROM, Place

MARKS = Path("archive") / "high_water.json"
LONG_AGO = "2020-01-01T00:00:00+00:00"
A_FLOOR = """insert into touchpoint_floor (touchpoint, subject_format, floor_at, set_by)
             values (:name, :written, :at, 'a mistake')"""


def alone_with(**settings: str) -> Callable[[Place], Place]:
    return lambda place: replace(place, settings=settings)


def live_again(place: Place) -> Place:
    """Somebody answers go-live with the day the shop once went live, and the archive is gone too."""
    (place.home / MARKS).unlink()
    place.database.migrate()
    with place.database.transaction() as connection:
        go_live(connection, LIVE_FROM, "somebody in a hurry")
    return place


def without_mark(place: Place) -> Place:
    (place.home / MARKS).unlink()
    return place


def not_bound(place: Place) -> Place:
    place.sql("update binding set secret_key = null")
    return place


def without_ledger(place: Place) -> Place:
    """What expired leaves no row: the database itself refuses to forget one."""
    place.sql("alter table message disable trigger user")
    place.sql("delete from message where state = 'expired'")
    place.sql("alter table message enable trigger user")
    return place


def always_so_long(place: Place) -> Place:
    """As if the declarations had always said so."""
    place.sql("update touchpoint_floor set valid_for_hours = 1440")
    return place


def without_floor(**formats: str) -> Callable[[Place], Place]:
    """Touchpoint -> subject format that somebody says was here long ago; every other floor goes back too."""

    def unprotected(place: Place) -> Place:
        place.sql("update touchpoint_floor set floor_at = :at", at=LONG_AGO)
        for name, written in formats.items():
            place.sql(A_FLOOR, name=name, written=written, at=LONG_AGO)
        return place

    return unprotected


def both(*steps: Callable[[Place], Place]) -> Callable[[Place], Place]:
    def unprotected(place: Place) -> Place:
        for step in steps:
            place = step(place)
        return place

    return unprotected


def by_other_rules(*changes: Callable[[Path], None]) -> Callable[[Place], Place]:
    return lambda place: place.deployed(*changes)


def back(_: Place, before: Place) -> Place:
    """The right database, the right folder: where it went on before."""
    return before


def resumed(place: Place, before: Place) -> Place:
    """The clock is right again."""
    with place.database.transaction() as connection:
        resume(connection, "operations")
    return before


def taken_back(place: Place, before: Place) -> Place:
    """The shop takes the import back."""
    shutil.copytree(h.before(place.drop), place.drop, dirs_exist_ok=True)
    return resumed(place, before)


def old_ids(place: Place, before: Place) -> Place:
    """The shop gives its customers their ids back."""
    for path in place.drop.glob("*.csv"):
        path.write_text(re.sub(r"\bN-(?=C\d)", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    return resumed(place, before)
