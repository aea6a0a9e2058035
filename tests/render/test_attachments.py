"""The calendar file of `shipped`, read as RFC 5545 says, and what no calendar would read."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.core.brand import load_brand
from tasks.core.icalendar import finished, ics, ics_day, ics_instant
from tasks.core.rendering import Renderer
from tests.render.samples import rendered, sample

SATO = ("shipped", "sato_gets_everything_in_one_parcel")
TANAKA = ("shipped", "tanaka_gets_two_parcels_and_waits_for_a_shelf")
MIDORI = ("shipped", "ishii_and_kobayashi_get_gifts_from_midori")
BEFORE_NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def events(renderer: Renderer, case: tuple[str, str], language: str = "ja", **context: Any) -> list[dict[str, str]]:
    """Property -> value of each event of the one file a message carries."""
    [file] = rendered(renderer, *case, language=language, **context).attachments
    assert (file.name, file.media_type) == ("delivery.ics", "text/calendar")
    assert file.text.endswith("\r\n")
    assert not re.search(r"[^\r]\n|\r[^\n]", file.text)
    assert max(len(line.encode()) for line in file.text.split("\r\n")) <= 75
    lines = file.text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Todoke//Todoke//EN"]
    assert lines[-1] == "END:VCALENDAR"
    parts = "\n".join(lines[3:-1]).removesuffix("\nEND:VEVENT").split("\nEND:VEVENT\n")
    return [dict(line.split(":", 1) for line in part.split("\n")) for part in parts]


def test_the_day_that_was_asked_for_is_in_the_calendar(renderer: Renderer) -> None:
    [event] = events(renderer, TANAKA)
    assert event["BEGIN"] == "VEVENT"
    assert event["DTSTART;VALUE=DATE"] == "20260919"
    assert event["SUMMARY"] == "ひなた商店からのお届け予定(18時〜20時)"
    assert "佐川急便 5512-3344-5566\\n日本郵便 1122-3344-5566" in event["DESCRIPTION"]
    assert event["URL"].startswith("https://pages.invalid/")
    assert events(renderer, TANAKA, "en")[0]["SUMMARY"] == "Delivery from Hinata Shoten (18:00–20:00)"


def test_an_event_a_day_with_all_parcels_of_that_day(renderer: Renderer) -> None:
    parcels = sample(*TANAKA)["context"]["parcels"]
    later = {**parcels[0], "shipment_id": "S-9", "eta_on": "2026-09-20"}
    found = events(renderer, TANAKA, parcels=[later, *parcels, {**later, "shipment_id": "S-10"}], requested_on=None)
    assert [event["DTSTART;VALUE=DATE"] for event in found] == ["20260919", "20260920"]
    assert len({event["UID"] for event in found}) == 2


def test_the_same_message_is_the_same_event_made_at_the_time_of_the_run() -> None:
    made = [
        Renderer(load_brand(), b"s", "https://p.invalid", as_of=as_of) for as_of in (datetime.now(UTC), BEFORE_NEW_YEAR)
    ]
    [[first], [second]] = (events(renderer, SATO) for renderer in made)
    assert first["UID"] == second["UID"] == "delivery.H-20260913-0101.S-9001@hinata-shoten.invalid"
    assert second["DTSTAMP"] == "20261231T233000Z" != first["DTSTAMP"]


def test_no_day_or_another_receiver_no_file(renderer: Renderer) -> None:
    parcels = [{**one, "eta_on": None} for one in sample(*SATO)["context"]["parcels"]]
    assert rendered(renderer, *SATO, parcels=parcels).attachments == ()
    assert rendered(renderer, *MIDORI).attachments == (), "what others get stands in nobody's calendar"
    assert rendered(renderer, *MIDORI, requested_on="2026-09-20").attachments == ()


def test_what_people_typed_stays_in_its_property(renderer: Renderer) -> None:
    evil = "18-20,\nATTENDEE:mailto:x@example.invalid;\\n"
    [event] = events(renderer, TANAKA, requested_slot=evil)
    assert event["SUMMARY"].endswith(r"(18-20\,\nATTENDEE:mailto:x@example.invalid\;\\n)")
    assert "ATTENDEE" not in event


def test_values() -> None:
    assert ics("a, b; c\\d\ne") == r"a\, b\; c\\d\ne"
    assert ics_day("2026-09-19T10:00:00+09:00") == "20260919"
    assert ics_instant("2026-09-15T10:00:00+09:00") == "20260915T010000Z"


GOOD = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTAMP:2\nDTSTART:3\nSUMMARY:4\n"
    "END:VEVENT\nEND:VCALENDAR"
)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("UID:1\n", "", "needs UID once"),
        ("UID:1", "UID:1\nUID:2", "has it 2 times"),
        ("VERSION:2.0\n", "", "VCALENDAR needs VERSION"),
        ("END:VEVENT\n", "", "END:VCALENDAR closes VEVENT"),
        ("\nEND:VCALENDAR", "", "END:VCALENDAR is missing"),
        ("BEGIN:VCALENDAR\n", "", "does not begin with"),
        ("SUMMARY:4", "SUMMARY", "is no property"),
        ("SUMMARY:4", "SUMMARY:4\r", "is no property"),
    ],
)
def test_what_no_calendar_would_read_is_refused(old: str, new: str, problem: str) -> None:
    assert finished(GOOD) == GOOD.replace("\n", "\r\n") + "\r\n"
    with pytest.raises(ValueError, match=problem):
        finished(GOOD.replace(old, new))


def test_long_lines_are_folded_between_characters() -> None:
    text = "届" * 200
    folded = finished(GOOD.replace("SUMMARY:4", f"SUMMARY:{text}"))
    assert f"SUMMARY:{text}" in folded.replace("\r\n ", "")
    assert max(len(line.encode()) for line in folded.split("\r\n")) <= 75
