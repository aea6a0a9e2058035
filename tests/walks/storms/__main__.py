"""`make storms`: 20 seeds of storms the detector does not read, walked through the pipeline and counted from the truth.

`python -m tests.walks.storms 101-110` walks other seeds. Deterministic; exit 1 when a figure fails.
"""

import sys
import tempfile
import time
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tasks.core.database import Database
from tasks.core.domain import DelayCause
from tasks.core.postgres import create_database, drop_database, ensure_server, server_url, stop_server
from tasks.detect import RULES
from tests.walks.storms.score import OWED, Score, score, total
from tests.walks.storms.walk import Walk
from tests.walks.storms.world import build

SEEDS = range(1, 21)
WORKERS = 2
CONTROLS = 2
"""Seeds walked again with detection switched off."""
FAST = {"fsync": "off", "full_page_writes": "off"}

LEAST_TOLD, MOST_FALSE, LEAST_RANDOM = 0.95, 0.05, 0.2
"""What is demanded: share of the late told in time, of notices to parcels on time, of chance in the generator."""

SWITCHED_OFF = (DelayCause.PROMISE_MISSED,)
"""The control: nothing is detected before its promise has passed."""


HEADER = (
    "\nshape            seeds  orders late by hazard  stall told before  chance  told  notices  early  false  lead h"
    "  after lift"
)


def walked(seed: int, home: Path, rules: Collection[DelayCause] = RULES) -> tuple[str, Score]:
    """Shape and score of one seed, in a database of its own that is gone afterwards."""
    server = ensure_server(home, "postgres", FAST)
    name = f"storms_{seed}_{len(rules)}"
    create_database(server, name, "template0")
    database = Database(server_url(home, name))
    try:
        database.migrate()
        world = build(seed)
        return world.storm.shape, score(world, Walk(world, database, home / name, rules).run())
    finally:
        database.dispose()
        drop_database(server, name)


def main(seeds: range) -> int:
    """Print the table and what fails."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="todoke-storms-") as folder:
        home = Path(folder)
        ensure_server(home, "postgres", FAST)
        try:
            with ProcessPoolExecutor(WORKERS) as pool:
                scored = [pool.submit(walked, seed, home) for seed in seeds]
                control = [pool.submit(walked, seed, home, SWITCHED_OFF) for seed in seeds[:CONTROLS]]
                found = [_said(seed, one.result()) for seed, one in zip(seeds, scored, strict=True)]
                off = total(one.result()[1] for one in control)
        finally:
            stop_server(home)
    return report(found, off, time.monotonic() - began)


def report(found: list[tuple[str, Score]], off: Score, seconds: float) -> int:
    """The table by shape, the totals, the control, and the verdicts. 0 where all hold."""
    print(HEADER)
    for shape in dict.fromkeys(shape for shape, _ in found):
        _line(shape, total(one for name, one in found if name == shape))
    everything = total(one for _, one in found)
    _line("all", everything)
    _line("detection off", off)
    for cause, (sent, false) in sorted(everything.by_cause.items()):
        print(f"  told as {cause:15} {sent:6} notices, {false} of them to parcels on time")
    verdicts = _verdicts(everything, off)
    for sentence, holds in verdicts.items():
        print(f"  {'ok    ' if holds else 'FAILED'} {sentence}")
    print(f"{len(found)} seeds in {seconds / 60:.0f} minutes")
    return 0 if all(verdicts.values()) else 1


def _verdicts(one: Score, off: Score) -> dict[str, bool]:
    """What was demanded and found -> whether it holds."""
    of_all = one.false / max(one.notices, 1)
    told = f"told before the promise passed: {one.coverage:.1%} (at least {LEAST_TOLD:.0%})"
    false = (
        f"notices to parcels on time: {of_all:.1%} of all (at most {MOST_FALSE:.0%}),"
        f" {one.falsehood:.1%} of those before the promise passed"
    )
    chance = f"late by chance in the generator: {one.random_share:.1%} (at least {LEAST_RANDOM:.0%})"
    return {
        told: one.coverage >= LEAST_TOLD,
        false: of_all <= MOST_FALSE,
        f"notices planned after the lift: {one.after_lift}": not one.after_lift,
        chance: one.random_share >= LEAST_RANDOM,
        f"detection off tells {off.coverage:.1%} in time": off.coverage == 0 and sum(off.late.values()) > 0,
    }


def _line(name: str, one: Score) -> None:
    told = sum(one.told[cause] for cause in OWED)
    print(
        f"{name:16}{one.seeds:6}{one.orders:8}{one.late['hazard']:15}{one.late['stall']:7}{told:6} {one.coverage:6.1%}"
        f"{one.late['random']:8}{one.told['random']:6}{one.notices:9}{one.early:7}{one.false:7}{one.lead:8.0f}{one.after_lift:11}"
    )


def _said(seed: int, found: tuple[str, Score]) -> tuple[str, Score]:
    shape, one = found
    print(
        f"seed {seed:3} {shape:16} {one.coverage:6.1%} told before, {one.false:3} of {one.early:4} early notices false",
        flush=True,
    )
    return found


def _seeds(words: list[str]) -> range:
    first, _, last = (words[0] if words else f"{SEEDS[0]}-{SEEDS[-1]}").partition("-")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    sys.exit(main(_seeds(sys.argv[1:])))
