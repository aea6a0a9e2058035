"""`todoke explain`: what happened, what was decided, and for every touchpoint why; known and decided by any hour."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from flows.cli.main import app
from tasks.core import rulebook
from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.explain_words import GROUPS, group_of, sayer
from tasks.core.guards import go_live
from tasks.core.queries import names, query
from tasks.core.runs import Run, begin_load
from tasks.core.touchpoints import load_all
from tasks.proof.explain import Explanation, explain_customer, explain_order
from tasks.proof.story import KINDS
from tests.explain.conftest import add_feedback, at, decide_at, happened
from tests.worlds import World, build

LATE_SCAN = (
    "insert into tracking_events (carrier, tracking_number, raw_status, occurred_at, status)"
    " values ('yamato', '1234', '持戻', '2026-09-11 09:00+09', 'attempt_failed')"
)
OPT_OUT = (
    "insert into consents (customer_id, channel, topic, granted, at, source)"
    " values ('aoi', 'email', 'marketing', false, '2026-09-15 10:35+09', 'page')"
)
SECRETS = re.compile(r"sentinel|1234-?5678|160-0022|1985-04-03", re.IGNORECASE)


@pytest.fixture
def operator(shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody in support."""
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", shop.url)


def explain(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def verdict(found: Explanation, touchpoint: str, subject: str | None = None) -> dict[str, Any]:
    rows = found["touchpoints"][touchpoint]
    row: dict[str, Any] = next(one for one in rows if subject is None or one["subject_id"] == subject)
    return row


def test_the_story_is_told_in_order_with_when_it_was_known(shop: Database, world: World) -> None:
    found = explain_customer(shop, "aoi", world.as_of)
    assert [one["at"] for one in found["timeline"]] == sorted(one["at"] for one in found["timeline"])
    kinds = [one["kind"] for one in found["timeline"]]
    assert kinds[0] == "order_placed", "of the id that was merged into hers"
    assert found["same_ids"] == ["aoi-old"]
    assert kinds.count("scan") == 2, "in transit says nothing"
    for kind in (
        "consent",
        "joined",
        "ticket_opened",
        "survey_answer",
        "mention",
        "other_tool",
        "day_promised",
        "day_actual",
    ):
        assert kind in kinds, kind
    assert happened(found, touchpoint="thank_you") == ["message_accepted", "feedback_opened"]
    assert happened(found, touchpoint="referral") == ["message_waits"]
    assert "feedback_bounced" in kinds
    scan = next(one for one in found["timeline"] if one["kind"] == "scan")
    assert (scan["at"], scan["known_at"]) == ("2026-09-09T01:00:00+00:00", "2026-09-15T01:00:00+00:00")


def test_every_touchpoint_has_a_verdict_with_what_it_saw(shop: Database, world: World) -> None:
    found = explain_customer(shop, "aoi", world.as_of)
    assert set(found["touchpoints"]) == set(load_all())
    assert all(rows for rows in found["touchpoints"].values())
    confirmation = verdict(found, "order_confirmation", "aoi-1")
    assert confirmation["reason"] == "check:not_delivered"
    assert confirmation["detail"] == {
        "condition": "f.delivered_at is null or f.delivered_at > :as_of",
        "seen": {"f.delivered_at": "2026-09-11T03:00:00+00:00"},
    }
    assert verdict(found, "thank_you", "aoi-1")["reason"] == "already_accepted"
    assert verdict(found, "review_request", "aoi-1@ask")["reason"] == "not_due_yet"
    delayed = verdict(found, "delay_notice")
    assert (delayed["verdict"], delayed["reason"]) == ("not due", "no_anchor")
    assert delayed["detail"]["anchor"].startswith("delay.changed_at")


@pytest.mark.parametrize(
    ("customer", "touchpoint", "reason", "condition", "seen"),
    [
        ("bando", "order_confirmation", "no_anchor", None, {}),
        ("bando", "birthday", "no_anchor", None, {}),
        ("chiba", "delivered", "no_anchor", "f.delivered_at > :since", {"f.delivered_at": None}),
        ("aoi", "cross_sell", "condition", "exists (select from next_category)", {}),
        ("aoi", "loyalty_invite", "condition", "join shop_front b on b.source = o.source and b.has_membership", {}),
        ("chiba", "second_order_offer", "no_anchor", "f.delivered_at > :since", {"f.delivered_at": None}),
        ("aoi", "vip_invite", "condition", "f.tier is not null", {"f.tier": None}),
    ],
)
def test_who_never_came_near_learns_which_condition_is_not_true(
    shop: Database,
    world: World,
    customer: str,
    touchpoint: str,
    reason: str,
    condition: str | None,
    seen: dict[str, Any],
) -> None:
    row = verdict(explain_customer(shop, customer, world.as_of), touchpoint)
    assert (row["verdict"], row["reason"], row["detail"]["seen"]) == ("not due", reason, seen)
    assert (condition in row["detail"]["condition"]) if condition else row["detail"]["condition"] is None
    assert row["detail"]["who"]


def test_an_order_is_explained_like_its_customer_without_the_other_orders(shop: Database, world: World) -> None:
    found = explain_order(shop, "aoi-2", world.as_of)
    assert (found["customer_id"], found["facts"]["promised_on"]) == ("aoi", "2026-09-18")
    assert {one["order_id"] for one in found["timeline"]} <= {"aoi-2", "aoi-1", None}
    assert [one["id"] for one in found["timeline"] if one["kind"] == "order_placed"] == ["aoi-2"]
    assert happened(found, touchpoint="thank_you") == []
    gift = verdict(found, "thank_you")
    assert (gift["reason"], gift["detail"]["seen"]) == ("no_anchor", {"f.delivered_at": None})


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    "who", [("--customer", "aoi"), ("--order", "aoi-1"), ("--customer", "aoi", "--touchpoint", "birthday")]
)
def test_nothing_personal_is_shown_unless_asked_for(tmp_path: Path, who: tuple[str, ...]) -> None:
    page = tmp_path / "page.html"
    for language in ("ja", "en"):
        assert explain(*who, "--html", page, "--language", language).exit_code == 0
        html = page.read_text(encoding="utf-8")
        assert SECRETS.findall(html) == []
        assert f'<html lang="{language}">' in html and "<script" not in html
    shown = {"terminal": explain(*who).output, "json": explain(*who, "--json").output}
    assert {name: SECRETS.findall(out) for name, out in shown.items()} == {"terminal": [], "json": []}
    assert "•••" in shown["terminal"] and "aoi-1" in shown["json"], "ids stay"
    asked = explain(*who, "--json", "--unmasked").output
    assert "sentinel@example.invalid" in asked and "1985-04-03" in asked
    explain(*who, "--html", page, "--unmasked")
    assert "sentinel@example.invalid" in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("operator")
