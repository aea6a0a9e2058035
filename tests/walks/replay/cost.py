"""What history costs: the reference hour with recorded time and without, in turns on copies of one database."""

import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, text

from flows import bench, local_prefect
from tasks.core.database import Database
from tasks.core.postgres import create_database, drop_database, ensure_server, stop_server
from tasks.core.settings import Settings

WRITING = ("load", "track", "detect", "decide")
"""Steps that write recorded tables."""
LIMIT = 0.15

_TABLES = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'to_load'
where c.relnamespace = to_regnamespace(current_schema()) and c.relkind = 'r' order by 1
"""
_RUN = """
select pg_column_size(files) as rulebook,
       (select pg_column_size(r.inputs) + pg_column_size(r.windows) + pg_column_size(r.versions) from run r
        where r.run_id = :run_id) as run
from rulebook b where b.version = (select rulebook from run where run_id = :run_id)
"""

_TRIGGERS = """
select sum(total_time) from pg_stat_user_functions where funcname in ('record_history', 'check_inserted')
"""


@dataclass(frozen=True)
class Kept:
    """Old rows of one table after an hour: how many came, and bytes they take with their indexes."""

    rows: int
    size: int


@dataclass(frozen=True)
class Hour:
    """Seconds of the whole hour and of each step, and of them in triggers; what the history of it takes."""

    seconds: float
    triggers: float
    steps: dict[str, float]
    kept: dict[str, Kept]
    rulebook: int
    run: int


def measured(home: Path, orders: int, rounds: int) -> tuple[list[Hour], list[Hour]]:
    """Hours with history and without, `rounds` of each, in turns: the later one of a pair finds warmer caches."""
    settings = Settings(home=home)
    one = bench.Bench(settings, orders, lambda said: print(f"  {said}", flush=True))
    ensure_server(home, "postgres")
    bench.prepare(one)
    local_prefect.start_server(settings, one.say)
    found: dict[bool, list[Hour]] = {True: [], False: []}
    try:
        with bench.sink() as address:
            for number in range(rounds):
                for keeps in (True, False) if number % 2 else (False, True):
                    found[keeps].append(_hour(one, address, keeps))
                print(f"  round {number + 1}: {found[True][-1].seconds:.2f} s with history,", end=" ")
                print(f"{found[False][-1].seconds:.2f} s without", flush=True)
    finally:
        local_prefect.stop(home)
        stop_server(home)
    return found[True], found[False]


def _hour(one: bench.Bench, address: str, keeps: bool) -> Hour:
    drop_database(one.url("postgres"), bench.HOUR)
    create_database(one.url("postgres"), bench.HOUR, bench.HISTORY)
    database = Database(one.url(bench.HOUR))
    with database.transaction() as connection:
        tables = list(connection.scalars(text(_TABLES)))
        for table in tables if not keeps else ():
            connection.execute(text(f"alter table {table} disable trigger user"))
        before = _sizes(connection, tables)
        connection.execute(text(f"alter database {bench.HOUR} set track_functions = 'pl'"))
    database.dispose()
    hour = bench.run_hour(one, address)
    with database.transaction() as connection:
        after = _sizes(connection, tables)
        triggers = float(connection.scalar(text(_TRIGGERS)) or 0) / 1000
        run = connection.execute(text(_RUN), {"run_id": hour["summary"]["run_id"]}).one()
    database.dispose()
    kept = {name: Kept(after[name].rows - was.rows, after[name].size - was.size) for name, was in before.items()}
    return Hour(hour["seconds"], triggers, dict(hour["summary"]["seconds"]), kept, run.rulebook, run.run)


def _sizes(connection: Connection, tables: list[str]) -> dict[str, Kept]:
    """Old rows of each table as they lie there."""
    old = {name: f'"{connection.scalar(text("select current_schema()"))}_rec"."{name}_old"' for name in tables}
    return {
        name: Kept(
            connection.scalar(text(f"select count(*) from {at}")) or 0,  # noqa: S608
            connection.scalar(text("select pg_total_relation_size(to_regclass(:at))"), {"at": at}) or 0,
        )
        for name, at in old.items()
    }


def report(kept: list[Hour], bare: list[Hour]) -> bool:
    """Print medians and bytes; whether history stays within its limit."""
    ratios = [one.seconds / other.seconds for one, other in zip(kept, bare, strict=True)]
    slower = median(ratios) - 1
    print(f"  {'step':10} {'with':>8} {'without':>8}  seconds, medians of {len(ratios)}")
    for name in WRITING:
        print(f"  {name:10} {_median(kept, name):8.2f} {_median(bare, name):8.2f}")
    print(f"  {'the hour':10} {median(h.seconds for h in kept):8.2f} {median(h.seconds for h in bare):8.2f}")
    print(f"  {'triggers':10} {median(h.triggers for h in kept):8.2f} {median(h.triggers for h in bare):8.2f}")
    print(f"  {'table':16} {'old rows':>9} {'bytes':>11} {'bytes a row, with indexes':>26}")
    for name, one in sorted(kept[-1].kept.items(), key=lambda item: -item[1].size):
        if one.rows:
            print(f"  {name:16} {one.rows:9,} {one.size:11,} {one.size / one.rows:26,.0f}")
    if any(one.rows for hour in bare for one in hour.kept.values()):
        raise AssertionError("the control kept history")
    size, rows = (sum(getattr(one, what) for one in kept[-1].kept.values()) for what in ("size", "rows"))
    print(f"  all: {size:,} bytes for {rows:,} changed rows, {size / max(1, rows):,.0f} each")
    print(
        f"  a run keeps {kept[-1].run:,} bytes of inputs; its rules {kept[-1].rulebook:,} bytes, once for each version"
    )
    holds = slower <= LIMIT
    spread = f"{min(ratios) - 1:+.1%} to {max(ratios) - 1:+.1%}"
    print(
        f"  {'ok    ' if holds else 'FAILED'} history slows the reference hour by {slower:+.1%} ({spread}; at most 15%)"
    )
    return holds


def _median(hours: list[Hour], step: str) -> float:
    return median(one.steps[step] for one in hours)


def main(home: Path, orders: int, rounds: int) -> bool:
    """Measure and report."""
    print(
        f"history: the reference hour after {orders:,} orders, {rounds} rounds, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return report(*measured(home, orders, rounds))
