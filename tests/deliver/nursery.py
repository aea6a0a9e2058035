"""Real worker processes, quickly: one process imports everything and forks a worker for each request.

A worker runs the delivery step against a stand-in and may kill itself at a named step. A module that speaks JSON lines.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from tasks.channels.base import Channel
from tasks.channels.mailbox import Mailbox
from tasks.channels.resend import Resend
from tasks.channels.ses import Ses
from tasks.core.accounts import SesSettings
from tasks.core.claims import Scope, claim, end, enter
from tasks.core.database import Database
from tasks.core.domain import State, TouchpointClass
from tasks.core.sealing import pack
from tasks.core.steps import VARIABLE, Hook, reached
from tasks.core.thresholds import DeliverySettings, PaceSettings
from tasks.deliver import deliver_messages
from tests.deliver.mutations import MUTATIONS
from tests.deliver.people import NOW, PATIENT, QUICK, all_due, render, run_of
from tests.deliver.standin import HttpChannel


@dataclass(frozen=True)
class Worker:
    """What a worker is told. `strike` = kill -9 yourself at the nth time of this step, or stop there for a while."""

    url: str
    home: str
    port: int = 0
    keyed: bool = True
    adapter: str = "standin"
    times: dict[str, float] = field(default_factory=dict)
    strike: str = ""
    nth: int = 1
    signal: int = signal.SIGKILL
    naive: bool = False
    rate: str = ""
    throttles: str | None = None
    mutation: str = ""

    def channel(self) -> Channel:
        """The stand-in on its port; without a port the mailbox."""
        return ADAPTERS[self.adapter](self) if self.port else Mailbox(Path(self.home) / "mailbox")

    @property
    def address(self) -> str:
        """Where the stand-in listens."""
        return f"http://127.0.0.1:{self.port}"

    def delivery(self) -> DeliverySettings:
        """Its times."""
        return QUICK.model_copy(update=self.times)

    def pace(self) -> PaceSettings:
        """Its limits."""
        path = Path(self.throttles) if self.throttles else None
        patience = 0 if path else PATIENT.patience_minutes
        return PATIENT.model_copy(update={"messages": self.rate, "throttles": path, "patience_minutes": patience})


def _ses(worker: Worker) -> Ses:
    nobody = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    os.environ.update(nobody, AWS_DEFAULT_REGION="ap-northeast-1", AWS_ENDPOINT_URL=worker.address)
    return Ses(SesSettings(rate=10_000), worker.delivery().timeout_seconds)


ADAPTERS: dict[str, Callable[[Worker], Channel]] = {
    "standin": lambda worker: HttpChannel(worker.port, worker.keyed),
    "resend": lambda worker: Resend("re_tests", worker.address),
    "ses": _ses,
}


class Nursery:
    """The test's side. `environment`: what its workers see besides ours."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.deliver.nursery"]
        seen = {**os.environ, **(environment or {})}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=seen)

    def start(self, worker: Worker) -> int:
        """Process id of a new worker."""
        return int(self._ask({"start": worker}))

    def wait(self, pid: int) -> int:
        """Exit code; negative = the signal that ended it."""
        return int(self._ask({"wait": pid}))

    def run(self, worker: Worker) -> int:
        """Start and wait."""
        return self.wait(self.start(worker))

    def clock(self) -> float:
        """What time workers think it is."""
        return float(self._ask({"clock": True}))

    def close(self) -> None:
        """End the nursery."""
        self._process.communicate(timeout=10)

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps(request) + b"\n")
        self._process.stdin.flush()
        return orjson.loads(self._process.stdout.readline())


def striking(step: str, nth: int, number: int) -> Hook:
    """A hook that signals its own process at the nth time of a step."""
    seen = 0

    def hook(reached: str) -> None:
        nonlocal seen
        seen += reached == step
        if reached == step and seen == nth:
            os.kill(os.getpid(), number)

    return hook


def _hook(worker: Worker) -> Hook:
    """kill -9 by the variable that `todoke run` reads, other signals by a hook of ours."""
    if worker.signal != signal.SIGKILL:
        return striking(worker.strike, worker.nth, worker.signal)
    if worker.strike:
        os.environ[VARIABLE] = f"{worker.strike}:{worker.nth}"
    return reached


def work(worker: Worker) -> None:
    """The worker's life."""
    database = Database(worker.url)
    run = run_of(database, Path(worker.home), env="production" if worker.adapter != "standin" else "development")
    hook = _hook(worker)
    if worker.mutation:
        MUTATIONS[worker.mutation].apply(worker.url)
    if worker.naive:
        return send_naively(database, worker.channel(), hook)
    deliver_messages(run, [worker.channel()], render, all_due, worker.delivery(), hook, worker.pace())
    return None


def send_naively(database: Database, channel: Channel, hook: Hook) -> None:
    """What people write first: read what is planned, post it, mark it. The control of the harness."""
    scope = Scope("run-1", NOW, channel.name, guarded=False)
    while True:
        with database.transaction() as connection:
            found = claim(connection, scope, TouchpointClass.TRANSACTIONAL, QUICK.batch_size, all_due)
        if not found.ready:
            return
        packed = pack(found.ready, render, channel, NOW)
        channel.post(channel.join([entry for _, entry in packed.entries]), uuid4().hex, time.monotonic() + 1)
        hook("post")
        with database.transaction() as connection:
            enter(connection, NOW)
            end(connection, NOW, {key: (State.ACCEPTED, "") for key, _ in packed.entries})


def forked(task: Callable[[], None]) -> int:
    """Run it in a child; its process id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            task()
            code = 0
        finally:
            os._exit(code)
    return pid


def main() -> None:
    """Serve requests until the test hangs up."""
    for line in sys.stdin.buffer:
        request = orjson.loads(line)
        if "start" in request:
            worker = Worker(**request["start"])
            answer: float = forked(lambda worker=worker: work(worker))  # type: ignore[misc]
        elif "clock" in request:
            answer = time.time()
        else:
            _, status = os.waitpid(request["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
