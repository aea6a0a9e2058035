"""The days to come, hour by hour in a scratch schema: drawn from the shop's own past, decided by the real steps.

The source (drop folders of drawn days) is read once a simulated day; what has an instant counts from that instant on,
so every step between sees only what an order system would show by then. Nothing is sent: channels end in the process.
"""

import logging
import shutil
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger

from flows.walk import read_source
from tasks.core import approvals
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.sealing import renderer_of
from tasks.core.settings import Settings
from tasks.core.suites import FEED_OF
from tasks.core.thresholds import DeliverySettings, PaceSettings
from tasks.decide import decide
from tasks.deliver import deliver_messages
from tasks.detect import detect
from tasks.prepare import at, scratch_run
from tasks.proof.simulate_copy import copy_namespace
from tasks.proof.simulate_future import DAY, Future, draw_future
from tasks.proof.simulate_report import Report, Walked, report
from tasks.proof.simulate_sink import Sampled, Sink
from tasks.track import track
from tasks.walk import finish_hour

_progress = logging.getLogger("todoke.progress")
STEPS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 4, 6, 8, 12, 24))
WHO = "the simulation"
BATCH = 1000
"""Messages of a call: what a claim costs is paid once for all of them."""


@dataclass
class _Simulation:
    run: Run
    future: Future
    step: timedelta
    render: Sampled
    sinks: list[Sink]
    walked: Walked
    seconds: defaultdict[str, float]

    def walk(self) -> None:
        """Every step of every day."""
        began_at = self.run.as_of
        for day in range(1, self.future.days + 1):
            since = began_at + (day - 1) * DAY
            self._timed("read", partial(self._read, self.future.day(day), since + DAY))
            for number in range(1, DAY // self.step + 1):
                self._hour(since + number * self.step)
            _progress.info("%s of %s  %s", day, self.future.days, (since + DAY).date())

    def _read(self, folder: Path, hour: datetime) -> None:
        """At the end of its day, as a walk reads at the end of its period: how fresh a feed is, its newest row says."""
        settings = self.run.settings.model_copy(update={"oms_url": folder})
        checked = read_source(Run(at(self.run, hour).run_id, hour, self.run.database_url, self.run.namespace, settings))
        closed = [why for why in checked["validate"]["reasons"].values() if why]
        if closed:
            self.walked.notes[f"feeds were not open on some day: {closed[0]}"] += 1

    def _hour(self, hour: datetime) -> None:
        run = at(self.run, hour)
        before = dict(self.seconds)
        for name, step in {"track": track.fn, "detect": detect.fn}.items():
            self._timed(name, partial(step, run))
        decision = self._timed("decide", partial(decide.fn, run))
        if decision.broken:
            raise DataError(f"{hour.isoformat()}: not decided: {decision.broken}")
        self.walked.planned += decision.planned
        self._timed("release", partial(self._release, run))
        delivered = self._timed("deliver", partial(self._deliver, run))
        self.walked.notes.update(delivered.notes)
        finish_hour(run, {name: so_far - before.get(name, 0) for name, so_far in self.seconds.items()})
        self.walked.hours += 1

    def _release(self, run: Run) -> None:
        """A person says yes to everything at once; what would have waited for one is counted."""
        with run.database.transaction() as connection:
            for row in query("simulate/report/newly_held").rows(connection, as_of=run.as_of):
                self.walked.held[row["touchpoint"], row["reason"]] += row["messages"]
            plan = approvals.show(connection, WHO, "release")
            for line in plan.waiting:
                self.walked.approvals[line.touchpoint, line.reason] += line.messages
            approvals.decide(connection, plan, "confirm", WHO, run.settings)

    def _deliver(self, run: Run) -> Any:
        """No account's limits: how long they would take is told from the busiest hour."""
        free, large = PaceSettings(messages="", calls="", warm_up=""), DeliverySettings(batch_size=BATCH)
        return deliver_messages(run, self.sinks, self.render, times=large, pace=free)

    def _timed(self, name: str, step: Any) -> Any:
        began = time.perf_counter()
        try:
            return step()
        finally:
            self.seconds[name] += time.perf_counter() - began


def simulate(
    settings: Settings,
    origin: Database,
    days: int,
    seed: int = 1,
    step: timedelta = timedelta(hours=1),
    name: str = "simulation",
    render_all: bool = False,
) -> Report:
    """Go on for `days` from the last hour decided in `origin`, in the scratch schema `name`, which is made anew.

    `origin` is only read. Raises DataError where its past is too short, ConfigurationError for a step that does not
    fill a day.
    """
    if step not in STEPS or days < 1:
        raise ConfigurationError(
            "A simulation needs a day at least, and a step that fills one: 1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h."
        )
    began = time.perf_counter()
    run, feeds = _scratch(settings, origin, name)
    _progress.info("copy")
    seconds: defaultdict[str, float] = defaultdict(float)
    rows = copy_namespace(origin.namespace, run.database)
    seconds["copy"] = time.perf_counter() - began
    _progress.info("draw")
    folder = run.settings.home / "future"
    shutil.rmtree(folder, ignore_errors=True)
    future = draw_future(run.database, folder, run.as_of, days, seed, feeds)
    seconds["draw"] = time.perf_counter() - began - seconds["copy"]
    walked = Walked(run.as_of, days, step, seed, rows)
    with disable_run_logger():
        sinks = [Sink(channel) for channel in run.settings.channels]
        one = _Simulation(
            run, future, step, Sampled(renderer_of(run), every=1 if render_all else 20), sinks, walked, seconds
        )
        one.walk()
    walked.seconds = dict(seconds)
    walked.rendered = one.render.rendered
    walked.units = {sink.name: dict(sink.units) for sink in sinks}
    return report(run, walked, future, PaceSettings(), settings.channels)


def _scratch(settings: Settings, origin: Database, name: str) -> tuple[Run, list[str]]:
    """An empty scratch schema at the last hour decided in `origin`, and the tables its order system has."""
    with origin.transaction() as connection:
        last = query("guards/last_decided_at").scalar(connection)
        absent = {row["feed"] for row in query("reports/gates").rows(connection) if row["state"] == "absent"}
    if last is None:
        raise DataError(
            f"No hour was decided in {origin.namespace}: there is nothing to go on from. `todoke run` decides one."
        )
    return scratch_run(last, name, settings, origin), [table for table, feed in FEED_OF.items() if feed not in absent]
