"""Sixty days of a sample shop under bad luck: kill -9 in its hours, hours done twice, rows that come late.

`python -m tests.walks.replay.shop HOME SEED ORDERS DAYS FROM` walks from hour number FROM on: a process to kill.
"""

import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect.logging import disable_run_logger

from tasks.oms.sample import CLOCK, write_sample
from tasks.walk import begin
from tests.walks.replay.late import Lateness
from tests.walks.shop.walk import MINUTE, ShopWalk

HOURS = (7, 10, 13, 16, 19, 22)
"""Runs of one day, in Japan."""
READS, AGAIN = 0.2, 0.1
"""Share of hours that read the source first, and of those that are done twice."""
DELAY = "delay"


class RoughShop(ShopWalk):
    """The walk of tests/walks/shop, taken up where it was cut, with rows that come late. `seed`: all its luck."""

    seed: int = 1

    @cached_property
    def hours(self) -> list[datetime]:
        """Every hour of the walk."""
        local = self.from_at.astimezone(ZoneInfo("Asia/Tokyo")).replace(minute=0, second=0, microsecond=0)
        days = [local + timedelta(days=number) for number in range(self.days + 1)]
        instants = [day.replace(hour=hour) for day in days for hour in HOURS]
        return [instant for instant in instants if self.from_at < instant <= self.to_at]

    @property
    def source(self) -> Path:
        """What the shop's systems hold; `drop` is what they show."""
        return self.home / "source"

    def walk_from(self, number: int) -> None:
        """Hours from this number on (the first is 1); says when each begins and is done."""
        begin(self.run, self.from_at)
        if (kept := self.home / DELAY).exists():
            self.delay = kept.read_text()
        if number == 1:
            self._read(self.from_at)
        with disable_run_logger():
            for at, hour in list(enumerate(self.hours, 1))[number - 1 :]:
                with said(at):
                    self._rough_hour(at, hour)
                self._operate(at, len(self.hours), hour + MINUTE)
                kept.write_text(self.delay)

    def _rough_hour(self, number: int, hour: datetime) -> None:
        chance = random.Random(f"{self.seed} {number}")  # noqa: S311
        if chance.random() < READS:
            self._look_again(hour)
        self._hour(hour)
        if chance.random() < AGAIN:
            if chance.random() < 0.5:
                self._look_again(hour + 30 * MINUTE)
            self._hour(hour)

    def _look_again(self, known: datetime) -> None:
        self._write(known)
        self._read(known)

    def _write(self, known: datetime) -> None:
        """The shop's systems are asked every four days; what they show of it changes with every look."""
        written = self.home / "written"
        if known == self.from_at and written.exists():
            return  # taken up again
        if not written.exists() or known - datetime.fromisoformat(written.read_text()) >= self.read_every:
            shutil.rmtree(self.source, ignore_errors=True)
            self.source.mkdir(parents=True)
            write_sample(self.source, self.url, seed=1, orders=self.orders, known=known, walked_days=self.days)
            written.write_text(known.isoformat())
        shutil.rmtree(self.drop, ignore_errors=True)
        Lateness(self.seed).show(self.source, self.drop, known)


@contextmanager
def said(number: int) -> Iterator[None]:
    """For whoever may kill this process."""
    print("hour", number, flush=True)
    began = time.monotonic()
    yield
    print("done", number, round(time.monotonic() - began, 2), flush=True)


def shop(home: Path, seed: int, orders: int, days: int) -> RoughShop:
    """The last `days` before the sample shop's clock."""
    found = RoughShop(home, orders, days, to_at=CLOCK)
    found.seed = seed
    return found


if __name__ == "__main__":
    place, *numbers = sys.argv[1:]
    luck, size, length, start = map(int, numbers)
    shop(Path(place), luck, size, length).walk_from(start)
