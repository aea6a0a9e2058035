"""A past period hour by hour: once is enough, a cut is taken up, and nobody hears of what has not happened yet."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core.errors import ConfigurationError, DataError
from tasks.core.queries import query, reading
from tasks.core.rulebook import Rulebook, current, keep
from tasks.proof.replay import Cause, Replay, replays
from tasks.walk import hours_between
from tests.hour.conftest import Place
from tests.walks.ledgers import ledger, rows_of
from tests.walks.replay.facts import NEVER, Fact, moved

pytestmark = pytest.mark.xdist_group("hour")

FROM, TO = "2026-09-14T10:00:00+0900", "2026-09-14T16:00:00+0900"


def walk(place: Place) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(place.todoke("run", "--json", "--from", FROM, "--to", TO))
    return summary


@pytest.fixture(scope="module")
def walked(shop_home: Any) -> Place:
    """Six hours of the sample shop's last day but one."""
    place = Place(shop_home, "walked")
    assert walk(place)["walked"] == 6
    return place


def test_a_second_pass_inserts_nothing(walked: Place) -> None:
    before = rows_of(walked.database)
    assert before['"scratch_walked"."message"'] > 0
    again = walk(walked)
    assert (again["hours"], again["walked"], again["planned"]) == (6, 0, 0)
    assert rows_of(walked.database) == before


def test_a_walk_cut_by_kill_9_is_taken_up(walked: Place) -> None:
    cut = Place(walked.home, "cut")
    process = cut.start("run", "--json", "--from", FROM, "--to", TO)
    assert process.stderr is not None
    said = ""
    while "2 of 6" not in said and (character := process.stderr.read(1)):
        said += character
    process.kill()
    process.communicate()
    assert "2 of 6" in said
    assert 0 < walk(cut)["walked"] < 6
    assert ledger(cut.database) == ledger(walked.database)
    assert cut.mailbox() == walked.mailbox()
    assert not any(one.differences for one in replayed(cut)), "also the hour it was cut in"


def test_nobody_hears_of_what_lies_ahead(walked: Place) -> None:
    """The snapshot knows the whole next day: no message rests on anything later than its own hour."""
    with walked.database.transaction() as connection:
        ahead = connection.exec_driver_sql(
            "select touchpoint, subject_id from message m left join order_progress g using (order_id)"
            " where m.due_at > m.planned_at or g.placed_at > m.planned_at"
            " or (m.touchpoint in ('delivered', 'review_request') and g.delivered_at > m.planned_at)"
            " or (m.touchpoint = 'shipped' and g.first_shipped_at > m.planned_at)"
        ).all()
        scans = connection.exec_driver_sql(
            "select count(*) from parcel_scan where last_scan_at > '2026-09-14T16:00:00+09:00'"
        ).scalar_one()
    assert ahead == []
    assert scans == 0


# Replayed


def replayed(place: Place) -> list[Replay]:
    return list(replays(place.database, datetime.fromisoformat(FROM), datetime.fromisoformat(TO)))


def test_a_replay_of_every_hour_equals_the_record(walked: Place) -> None:
    found = replayed(walked)
    assert [one.differences for one in found] == [[]] * 6
    assert sum(one.messages for one in found) == rows_of(walked.database)['"scratch_walked"."message"']
    said = walked.todoke("replay")
    assert said.count("equals the record") == 1, "the last hour"


def test_one_fact_that_came_later_changes_its_own_messages_and_no_others(walked: Place) -> None:
    with walked.database.transaction() as connection:
        order, load = connection.exec_driver_sql(
            "select g.order_id, g.from_load from message m join order_progress g using (order_id)"
            " where m.touchpoint = 'order_confirmation' and m.planned_load - g.from_load <= 2 order by 1 limit 1"
        ).one()
    where = f"order_id = '{order}' and from_load = {load}"
    with moved(walked.database, Fact("progress", "order_progress", where, load, NEVER, order)):
        differences = [one for hour in replayed(walked) for one in hour.differences]
    assert ("message", "order_confirmation") in {(one.kind, one.touchpoint) for one in differences}
    assert {one.recorded is not None and one.replayed is None for one in differences} == {True}, "not known yet then"
    assert {one.subject_id.split(":")[0].split("@")[0] for one in differences} == {order}
    assert {one.cause for one in differences} == {Cause.FACTS}
    assert [one.differences for one in replayed(walked)] == [[]] * 6


