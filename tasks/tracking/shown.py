"""Rows of a history as a carrier's page shows them, and when each of them happened.

Pages leave out the year, the time, or both, and write days as 07/15, 7月15日, 2009年07月15日 or 2009-07-15. What is
missing follows from the ship date and the older rows, so that a row gets the same instant each time it is read.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROUNDS_BEGIN = time(8)
"""A day without a time counts from here: when drivers set out. Midnight would make "out for delivery" old news."""

_EARLY = timedelta(days=60)
"""A slip may be printed so long before the ship date the shop knows; the other ten months of a year lie after it."""

_DAY = re.compile(r"^(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$")
_TIME = re.compile(r"^(\d{1,2})[:時](\d{2})(?::(\d{2}))?分?$")


@dataclass(frozen=True)
class Shown:
    """One row. `day` and `time` as they are written; None where the page leaves them out."""

    word: str
    day: str | None = None
    time: str | None = None
    place: str | None = None


def instants(rows: Sequence[Shown], shipped_on: date, seen_at: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each row of one parcel happened; oldest first. Raises ValueError for a day or time nobody can read.

    - A day without a year is that of the year nearest to the ship date: January follows December.
    - A day without a time counts from ROUNDS_BEGIN, but not before the row before it nor after the row behind it.
    - A row without a day happened with the row before it; the first one on the ship date, or, where nothing is left
      of the history but such a row (調査中), on the day it was seen.
    """
    days = [_day(row.day, shipped_on) if row.day else None for row in rows]
    exact = [
        datetime.combine(day, _time(row.time), zone) if day and row.time else None
        for day, row in zip(days, rows, strict=True)
    ]
    found: list[datetime] = []
    for place, (day, at) in enumerate(zip(days, exact, strict=True)):
        behind = next(filter(None, exact[place + 1 :]), None)
        before = found[-1] if found else None
        found.append(
            at or _guessed(day, before, behind, shipped_on if len(rows) > 1 else seen_at.astimezone(zone).date(), zone)
        )
    return found


def _guessed(
    day: date | None, before: datetime | None, behind: datetime | None, first: date, zone: ZoneInfo
) -> datetime:
    if day is None:
        guess = before or datetime.combine(first, time(), zone)
    else:
        guess = datetime.combine(day, ROUNDS_BEGIN, zone)
        guess = max(guess, before) if before and before.date() == day else guess
    return min(guess, behind) if behind else guess


def _day(written: str, shipped_on: date) -> date:
    match = _DAY.match(_plain(written))
    if match is None:
        raise ValueError(f"no day: {written!r}")
    year, month, day = match.groups()
    if year:
        return date(int(year), int(month), int(day))
    return _nearest(int(month), int(day), shipped_on)


def _nearest(month: int, day: int, shipped_on: date) -> date:
    """The one such day of the twelve months that begin `_EARLY` before the ship date."""
    begins = shipped_on - _EARLY
    for year in (begins.year, begins.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February
            continue
        if found >= begins:
            return found
    raise ValueError(f"no day: {month}/{day} near {shipped_on}")


def _time(written: str) -> time:
    match = _TIME.match(_plain(written))
    if match is None:
        raise ValueError(f"no time: {written!r}")
    return time(int(match[1]), int(match[2]), int(match[3] or 0))


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).replace(" ", "")
