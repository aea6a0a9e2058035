"""A code goes to one person: reserved with the ledger row, given back only when nobody can have read it."""

import csv
import json
import random
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from flows.cli import main
from tasks.core.database import Database
from tasks.core.paths import ROOT
from tasks.core.queries import query
from tasks.core.runs import Run, write_under
from tests.decide.coupons import (
    AS_OF,
    HOUR,
    at_hour,
    change_codes,
    decide,
    enter,
    everyone_gives_from,
    open_shop,
    plan,
    taken_twice,
    told,
)
from tests.worlds import build, read_world

WEEK_AGO = AS_OF - timedelta(days=7, hours=1)
ENDINGS: dict[tuple[str, ...], bool] = {
    ("expired",): True,
    ("cancelled",): True,
    ("sealed", "rejected"): True,
    ("sealed", "posting", "planned", "expired"): True,  # a posting that was not written
    ("planned",): False,
    ("sealed", "posting"): False,
    ("unknown",): False,
    ("unknown", "parked"): False,
    ("unknown", "planned", "expired"): False,
    ("unknown", "rejected"): False,
    ("accepted", "planned", "expired"): False,
    ("accepted",): False,
}
"""States a message passes through -> whether its code comes back."""


def test_a_code_comes_back_only_when_nobody_can_have_read_it(database: Database) -> None:
    names = [f"p{n:02d}" for n in range(len(ENDINGS))]
    people = dict.fromkeys(names, WEEK_AGO)
    late = {"uma": WEEK_AGO + 2 * HOUR, "vic": WEEK_AGO + 2 * HOUR}
    shop = open_shop(database, people | late, **{f"C-{n:02d}": {} for n in range(len(names))})
    decide(shop)
    held = told(shop)
    assert len(set(held.values())) == len(names), "one each"
    for who, states in zip(names, ENDINGS, strict=True):
        enter(shop, who, *states)
    with shop.database.transaction() as connection:
        query("load/write_under").run(connection, load_id="1", as_of=AS_OF.isoformat())
        free = set(connection.execute(text("select code from free_code")).scalars())
    assert free == {held[who] for who, ending in zip(names, ENDINGS.values(), strict=True) if ending}
    decide(shop, 2)
    later = told(shop)
    assert {later["uma"], later["vic"]} == set(sorted(free)[:2]), "they go to the next, in their order"
    assert taken_twice(shop) == []


def test_a_pool_that_runs_dry_holds_the_others_back_and_says_so(database: Database) -> None:
    people = {name: WEEK_AGO + place * timedelta(minutes=1) for place, name in enumerate(("ai", "bun", "chie", "dai"))}
    ends = {"ends_on": (AS_OF + timedelta(days=20)).date()}
    shop = open_shop(
        database, people, A=ends, B={}, OVER={"ends_on": AS_OF.date()}, WITHDRAWN={}, OWN={"customer_id": "dai"}
    )
    change_codes(shop, "delete from coupon_codes where code = 'WITHDRAWN'")
    decision = decide(shop)
    assert told(shop) == {"ai": "A", "bun": "B", "dai": "OWN"}
    assert decision.verdicts["referral"] == {"planned": 3, "waiting:no_code": 1}
    [alarm] = decision.alarms
    assert "Pool shokai has no code left: 1 messages wait for one; add codes" in alarm
    with shop.database.transaction() as connection:
        rows = connection.execute(
            text("select recipient -> 'coupon' as coupon from message_content order by subject_id")
        )
        first, second, _ = [row.coupon for row in rows]
    terms = {"amount": 500, "minimum_spend": 3000, "currency": "JPY", "friend_amount": 500}
    assert first == terms | {"code": "A", "ends_on": "2026-10-05"}, "the code's own end comes first"
    assert second == terms | {"code": "B", "ends_on": "2026-12-14"}
    change_codes(shop, "insert into coupon_codes (pool, code) values ('shokai', 'NEW')")
    [warning] = decide(shop, 1).alarms
    assert told(shop)["chie"] == "NEW"
    assert "Pool shokai has 0 codes left, and the last 7 days took 4" in warning


def test_who_is_held_out_takes_none_and_who_waits_for_approval_does(database: Database) -> None:
    shop = open_shop(database, {"ai": WEEK_AGO, "bun": WEEK_AGO + 2 * HOUR}, A={})
    decide(shop, 0, holdout=1.0)
    assert told(shop) == {}
    decide(shop, 2, mode="approval")
    assert told(shop) == {"bun": "A"}


