"""A send leaves as previewed or not at all; a mark is for ever; whoever asks for nonsense hears what to do."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tasks.backfill import finish, open_window, work
from tasks.backfill_send import approve, backfills, preview, reject, send
from tasks.core.backfills import Backfill, SendPreview
from tasks.core.database import Database
from tasks.core.errors import ConfigurationError, DataError, GuardError
from tasks.core.runs import Run
from tests.backfill.conftest import CLOCK, asked, plan_hour, rows, run_at
from tests.walks.ledgers import ledger, rows_of
from tests.worlds import build, read_world

PEOPLE = read_world(Path(__file__).with_name("people.toml"))
MONTHS = CLOCK - timedelta(days=60)
THANKS: dict[str, Any] = {"from_at": MONTHS, "touchpoints": ("thank_you",)}


@pytest.fixture
def people(database: Database, tmp_path: Path) -> Run:
    build(database, PEOPLE)
    return run_at(database, tmp_path, CLOCK)


def at(run: Run, run_id: str) -> Run:
    return replace(run, run_id=run_id)


def previewed(run: Run, **values: Any) -> SendPreview:
    return preview(at(run, "preview"), asked("send", **{**THANKS, **values}), "aya")


def approved(run: Run, shown: SendPreview, by: str = "aya") -> Any:
    return approve(at(run, f"approve-{by}"), shown.plan.backfill_id, shown.plan.plan_hash or "", by)


def marked(run: Run, **values: Any) -> Backfill:
    opened = open_window(run, asked("mark", **{**THANKS, **values}), "aya")
    for _ in work(run, opened):
        pass
    return finish(run, opened, "aya")


def states(run: Run) -> dict[str, tuple[str, str | None]]:
    return {row[0]: row[1:] for row in rows(run, "select subject_id, state, reason from message order by 1")}


# Send


def test_a_send_leaves_what_is_true_today_and_says_why_nobody_else_is_written_to(people: Run) -> None:
    before = ledger(people.database)
    shown = previewed(people)
    assert ledger(people.database) == before, "a preview writes nothing"
    assert {one.subject_id for one in shown.members} == {"hana-1", "nash-1"}
    assert {one.reason: one.subjects for one in shown.found.stopped} == {
        "already_accepted": 1, "before_floor": 1, "check:not_cancelled": 1, "suppressed": 1, "too_late": 1,
        "waits:quiet_hours": 1,
    }  # fmt: skip
    assert {(one.language, one.to) for one in shown.samples} == {
        ("ja", "h***@example.invalid"), ("en", "n***@example.invalid"),
    }  # fmt: skip
    assert [(one.channel, one.messages) for one in shown.found.costs] == [("email", 2)]
    assert approved(people, shown).states == {"accepted": 2}
    assert states(people)["hana-1"] == ("accepted", None)
    assert waiting(people) == ["otto-1"], "the hours go on with him"
    again = previewed(people)
    assert (again.plan.state, again.found.messages) == ("done", 0)
    acts = rows(people, "select act from audit where act like 'backfill%' order by audit_id")
    assert acts == [("backfill.preview",), ("backfill.approve",), ("backfill.preview",)]


def test_what_stopped_being_true_since_the_preview_stays_home(people: Run) -> None:
    shown = previewed(people)
    with people.database.transaction() as connection:
        connection.execute(text("select set_config('todoke.load_id', '3', true)"))
        connection.execute(
            text(
                "insert into suppression (address_key, scope, reason, at, source)"
                " values ('k-hana', 'all', 'complained', '2026-09-15T09:00:00+09:00', 'test')"
            )
        )
    done = approved(people, shown)
    assert (done.planned, done.states) == (1, {"accepted": 1})
    assert [(one.reason, one.subjects) for one in done.stopped] == [("suppressed", 1)]
    assert "hana-1" not in states(people)


def test_the_most_a_send_may_hold_is_kept(people: Run) -> None:
    shown = previewed(people, most=1)
    assert shown.found.messages == 1
    assert "over_most" in {one.reason for one in shown.found.stopped}
    assert approved(people, shown).planned == 1


def test_a_send_is_decided_once_by_its_hash(people: Run) -> None:
    shown = previewed(people)
    with pytest.raises(GuardError, match="has the hash"):
        approve(at(people, "wrong"), shown.plan.backfill_id, "another", "aya")
    approved(people, shown)
    with pytest.raises(GuardError, match="was approved by aya"):
        approved(people, shown, "kudo")


def test_a_rejected_or_expired_send_never_leaves(people: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = previewed(people)
    assert reject(people, shown.plan.backfill_id, "aya").state == "rejected"
    with pytest.raises(GuardError, match="was rejected by aya"):
        approved(people, shown)
    monkeypatch.setenv("TODOKE_BACKFILL_EXPIRY_HOURS", "0.0000001")
    with pytest.raises(GuardError, match="expired at"):
        approved(people, previewed(people))
    assert set(states(people)) == {"juri-1"}


def waiting(run: Run) -> list[str]:
    return [row[0] for row in rows(run, "select subject_id from waiting order by 1")]


# Mark


def test_what_is_marked_is_never_planned_again(people: Run) -> None:
    done = marked(people)
    assert done.summary["marked"] == {"thank_you": 7}, "whatever its checks say, but not what the ledger knows"
    assert states(people)["hana-1"] == ("cancelled", "marked")
    assert states(people)["juri-1"] == ("accepted", None)
    assert waiting(people) == []
    before = ledger(people.database)
    plan_hour(replace(people, run_id="next", as_of=CLOCK + timedelta(hours=1)), ("thank_you",))
    assert ledger(people.database) == before
    assert send(at(people, "send"), asked("send", **THANKS), "aya")[1] is None, "nor by a later backfill"


def test_a_finished_mark_changes_nothing_when_it_is_run_again(people: Run) -> None:
    done, before = marked(people), (ledger(people.database), rows_of(people.database))
    assert marked(people) == done
    assert (ledger(people.database), rows_of(people.database)) == before


def test_a_floor_moves_only_with_a_mark_and_says_where_it_was(people: Run) -> None:
    to_at = datetime.fromisoformat("2026-08-15T00:00:00+09:00")
    done = marked(people, to_at=to_at, move_floor=True)
    assert done.summary["marked"] == {"thank_you": 1}
    assert list(done.summary["floors"]) == ["thank_you"]
    assert rows(people, "select floor_at, set_by from touchpoint_floor where touchpoint = 'thank_you'") == [
        (to_at, done.backfill_id)
    ]
    assert "before_floor" not in {one.reason for one in previewed(people).found.stopped}, "Lina is marked"


def test_a_mark_killed_in_the_middle_is_taken_up(people: Run) -> None:
    """kill -9 right before the fifth of six steps commits."""
    assert killed_at(people, "planning:5") == -signal.SIGKILL
    assert rows(people, "select count(*) from backfill_step") == [(4,)]
    with pytest.raises(GuardError, match=r"is open since .*drop it with `todoke backfill drop b"):
        open_window(people, asked("mark", **{**THANKS, "step": "2d"}), "kudo")
    assert marked(people, step="10d").summary["marked"] == {"thank_you": 7}
    assert rows(people, "select count(*) from backfill_step") == [(6,)]


def killed_at(run: Run, place: str) -> int:
    script = (
        "import sys; from pathlib import Path; from tasks.core.database import Database;"
        "from tests.backfill.conftest import *; from tests.backfill.test_send_and_mark import marked;"
        "marked(run_at(Database(sys.argv[1]), Path(sys.argv[2]), CLOCK), step='10d')"
    )
    environment = os.environ | {"TODOKE_TEST_STOP_AT": place}
    command = [sys.executable, "-c", script, run.database_url, str(run.settings.home)]
    return subprocess.run(command, env=environment, timeout=200).returncode


# What makes no sense


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"from_at": CLOCK, "to_at": MONTHS}, ConfigurationError, "is not before To"),
        ({"to_at": CLOCK + timedelta(days=1)}, ConfigurationError, "lies after the shop's clock"),
        ({"touchpoints": ("thank_yuo",)}, ConfigurationError, "thank_yuo"),
        ({"touchpoints": ()}, ConfigurationError, "a mark needs names"),
        ({"step": "1w"}, ConfigurationError, "write it like 30m, 1h or 1d"),
        ({"mode": "send", "move_floor": True}, ConfigurationError, "only a mark moves floors"),
        ({"mode": "shadow"}, DataError, "Nothing was recorded before"),
    ],
)
def test_a_request_that_makes_no_sense_says_what_to_do(
    module_database: Database, tmp_path: Path, values: dict[str, Any], error: type[Exception], said: str
) -> None:
    run = run_at(module_database, tmp_path, CLOCK)
    with pytest.raises(error, match=said):
        open_window(run, asked(**{"mode": "mark", **THANKS, **values}), "aya")
    assert backfills(run) == [], "it left nothing open"
