"""`make simulate`: thirty days of a sample shop with CUSTOMERS customers, measured.

`python -m tests.walks.simulate CUSTOMERS [DAYS [STEP_HOURS]]`. Everyone the shop knows is a customer; the seconds of
building it are not those of the simulation.
"""

import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from prefect.logging import disable_run_logger
from sqlalchemy import text

from flows.simulate import simulate
from flows.walk import read_source
from tasks.core.guards import go_live
from tasks.core.postgres import stop_server
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.decide import decide
from tasks.detect import detect
from tasks.oms.sample import CLOCK
from tasks.prepare import open_run
from tasks.proof.simulate_page import page
from tasks.track import track

CUSTOMERS, DAYS, STEP_HOURS = 100_000, 30, 6
MINUTES = 20
"""The bound at 100,000 customers, 30 days and 2 cores."""
KNOWN_A_ORDER = 0.42
"""Customers, guests among them, that the sample shop knows for each of its orders."""
PAGE = Path("simulate.html")


def build(settings: Settings) -> Run:
    """The live shop at its clock with an hour decided; how many customers it knows is printed."""
    run = open_run(settings=settings)
    with disable_run_logger():
        read_source(run)
        with run.database.transaction() as connection:
            go_live(connection, CLOCK - timedelta(hours=6), "measurement")
        for step in (track.fn, detect.fn, decide.fn):
            step(run)
    with run.database.transaction() as connection:
        connection.execute(text("analyze"))
        known = connection.execute(text("select count(*), (select count(*) from orders) from customers")).one()
    print(f"{known[0]} customers, {known[1]} orders", flush=True)
    return run


def main(customers: int, days: int, hours: int) -> int:
    """0 where the simulation kept the bound."""
    logging.basicConfig(level=logging.WARNING, format="  %(asctime)s %(message)s")
    logging.getLogger("todoke.progress").setLevel(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="todoke-simulate-") as folder:
        settings = Settings(home=Path(folder), sample_orders=max(1000, round(customers / KNOWN_A_ORDER)))
        try:
            began = time.monotonic()
            run = build(settings)
            built, began = time.monotonic() - began, time.monotonic()
            found = simulate(settings, run.database, days, step=timedelta(hours=hours))
            took = time.monotonic() - began
        finally:
            stop_server(Path(folder))
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"{days} days, {found.hours} steps of {hours} h, {found.orders} orders, {found.messages} messages")
    print(f"{took / 60:.1f} minutes ({found.seconds}); building the shop took {built / 60:.1f}. Plots: {PAGE}")
    return 0 if took <= MINUTES * 60 else 1


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:4]]
    sys.exit(main(*given, *(CUSTOMERS, DAYS, STEP_HOURS)[len(given) :]))
