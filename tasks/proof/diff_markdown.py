"""A diff as a comment on a pull request: GitHub's markdown, one comment long, and nobody's data in it."""

import difflib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from tasks.proof.diff_found import Diff, Row, Sample
from tasks.proof.diff_words import Words

MARK = "<!-- todoke diff -->"
"""First line: how the workflow finds its own comment again."""

LONGEST = 60_000
"""Characters; GitHub takes 65,536."""

_TEXT, _CELL, _LINES = 1_500, 200, 60
_LEFT = 2_000
"""Characters kept for what stands below the samples."""

_QUOTED = re.compile(r'"[^"]*"')

_SIGNS = {"gains": "gains", "loses": "loses", "differs": "different"}


def markdown(diff: Diff, zone: tzinfo, longest: int = LONGEST) -> str:
    """The comment, shorter than `longest`: what does not fit is counted. Times in `zone`."""
    head = "\n".join([MARK, *_head(diff, zone)])
    tail = "\n".join(_tail(diff))
    room = longest - len(head) - max(len(tail), _LEFT)
    shown, left = _fitting([_sample(sample, zone) for sample in diff.samples], room)
    more = [f"… and {left} more samples: `todoke diff` prints them."] if left else []
    return "\n".join([head, *shown, *more, tail]).rstrip() + "\n"


def _head(diff: Diff, zone: tzinfo) -> Iterator[str]:
    yield f"### Who gets what: {_code(diff.before)} → {_code(diff.after)}"
    yield ""
    changed = [row for row in diff.rows if row.is_changed]
    yield summary(diff)
    yield ""
    yield f"{diff.hours} recorded hours, {_when(diff.from_at, zone)} to {_when(diff.until_at, zone)}."
    if not changed:
        return
    yield ""
    yield "| Touchpoint | before | after | gains | loses | different |"
    yield "|---|---:|---:|---:|---:|---:|"
    for row in changed:
        cells = (row.before, row.after, *row.changes)
        yield f"| `{row.touchpoint}` | {' | '.join(map(str, cells))} |"
    yield ""
    yield "| Touchpoint | Messages | | Why |"
    yield "|---|---:|---|---|"
    lines = [line for row in changed for line in causes(row)]
    for touchpoint, number, kind, why in lines[:_LINES]:
        yield f"| `{touchpoint}` | {number} | {_SIGNS[kind]} | {_cell(why)} |"
    if len(lines) > _LINES:
        yield f"| … | | | and {len(lines) - _LINES} more rows: `todoke diff` prints them |"
    yield ""


def _tail(diff: Diff) -> Iterator[str]:
    yield ""
    for name, why in sorted(diff.left_out.items())[:10]:
        yield f"- Not compared: `{name}`: {_cell(_without_values(why))}"
    if len(diff.left_out) > 10:
        yield f"- … and {len(diff.left_out) - 10} more are not compared."
    yield f"- {of_the_record(diff)}"


def _without_values(error: str) -> str:
    """PostgreSQL quotes names it misses, which may stand here, and values it cannot read, which may be somebody's."""
    return error if "does not exist" in error else _QUOTED.sub('"…"', error)


def summary(diff: Diff) -> str:
    """One sentence: how many touchpoints, and how many messages."""
    changed = [row for row in diff.rows if row.is_changed]
    if not changed:
        rules = "The rules are the same files" if diff.same_rules else "Other rules, the same messages"
        return f"{rules}: nobody gains, loses or gets a different message."
    gained, lost, differing = (sum(numbers) for numbers in zip(*(row.changes for row in changed), strict=True))
    named = "1 touchpoint changes" if len(changed) == 1 else f"{len(changed)} touchpoints change"
    same = len(diff.rows) - len(changed)
    return f"{named}: {gained} messages gained, {lost} lost, {differing} different; {same} as before."


def of_the_record(diff: Diff) -> str:
    """How far the old version is what really decided."""
    return (
        f"Of the {diff.record} messages on record {diff.as_before} are {diff.before}'s too, "
        f"{diff.as_after} {diff.after}'s."
    )


def causes(row: Row) -> Iterator[tuple[str, int, str, str]]:
    """Touchpoint, messages, kind and cause of each line; a message that differs in two ways stands in two."""
    for kind, counted in (("gains", row.gains), ("loses", row.loses), ("differs", row.fields)):
        for why, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            told = f"before: {why}" if kind == "gains" else why
            if why == "words" and row.read is not None:
                told += f" (of {row.read} read)"
            yield row.touchpoint, number, kind, told


def _sample(sample: Sample, zone: tzinfo) -> str:
    title = f"{sample.touchpoint}: {_SIGNS[sample.kind]} ({sample.why})"
    sides = [
        f"{side}: {_side(words, at, zone)}"
        for side, words, at in (
            ("before", sample.before, sample.at_before),
            ("after", sample.after, sample.at_after),
        )
    ]
    return "\n".join(
        [f"<details><summary>{_cell(title)}</summary>", "", *(f"- {_cell(side)}" for side in sides), "",
         *_block(sample.before, sample.after), "", "</details>"]
    )  # fmt: skip


def _side(words: Words | None, at: datetime | None, zone: tzinfo) -> str:
    if words is None or at is None:
        return "no message in these hours"
    return f"{_when(at, zone)}, {words.channel}, {words.language}, {words.variant}"


def _block(before: Words | None, after: Words | None) -> list[str]:
    """Both texts as a diff, or the one there is."""
    texts = [_lines(words) for words in (before, after) if words]
    if len(texts) == 2 and texts[0] != texts[1]:
        compared = difflib.unified_diff(texts[0], texts[1], lineterm="", n=2)
        return _fenced("diff", list(compared)[2:])
    return _fenced("text", texts[0])


def _lines(words: Words) -> list[str]:
    head = [words.subject, ""] if words.subject else []
    return [*head, *words.text.splitlines()]


def _fenced(language: str, lines: Iterable[str]) -> list[str]:
    text = "\n".join(lines)
    shown = text if len(text) <= _TEXT else f"{text[:_TEXT]} …"
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return [f"{fence}{language}", shown, fence]


def _fitting(blocks: list[str], room: int) -> tuple[list[str], int]:
    """As many blocks as fit, and how many do not."""
    shown: list[str] = []
    for block in blocks:
        room -= len(block) + 1
        if room < 0:
            break
        shown.append(block)
    return shown, len(blocks) - len(shown)


def _when(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _code(name: str) -> str:
    return f"`{name.replace('`', '')}`"


def _cell(text: str) -> str:
    """Text that ends no table and opens no tag, mentions nobody."""
    short = " ".join(text.split())[:_CELL]
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), ("|", "&#124;"), ("@", "&#64;")):
        short = short.replace(sign, written)
    return short
