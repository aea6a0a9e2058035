"""Drift: columns that vanish, appear, change their name or their type against the last good hour.

A column that vanishes or changes its type stops its feed: loading on would empty it for everybody, or lose every row. A
new column is said once. Renamed is a guess from name and values, for the person who has to look.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher

import pyarrow as pa
from sqlalchemy import Connection

from tasks.core.canonical import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, CanonicalTable
from tasks.core.queries import query
from tasks.core.suites import STOP_ROWS, TYPE_TEXT

SAMPLE = 1000
"""Values of a column that are looked at."""

FEWEST = STOP_ROWS
"""Values of another type than the column's: fewer are mistakes of some rows, and set aside as such."""

FEWEST_IDS = 20
"""Ids are text and may be written in any way: so many are looked at before their type is said to have changed."""

_MOSTLY = 0.95
_ALIKE = 0.5
_WORDS = {BOOLEAN: r"^(?:true|false|TRUE|FALSE|True|False)$"}
_NAMES = {INTEGER: "integer", MONEY: "number", DATE: "date", INSTANT: "instant", BOOLEAN: "boolean"}
_KINDS = {name: re.compile(_WORDS.get(kind) or TYPE_TEXT[kind][0]) for kind, name in _NAMES.items()}
"""In the order they are tried: every integer is a number too."""

_ID = re.compile(r"(?:_id|_number)$")


@dataclass(frozen=True)
class Known:
    """A column as the last good hour had it."""

    kind: str | None
    seen_at: datetime


@dataclass
class Drift:
    """What changed: `stops` close the feed, `news` are said; `kinds` of all columns, to be remembered."""

    stops: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    kinds: dict[str, str | None] = field(default_factory=dict)


def drift(table: CanonicalTable, rows: pa.Table, known: Mapping[str, Known]) -> Drift:
    """Compare the columns of some rows of text (first batch of a table) with those of its last good hour."""
    samples = {name: _sample(rows, name) for name in rows.column_names if not name.startswith("_")}
    kinds = {name: _kind(values) for name, values in samples.items()}
    strangers = [name for name in kinds if name not in table.columns and name not in known]
    gone = [_gone(table, name, known.get(name), strangers, kinds) for name in _missing(table, kinds, known)]
    retyped = [_retyped(table, name, values, known.get(name)) for name, values in samples.items()]
    stops = [stop for stop in (*gone, *retyped) if stop]
    news = [f"{table.name}.{name}: new column, not used" for name in strangers]
    return Drift(stops, [] if stops else news, kinds)


def _sample(rows: pa.Table, name: str) -> list[str]:
    column = rows[name].combine_chunks().cast(pa.binary())  # text may be no UTF-8 at all
    filled = column.drop_null()[:SAMPLE].to_pylist()
    return [value.decode("utf-8", "replace") for value in filled if value]


def _kind(values: Sequence[str]) -> str | None:
    if not values:
        return None
    return next((kind for kind, regex in _KINDS.items() if _share(values, regex) >= _MOSTLY), "text")


def _share(values: Sequence[str], regex: re.Pattern[str]) -> float:
    return sum(regex.search(value) is not None for value in values) / len(values)


def _missing(table: CanonicalTable, kinds: Mapping[str, str | None], known: Mapping[str, Known]) -> list[str]:
    """Columns that must be there: required ones, and those that ever held a value."""
    held = {name for name, column in known.items() if column.kind}
    return [name for name in table.columns if name not in kinds and (name in table.required or name in held)]


def _gone(
    table: CanonicalTable, name: str, known: Known | None, strangers: Sequence[str], kinds: Mapping[str, str | None]
) -> str:
    what = "required column missing" if name in table.required else "column missing"
    if known and known.kind:
        what += f" that held {known.kind} values until {known.seen_at.isoformat(timespec='minutes')}"
    wanted = known.kind if known and known.kind else _kind_of(table, name)
    near = sorted((_alike(name, other), other) for other in strangers if kinds[other] and _fits(kinds[other], wanted))
    if near and (near[-1][0] >= _ALIKE or len(near) == 1):
        what += f"; was it renamed to {near[-1][1]!r}, which looks the same?"
    return f"{table.name}.{name}: {what}"


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _kind_of(table: CanonicalTable, name: str) -> str:
    """What the canonical type reads like."""
    return _NAMES.get(table.schema.field(name).type, "text")


def _fits(kind: str | None, wanted: str) -> bool:
    return kind == wanted or {kind, wanted} == {"integer", "number"}


def _retyped(table: CanonicalTable, name: str, values: Sequence[str], known: Known | None) -> str | None:
    now = _kind(values)
    if name not in table.columns or now is None:
        return None
    text_of = TYPE_TEXT.get(table.schema.field(name).type)
    if text_of:
        is_another = len(values) >= FEWEST and known is not None and not _share(values, re.compile(text_of[0]))
    else:
        is_another = _ids_changed(name, values, now, known)
    if not is_another or known is None:
        return None
    return f"{table.name}.{name}: held {known.kind or 'no'} values, now {now}; its type changed"


def _ids_changed(name: str, values: Sequence[str], now: str, known: Known | None) -> bool:
    if known is None or known.kind is None or not _ID.search(name) or len(values) < FEWEST_IDS:
        return False
    before = _KINDS.get(known.kind)
    return not _fits(now, known.kind) and (before is None or not _share(values, before))


def remembered(connection: Connection) -> dict[str, dict[str, Known]]:
    """Columns by table as of the last good hour of each."""
    known: dict[str, dict[str, Known]] = defaultdict(dict)
    for row in query("load/feed_columns").rows(connection):
        known[row["table_name"]][row["column_name"]] = Known(row["kind"], row["seen_at"])
    return known


def remember(connection: Connection, kinds: Mapping[str, Mapping[str, str | None]], as_of: datetime) -> None:
    """What the next hour is compared with."""
    columns = [
        {"table_name": table, "column_name": column, "kind": kind}
        for table, columns in kinds.items()
        for column, kind in columns.items()
    ]
    if columns:
        query("load/remember_columns").run(connection, columns=json.dumps(columns), as_of=as_of)
