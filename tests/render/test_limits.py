"""What the channels take: segments of SMS, phone numbers, LINE's limits."""

from typing import Any

import pytest

from tasks.core.line_messages import blocks, broken_limits, units, unreachable
from tasks.core.phones import e164
from tasks.core.segments import segments


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "GSM-7", 0),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
        ("あ" * 70, "UCS-2", 1),
        ("あ" * 71, "UCS-2", 2),
        ("あ" * 134, "UCS-2", 2),
        ("あ" * 135, "UCS-2", 3),
        ("🚚" * 35, "UCS-2", 1),
        ("🚚" * 67, "UCS-2", 3),
        ("a–b", "UCS-2", 1),
    ],
)
def test_segments(text: str, encoding: str, count: int) -> None:
    found = segments(text)
    assert (found.encoding, found.count) == (encoding, count)


@pytest.mark.parametrize(
    ("written", "international"),
    [
        ("090-1234-5678", "+819012345678"),
        ("０９０１２３４５６７８", "+819012345678"),
        ("03-1234-5678", "+81312345678"),
        ("+1 415 555 2671", "+14155552671"),
        ("", None),
        (None, None),
        ("12", None),
        ("unknown", None),
    ],
)
def test_phone_numbers(written: str | None, international: str | None) -> None:
    assert e164(written) == international


def test_paragraphs_headings_and_rows() -> None:
    found = blocks("髙﨑 恵 様\n\nline one\nline two\n■ Head\n\nA\t1\nB\t\nC\t3\n")
    assert [(one["kind"], one["lines"]) for one in found] == [
        ("text", ["髙﨑 恵 様"]),
        ("text", ["line one", "line two"]),
        ("heading", ["Head"]),
        ("facts", [["A", "1"]]),
        ("facts", [["C", "3"]]),
    ]


def flex(**changes: Any) -> dict[str, Any]:
    return {"type": "flex", "altText": "a", "contents": {"type": "bubble"}} | changes


BUTTON = {"type": "uri", "label": "a", "uri": "https://a"}


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([], "between 1 and 5 messages"),
        ([flex()] * 6, "between 1 and 5 messages"),
        ({}, "between 1 and 5 messages"),
        ([flex(altText="")], "altText has 0"),
        ([flex(altText="🚚" * 751)], "altText has 1502"),
        ([flex(contents={"type": "text", "text": "x" * 30_000})], "at most 30000"),
        ([flex(contents=[{"type": "text", "text": ""}])], "is empty"),
        ([flex(contents={**BUTTON, "label": "x" * 41})], "label has 41"),
        ([flex(contents={**BUTTON, "uri": "https://" + "x" * 1000})], "address has 1008"),
        ([{"type": "text", "text": ""}], "a text message has 0"),
        ([{"type": "sticker"}], "neither text nor flex"),
        (["hello"], "neither text nor flex"),
    ],
)
def test_line_s_limits(messages: Any, said: str) -> None:
    assert said in "; ".join(broken_limits(messages))


def test_what_line_takes() -> None:
    assert broken_limits([flex(altText="x" * 1500, contents=BUTTON)] * 5) == []
    assert units("🚚a") == 3
    assert unreachable([flex(contents=BUTTON)]) is None
    assert unreachable([flex(contents={**BUTTON, "uri": "file:///a"})]) == "file:///a"
