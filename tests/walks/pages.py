"""`python -m tests.walks.pages [PAGES]`: how fast tracking pages are published to a folder, beside what bounds it.

A sample shop is loaded in a place of its own and copied there until PAGES (default 100,000) orders have a page. All are
published, then none has changed. Beside it: the rows alone, rendering alone, and the same bytes written bare.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from flows.bench_hour import memory
from tasks import detect, extract, load, publish, track, validate
from tasks.core.brand import load_brand
from tasks.core.postgres import stop_server
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load, write_under
from tasks.core.settings import Settings
from tasks.core.thresholds import PagesSettings
from tasks.pages.files import Publisher
from tasks.prepare import open_run
from tasks.publish import Published

PAGES = 100_000
SHOP = 20_000
"""Orders of the sample shop; some 9,000 have a page."""
SOME = 5_000
COPIED = (
    *("orders", "order_lines", "shipments", "shipment_lines", "returns", "tracking_events"),
    *("parcel", "parcel_scan", "order_progress", "delay", "touched_order"),
)
IDS = frozenset({"order_id", "shipment_id", "tracking_number", "return_id"})
OF_THE_LOAD = frozenset({"from_load", "to_load"})
"""Columns that the database fills in."""


class Nowhere:
    """A store that keeps nothing."""

    at_once = 1

    def publish(self, name: str, content: bytes) -> None:
        """Nothing."""


def loaded(home: Path, pages: int) -> Run:
    """The shop, as the hour loads it, and its copies under ids of their own."""
    run = open_run(settings=Settings(home=home, sample_orders=min(SHOP, 3 * pages)))
    for step in (extract.extract_feeds, validate.validate_feeds, load.load_feeds, track.track.fn, detect.detect.fn):
        step(run)
    copies = ceil(pages / sum(1 for _ in rows(run))) - 1
    with run.database.transaction() as connection:
        begin_load(connection, run, "merge")
        for table in COPIED:
            names = [column["name"] for column in inspect(connection).get_columns(table, run.namespace)]
            names = [name for name in names if name not in OF_THE_LOAD]
            made = (f"{name} || '-' || copy" if name in IDS else name for name in names)
            connection.execute(
                text(
                    f"insert into {table} ({', '.join(names)}) select {', '.join(made)} from {table}"  # noqa: S608
                    " cross join generate_series(1, :copies) copy"
                ),
                {"copies": copies},
            )
    with run.database.at_once() as connection:
        connection.execute(text("analyze"))
    return run


def rows(run: Run) -> Iterator[dict[str, Any]]:
    """What is to be published."""
    where = {"days": PagesSettings().days, "sources": list(load_brand().sections), "as_of": run.as_of}
    with run.database.transaction() as connection:
        load_id = int(query("decide/newest_load").scalar(connection))
        write_under(connection, load_id, run.as_of)
        for some in query("publish/pages").stream(connection, 500, load_id=load_id, **where):
            yield from map(dict, some)


def timed(what: str, action: Callable[[], int]) -> None:
    """One line: how many a second, and the processor time of one."""
    before, began = _processor(), time.perf_counter()
    count = action()
    seconds, spent = time.perf_counter() - began, _processor() - before
    print(
        f"{what:<34} {count:>8,} in {seconds:6.1f} s  {count / seconds:>8,.0f}/s  {spent / count * 1e6:6.0f} µs of CPU"
    )


def _processor() -> float:
    """Seconds of this process and its ended helpers; PostgreSQL is not among them."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def published(run: Run) -> int:
    """One publishing of everything that is due."""
    counted = Published()
    publish._publish_pages(run, counted, print)
    return counted.written + counted.unchanged


def rendered(run: Run, some: list[dict[str, Any]]) -> int:
    """Without writing."""
    publisher = Publisher(run.settings)
    publisher._store = Nowhere()  # type: ignore[assignment]
    return len(publisher.publish(some))


def written(folder: Path, contents: list[bytes]) -> int:
    """The bytes alone, beside their place and moved there, as pages are."""
    for number, content in enumerate(contents):
        place = folder / f"{number % 256:02x}"
        place.mkdir(parents=True, exist_ok=True)
        (place / ".draft").write_bytes(content)
        (place / ".draft").replace(place / str(number))
    return len(contents)


def main(pages: int) -> None:
    """Load, measure, clean up."""
    with tempfile.TemporaryDirectory(prefix="todoke-pages-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded server may run as another user
        try:
            run = loaded(home, pages)
            measure(run, home)
        finally:
            stop_server(home)


def measure(run: Run, home: Path) -> None:
    """Every line."""
    at_start = memory()
    timed("pages published", lambda: published(run))
    print(f"{'memory of this process':<34} {memory():,.0f} MB at its peak, {at_start:,.0f} before")
    timed("again, nothing changed", lambda: published(run))
    timed("  rows alone", lambda: sum(1 for _ in rows(run)))
    some = [row for row, _ in zip(rows(run), range(SOME), strict=False)]
    timed("  rendered alone, one process", lambda: rendered(run, some))
    files = [file for file, _ in zip((home / "pages").rglob("*.*"), range(2 * SOME), strict=False)]
    contents = [file.read_bytes() for file in files]
    timed("  files written alone, one process", lambda: written(home / "bare", contents))
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
