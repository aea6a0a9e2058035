"""A past period hour by hour: once is enough, a cut is taken up, and nobody hears of what has not happened yet."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core.errors import ConfigurationError
from tasks.walk import hours_between
from tests.hour.conftest import Place
from tests.walks.ledgers import ledger, rows_of

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", FROM), "a walk needs --from and --to"),
        (("--from", FROM, "--to", TO, "--as-of", TO), "and no --as-of"),
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
