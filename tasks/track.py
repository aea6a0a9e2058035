"""Step 2: fold scans and orders into parcels and progress, what due files read as raw columns.

The fold is a function of all scans of a parcel, not of the order they came in: only minima, maxima and newest values.
It covers every order that loads since the last committed fold touched, so a crash between load and fold is caught up,
and every order something is dated for since that fold's business time: what lies after `as_of` has not happened yet.
"""

from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, text

from tasks.core import customer_facts, lanes
from tasks.core.lanes import Travel
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.shop_fronts import note_shop_fronts
from tasks.core.thresholds import DetectionSettings


@task(name="track", timeout_seconds=900, tags=["track"], cache_policy=NO_CACHE, persist_result=False)
def track(run: Run) -> dict[str, int]:
    """Fold everything new in one transaction.

    Counts: orders looked at; parcels, scans, lanes and progress rows that changed; customers whose facts did, pairs of
    categories; scans of numbers no shipment has.
    """
    with run.database.transaction() as connection:
        begin_load(connection, run, "fold")
        return fold(connection, lanes.travel(DetectionSettings().zone))


def fold(connection: Connection, where: Travel) -> dict[str, int]:
    """Fold inside the caller's load (kind fold). The zone of `where` is that of customers who name none."""
    last = query("track/last_fold").one(connection)
    since, since_at = int(last["load_id"]), last["as_of"]
    query("track/create_order_to_fold").run(connection)
    orders = query("track/orders_to_fold").run(connection, since=since, since_at=since_at)
    counts = {"orders": orders, "parcels": 0, "scans": 0, "progress": 0}
    _analyze(connection, "order_to_fold")
    customer_facts.note_customers(connection)
    note_shop_fronts(connection)
    last_day, today = where.day(since_at) if since_at else None, where.day(last["now"])
    if orders or last_day != today:
        counts |= _fold_parcels(connection, where, last_day, today) | _fold_progress(connection, where.zone)
    counts["run_out"] = query("track/fold_run_out").run(connection, after_load=since, since_at=since_at)
    counts["customers"] = customer_facts.fold_customers(connection, since, since_at)
    counts["pairs"] = customer_facts.count_pairs(connection, last_day, today)
    unmatched = int(query("track/unmatched_events").scalar(connection, since=since))
    return counts | {"unmatched": unmatched}


def _fold_parcels(connection: Connection, where: Travel, last_day: date | None, today: date) -> dict[str, int]:
    for table in ("parcel_event", "parcel_story", "folded_parcel"):
        query(f"track/create_{table}").run(connection)
        _analyze(connection, table)
    lanes.note_changes(connection, where, last_day, today)
    counts = {
        "parcels": int(query("track/merge_parcels").scalar(connection)),
        "scans": query("track/merge_parcel_scans").run(connection),
    }
    return counts | {"lanes": lanes.count(connection, where, today)}


def _fold_progress(connection: Connection, zone: str) -> dict[str, int]:
    for table in ("order_in_progress", "arrival", "order_content"):
        query(f"track/create_{table}").run(connection)
        _analyze(connection, table)
    query("track/create_folded_order").run(connection, zone=zone)
    return {"progress": int(query("track/merge_order_progress").scalar(connection))}


def _analyze(connection: Connection, table: str) -> None:
    """A temporary table has no statistics until asked, and the planner guesses badly without them."""
    connection.execute(text(f"analyze {table}"))
