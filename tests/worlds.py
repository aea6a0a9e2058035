"""Worlds: named people, what happened to them, and what must, and must not, be decided. Read from TOML files.

A file has `as_of`, `[[given.<table>]]` rows (canonical columns or any other live table; missing values get the plain
defaults below), `[touchpoint]` overrides of declarations, and `[[case]]` rows: name, touchpoint, subject, verdict,
and optionally reason, variant, channel.
`verdict = "absent"` means that no due row exists at all.
`[[later.<table>]]` rows change canonical rows in a second load, `[[came.<table>]]` rows are new in it.
A `told` row says `content = "as ordered"` for what its order held before.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import Connection, text

from tasks.carriers import map_words
from tasks.core.canonical import JSON, TABLES
from tasks.core.columns import JSON_COLUMNS
from tasks.core.database import Database
from tasks.core.due import LONG_AGO, Window, collect
from tasks.core.gates import new_candidates, run_gates
from tasks.core.hazard_store import tell
from tasks.core.lanes import Travel
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load, write_under
from tasks.core.thresholds import DetectionSettings
from tasks.core.touchpoints import load
from tasks.detect import detect_delays, learn_postal_codes
from tasks.track import fold
from tests.hazard_rows import said

ZONE = "Asia/Tokyo"
DEFAULTS: dict[str, dict[str, Any]] = {
    "customers": {"status": "active", "locale": "ja-JP", "timezone": ZONE},
    "products": {"name": "湯のみ", "category": "tableware"},
    "orders": {"total": 1100, "currency": "JPY"},
    "order_lines": {"line_no": 1, "product_id": "P-1", "quantity": 1, "unit_price": 1100, "tax_rate": 0.10},
    "campaigns": {"words": {"ja": {"subject": "新茶フェア", "body": "今年の茶葉がそろいました。"}}},
    "shipments": {"carrier": "yamato"},
    "shipment_lines": {"line_no": 1, "quantity": 1},
    "consents": {"channel": "email", "topic": "marketing", "granted": True, "source": "checkout"},
    "pressure": {"channel": "email", "source": "newsletter"},
    "run": {"load_id": 1, "versions": {}, "gates": {}},
    "notice": {
        "kind": "service",
        "request": {},
        "plan_hash": "h",
        "summary": {},
        "operator": "kudo",
        "state": "approved",
    },
    "notice_member": {"later": False},
    "mentions": {"platform": "instagram"},
    "mention_permission": {"by": "kudo"},
    "message": {
        "class": "T",
        "channel": "email",
        "language": "ja",
        "variant": "plain",
        "priority": 1,
        "planned_load": 1,
        "run_id": "earlier",
    },
}
_JSON = (
    "evidence",
    "detail",
    "content",
    "versions",
    "gates",
    "windows",
    "verdicts",
    "request",
    "words",
    "summary",
    "lift_words",
)

STATED = ("delay", "told", "message", "covers", "waiting", "run", "next_category")
"""Tables the pipeline writes: set after it ran, so that a case can state them outright."""


@dataclass(frozen=True)
class Case:
    """One named expectation."""

    name: str
    touchpoint: str
    subject: str
    verdict: str
    reason: str | None = None
    variant: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class World:
    """One file."""

    path: Path
    as_of: datetime
    given: dict[str, list[dict[str, Any]]]
    cases: tuple[Case, ...]
    overrides: dict[str, dict[str, Any]]
    later: dict[str, list[dict[str, Any]]]
    came: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def touchpoints(self) -> list[str]:
        """Touchpoints the cases are about."""
        return sorted({case.touchpoint for case in self.cases})


def read_world(path: Path) -> World:
    """The world of one file; an unknown key in a case is an error."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    default = {"touchpoint": path.stem}
    cases = tuple(Case(**(default | case)) for case in values["case"])
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), f"{path.name}: two cases share a name"
    given, later, came = (values.get(name, {}) for name in ("given", "later", "came"))
    return World(path, values["as_of"], given, cases, values.get("touchpoint", {}), later, came)


