"""Draft, approval, live: what each does with the same people."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core import approvals
from tasks.core.approval_words import done_words, left_words, plan_words
from tasks.core.errors import ConfigurationError, GuardError
from tasks.core.runs import Run
from tasks.release import decide as settle
from tasks.release import show
from tests.modes.conftest import at, decide, deliver, ledger, rows

NAMES = ("茜", "美咲", "大地", "akane", "daichi", "4000111")
ACTS = "select act, operator, details ->> 'messages', details ->> 'why' from audit order by audit_id"


def test_a_draft_leaves_nothing_behind_and_what_was_due_meanwhile_is_not_sent_later(shop: Run) -> None:
    found = decide(shop, review_request="draft").verdicts["review_request"]
    assert found["dropped:draft"] == 2
    assert decide(at(shop, 24 * 40), review_request="draft").planned == 0, "what is too late is no row either"
    assert rows(shop, "select count(*) from message union all select count(*) from waiting") == [(0,), (0,)]


def test_a_draft_that_goes_live_begins_with_the_next_customer(shop: Run) -> None:
    decide(shop, review_request="draft")
    decide(at(shop, 1), review_request="live")
    assert ledger(shop) == {"hinako-1@ask": "planned"}


def test_what_was_shown_is_released_and_what_came_later_waits(shop: Run) -> None:
    decide(shop, review_request="approval")
    plan, subjects = show(shop, "佐藤", "release", "review_request", None, "新しい文面", "r1")
    assert [(line.touchpoint, line.message_class, line.reason, line.messages) for line in plan.waiting] == [
        ("review_request", "M", "approval", 2)
    ]
    decide(at(shop, 1), review_request="approval")
    again, _ = show(at(shop, 1), "佐藤", "release", "review_request", None, "新しい文面", "r1")
    assert again.waiting == plan.waiting, "a flow that begins again shows the same"
    assert settle(at(shop, 1), "r1", "confirm", "鈴木") == 2
    assert ledger(shop) == {"akane-1@ask": "planned", "daichi-1@ask": "planned", "hinako-1@ask": "approval"}
    assert rows(shop, ACTS) == [("approval.release", "鈴木", "2", "新しい文面")]
    deliver(at(shop, 1))
    assert ledger(shop) == {"akane-1@ask": "accepted", "daichi-1@ask": "accepted", "hinako-1@ask": "approval"}

    words = plan_words(plan, subjects, "Asia/Tokyo")
    assert "| review_request | M | 2 | 2026-09-15 10:00 JST |" in words
    assert subjects
    assert [name for name in NAMES if name in words] == []
    assert "Released: 2 messages" in done_words(plan, 2, "鈴木")


def test_two_people_decide_once_and_leaving_changes_nothing(shop: Run) -> None:
    decide(shop, review_request="approval")
    plan, _ = show(shop, "佐藤", "cancel", None, "approval", "", "r1")
    assert settle(shop, "r1", "leave", "佐藤") == 0
    assert "go on waiting" in left_words(plan, "佐藤")
    with pytest.raises(GuardError, match=r"decided by 佐藤 before \(leave\)"):
        settle(shop, "r1", "confirm", "鈴木")
    assert set(ledger(shop).values()) == {"approval"}
    show(shop, "鈴木", "cancel", None, "approval", "", "r2")
    assert settle(shop, "r2", "confirm", "鈴木") == 2
    assert set(ledger(shop).values()) == {"cancelled"}
    assert [act for act, *_ in rows(shop, ACTS)] == ["approval.leave", "approval.cancel"]


def test_wrong_names_are_said(shop: Run) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'review_request'"):
        show(shop, "佐藤", "release", "review_reqest", None, "", "r1")
    with pytest.raises(ConfigurationError, match="There is no release 'r9'"):
        settle(shop, "r9", "confirm", "佐藤")
    plan, subjects = show(shop, "佐藤", "release", None, None, "", "r3")
    assert plan_words(plan, subjects, "Asia/Tokyo") == "## Nothing waits for that"


def test_the_command_line_does_the_same(shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(shop, review_request="approval")
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", shop.database_url)
    listed = CliRunner().invoke(app, ["release"])
    assert "2 messages of review_request wait for approval (approval)" in listed.output
    done = CliRunner().invoke(app, ["release", "--touchpoint", "review_request", "--why", "ok"])
    assert "Released 2 messages." in done.output
    assert [(act, n, why) for act, _, n, why in rows(shop, ACTS)] == [("approval.release", "2", "ok")]
    with shop.database.transaction() as connection:
        assert approvals.awaiting(connection) == []
