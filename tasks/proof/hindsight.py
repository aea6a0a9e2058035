"""Hindsight: what past hours would have decided had they known what came too late. Nothing is ever sent for it.

An hour is decided again as a replay does (tasks/proof/replay.py), but about orders of which a fact came late their rows
are as we know them now: the newest version that says itself that it happened by then. Their parcels and progress are
folded again by the files of the hour (sql/track). Everything else stands as it stood, so nothing else can differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.gates import new_candidates
from tasks.core.queries import names, query, reading
from tasks.core.rulebook import Rulebook, put_views
from tasks.core.thresholds import DetectionSettings
from tasks.proof.replay import Difference, decide_again, differences, look_from, rules_of

_BY_PARCEL = "shipment_id in (select shipment_id from known_shipments)"
_BY_ORDER = "order_id in (select order_id from late_order)"


class Kind(StrEnum):
    """What would have been otherwise."""

    NOT_SENT = "would not have gone"
    SENT = "would have gone"
    OTHERWISE = "would have said otherwise"


@dataclass(frozen=True)
class LateFact:
    """`fields`: what it brought. `happened_at` by its own word, `known_at` business time of its load."""

    feed: str
    fact: str
    fields: Sequence[str]
    happened_at: datetime
    known_at: datetime


@dataclass(frozen=True)
class Change:
    """One message of one hour. `instead`: what would have become of it; `sent_at`: when it went after all, if it did.

    `because`: facts of its order that had happened and were not known; the one longest in coming first.
    """

    kind: Kind
    as_of: datetime
    touchpoint: str
    subject_id: str
    order_id: str
    instead: str
    sent_at: datetime | None
    because: Sequence[LateFact]


@dataclass(frozen=True)
class Lateness:
    """How long after they happened facts of a feed were known, in seconds: median, and what 95 % stayed below."""

    feed: str
    facts: int
    median: float
    most: float


@dataclass(frozen=True)
class Hindsight:
    """Hours looked at, those a late fact could concern, how late each feed is, and every message of another fate."""

    from_at: datetime
    to_at: datetime
    hours: int
    concerned: int
    lateness: list[Lateness] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def hindsight(database: Database, from_at: datetime, to_at: datetime) -> Hindsight:
    """Every hour decided in (from_at, to_at], by its own rules, with the facts known today.

    A message that several hours would have sent counts for the first. Raises DataError where no hour was decided then.
    """
    with database.transaction() as connection:
        runs = query("replay/runs").rows(connection, from_at=from_at, until_at=to_at, most=None)
        newest = int(query("decide/newest_load").scalar(connection))
    if not runs:
        raise DataError(f"No hour was decided from {from_at.isoformat()} to {to_at.isoformat()}.")
    found: dict[tuple[str, str, Kind], Change] = {}
    concerned = 0
    for run in reversed(runs):
        changes = _hour(database, run, newest)
        concerned += changes is not None
        for change in changes or ():
            found.setdefault((change.touchpoint, change.subject_id, change.kind), change)
    return Hindsight(
        from_at, to_at, len(runs), concerned, _lateness(database, newest, from_at, to_at), [*found.values()]
    )


def _lateness(database: Database, newest: int, from_at: datetime, to_at: datetime) -> list[Lateness]:
    with database.as_of(newest) as connection:
        rows = query("hindsight/lateness").rows(connection, from_at=from_at, until_at=to_at)
    return [Lateness(row["feed"], row["facts"], float(row["median"]), float(row["most"])) for row in rows]


def _hour(database: Database, run: RowMapping, newest: int) -> list[Change] | None:
    """What one hour would have done otherwise; None where nothing came late for it."""
    with database.transaction() as connection:
        rules = rules_of(connection, run["rulebook"])
    late: list[str] = []

    def prepare(connection: Connection) -> None:
        late.extend(_know(connection, run, newest))
        if late:
            put_views(connection, rules)  # tables below them have temporary views before them
        with reading(rules.files):
            new_candidates(connection)

    with database.past(prepare) as at, at(run["load_id"]) as connection, reading(rules.files):
        return _changes(connection, run, rules, late) if late else None


def _know(connection: Connection, run: RowMapping, newest: int) -> list[str]:
    """Put what came late before this session's tables. The orders it is about."""
    query("hindsight/look_at").run(connection, load_id=str(run["load_id"]))
    look_from(connection, run)
    given = {"load_id": run["load_id"], "newest": newest, "as_of": run["as_of"]}
    query("hindsight/create_late_fact").run(connection, **given)
    query("hindsight/create_late_order").run(connection)
    late = [row[0] for row in connection.execute(text("select order_id from late_order order by 1"))]
    if late:
        _put_facts(connection, given)
        _put_folded(connection, DetectionSettings().zone)
    return late