def build(database: Database, world: World) -> Run:
    """Write the world's rows and derive what the pipeline derives from them."""
    run = Run(f"world-{world.path.stem}", world.as_of, database.url, database.namespace)
    with database.transaction() as connection:
        begin_load(connection, run, "merge")
        for table in (
            *TABLES,
            "touchpoint_floor",
            "feed",
            "suppression",
            "preference",
            "notice",
            "notice_member",
            "mention_permission",
        ):
            _insert(connection, table, world.given.get(table, []))
        connection.execute(text("insert into touched_order select current_load(), order_id from orders"))
    with database.transaction() as connection:
        begin_load(connection, run, "fold")
        fold(connection, Travel(ZONE, "JP"))
        held = {
            row.order_id: row.content
            for row in connection.execute(text("select order_id, content from order_progress"))
        }
    _second_load(database, run, world)
    with database.transaction() as connection:
        begin_load(connection, run, "detect")
        tell(connection, said(world.given.get("hazard", [])), run.as_of)
        learn_postal_codes(connection, run.as_of)
        detect_delays(connection, run.as_of, DetectionSettings())
        for table in STATED:
            _insert(connection, table, [_as_ordered(row, held) for row in world.given.get(table, [])])
    return run


def _second_load(database: Database, run: Run, world: World) -> None:
    if not world.later and not world.came:
        return
    with database.transaction() as connection:
        begin_load(connection, run, "merge")
        for table in TABLES:
            _insert(connection, table, world.came.get(table, []))
        for table, rows in world.later.items():
            for row in rows:
                keys = [key for key in TABLES[table].key if key in row]
                changes = ", ".join(f"{name} = :{name}" for name in row if name not in keys)
                where = " and ".join(f"{key} = :{key}" for key in keys)
                done = connection.execute(
                    text(f"update {table} set {changes}, from_load = current_load() where {where}"),  # noqa: S608
                    row,
                )
                assert done.rowcount == 1, f"later.{table}: no row {row}"
        connection.execute(text("insert into touched_order select current_load(), order_id from orders"))
    with database.transaction() as connection:
        begin_load(connection, run, "fold")
        fold(connection, Travel(ZONE, "JP"))


def _as_ordered(row: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    return row | {"content": held[row["order_id"]]} if row.get("content") == "as ordered" else row


def verdicts(
    connection: Connection, run: Run, world: World, gates: list[str] | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
    """(touchpoint, subject) -> verdict, reason, variant, channel, detail, with only these gates (default all)."""
    load_id = int(query("decide/newest_load").scalar(connection))
    write_under(connection, load_id, run.as_of)
    new_candidates(connection)
    window = Window(run.as_of, LONG_AGO, run.as_of + timedelta(days=2))
    for name in world.touchpoints:
        touchpoint = load(name).model_copy(update=world.overrides.get(name, {}))
        collect(connection, touchpoint, window, touchpoint.channels)
    query("decide/enrich").run(connection)
    run_gates(connection, run.as_of, gates)
    rows = connection.execute(text("select * from candidate")).mappings()
    return {(row["touchpoint"], row["subject_id"]): dict(row) for row in rows}


def wrong(world: World, found: dict[tuple[str, str], dict[str, Any]]) -> dict[str, str]:
    """Cases that came out otherwise: name -> what was found."""
    return {
        case.name: outcome
        for case in world.cases
        if (outcome := _differs(case, found.get((case.touchpoint, case.subject))))
    }


def _differs(case: Case, row: dict[str, Any] | None) -> str:
    if row is None:
        return "" if case.verdict == "absent" else "absent"
    found = {"verdict": row["verdict"] or "planned"} | {key: row[key] for key in ("reason", "variant", "channel")}
    asked = {key: value for key in found if (value := getattr(case, key)) is not None}
    return "" if asked == {key: found[key] for key in asked} else str(found | {"detail": row["detail"]})


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        values = DEFAULTS.get(table, {}) | row
        if table == "message":
            at = values["planned_at"]
            values = {"due_at": at, "valid_until": at + timedelta(days=30), "state_at": at} | values
        if table == "notice":
            values = dict.fromkeys(("as_of", "expires_at"), values.get("decided_as_of")) | values
        if table == "tracking_events":
            values |= _status(values)
        columns = ", ".join(values)
        marks = ", ".join(f"cast(:{name} as jsonb)" if _is_json(table, name) else f":{name}" for name in values)
        shown = {
            name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value
            for name, value in values.items()
        }
        connection.execute(text(f"insert into {table} ({columns}) values ({marks})"), shown)  # noqa: S608


def _is_json(table: str, column: str) -> bool:
    if table in TABLES:
        return column in JSON_COLUMNS and TABLES[table].schema.field(column).type == JSON
    return column in _JSON


def _status(event: dict[str, Any]) -> dict[str, Any]:
    status, reason = map_words(pa.array([event["carrier"]]), pa.array([event["raw_status"]]))
    return {"status": status[0].as_py(), "reason": reason[0].as_py()}
