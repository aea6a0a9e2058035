"""The sample shop walked: its source read again every few days, a person's release after every step, two notices."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from prefect.logging import disable_run_logger

from flows.walk import read_source, walk_hour
from tasks import notice
from tasks.core import approvals
from tasks.core.notices import DelayReason, NoticeKind, NoticeRequest, Preset
from tasks.core.postgres import ensure_server
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.oms.sample import CLOCK, write_sample
from tasks.prepare import at, open_run
from tasks.walk import begin, hours_between, total

FAST = {"fsync": "off", "full_page_writes": "off"}
"""A walk outlives no power cut."""

MORNING = 4
"""Every fourth step of six hours is one at 10:00, the hour of the sample shop's clock."""
MINUTE = timedelta(minutes=1)
"""Operations act after the hour: what it sent, it sent before it could know."""
WAREHOUSE = "WH-CHIBA"

Progress = Callable[[int, int, datetime], None]


@dataclass
class ShopWalk:
    """One walk of `days` up to `to_at`, in the scratch schema `shop` of a home of its own.

    `read_every`: between two reads of the source. What has an instant is in the first read already; what has none
    (changed orders, steps of a return, the next parcel of a subscription) comes with the read after it.
    """

    home: Path
    orders: int
    days: int
    to_at: datetime = CLOCK
    step: timedelta = timedelta(hours=6)
    read_every: timedelta = timedelta(days=4)
    database_url: str | None = None
    seconds: list[Mapping[str, float]] = field(default_factory=list)
    released: int = 0
    noticed: int = 0
    delay: str = ""

    @property
    def from_at(self) -> datetime:
        return self.to_at - timedelta(days=self.days)

    @cached_property
    def url(self) -> str:
        return self.database_url or ensure_server(self.home, settings=FAST)

    @cached_property
    def run(self) -> Run:
        """Opened once; every hour is the same place at its own time."""
        self._write(self.from_at)
        settings = Settings(home=self.home, oms="files", oms_url=self.drop, database_url=self.url)
        return open_run(self.from_at, "shop", settings)

    @property
    def drop(self) -> Path:
        return self.home / "drop"

    def walk(self, progress: Progress = lambda *_: None) -> dict[str, float]:
        """Every step; seconds of each kind over all of them."""
        begin(self.run, self.from_at)
        hours = hours_between(self.from_at, self.to_at, self.step)
        self._read(self.from_at)
        read_at = self.from_at
        with disable_run_logger():
            for number, hour in enumerate(hours, 1):
                if hour - read_at >= self.read_every:
                    self._write(hour)
                    self._read(hour)
                    read_at = hour
                self._hour(hour)
                self._operate(number, len(hours), hour + MINUTE)
                progress(number, len(hours), hour)
        return total(self.seconds)

    def _hour(self, hour: datetime) -> None:
        run = at(self.run, hour)
        broken = walk_hour(run, self.seconds)["decide"].broken
        if broken:
            raise AssertionError(f"{hour}: not decided: {broken}")
        with run.database.transaction() as connection:
            plan = approvals.show(connection, "the walk", "release")
            self.released += approvals.decide(connection, plan, "confirm", "the walk", run.settings)

    def _operate(self, number: int, of: int, hour: datetime) -> None:
        """What operations do: a delay told and over a step later, and a wrong price, both in the morning."""
        quarter, half = max(MORNING, of // 4 // MORNING * MORNING), of // 2 // MORNING * MORNING
        day = hour.date()
        week = {"shipped_from": day - timedelta(days=7), "shipped_until": day}
        if number == quarter:
            late = {"new_from_on": day + timedelta(days=6), "new_until_on": day + timedelta(days=9)}
            self.delay = self._tell(
                hour,
                NoticeRequest(kind=NoticeKind.DELAY, reason=DelayReason.WAREHOUSE, warehouses=(WAREHOUSE,), **late),
            )
        elif number == quarter + 1:
            notice.lift(at(self.run, hour), self.delay, "the walk")
        if number == half:
            self._tell(hour, NoticeRequest(kind=NoticeKind.SERVICE, preset=Preset.WRONG_PRICE, **week))

    def _tell(self, hour: datetime, request: NoticeRequest) -> str:
        """Preview and approve, in a run of its own; the plan's id."""
        run = at(self.run, hour)
        plan = notice.preview(run, request, "the walk").plan
        self.noticed += notice.approve(run, plan.plan_id, plan.plan_hash, "the walk").planned
        return plan.plan_id

    def _write(self, known: datetime) -> None:
        """The drop folder, as the shop's systems show it at `known`."""
        began = time.perf_counter()
        fresh = self.home / "drop.fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        walked = (CLOCK - self.from_at).days
        write_sample(fresh, self.url, seed=1, orders=self.orders, known=known, walked_days=walked)
        shutil.rmtree(self.drop, ignore_errors=True)
        fresh.rename(self.drop)
        self.seconds.append({"write": time.perf_counter() - began})

    def _read(self, hour: datetime) -> None:
        began = time.perf_counter()
        read_source(at(self.run, hour))
        self.seconds.append({"read": time.perf_counter() - began})