def test_where_it_is_optional_it_goes_without(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    two_weeks = {name: AS_OF - timedelta(days=14, hours=1) for name in ("ai", "bun")}
    shop = open_shop(database, two_weeks, A={})
    monkeypatch.setattr("tasks.core.gates.load_brand", lambda: everyone_gives_from("shokai"))
    decision = decide(shop, 0, "second_order_offer")
    assert sorted(told(shop).items()) == [("ai", "A"), ("bun", None)]
    assert "1 messages leave without a coupon" in decision.alarms[0]


def test_without_a_pool_nobody_is_due_for_what_needs_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(database, {"ai": WEEK_AGO}, A={})
    monkeypatch.setattr("tasks.core.gates.load_brand", lambda: everyone_gives_from(None))
    assert decide(shop).verdicts["referral"] == {"dropped:no_pool": 1}


def test_an_offer_beside_an_order_is_for_who_agreed_to_marketing(database: Database) -> None:
    """One code for everybody: recorded for each, in the way of nobody."""
    shop = build(database, read_world(ROOT / "tests" / "due" / "order_confirmation.toml"))
    with shop.database.transaction() as connection:
        floor = "insert into touchpoint_floor values ('order_confirmation', 'O', :at, 'test')"
        connection.execute(text(floor), {"at": AS_OF - timedelta(days=30)})
    decide(shop, 0, "order_confirmation")
    with shop.database.transaction() as connection:
        found = connection.execute(text("select subject_id, code, shared, ends_on from issued_code order by 1"))
        rows = [tuple(row) for row in found]
    day = (AS_OF + timedelta(days=60)).date()
    assert rows == [("sena-2", "ARIGATO5", True, day), ("yoshida-2", "ARIGATO5", True, day)]
    assert {code for who, code in told(shop).items() if who not in ("sena", "yoshida")} == {None}


def under_the_newest_load(connection: Connection, run: Run, kind: str) -> int:
    """A decision that takes no turn."""
    del kind
    load_id = int(query("decide/newest_load").scalar(connection))
    write_under(connection, load_id, run.as_of)
    return load_id


@pytest.mark.parametrize("locked", [True, False])
def test_two_at_once_never_give_one_code(database: Database, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """One decides referrals, the other second orders, both from one pool; with the locks of planning, and without."""
    monkeypatch.setattr("tasks.core.gates.load_brand", lambda: everyone_gives_from("shokai"))
    people = {f"r{n}": WEEK_AGO for n in range(4)} | {f"s{n}": AS_OF - timedelta(days=14, hours=1) for n in range(4)}
    shop = open_shop(database, people, **{f"C{n}": {} for n in range(9)})
    failed: list[IntegrityError] = []
    if not locked:
        monkeypatch.setattr("tasks.decide.begin_load", under_the_newest_load)

    def other() -> None:
        try:
            with shop.database.transaction() as connection:
                if locked:
                    query("decide/lock_planning").run(connection)
                plan(connection, at_hour(shop, 1), "second_order_offer")
        except IntegrityError as error:
            failed.append(error)

    thread = threading.Thread(target=other)
    with shop.database.transaction() as connection:
        if locked:
            query("decide/lock_planning").run(connection)
        plan(connection, at_hour(shop, 0))
        thread.start()
        thread.join(1)
        assert thread.is_alive(), "it waits for us: for the lock, or for the codes we took"
    thread.join()
    assert len(failed) == (0 if locked else 1), "without the lock the whole decision is undone, not a code given twice"
    if failed:
        decide(shop, 2, "second_order_offer")
    with shop.database.transaction() as connection:
        codes = list(connection.execute(text("select code from issued_code order by 1")).scalars())
    assert (len(codes), len(set(codes)), taken_twice(shop)) == (len(codes), len(codes), [])
    assert len(codes) >= 8


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_becomes_of_the_messages_no_code_is_read_twice(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    people = {f"p{n:02d}": WEEK_AGO + n // 4 * HOUR for n in range(32)}
    shop = open_shop(database, people, **{f"C{n}": {} for n in range(9)})
    endings = list(ENDINGS)
    for hour in range(10):
        decide(shop, hour)
        assert taken_twice(shop) == []
        with shop.database.transaction() as connection:
            open_ones = connection.execute(text("select customer_id from message where state = 'planned' order by 1"))
            waiting = list(open_ones.scalars())
        for who in waiting:
            enter(shop, who, *chance.choice(endings))
    given = [code for code in told(shop).values() if code]
    assert len(given) > 9 >= len(set(given)), "some codes went out again after they came back"
    assert taken_twice(shop) == []


def test_history_shows_the_codes_a_decision_began_with(database: Database) -> None:
    shop = open_shop(database, {"ai": WEEK_AGO}, A={}, B={})
    load_id = decide(shop).load_id
    for load, free in ((load_id, ["A", "B"]), (load_id + 1, ["B"])):
        with shop.database.as_of(load) as connection:
            connection.execute(text("select set_config('todoke.as_of', :at, true)"), {"at": AS_OF.isoformat()})
            assert list(connection.execute(text("select code from free_code order by 1")).scalars()) == free


def test_the_till_gets_the_codes_that_were_given(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {name: WEEK_AGO + place * timedelta(minutes=1) for place, name in enumerate(("ai", "bun", "chie"))}
    shop = open_shop(database, people, **{name: {} for name in "ABCDE"}, OWN={"customer_id": "zoe"})
    decide(shop)
    enter(shop, "ai", "unknown", "accepted", "planned")
    enter(shop, "chie", "cancelled")
    monkeypatch.setenv("TODOKE_DATABASE_URL", database.url)
    file = tmp_path / "codes.csv"
    printed = CliRunner().invoke(main.app, ["codes", "--json", "--export", str(file)])
    assert printed.exit_code == 0, printed.output
    found = {row["pool"]: row for row in map(json.loads, printed.stdout.splitlines())}
    assert found["shokai"] == {
        "pool": "shokai",
        "shared": None,
        "codes": 6,
        "free": 3,
        "personal": 1,
        "reserved": 1,
        "issued": 1,
        "gives": ["referral"],
    }
    assert found["arigato"]["shared"] == "ARIGATO5"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["code"], row["customer_id"], row["state"], row["ends_on"]) for row in rows] == [
        ("A", "ai", "issued", "2026-12-14"),
        ("B", "bun", "reserved", "2026-12-14"),
    ]
    assert rows[0]["sent_at"] > rows[1]["sent_at"] == ""
    assert "everybody's" in CliRunner().invoke(main.app, ["codes"]).stdout
