"""A sample shop continued: in a scratch schema, from its own past, by the real steps; the shop itself is untouched."""

import csv
import hashlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger
from sqlalchemy import text

from flows.simulate import simulate
from flows.walk import read_source
from tasks.core.brand import load_brand
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.guards import go_live
from tasks.core.settings import Settings
from tasks.core.suites import FEED_OF
from tasks.decide import decide
from tasks.detect import detect
from tasks.oms.sample import CLOCK
from tasks.prepare import open_run
from tasks.proof.simulate_future import Future, draw_future
from tasks.proof.simulate_page import nice, page
from tasks.proof.simulate_report import Report
from tasks.track import track
from tests.places import new_home

ORDERS, DAYS = 6000, 3
"""On the third day what was read once is stale."""


@dataclass(frozen=True)
class Shop:
    """A live sample shop at its clock, an hour decided and nothing sent."""

    settings: Settings
    database: Database

    @cached_property
    def report(self) -> Report:
        return simulate(self.settings, self.database, DAYS, step=timedelta(hours=12))

    def state(self) -> dict[str, str]:
        """Every table of the live shop, its history too, and every file of its home but those of scratch schemas."""
        return self._tables() | self._files()

    def _tables(self) -> dict[str, str]:
        listed = text("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname like 'todoke%'")
        digest = "select md5(coalesce(string_agg(cast(r as text), ';' order by cast(r as text)), '')) from {} r"
        with self.database.transaction() as connection:
            tables = connection.execute(listed).scalars().all()
            return {table: connection.execute(text(digest.format(table))).scalar_one() for table in tables}

    def _files(self) -> dict[str, str]:
        paths = (path for path in self.settings.home.rglob("*") if path.is_file() and "scratch" not in path.parts)
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def future(self, folder: Path, seed: int, days: int = DAYS) -> Future:
        return draw_future(self.database, folder, CLOCK, days, seed, FEED_OF)


@pytest.fixture(scope="module")
def shop(module_database: Database) -> Iterator[Shop]:
    home = new_home()
    settings = Settings(home=home, database_url=module_database.url, sample_orders=ORDERS)
    run = open_run(settings=settings)
    with disable_run_logger():
        read_source(run)
        with run.database.transaction() as connection:
            go_live(connection, CLOCK - timedelta(hours=6), "tests")
        for step in (track.fn, detect.fn, decide.fn):
            step(run)
    yield Shop(settings, run.database)
    shutil.rmtree(home)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.csv")}


def test_it_leaves_the_shop_as_it_was(shop: Shop) -> None:
    before = shop.state()
    report = shop.report
    assert shop.state() == before
    assert report.messages > 0
    assert report.hours == DAYS * 2
    assert not (shop.settings.home / "scratch" / "simulation" / "mailbox").exists()


def test_messages_leave_by_the_real_steps(shop: Shop) -> None:
    report = shop.report
    assert {"order_confirmation", "shipped", "delivered", "thank_you"} <= report.touchpoints.keys()
    assert sum(sum(counts.values()) for counts in report.touchpoints.values()) == report.messages
    assert sum(report.by_hour.values()) == report.messages == sum(one.messages for one in report.channels)
    assert not any(state.startswith(("rejected", "parked", "unknown", "sealed", "planned")) for state in report.states)
    assert not any("feeds were not open" in note for note in report.notes)
    with Database(shop.database.url, "scratch_simulation").transaction() as connection:
        set_aside = connection.execute(text("select table_name, reason, content from rejected_fact")).all()
    assert set_aside == []


def test_gates_quota_and_cost_are_told(shop: Shop) -> None:
    report, costs = shop.report, load_brand().costs
    assert report.held["quiet_hours"]
    email = next(one for one in report.channels if one.channel == "email")
    assert costs.email is not None
    assert float(email.cost or 0) == pytest.approx(float(costs.email) * email.messages)
    assert 0 < report.busiest["messages"] <= max(report.by_hour.values())
    assert any("recorded for 0 of 3 days" in note for note in report.notes), "too short a past is said, not filled in"


def test_the_page_needs_nothing_else(shop: Shop) -> None:
    html = page(shop.report)
    assert html.count("<svg") == 2
    assert "<script" not in html
    assert "http" not in html
    assert load_brand().section(None).name.ja in html
    assert [nice(n) for n in (1, 11, 99, 400, 401)] == [1, 20, 100, 400, 600]


def test_the_same_seed_draws_the_same_days(shop: Shop, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        shop.future(tmp_path / name, seed)
    assert files(tmp_path / "one") == files(tmp_path / "again")
    assert files(tmp_path / "one") != files(tmp_path / "other")


def test_drawn_orders_look_like_those_of_the_past(shop: Shop, tmp_path: Path) -> None:
    """Four weeks: number, payment, gifts and cancellations as on record, within four standard deviations."""
    future = shop.future(tmp_path, 3, days=28)
    with shop.database.transaction() as connection:
        row = connection.execute(PAST, {"now": CLOCK}).mappings().one()
    rows = [
        line for name, content in files(tmp_path).items() if name.endswith("/orders.csv") for line in _read(content)
    ]
    come = {line["order_id"]: line for line in rows if line["order_id"].startswith("SIM-")}
    assert len(come) == future.orders
    expected = float(row["orders"]) / 2  # of eight weeks, by whose rates orders come
    assert abs(len(come) - expected) <= 4 * expected**0.5
    for column, word in YES.items():
        found = sum(line[column] == word if word else line[column] != "" for line in come.values()) / len(come)
        share = row[column]
        assert abs(found - share) <= 4 * (share * (1 - share) / len(come)) ** 0.5 + 0.01, column


PAST = text("""
select (select count(*) from orders where placed_at > cast(:now as timestamptz) - interval '56 days') as orders,
       cast(avg(cast(cancelled_at is not null as integer)) as float8) as cancelled_at,
       cast(avg(cast(coalesce(gift, false) as integer)) as float8) as gift,
       cast(avg(cast(payment_method = 'card' as integer)) as float8) as payment_method
from orders
where placed_at > cast(:now as timestamptz) - interval '410 days'
  and placed_at <= cast(:now as timestamptz) - interval '45 days'
""")
YES = {"cancelled_at": "", "gift": "true", "payment_method": "card"}
"""Column -> what it says where it is so; the empty word: anything."""


def _read(content: bytes) -> list[dict[str, str]]:

    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_past_too_short_says_so(database: Database, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database.url)
    with pytest.raises(DataError, match="No hour was decided"):
        simulate(settings, database, 30)
    with pytest.raises(DataError, match=r"history is too small.*0 orders in 0 whole weeks"):
        draw_future(database, tmp_path / "future", CLOCK, 30, 1, FEED_OF)
    with pytest.raises(ConfigurationError, match="a step that fills one"):
        simulate(settings, database, 30, step=timedelta(hours=5))
