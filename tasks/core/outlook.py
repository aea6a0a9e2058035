"""The communication calendar: what is planned for the coming weeks, and whom time alone makes due.

No rule is written twice. Every due file is asked once about the window to come, as `explain` does it, and the gates
that say no for good are asked as of now. What depends on the hour (pressure, quiet hours, open problems, approval,
volume, holdout) is not: nobody knows it yet.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import holidays
from pydantic import TypeAdapter
from sqlalchemy import Connection, text

from tasks.core.brand import Calendar, Language, load_brand
from tasks.core.database import Database
from tasks.core.due import Window, collect
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates, run_gates
from tasks.core.queries import query
from tasks.core.runs import write_under
from tasks.core.touchpoints import CATALOGUE, Touchpoint, load_all

FOR_GOOD = tuple(
    f"decide/gates/{name}"
    for name in (
        "05_once",
        "10_floor",
        "20_checks",
        "25_status",
        "27_source",
        "30_suppressed",
        "35_consent",
        "37_under_age",
    )
)
"""Gates whose no does not wait for a better hour."""


@dataclass(frozen=True)
class Day:
    """One day of the calendar, in the shop's zone."""

    day: date
    is_open: bool
    holiday: str | None
    """Name of a public holiday, in the language that was asked for."""

    @property
    def is_shaded(self) -> bool:
        """A day on which a shop writes to people with care: Sundays, public holidays, days it is closed."""
        return bool(self.holiday) or not self.is_open or self.day.isoweekday() == 7


@dataclass(frozen=True)
class Line:
    """What one touchpoint would send, known so far: day -> customers."""

    touchpoint: str
    title: str
    touchpoint_class: str
    mode: str
    expected: dict[date, int]


@dataclass(frozen=True)
class Entry:
    """One campaign or content that is planned or runs. `ends_at`: of a live, when it begins."""

    touchpoint: str
    id: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    begins_at: datetime | None
    about: str | None
    """Of a content: the product or category it is about."""
    audience: dict[str, Any] | None
    expected: int
    told: int
    people: int | None
    """Of a campaign: who is in its audience now, asked or not."""


@dataclass(frozen=True)
class Overlap:
    """Two campaigns that run at the same time, and how many people are in the audience of both."""

    first: str
    second: str
    starts_at: datetime
    ends_at: datetime
    people: int


@dataclass(frozen=True)
class Outlook:
    """The calendar from `since` (exclusive) to `until`, as known at `as_of`."""

    as_of: datetime
    since: datetime
    until: datetime
    zone: str
    days: tuple[Day, ...]
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    overlaps: tuple[Overlap, ...]

    def plain(self) -> dict[str, Any]:
        """The same as JSON takes it: days and instants are ISO text."""
        plain: dict[str, Any] = TypeAdapter(Outlook).dump_python(self, mode="json")
        return plain


def outlook(database: Database, first: date | None, weeks: int, language: Language) -> Outlook:
    """The calendar of `weeks` weeks from the day `first` on (default: the day of the last run).

    Raises DataError before the first run, and for a first day that has passed. Writes nothing.
    """
    calendar = load_brand().calendar
    with database.transaction() as connection:
        as_of = query("guards/last_decided_at").scalar(connection)
        if as_of is None:
            raise DataError("Nothing was decided here yet: run an hour first (todoke run).")
        today = as_of.astimezone(calendar.timezone).date()
        if first and first < today:
            raise DataError(f"The calendar looks ahead, and {first} has passed: say --from {today} or later.")
        first = first or today
        since = max(as_of, _midnight(first, calendar))
        until = _midnight(first + timedelta(weeks=weeks), calendar)
        _ask(connection, as_of, since, until)
        days = [first + timedelta(days=n) for n in range(7 * weeks)]
        pairs = query("reports/calendar_audiences").rows(connection, since=since, until=until)
        people = {row["first"]: row["people"] for row in pairs if row["first"] == row["second"]}
        return Outlook(
            as_of,
            since,
            until,
            calendar.zone,
            _days(connection, days, calendar, language),
            _lines(connection, since, until, calendar),
            _entries(connection, since, until, people),
            tuple(Overlap(**row) for row in pairs if row["first"] != row["second"]),
        )


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(), calendar.timezone)


def _ask(connection: Connection, as_of: datetime, since: datetime, until: datetime) -> None:
    """Every touchpoint's candidates of the window, stopped where somebody said no for good."""
    write_under(connection, int(query("decide/newest_load").scalar(connection)), as_of)
    new_candidates(connection)
    for touchpoint in load_all().values():
        collect(connection, touchpoint, Window(as_of, since, until), touchpoint.channels)
    connection.execute(text("analyze candidate"))
    query("decide/enrich").run(connection)
    run_gates(connection, as_of, FOR_GOOD)


def _lines(connection: Connection, since: datetime, until: datetime, calendar: Calendar) -> tuple[Line, ...]:
    expected: dict[str, dict[date, int]] = {}
    for row in query("reports/calendar_days").rows(connection, zone=calendar.zone, since=since, until=until):
        expected.setdefault(row["touchpoint"], {})[row["day"]] = row["expected"]
    known = load_all()
    return tuple(_line(known[name], expected[name]) for name in sorted(expected, key=_place))


def _place(name: str) -> tuple[int, str]:
    """In the order of the catalogue, which is that of a customer's journey."""
    return (list(CATALOGUE).index(name) if name in CATALOGUE else len(CATALOGUE), name)


def _line(touchpoint: Touchpoint, expected: dict[date, int]) -> Line:
    return Line(touchpoint.name, touchpoint.title, str(touchpoint.touchpoint_class), str(touchpoint.mode), expected)


def _entries(connection: Connection, since: datetime, until: datetime, people: dict[str, int]) -> tuple[Entry, ...]:
    rows = query("reports/calendar_entries").rows(connection, since=since, until=until)
    return tuple(
        Entry(**row, people=people.get(row["id"], 0) if row["touchpoint"] == "campaign" else None) for row in rows
    )


def _days(connection: Connection, days: list[date], calendar: Calendar, language: Language) -> tuple[Day, ...]:
    rows = query("reports/calendar_open_days").rows(connection, first=days[0], last=days[-1])
    is_open = {row["day"]: row["is_open"] for row in rows}
    years = sorted({day.year for day in days})
    named = holidays.country_holidays(calendar.country, years=years, language={"ja": "ja", "en": "en_US"}[language])
    return tuple(Day(day, is_open.get(day, True), named.get(day)) for day in days)