def test_a_pipe_reads_it_in_eighty_columns() -> None:
    shown = explain("--customer", "aoi").output
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
    assert "its check not_delivered says no" in shown
    whole = explain("--customer", "aoi", "--touchpoint", "order_confirmation").output
    assert "f.delivered_at is null or f.delivered_at > :as_of" in whole
    assert "thank_you" not in whole


@pytest.mark.usefixtures("operator")
def test_unknown_ids_say_what_to_do_next(shop: Database) -> None:
    for who in (("--customer", "nobody"), ("--order", "nobody")):
        answer = explain(*who)
        assert (answer.exit_code, "no load brought it. Compare the id" in answer.stderr) == (1, True)
    assert explain().exit_code == explain("--customer", "aoi", "--order", "aoi-1").exit_code == 2
    assert explain("--customer", "aoi", "--touchpoint", "birthdya").exit_code == 2
    aside = (
        "insert into rejected_fact (table_name, row_hash, column_name, reason, file, line, content, first_seen_at,"
        " last_seen_at) values ('orders', 'h', 'total', 'is no number', 'orders.csv', 7,"
        """ '{"order_id": "O-broken"}', now(), now())"""
    )
    with shop.transaction() as connection:
        connection.execute(text(aside))
    with pytest.raises(DataError, match=r"set aside, orders.total: is no number \(orders.csv line 7\)"):
        explain_order(shop, "O-broken")