@pytest.mark.parametrize(
    ("lost", "back"),
    [
        ("alter table {rec}.parcel_old no inherit {rec}.parcel", "alter table {rec}.parcel_old inherit {rec}.parcel"),
        ("alter table parcel disable trigger b_updated", "alter table parcel enable always trigger b_updated"),
    ],
)
def test_history_that_was_dropped_is_said(walked: Place, lost: str, back: str) -> None:
    here = {"rec": '"scratch_walked_rec"'}
    with (
        changed(walked, lost.format(**here), back.format(**here)),
        pytest.raises(DataError, match="History of parcel was dropped"),
    ):
        replayed(walked)


@contextmanager
def changed(place: Place, change: str, back: str) -> Iterator[None]:
    """The database as it would be after somebody changed it by hand."""
    with place.database.transaction() as connection:
        connection.exec_driver_sql(change)
    yield
    with place.database.transaction() as connection:
        connection.exec_driver_sql(back)


def test_what_was_erased_is_said_to_be_erased(walked: Place) -> None:
    erase = (
        "create table kept as select k.* from message_content k join message m using (touchpoint, subject_id)"
        " where m.state = 'accepted' order by 1, 2 limit 1;"
        " delete from message_content k using kept o where (k.touchpoint, k.subject_id) = (o.touchpoint, o.subject_id)"
    )
    with changed(walked, erase, "insert into message_content select * from kept; drop table kept"):
        differences = [one for hour in replayed(walked) for one in hour.differences]
    assert [(one.kind, one.cause) for one in differences] == [("message", Cause.ERASED)]


def test_a_schema_that_changed_since_is_named_as_the_cause(walked: Place) -> None:
    """A later revision whose view of the past lost all orders."""
    move = """create or replace view "scratch_walked_asof".orders as {}; update schema_version set version_num = '{}'"""
    with walked.database.transaction() as connection:
        told = """select version_num, pg_get_viewdef('"scratch_walked_asof".orders'::regclass) from schema_version"""
        revision, before = connection.exec_driver_sql(told).one()
    before = before.rstrip(";")
    with changed(walked, move.format(f"{before} and false", "9999"), move.format(before, revision)):
        hours = replayed(walked)
    assert {one.schema for one in hours} == {f"{revision} → 9999"}
    assert {one.cause for hour in hours for one in hour.differences} == {Cause.SCHEMA}
    assert [one.schema for one in replayed(walked)] == [""] * 6


def test_rules_of_another_day_are_read_from_the_database(walked: Place) -> None:
    """The files of the project may change: what a run decided by is in its rulebook."""
    with walked.database.transaction() as connection:
        version, files = connection.exec_driver_sql("select version, files from rulebook").one()
    assert version == current().version
    assert files["sql/due/shipped.sql"] == query("due/shipped").source
    with reading({**files, "sql/due/shipped.sql": "-- Params: none\nselect 1"}):
        assert query("due/shipped").source.endswith("select 1")


def test_every_run_is_replayed_by_its_own_rules(walked: Place) -> None:
    """Other words in a shared view alone; then a due file that asks for a column that is not there."""
    view, due = "sql/facts/person.sql", "sql/due/shipped.sql"
    files = current().files
    with decided_by(walked, {**files, view: "-- Other words.\n" + files[view]}):
        assert [one.differences for one in replayed(walked)] == [[]] * 6
    broken = {**files, due: files[due].replace("p.shipped_at", "p.posted_at")}
    with decided_by(walked, broken), pytest.raises(DataError, match=r"cannot be replayed: shipped: column .* exist"):
        replayed(walked)


@contextmanager
def decided_by(place: Place, files: Mapping[str, str]) -> Iterator[None]:
    """Two of the six hours."""
    other = Rulebook.of(files)
    with place.database.transaction() as connection:
        keep(connection, other)
    change = "update run set rulebook = '{}' where run_id in (select run_id from run order by as_of offset 2 limit 2)"
    with changed(place, change.format(other.version), change.format(current().version)):
        yield


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", FROM), "a walk needs --from and --to"),
        (("--from", FROM, "--to", TO, "--as-of", TO), "and neither --as-of nor --express"),
        (("--from", FROM, "--to", TO, "--step", "1x"), "write it like 30m, 1h or 1d"),
    ],
)
def test_a_walk_that_makes_no_sense_is_refused(arguments: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(app, ["run", *arguments])
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())


def test_the_hours_of_a_period() -> None:
    began, ended = datetime.fromisoformat(FROM), datetime.fromisoformat(TO)
    hours = hours_between(began, ended, timedelta(hours=4))
    assert [hour - began for hour in hours] == [timedelta(hours=4)]
    assert hours_between(began, ended, timedelta(hours=3))[-1] == ended
    for step, to_at in ((timedelta(0), ended), (timedelta(hours=1), began), (timedelta(milliseconds=1), ended)):
        with pytest.raises(ConfigurationError):
            hours_between(began, to_at, step)