def _put_facts(connection: Connection, given: Mapping[str, Any]) -> None:
    known = [name.rpartition("/")[2] for name in names("hindsight/known")]
    for table in sorted(known, key="shipment_lines".__eq__):  # which are found through their parcels
        query(f"hindsight/known/{table}").keep(connection, f"known_{table}", load_id=given["load_id"])
    for table in known:
        theirs = _BY_PARCEL if table == "shipment_lines" else _BY_ORDER
        _view(connection, table, f"select * from {table} where not ({theirs}) union all select * from known_{table}")  # noqa: S608
    for name in names("hindsight/late"):
        table = name.rpartition("/")[2]
        query(name).keep(connection, f"late_{table}", **given)
        _view(connection, table, f"select * from {table} union all select * from late_{table}")  # noqa: S608


def _put_folded(connection: Connection, zone: str) -> None:
    """Parcels and progress of the late orders, folded as the hour folds them."""
    query("track/create_order_to_fold").run(connection)
    query("hindsight/refold").run(connection)
    for name in ("parcel_event", "parcel_story", "folded_parcel"):
        query(f"track/create_{name}").run(connection)
    _put(connection, "parcel")
    _put(connection, "parcel_scan")
    for name in ("order_in_progress", "arrival", "order_content"):
        query(f"track/create_{name}").run(connection)
    query("track/create_folded_order").run(connection, zone=zone)
    _put(connection, "order_progress")


def _put(connection: Connection, table: str) -> None:
    """The table as sql/hindsight/<table>.sql has it: the late orders' rows, and all others as they are."""
    theirs = _BY_PARCEL if table == "parcel_scan" else _BY_ORDER
    query(f"hindsight/{table}").keep(connection, f"known_{table}")
    _view(connection, table, f"select * from {table} where not ({theirs}) union all select * from known_{table}")  # noqa: S608


def _view(connection: Connection, name: str, body: str) -> None:
    connection.execute(text(f"create temporary view {name} as {body}"))


def _changes(connection: Connection, run: RowMapping, rules: Rulebook, late: Sequence[str]) -> list[Change]:
    decide_again(connection, run, rules, more=late)
    decided = {
        (row["touchpoint"], row["subject_id"]): row
        for row in query("hindsight/decided").rows(connection, run_id=run["run_id"])
    }
    because: dict[str, list[LateFact]] = {}
    for row in query("hindsight/causes").rows(connection):
        values = {name: value for name, value in row.items() if name != "order_id"}
        because.setdefault(row["order_id"], []).append(LateFact(**values))
    found = []
    for one in differences(connection, run):
        what = decided.get((one.touchpoint, one.subject_id))
        if what and what["order_id"] in because and (kind := _kind(one, what)):
            sent_at = what["sent_at"] if kind is Kind.SENT else None
            key = (one.touchpoint, one.subject_id, what["order_id"])
            found.append(Change(kind, run["as_of"], *key, _instead(one, what, kind), sent_at, because[key[2]]))
    return found


def _kind(one: Difference, row: RowMapping) -> Kind | None:
    """None for what would not have been seen: other times, a later expiry, another reason to wait."""
    went, would_go = row["state"] == "planned", row["verdict"] == "planned"
    if one.kind != "message" or not (went or would_go):
        return None
    if went and would_go:
        return Kind.OTHERWISE if {"context", "variant", "channel", "language"} & set(one.recorded or ()) else None
    return Kind.NOT_SENT if went else Kind.SENT


def _instead(one: Difference, row: RowMapping, kind: Kind) -> str:
    if kind is Kind.OTHERWISE:
        return ", ".join(_fields(one.recorded or {}, one.replayed or {}))
    if kind is Kind.SENT:
        return row["waited"] or ""
    return f"{row['verdict'] or 'not due'} {row['reason'] or ''}".strip()


def _fields(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> list[str]:
    """Names of what differs; of a context its own fields, for values are personal."""
    ours, theirs = recorded.get("context") or {}, replayed.get("context") or {}
    inner = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    return [*(name for name in sorted(recorded) if name != "context"), *inner]