def learn(database: Database, hour: str, statement: str) -> None:
    with database.transaction() as connection:
        begin_load(connection, Run("load", at(hour), database.url, database.namespace), "merge")
        connection.execute(text(statement))


def test_an_hour_of_the_past_is_explained_by_what_it_knew_and_its_own_rules(database: Database, world: World) -> None:
    build(database, world)
    add_feedback(database)
    with database.transaction() as connection:
        go_live(connection, at("13 09:00"), "kudo")
    decide_at(database, "15 10:00", "ten")
    older = dict(rulebook.current().files)
    older["sql/due/order_confirmation.sql"] = older["sql/due/order_confirmation.sql"].replace(
        "'not_delivered'", "'not_there_yet'"
    )
    with database.transaction() as connection:
        rulebook.keep(connection, rulebook.Rulebook(rulebook._hash(older), older))
        connection.execute(text("update run set rulebook = :version"), {"version": rulebook._hash(older)})
    learn(database, "15 10:30", LATE_SCAN)
    learn(database, "15 10:40", OPT_OUT)
    decide_at(database, "15 11:00", "eleven")

    then, now = explain_customer(database, "aoi", at("15 10:20")), explain_customer(database, "aoi")
    assert (then["is_past"], then["run_id"], then["as_of"]) == (True, "ten", "2026-09-15T01:00:00+00:00")
    assert (now["is_past"], now["run_id"]) == (False, "eleven")
    assert verdict(then, "order_confirmation", "aoi-1")["failing"] == "not_there_yet"
    assert verdict(now, "order_confirmation", "aoi-1")["failing"] == "not_delivered"
    assert (happened(then, status="attempt_failed"), happened(now, status="attempt_failed")) == ([], ["scan"])
    late = next(one for one in now["timeline"] if one["detail"].get("status") == "attempt_failed")
    assert (late["at"][:16], late["known_at"][:16]) == ("2026-09-11T00:00", "2026-09-15T01:30")
    assert (then["facts"]["agreed_to_marketing"], now["facts"]["agreed_to_marketing"]) == (True, False)
    planned = [one["id"] for one in then["timeline"] if one["kind"] == "message_planned"]
    assert "aoi-2" in planned, "what the hour decided is told"
    assert verdict(then, "order_confirmation", "aoi-2")["verdict"] == "leaves now"
    assert verdict(now, "order_confirmation", "aoi-2")["reason"] == "already_planned"
    with pytest.raises(DataError, match="nothing was loaded yet"):
        explain_customer(database, "aoi", at("01 10:00"))


def test_all_words_are_there_in_both_languages() -> None:
    japanese, english = sayer("ja", "Asia/Tokyo").words, sayer("en", "Asia/Tokyo").words
    kinds = {kind for kind in KINDS if kind != "consent"} | {"consent_yes", "consent_no"}
    gates = {name for gate in names("decide/gates") for name in _reasons(query(gate).source)}
    for words in (japanese, english):
        assert kinds <= set(words["kinds"])
        assert set(GROUPS) == set(words["groups"])
        assert gates - set(words["reasons"]) == set()


def _reasons(source: str) -> set[str]:
    """Reasons a gate's header names."""
    said = re.search(r"^-- Reason: ([^.]*)\.", source, re.MULTILINE)
    assert said is not None
    found = {word.strip() for word in re.split(r"[|,]", said[1])}
    return {word for word in found if re.fullmatch(r"[a-z_]+", word)}


def test_a_verdict_belongs_to_one_group() -> None:
    assert group_of({"verdict": "dropped", "reason": "not_due_yet"}) == "later"
    assert group_of({"verdict": "held_out", "reason": "holdout"}) == "stopped"
    assert json.dumps(GROUPS)
