"""Whoever kills the walk: one process after another, at random moments of chosen hours."""

import os
import random
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tasks.core.environment import QUIET
from tasks.core.paths import ROOT
from tests.walks.replay.shop import RoughShop, shop

FIRST, APART = 5, 3
"""The first hour that may be killed, and hours between two that are: operations act after some, undisturbed."""


@dataclass
class Killer:
    """Walks a shop in processes of its own and kills `kills` of them; then comes the same hour again, or the next."""

    home: Path
    seed: int
    orders: int
    days: int
    kills: int
    killed: int = 0
    left_to_the_next: int = 0
    _last: float = 2.0
    _aims: set[int] = field(default_factory=set)
    _aimed: set[int] = field(default_factory=set)

    def walk(self) -> RoughShop:
        """To the end; the walk, for looking at."""
        walk = shop(self.home, self.seed, self.orders, self.days)
        chance = random.Random(self.seed)  # noqa: S311
        self._aims = set(chance.sample(range(FIRST, len(walk.hours), APART), self.kills))
        begin = 1
        while begin <= len(walk.hours):
            number, is_done = self._process(begin, chance)
            if not is_done:
                self.killed += 1
                self._aimed.discard(number)
                skips = chance.random() < 0.5 and number < len(walk.hours)
                self.left_to_the_next += skips
            begin = number + 1 if is_done or skips else number
        return walk

    def _process(self, begin: int, chance: random.Random) -> tuple[int, bool]:
        """Walk from an hour on until it is killed or at the end; the last hour it began, and whether that was done."""
        words = [str(word) for word in (self.home, self.seed, self.orders, self.days, begin)]
        command = [sys.executable, "-m", "tests.walks.replay.shop", *words]
        number, is_done, killer = begin, False, threading.Timer(0, lambda: None)
        with subprocess.Popen(command, env=_environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                word, said, *seconds = line.split()
                number, is_done = int(said), word == "done"
                killer.cancel()
                if is_done:
                    self._last = float(seconds[0])
                    if number in self._aimed:
                        self._aims.add(number + 1)  # it was faster
                elif number in self._aims:
                    self._aims.discard(number)
                    self._aimed.add(number)
                    killer = threading.Timer(chance.uniform(0, 1) * self._last, process.kill)
                    killer.start()
        killer.cancel()
        if process.returncode and not (process.returncode == -9 and not is_done):
            raise AssertionError(f"the walk ended with {process.returncode} in hour {number}")
        return number, is_done


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TODOKE_")}
    return kept | QUIET
