"""`make bench`: the reference hour at a chosen size, with what it is compared to, in one run.

The history is prepared once and kept as the database `bench`; each measured hour works on a copy. It runs in a
process of its own (flows/bench_hour.py), its messages go to a loopback sink (flows/bench_sink.py).
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows import local_prefect
from flows.bench_hour import serve_drop
from tasks import decide, detect, extract, load, track, validate
from tasks.core.database import Database
from tasks.core.errors import TodokeError
from tasks.core.guards import go_live
from tasks.core.paths import ROOT
from tasks.core.postgres import create_database, drop_database, ensure_server, server_url
from tasks.core.queries import query
from tasks.core.runs import Run, begin_load
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.oms.sample import CLOCK
from tasks.prepare import open_run
from tasks.proof import baselines, bench_data
from tasks.proof.explain_speed import explain_seconds
from tasks.proof.files_speed import files_speed

HISTORY, HOUR = "bench", "bench_hour"
SECRET = "the sink's secret, of this machine alone"  # noqa: S105  # of a sink on the loopback
NEXT = CLOCK + timedelta(hours=1)
RENDERED, SLOW = 5000, {"anymail_loop": 2000, "prefect_email_loop": 200}
"""Messages the comparisons render, and send one by one: enough for a rate."""

Say = local_prefect.Say
Result = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """One size in one state folder."""

    settings: Settings
    orders: int
    say: Say

    @property
    def changed(self) -> int:
        """Orders changed in the hour: 20,000 of a million."""
        return max(8, self.orders // 50)

    @property
    def folder(self) -> Path:
        """Drops of changed rows, and the mark that the history is complete."""
        return self.settings.home / "bench"

    def url(self, database: str) -> str:
        """Address of one of its databases."""
        return server_url(self.settings.home, database)

    def at(self, database: str) -> Settings:
        """Settings of a run on one of its databases."""
        own = {"database_url": self.url(database), "sample_orders": self.orders}
        return self.settings.model_copy(update=own)


def measure(settings: Settings, orders: int, say: Say) -> Result:
    """Prepare what is missing, run the hour and everything it is compared with."""
    bench = Bench(settings, orders, say)
    ensure_server(settings.home, "postgres")
    prepared = prepare(bench)
    local_prefect.start_server(settings, say)
    say("Copying the prepared database ...")
    drop_database(bench.url("postgres"), HOUR)
    create_database(bench.url("postgres"), HOUR, HISTORY)
    with sink() as address:
        say("The hour ...")
        hour = run_hour(bench, address)
        hour["sink"] = ask(address)
        say("What it is compared with ...")
        compared = compare(bench, address)
    bench.say("Explaining customers ...")
    explained = explain_seconds(Database(bench.url(HOUR)))
    counted = hour | _counts(bench, hour)
    return {"orders": orders, "prepared": prepared, "hour": counted, "compared": compared, "explain": explained}


def measure_explain(settings: Settings, orders: int, say: Say) -> Result:
    """How long `todoke explain` takes among so many orders, and nothing else."""
    bench = Bench(settings, orders, say)
    ensure_server(settings.home, "postgres")
    prepare(bench)
    database = Database(bench.url(HISTORY))
    database.migrate()
    return {"orders": orders, "explain": explain_seconds(database)}


def measure_files(settings: Settings, orders: int, say: Say) -> Result:
    """How fast so many orders are staged from files of each format, and nothing else."""
    ensure_server(settings.home, "postgres")
    say(f"Writing {orders:,} orders in each format, then staging them ...")
    return {"orders": orders, "files": files_speed(server_url(settings.home, "postgres"), orders)}


# The history


def prepare(bench: Bench) -> Result:
    """The year before the hour, in database `bench`, unless it is there."""
    done = bench.folder / f"{bench.orders}.json"
    if not done.exists():
        bench.folder.mkdir(parents=True, exist_ok=True)
        for mark in bench.folder.glob("*.json"):
            mark.unlink()
        drop_database(bench.url("postgres"), HISTORY)
        create_database(bench.url("postgres"), HISTORY)
        done.write_text(json.dumps(_prepare(bench)), encoding="utf-8")
    found: Result = json.loads(done.read_text(encoding="utf-8"))
    return found


def _prepare(bench: Bench) -> Result:
    """The year, the orders of the hour as they were before it, the first decision; then the files of the hour."""
    bench.say(f"Generating and loading a year of {bench.orders} orders (once; minutes) ...")
    seconds: Result = {"year": _load(bench, open_run(settings=bench.at(HISTORY)))}
    database = Database(bench.url(HISTORY))
    with database.transaction() as connection:
        changed = bench_data.choose_orders(connection, CLOCK, bench.changed)
    bench_data.write_delta(database, bench.folder / "before", CLOCK, hour=False)
    serve_drop(bench.folder / "before", CLOCK)
    run = open_run(settings=bench.at(HISTORY))
    seconds["before"] = _load(bench, run)
    with database.transaction() as connection:
        begin_load(connection, run, "fold")
        moved = bench_data.move_instants(connection, CLOCK, changed)
        go_live(connection, CLOCK, "bench")
    seconds["first_decision"] = _timed(lambda: _decide(run))
    rows = bench_data.write_delta(database, bench.folder / "hour", CLOCK, hour=True)
    bench_data.settle(database)
    database.dispose()
    return {"changed": changed, "moved": moved, "rows": rows, "seconds": seconds}


def _load(bench: Bench, run: Run) -> dict[str, float]:
    steps = {
        "extract": lambda: extract.extract_feeds(run),
        "validate": lambda: validate.validate_feeds(run),
        "load": lambda: load.load_feeds(run),
        "track": lambda: track.track.fn(run),
        "detect": lambda: detect.detect.fn(run),
    }
    seconds = {}
    for name, step in steps.items():
        seconds[name] = _timed(step)
        bench.say(f"  {name:<10} {seconds[name]:6.1f} s")
    return seconds


def _decide(run: Run) -> None:
    with run.database.transaction() as connection:
        decide.plan_messages(connection, run, load_all())
        query("publish/finish_run").run(connection, run_id=run.run_id, seconds="{}")


def _timed(step: Any) -> float:
    began = time.perf_counter()
    step()
    return round(time.perf_counter() - began, 2)


# The hour


@contextmanager
def sink() -> Iterator[str]:
    """The receiver in a process of its own; its address."""
    command = [sys.executable, "-m", "flows.bench_sink"]
    environment = os.environ | {"TODOKE_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()


def ask(address: str) -> dict[str, int]:
    """What the sink counted."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  # http://127.0.0.1
        counts: dict[str, int] = json.loads(answer.read())
    return counts


