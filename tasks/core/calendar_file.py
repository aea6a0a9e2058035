"""A calendar file with one event, as published beside a tracking page: a UID that stays, and never the time of today.

A second file of the same event replaces the first in the reader's calendar: the same `uid`, a later `changed_at`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from tasks.core.formats import clean
from tasks.core.icalendar import finished, ics

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Event:
    """What stands in the calendar. From `starts` until `ends`: two days, the last included, or two instants."""

    uid: str
    """The same for ever; see `stable_uid`."""
    changed_at: datetime
    """With offset: when what it says became true; by it calendars know the newer of two files."""
    starts: date | datetime
    ends: date | datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""


def stable_uid(subject: str, domain: str) -> str:
    """An id that says nothing: a calendar may be shared, `subject` may be a secret."""
    return f"{sha256(subject.encode()).hexdigest()[:32]}@{domain}"


def calendar_file(event: Event, language: str) -> bytes:
    """The .ics file. Raises ValueError for an event that ends before it starts."""
    if event.ends < event.starts:
        raise ValueError(f"the event ends on {event.ends}, before it starts on {event.starts}")
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Todoke//{language.upper()}",
        "METHOD:PUBLISH",
        *_event(event),
    )
    return finished("\n".join((*lines, "END:VCALENDAR"))).encode()


def _event(event: Event) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_instant(event.changed_at)}")
    yield f"LAST-MODIFIED:{_instant(event.changed_at)}"
    if isinstance(event.starts, datetime) and isinstance(event.ends, datetime):
        yield from (f"DTSTART:{_instant(event.starts)}", f"DTEND:{_instant(event.ends)}")
    else:
        after = event.ends + timedelta(days=1)  # DTEND is the first day that is not part of it
        yield from (f"DTSTART;VALUE=DATE:{event.starts:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}")
    texts = {"SUMMARY": event.summary, "DESCRIPTION": event.description, "LOCATION": event.location}
    yield from (f"{name}:{ics(clean(text))}" for name, text in texts.items() if text)
    if event.url:
        yield f"URL:{event.url}"
    yield from ("TRANSP:TRANSPARENT", "END:VEVENT")  # waiting for a parcel keeps nobody busy


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
