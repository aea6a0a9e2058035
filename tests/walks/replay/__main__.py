"""`make replay`: sixty rough days and the Olist November decided again; facts that are moved; what history costs.

`python -m tests.walks.replay shop DAYS ORDERS`, `... olist` and `... cost ORDERS ROUNDS` do one part each.
Exit 1 where a claim fails.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.core.paths import ROOT
from tasks.core.postgres import stop_server
from tests.walks.month import FROM, TO, Walk, data_folder, place
from tests.walks.replay import cost, facts, hours
from tests.walks.replay.kills import Killer
from tests.walks.replay.late import Lateness
from tests.walks.replay.record import Record, read
from tests.walks.replay.shop import RoughShop

DAYS, ORDERS, KILLS_A_DAY = 60, 3000, 0.4
EACH = 3
"""Facts of each kind that are moved."""
COST_ORDERS, ROUNDS = 50_000, 5


class Claims:
    """Lines of claims; `held` is whether none failed."""

    def __init__(self, part: str) -> None:
        self.part, self.held = part, True

    def say(self, claim: Callable[[], str]) -> None:
        """Print what a claim saw, or how it failed."""
        try:
            print(f"  ok     {self.part}: {claim()}", flush=True)
        except AssertionError as error:
            self.held = False
            print(f"  FAILED {self.part}: {error}", flush=True)


def shop(days: int, orders: int) -> bool:
    """Walk under bad luck, replay all of it, move facts, drop history."""
    seed, claims = _seed(), Claims("shop")
    with _home() as home:
        killer = Killer(home, seed, orders, days, kills=max(2, round(KILLS_A_DAY * days)))
        began = time.monotonic()
        walk = killer.walk()
        database = walk.run.database
        record = read(database)
        took = time.monotonic() - began
        claims.say(lambda: f"{_walked(walk, killer, record)}; {took:.0f} s, seed {seed}")
        claims.say(lambda: _equal(hours.every_hour(database)))
        claims.say(lambda: hours.own_rows_in_sight(database, record, seed))
        drawn = facts.facts(database, record, seed, EACH)
        claims.say(lambda: _drawn(drawn))
        for fact in drawn:
            claims.say(lambda fact=fact: _moved(facts.look(database, record, fact, seed)))  # type: ignore[misc]
        claims.say(lambda: hours.dropped_history(database))
    return claims.held


def _walked(walk: RoughShop, killer: Killer, record: Record) -> str:
    """What the walk went through; the claims below need some of each."""
    came = Lateness(killer.seed).came(walk.source, walk.from_at, walk.to_at)
    instants = [run["as_of"] for run in record.runs]
    again = len(instants) - len(set(instants))
    late = ", ".join(f"{n} {table}" for table, n in came.items())
    assert killer.killed and again and all(came[name] for name in ("orders", "tracking_events", "orders corrected")), (
        f"{killer.killed} kills, {again} hours again, late: {late}"
    )
    return (
        f"{walk.days} days, {walk.orders} orders, {len(walk.hours)} hours, {len(instants)} runs;"
        f" {killer.killed} hours killed, {killer.left_to_the_next} of them left to the next;"
        f" {again} runs of an hour that was decided already; late: {late}"
    )


def _equal(tally: hours.Tally) -> str:
    assert tally.is_equal and tally.hours, tally
    return str(tally)


def _drawn(found: list[facts.Fact]) -> str:
    kinds = Counter(fact.kind for fact in found)
    said = ", ".join(f"{kinds[kind]} of {kind}" for kind in facts.NAMES)
    assert all(kinds[kind] for kind in facts.NAMES), f"no decision rests on some kind of fact: {said}"
    return f"facts to move: {said}"


def _moved(seen: facts.Seen) -> str:
    said = f"{seen.fact.kind:8} {seen.fact.where}: {seen.own - len(seen.missing)} of its {seen.own} decisions differ"
    said += f", {seen.knock_on} others of the same person, {len(seen.strange)} of anybody else, in {seen.hours} hours"
    assert seen.is_right, f"{said}; {seen.missing[:3]} {seen.strange[:3]}"
    return said


def olist() -> bool:
    """Walk the November of real orders, then replay its 720 hours."""
    data = data_folder()
    if not (data / "orders.csv").is_file():
        print(f"  skip   olist: the Olist orders are not in {data}")
        return True
    claims = Claims("olist")
    with place() as home:
        walk = Walk(home, data, "november")
        print(f"         olist: {FROM:%F} to {TO:%F} walked in {walk.first[1]:.0f} s", flush=True)
        claims.say(lambda: _equal(hours.every_hour(walk.database)))
    return claims.held


def everything() -> bool:
    """Both walks at once, one core each; what history costs afterwards, alone. Then whether all claims held."""
    began = time.monotonic()
    parts = [["shop", str(DAYS), str(ORDERS)], ["olist"]]
    processes = [subprocess.Popen([sys.executable, "-m", "tests.walks.replay", *part], cwd=ROOT) for part in parts]
    held = [process.wait() == 0 for process in processes]
    held.append(cost.main(_cost_home(), COST_ORDERS, ROUNDS))
    print(f"{held.count(True)} of {len(held)} parts hold, {(time.monotonic() - began) / 60:.0f} minutes", flush=True)
    return all(held)


def _cost_home() -> Path:
    """Kept: the prepared database is the expensive part. `make clean` removes it."""
    home = ROOT / ".bench" / "replay"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _seed() -> int:
    return int(os.environ.get("TODOKE_TEST_SEED", time.time_ns() % 10_000))


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="todoke-replay-") as folder:
        try:
            yield Path(folder)
        finally:
            stop_server(Path(folder))


def main(words: list[str]) -> bool:
    """One part, or all of them."""
    numbers = [int(word) for word in words[1:]]
    match words[:1]:
        case ["shop"]:
            return shop(*(numbers or (DAYS, ORDERS)))
        case ["olist"]:
            return olist()
        case ["cost"]:
            return cost.main(_cost_home(), *(numbers or (COST_ORDERS, ROUNDS)))
    return everything()


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