def run_hour(bench: Bench, address: str) -> Result:
    """One hour on the copy, reported to the local Prefect server; what the process measured."""
    out = bench.folder / "out"
    shutil.rmtree(out, ignore_errors=True)  # an archive that knows of an earlier hour would hold this one
    own = {
        "TODOKE_DATABASE_URL": bench.url(HOUR),
        "TODOKE_ARCHIVE_URL": str(out / "archive"),
        "TODOKE_PUBLISH_URL": str(out / "pages"),
        "TODOKE_ENV": "production",
        "TODOKE_EMAIL": "webhook",
        "TODOKE_WEBHOOK_URL": address,
        "TODOKE_WEBHOOK_SECRET": SECRET,
        "TODOKE_SAMPLE_ORDERS": str(bench.orders),
    }
    hour = _script([sys.executable, "-m", "flows.bench_hour", str(bench.folder / "hour"), NEXT.isoformat()], bench, own)
    if "failed" in hour:
        raise TodokeError(f"The measured hour {hour['failed']}; what it said stands above.")
    return hour


def _script(command: list[str], bench: Bench, own: dict[str, str]) -> Result:
    environment = local_prefect.environment_of(bench.settings) | own
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {"failed": f"ended with {done.returncode}"}
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _counts(bench: Bench, hour: Result) -> Result:
    with Database(bench.url(HOUR)).transaction() as connection:
        counts = dict(query("bench/counts").one(connection, run_id=hour["summary"]["run_id"]))
    return {"counts": counts}


# Beside it


def compare(bench: Bench, address: str) -> Result:
    """Bare COPY of the same files, bare templates of the same messages, and loops of others over them."""
    database = Database(bench.url(HOUR))
    rows, seconds = baselines.bare_copy(database, bench.folder / "hour")
    found = baselines.contents(database, RENDERED)
    ours, bare, messages = baselines.timed_rendering(found)
    database.dispose()
    file = bench.folder / "messages.json"
    file.write_text(json.dumps([vars(message) for message in messages[: max(SLOW.values())]]), encoding="utf-8")
    loops = {name: _loop(bench, name, count, file, address) for name, count in SLOW.items()}
    return {
        "copy": {"rows": rows, "seconds": seconds},
        "render": {"messages": len(messages), "ours": ours, "bare": bare},
        **loops,
    }


def _loop(bench: Bench, name: str, count: int, file: Path, address: str) -> Result:
    script = ROOT / "tests" / "bench" / f"{name}.py"
    return _script([sys.executable, str(script), str(file), str(count), address], bench, {})
