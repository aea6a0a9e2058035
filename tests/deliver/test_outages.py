"""The ground gives way during a delivery: PostgreSQL restarts, disks fill up, clocks are wrong."""

import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tasks.channels.mailbox import Mailbox
from tasks.core.database import Database
from tasks.core.errors import DatabaseUnreachable, StoreError
from tasks.core.postgres import ensure_server, stop_server
from tests.deliver.conftest import Shop
from tests.deliver.nursery import Nursery
from tests.deliver.people import QUICK, orders, plan, states
from tests.deliver.standin import StandIn, serving
from tests.places import new_home

HOW = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill -9": signal.SIGKILL}


@pytest.fixture(scope="module")
def own_server() -> Iterator[Path]:
    """Home of a server of these tests alone."""
    folder = new_home()
    yield folder
    stop_server(folder)
    shutil.rmtree(folder, ignore_errors=True)


def restart(home: Path, number: int) -> None:
    """End the server with a signal and start it again."""
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    process = psutil.Process(int(pid_file.read_text(encoding="utf-8").split()[0]))
    process.send_signal(number)
    process.wait(20)
    ensure_server(home)


def restarting(home: Path, number: int, step: str) -> Callable[[str], None]:
    """A hook that ends the server with a signal the first time a step is reached, and starts it again."""
    left = [step]

    def hook(reached: str) -> None:
        if left == [reached]:
            left.clear()
            restart(home, number)

    return hook


@pytest.mark.parametrize(
    ("how", "step", "is_keyed"),
    [("fast", "intent", True), ("immediate", "post", False), ("kill -9", "acknowledge", True)],
)
def test_postgresql_restarts_during_a_delivery(
    own_server: Path, tmp_path: Path, how: str, step: str, is_keyed: bool
) -> None:
    """At every step and with both kinds of provider in `make chaos`."""
    deliver_through_restarts(own_server, tmp_path, how, is_keyed, step)


def deliver_through_restarts(home: Path, tmp_path: Path, how: str, is_keyed: bool, *steps: str) -> None:
    """One delivery a step, each with a restart of the server in it; nothing is lost or repeated."""
    database = Database(ensure_server(home, f"{how[:4].strip()}_{'keyed' if is_keyed else 'unkeyed'}"))
    database.migrate()
    with serving(StandIn(is_keyed)) as provider:
        shop = Shop(database, tmp_path, provider)
        for place, step in enumerate(steps):
            plan(database, orders(12 * place + 12)[12 * place :])
            with suppress(DBAPIError, DatabaseUnreachable):
                shop.deliver(hook=restarting(home, HOW[how], step))
            _settle(shop)
            assert set(states(database).values()) == {"accepted"}, step
            shop.check()
    database.dispose()


FULL = """create function disk_full() returns trigger language plpgsql as $$ begin
  raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device'; end $$"""


@pytest.mark.parametrize(
    "where",
    [
        "insert on batch for each row",
        "update on batch for each row when (new.state = 'posting')",
        "update on batch for each row when (new.state = 'done')",
        "insert on message_event for each row when (new.state = 'accepted')",
    ],
)
def test_the_disk_of_postgresql_is_full(shop: Shop, where: str) -> None:
    """What PostgreSQL says then (53100), at each write of the protocol."""
    plan(shop.database, orders(12))
    _execute(shop.database, FULL, f"create trigger full_disk before {where} execute function disk_full()")
    _execute(shop.database, f"alter table {where.split()[2]} enable always trigger full_disk")
    with pytest.raises(DBAPIError, match="No space left on device"):
        shop.deliver()
    assert "accepted" not in states(shop.database).values()
    _execute(shop.database, "drop function disk_full cascade")
    _settle(shop)
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def _execute(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def no_space() -> Iterator[None]:
    """No file of this process can grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_disk_of_the_state_folder_is_full(keyed: Shop) -> None:
    plan(keyed.database, orders(12))
    with pytest.raises(StoreError, match="free space"), no_space():
        keyed.deliver()
    assert set(states(keyed.database).values()) == {"accepted"}, "sent is sent; only the archive is behind"
    keyed.check()
    keyed.deliver()
    names = [path.name for path in (keyed.home / "archive").rglob("*") if path.is_file()]
    assert sorted(name.rpartition(".")[2] for name in names) == ["json", "lock", "zst", "zst"], "no half file is left"


def test_the_disk_of_the_mailbox_is_full(keyed: Shop) -> None:
    plan(keyed.database, orders(12))
    mailbox = Mailbox(keyed.home / "mailbox")
    with suppress(StoreError), no_space():
        keyed.deliver(mailbox)
    assert set(states(keyed.database).values()) == {"planned"}
    keyed.deliver(mailbox)
    assert set(states(keyed.database).values()) == {"accepted"}
    assert len(list((keyed.home / "mailbox").glob("*/*.eml"))) == 12
    keyed.check_sum()


@pytest.fixture(scope="module", params=["+600", "-600"])
def wrong_clock(request: pytest.FixtureRequest) -> Iterator[Nursery]:
    """Workers to whom libfaketime tells the wrong time of day, below Python: sockets, TLS and libpq see it too."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed")
    made = Nursery({"LD_PRELOAD": str(found[0]), "FAKETIME": request.param})
    assert made.clock() - time.time() == pytest.approx(float(request.param), abs=60)
    yield made
    made.close()


def test_a_worker_whose_clock_is_ten_minutes_wrong(shop: Shop, nursery: Nursery, wrong_clock: Nursery) -> None:
    plan(shop.database, orders(60))
    assert wrong_clock.run(shop.worker(strike="post", nth=2)) == -signal.SIGKILL
    started = [(one, one.start(shop.worker())) for one in (wrong_clock, nursery, wrong_clock)]
    assert [one.wait(pid) for one, pid in started] == [0, 0, 0]
    _settle(shop)
    assert set(states(shop.database).values()) == {"accepted"}
    shop.check()


def test_a_name_of_ten_megabytes_harms_nobody(keyed: Shop) -> None:
    """Loading sets such a row aside; what came in all the same leaves, or is refused by its provider's own limit."""
    plan(keyed.database, [*orders(3), orders(4, person="長" * 3_500_000)[3]])
    keyed.deliver(Mailbox(keyed.home / "mailbox"))
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check_sum()


def _settle(shop: Shop) -> None:
    for _ in range(4):
        shop.deliver()
        if set(states(shop.database).values()) == {"accepted"}:
            return
        time.sleep(QUICK.lease_seconds + QUICK.timeout_seconds + 0.2)
