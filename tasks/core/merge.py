"""The statements of a merge, one rule each, filled from the canonical schema (templates sql/load/*.sql).

A merge works on staging tables `stage_<table>` of its own transaction: what cannot stand is set aside, the rest is
compared with the live rows, and only what differs is written.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection

from tasks.core.canonical import TABLES, Kind
from tasks.core.queries import Statement, parse, query
from tasks.core.runs import Run

DERIVED = {"customers": ("address_key", "line_key", "phone_key", "push_key"), "tracking_events": ("status", "reason")}
"""Columns of ours that the load adds to a canonical table."""

STAGED = {"orders": ("buyer_phone_key",)}
"""Columns of ours that only the staging table has: what guests are made of."""

PARENTS = {
    **dict.fromkeys(("order_lines", "recipients", "payments", "refunds", "returns"), ("orders", "order_id")),
    **dict.fromkeys(("shipments", "reviews", "survey_answers"), ("orders", "order_id")),
    "shipment_lines": ("shipments", "shipment_id"),
}
"""Table -> (parent, column): a row whose parent is unknown waits in rejected_fact until the parent comes."""

WHOLE = ("order_lines", "recipients", "shipment_lines")
"""Children that travel whole: what a parent delivered again no longer lists is deleted. Nothing else ever is: a row
missing from a full feed proves nothing (exports are cut short), and cancellations have instants of their own."""

REPEATED = ("tracking_events",)
"""Tables whose sources repeat themselves by nature; the unique index drops the repeats without a word."""


@dataclass(frozen=True)
class Merged:
    """Rows of one table that a merge wrote or set aside."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    quarantined: int = 0


def columns_of(table: str) -> tuple[str, ...]:
    """Columns a merge writes."""
    return (*TABLES[table].columns, *DERIVED.get(table, ()))


def create_stage(connection: Connection, table: str) -> None:
    """An empty `stage_<table>` that lives as long as the transaction."""
    _template("stage", table).run(connection)
    _template("number_stage", table).run(connection)


def merge_table(connection: Connection, run: Run, table: str) -> Merged:
    """Bring the staged rows of one table into the live one; parents must be merged before their children."""
    aside = {"run_id": run.run_id, "as_of": run.as_of}
    quarantined = 0
    if table in PARENTS:
        _template("readmit_orphans", table).run(connection)
        quarantined += _template("reject_orphans", table).run(connection, **aside)
    if TABLES[table].kind is Kind.APPENDED:
        if table not in REPEATED:
            quarantined += _template("reject_duplicates", table).run(connection, **aside)
        return Merged(inserted=_template("append_facts", table).run(connection), quarantined=quarantined)
    quarantined += _template("reject_duplicates", table).run(connection, **aside)
    return Merged(
        updated=_template("update_changed", table).run(connection),
        inserted=_template("insert_new", table).run(connection),
        deleted=_template("delete_vanished", table).scalar(connection, run_id=run.run_id) if table in WHOLE else 0,
        quarantined=quarantined,
    )


@cache
def _template(name: str, table: str) -> Statement:
    canonical, columns = TABLES[table], columns_of(table)
    parent, column = PARENTS.get(table, ("", ""))
    parts = {
        "table": table,
        "parent": parent,
        "column": column,
        "key": ", ".join(canonical.key),
        "version": "updated_at" if "updated_at" in columns else "null::timestamptz",
        "columns": ", ".join(columns),
        "staged_only": "".join(f"null::text as {one}, " for one in STAGED.get(table, ())),
        "live_columns": _prefixed("t", columns),
        "staged_columns": _prefixed("s", columns),
        "row_columns": _prefixed("r", columns),
        "assignments": ", ".join(f"{other} = s.{other}" for other in columns if other not in canonical.key),
        "same_key": " and ".join(f"{_other(name)}.{key} = s.{key}" for key in canonical.key),
    }
    source = query(f"load/{name}").source
    for placeholder, text in parts.items():
        source = source.replace(f"{{{placeholder}}}", text)
    return parse(f"load/{name}", source)


def _other(template: str) -> str:
    """Whom the staged row `s` is compared with: a row read back from rejected_fact, else a live row."""
    return "r" if template == "readmit_orphans" else "t"


def _prefixed(alias: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)
