"""Invariant 11, guard by guard: what must be refused is, and the command that lifts it does."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core import guards
from tasks.core.database import Database
from tasks.core.errors import GuardError
from tasks.core.runs import Run, begin_load
from tasks.core.settings import Settings
from tasks.core.thresholds import GuardSettings
from tasks.core.touchpoints import Touchpoint, load, load_all
from tasks.decide import plan_messages
from tasks.prepare import guard, open_run
from tests.worlds import World, build, read_world

AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
LIMITS = GuardSettings()
SECRET = b"of this shop"
PEOPLE = Path(__file__).parents[1] / "due" / "order_confirmation.toml"


def new_run(database: Database, as_of: datetime = AS_OF) -> Run:
    return Run(f"run-{as_of:%d%H}", as_of, database.url, database.namespace)


GOOD_RUN = """insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts)
               values (:run, :as_of, 1, '{}', '{}', '{}', '{}')"""
SENT = """insert into message (touchpoint, subject_id, customer_id, order_id, class, channel, language, variant,
                               priority, due_at, valid_until, planned_at, planned_load, run_id, state, state_at)
          values ('shipped', :id, 'c', :id, 'T', 'email', 'ja', 'plain', 90, :at, :at, :at, 1, 'r', 'accepted', :at)"""

KNOWN_ORDER = "insert into orders (order_id, customer_id, placed_at, total, currency) values ('o0', 'c', :at, 1, 'JPY')"


def decided(connection: Connection, as_of: datetime) -> None:
    """A good run happened at `as_of`."""
    connection.execute(text(GOOD_RUN), {"run": f"good-{as_of:%m%d%H}", "as_of": as_of})


def written_to(connection: Connection, orders: list[str], as_of: datetime) -> None:
    """These orders' customers got a message."""
    connection.execute(text(SENT), [{"id": order, "at": as_of} for order in orders])


def holds(
    connection: Connection, run: Run, mark: int | None = None, old_orders: list[str] | None = None, **ids: list[str]
) -> list[str]:
    return [line.split(":")[0] for line in guards.open_holds(connection, run, LIMITS, mark, ids, old_orders or ())]


# The database belongs to one shop


def test_a_database_is_bound_to_its_shop_at_first_use(database: Database) -> None:
    with database.transaction() as connection:
        guards.bind(connection, "hinata", "sample", SECRET)
        guards.bind(connection, "hinata", "sample", SECRET)
        with pytest.raises(GuardError, match="belongs to shop 'hinata' on order system 'sample', not to 'aozora'"):
            guards.bind(connection, "aozora", "sample", SECRET)
        with pytest.raises(GuardError, match="not to 'hinata' on 'shopify'"):
            guards.bind(connection, "hinata", "shopify", SECRET)
        with pytest.raises(GuardError, match=r"used with another secret: .* TODOKE_SECRET"):
            guards.bind(connection, "hinata", "sample", b"of another folder")


# The past


def test_an_hour_before_the_sources_clock_is_refused_outside_scratch(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.url, sample_orders=20)
    with pytest.raises(GuardError, match="--scratch NAME"):
        open_run(AS_OF - timedelta(hours=1), settings=settings)
    run = open_run(AS_OF - timedelta(hours=1), "looking_back", settings)
    assert (run.namespace, run.settings.email) == ("scratch_looking_back", "mailbox")
    assert run.settings.home == tmp_path / "scratch" / "looking_back"


# Going live


def test_a_real_channel_on_an_empty_ledger_waits_for_go_live(database: Database) -> None:
    with database.transaction() as connection:
        guards.require_go_live(connection, channel_is_real=False)
        with pytest.raises(GuardError, match="todoke go-live --from T"):
            guards.require_go_live(connection, channel_is_real=True)
        guards.go_live(connection, AS_OF, "ops")
        guards.require_go_live(connection, channel_is_real=True)


def test_without_go_live_the_first_run_plans_nothing_of_the_past(database: Database) -> None:
    world = read_world(PEOPLE)
    build(database, world)
    with database.transaction() as connection:
        assert plan_messages(connection, new_run(database), load_all(), ["order_confirmation"]).planned == 0


def test_go_live_lets_the_first_run_begin_at_its_instant(database: Database) -> None:
    world = read_world(PEOPLE)
    build(database, world)
    with database.transaction() as connection:
        guards.go_live(connection, AS_OF - timedelta(minutes=45), "ops")
        plan_messages(connection, new_run(database), load_all(), ["order_confirmation"])
        planned = connection.execute(text("select subject_id from message order by 1")).scalars().all()
    assert {"higa-1", "nao-1", "rei-1", "saki-1"} <= set(planned)
    assert not {"megumi-2", "ueda-1"} & set(planned), "megumi ordered before; ueda at the counter"


