"""Calendar files as RFC 5545 asks for them."""

from datetime import UTC, date, datetime

import pytest

from tasks.core.calendar_file import Event, calendar_file, stable_uid

CHANGED = datetime(2026, 9, 15, 1, 0, tzinfo=UTC)


def lines(content: bytes) -> list[str]:
    """Content lines, unfolded; every line was at most 75 bytes and ended with CRLF."""
    rows = content.split(b"\r\n")
    assert rows.pop() == b""
    assert all(len(row) <= 75 and b"\n" not in row and row.decode() for row in rows)
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def test_long_japanese_lines_are_folded_between_characters() -> None:
    text = "お届け予定のお知らせ、髙﨑さまへ;😀" * 9
    event = Event(
        "u@x", CHANGED, date(2026, 9, 18), date(2026, 9, 20), text, "一行目\n二行目\\", url="https://t.example/a"
    )
    found = lines(calendar_file(event, "ja"))
    escaped = text.replace(";", "\\;")
    assert f"SUMMARY:{escaped}" in found
    assert "DESCRIPTION:一行目\\n二行目\\\\" in found
    assert found[0] == "BEGIN:VCALENDAR" and found[-1] == "END:VCALENDAR"
    assert {"DTSTART;VALUE=DATE:20260918", "DTEND;VALUE=DATE:20260921", "DTSTAMP:20260915T010000Z"} <= set(found)


def test_nobody_adds_a_line_of_their_own() -> None:
    event = Event("u@x", CHANGED, date(2026, 9, 18), date(2026, 9, 18), "a\r\nATTENDEE:mailto:x@y\u2028b")
    found = lines(calendar_file(event, "en"))
    assert [line for line in found if line.startswith(("SUMMARY", "ATTENDEE"))] == ["SUMMARY:a\\nATTENDEE:mailto:x@yb"]


def test_the_same_event_gives_the_same_bytes_and_the_same_id() -> None:
    first, second = (Event(stable_uid("H-1", "x"), CHANGED, CHANGED, CHANGED, "x") for _ in range(2))
    assert calendar_file(first, "ja") == calendar_file(second, "ja")
    assert stable_uid("H-1", "x") != stable_uid("H-2", "x")
    assert "H-1" not in stable_uid("H-1", "x")


def test_an_event_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        calendar_file(Event("u", CHANGED, date(2026, 9, 18), date(2026, 9, 17), "x"), "ja")
