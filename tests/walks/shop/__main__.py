"""`make walk`: 120 days of the sample shop, six hours a step; every touchpoint, and nothing that a rule forbids.

`python -m tests.walks.shop DAYS ORDERS` walks another stretch of another shop (the last DAYS before its clock). Exit 1
where a touchpoint reached fewer than 20 ordinary customers, or a rule of tests/walks/shop/pressure.py is broken.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tasks.core.postgres import stop_server
from tasks.core.touchpoints import load_all
from tasks.oms.sample import regulars
from tests.walks.shop.evidence import Broken, Evidence, Message, read
from tests.walks.shop.pressure import broken
from tests.walks.shop.walk import ShopWalk

DAYS, ORDERS = 120, 12000
FEWEST = 20
"""Ordinary customers that each touchpoint must reach."""
HARD_CASES = 10
"""Customers after the regulars whom the sample shop gives no address, a shared one, a wrong one ..."""
SHOWN = 10


@dataclass(frozen=True)
class Reach:
    """What became of one touchpoint."""

    kind: str
    sent: int = 0
    customers: int = 0
    held_out: int = 0
    others: str = ""


def reached(evidence: Evidence, orders: int) -> dict[str, Reach]:
    """Every declared touchpoint, those that reached nobody too."""
    hard = {f"C{regulars(orders) + n:08}" for n in range(1, HARD_CASES + 1)}
    found: dict[str, list[Message]] = {name: [] for name in load_all()}
    for one in evidence.messages:
        found[one.touchpoint].append(one)
    return {name: _reach(str(load_all()[name].touchpoint_class), rows, hard) for name, rows in found.items()}


def _reach(kind: str, rows: list[Message], hard: set[str]) -> Reach:
    states = Counter(one.state for one in rows)
    others = ", ".join(f"{n} {state}" for state, n in sorted(states.items()) if state not in ("accepted", "held_out"))
    ordinary = {one.customer_id for one in rows if one.is_sent} - hard
    return Reach(kind, states["accepted"], len(ordinary), states["held_out"], others)


def report(reach: dict[str, Reach], found: dict[str, list[Broken]], seen: int, fewest: int = FEWEST) -> int:
    """The table, what is missing, what is broken. 0 where nothing is."""
    print(f"\n{'touchpoint':22}class {'sent':>6} {'customers':>9} {'held out':>8}  others")
    for name, one in sorted(reach.items()):
        print(f"{name:22}{one.kind:5} {one.sent:6} {one.customers:9} {one.held_out:8}  {one.others}")
    print(f"{'all':22}{'':5} {sum(one.sent for one in reach.values()):6}\n")
    few = [f"{name}: {one.customers}" for name, one in sorted(reach.items()) if one.customers < fewest]
    _verdict(f"every touchpoint reached {fewest} ordinary customers", few, len(few), len(reach))
    for name, cases in found.items():
        _verdict(name, cases[:SHOWN], len(cases), seen)
    return 1 if few or any(found.values()) else 0


def _verdict(name: str, cases: Sequence[object], n: int, of: int) -> None:
    print(f"  {'FAILED' if cases else 'ok    '} {name}" + (f": {n} of {of} not" if cases else f" ({of})"))
    for case in cases:
        print(f"           {case}")


def main(days: int, orders: int) -> int:
    """Walk in a home of its own, gone afterwards, and report."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="todoke-walk-") as folder:
        walk = ShopWalk(Path(folder), orders, days)
        try:
            seconds = walk.walk(_progress)
            evidence = read(walk.run.database, {name: one.holdout for name, one in load_all().items()})
        finally:
            stop_server(Path(folder))
    took = time.monotonic() - began
    print(f"\n{days} days of {orders} orders in {took / 60:.0f} minutes; seconds by step: {seconds}")
    print(f"{walk.released} messages released by hand, {walk.noticed} of a notice of operations")
    return report(reached(evidence, orders), broken(evidence), len(evidence.messages))


def _progress(number: int, of: int, hour: datetime) -> None:
    if number % max(1, of // 24) == 0:
        print(f"  {number} of {of}  {hour:%Y-%m-%d}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:3])) if len(sys.argv) == 3 else main(DAYS, ORDERS))