def test_the_command_says_from_when(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": database.url, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(f"TODOKE_{name}", value)
    done = CliRunner().invoke(app, ["go-live", "--from", "2026-09-14T10:00:00+0900"])
    assert (done.exit_code, done.output) == (0, "Live from 2026-09-14T10:00:00+09:00.\n")
    with database.transaction() as connection:
        assert guards.live_from(connection) == AS_OF - timedelta(days=1)


def test_a_touchpoint_that_comes_later_starts_empty_handed(database: Database) -> None:
    run, known = _live_shop(database)
    with database.transaction() as connection:
        plan_messages(connection, run, known, ["shipped"])
        planned = plan_messages_later(connection, run, known, "order_confirmation")
    assert planned == 0


def test_a_subject_format_that_widens_starts_empty_handed(database: Database) -> None:
    run, known = _live_shop(database)
    wider = {"order_confirmation": load("order_confirmation").model_copy(update={"subject_format": "O:P"})}
    with database.transaction() as connection:
        plan_messages(connection, run, known, ["shipped"])
        connection.execute(
            text("insert into touchpoint_floor values ('order_confirmation', 'O', '2026-09-01', 'earlier')")
        )
        assert plan_messages_later(connection, run, wider, "order_confirmation") == 0


def _live_shop(database: Database) -> tuple[Run, dict[str, Touchpoint]]:
    world: World = read_world(PEOPLE)
    build(database, world)
    with database.transaction() as connection:
        guards.go_live(connection, AS_OF - timedelta(days=3), "ops")
    return new_run(database), dict(load_all())


def plan_messages_later(connection: Connection, run: Run, known: dict[str, Touchpoint], name: str) -> int:
    later = Run("later", run.as_of + timedelta(minutes=1), run.database_url, run.namespace)
    return plan_messages(connection, later, known, [name]).planned


# Holds


def test_three_days_of_silence_hold_until_a_person_resumes(database: Database) -> None:
    with database.transaction() as connection:
        decided(connection, AS_OF - timedelta(hours=73))
        assert holds(connection, new_run(database)) == ["gap"]
        assert guards.resume(connection, "ops") == 1
        assert holds(connection, new_run(database)) == []


def test_a_silence_of_72_hours_holds_nobody(database: Database) -> None:
    with database.transaction() as connection:
        decided(connection, AS_OF - timedelta(hours=72))
        assert holds(connection, new_run(database)) == []


def test_a_ledger_from_an_old_backup_holds(database: Database) -> None:
    with database.transaction() as connection:
        decided(connection, AS_OF - timedelta(hours=1))
        written_to(connection, ["o1", "o2"], AS_OF)
        assert holds(connection, new_run(database), mark=2) == []
        assert holds(connection, new_run(database), mark=3) == ["high_water"]
        guards.resume(connection, "ops")
        decided(connection, AS_OF)
        assert holds(connection, new_run(database), mark=3) == [], "a person said yes to this mark"
        assert holds(connection, new_run(database), mark=4) == ["high_water"]


def test_ids_that_change_wholesale_hold(database: Database) -> None:
    known = [f"o{number}" for number in range(25)]
    with database.transaction() as connection:
        decided(connection, AS_OF - timedelta(hours=1))
        written_to(connection, known, AS_OF - timedelta(days=2))
        assert holds(connection, new_run(database), orders=[*known[5:], "new"]) == [], "a fifth may go"
        assert holds(connection, new_run(database)) == [], "an incremental extract says nothing"
        assert holds(connection, new_run(database), customers=["c"]) == [], "all were written to one customer"
        assert holds(connection, new_run(database), orders=[f"shop-{order}" for order in known]) == ["vanished"]


def test_old_orders_that_come_in_bulk_hold_where_others_are_known(database: Database) -> None:
    old = [f"o{number}" for number in range(LIMITS.history_most + 1)]
    with database.transaction() as connection:
        decided(connection, AS_OF - timedelta(hours=1))
        run = new_run(database)
        assert holds(connection, run, old_orders=old) == [], "the shop's first orders are no import"
        begin_load(connection, run, "merge")
        connection.execute(text(KNOWN_ORDER), {"at": AS_OF})
        assert holds(connection, run, old_orders=old) == [], "one of them is known"
        assert holds(connection, run, old_orders=[*old, "another"]) == ["back_dated"]


def test_a_held_run_loads_decides_and_sends_nothing(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.url, sample_orders=20)
    run = open_run(settings=settings)
    with database.transaction() as connection:
        decided(connection, run.as_of - timedelta(days=9))
    with pytest.raises(GuardError, match="todoke resume"):
        guard.fn(run)
    with database.transaction() as connection:
        assert guards.held(connection), "the hold outlives the run that opened it"


def test_pause_and_resume(database: Database) -> None:
    with database.transaction() as connection:
        guards.pause(connection, "ops", "wrong price", "replenishment")
        stopped = text("select is_stopped('replenishment', 'email'), is_stopped('shipped', 'email')")
        assert tuple(connection.execute(stopped).one()) == (True, False)
        guards.resume(connection, "ops")
        assert tuple(connection.execute(stopped).one()) == (False, False)
