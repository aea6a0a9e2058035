"""A post about the shop: a reply that a person posts, a mail that a person approves, a photo that its author gives."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.cli.main import app
from tasks.core.database import Database
from tasks.core.mentions import record_permission
from tasks.core.queries import query
from tasks.core.runs import Run
from tasks.core.settings import Settings
from tasks.core.touchpoints import load_all
from tasks.release import decide as settle
from tasks.release import show
from tests.modes.conftest import at, decide, deliver, ledger, rows
from tests.worlds import build, read_world

PEOPLE = read_world(Path(__file__).parents[1] / "due" / "mention_reply.toml")
WORDS = "select mention_id, given, by, proof from mention_permission order by feedback_id"


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Run:
    """Those of tests/due/mention_reply.toml, with a floor of yesterday."""
    run = build(database, PEOPLE)
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into touchpoint_floor values ('mention_reply', 'mention', '2026-09-14T10:00:00+09:00', 'test')"
        )
    return replace(run, settings=Settings(home=tmp_path, secret="the same everywhere"))


@pytest.fixture
def todoke(shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line of somebody at this shop."""
    monkeypatch.setenv("TODOKE_HOME", str(tmp_path))
    monkeypatch.setenv("TODOKE_DATABASE_URL", shop.database_url)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["mentions", *arguments])

    return command


def said(run: Run, mention: str, given: bool) -> None:
    record_permission(run.database, b"addresses", mention, given, "工藤", None, "operator")


def release(run: Run, plan_id: str = "r1") -> int:
    show(run, "佐藤", "release", "mention_reply", None, "", plan_id)
    return settle(run, plan_id, "confirm", "佐藤")


def test_nothing_leaves_without_a_person(shop: Run) -> None:
    assert load_all()["mention_reply"].mode == "approval"
    decide(shop, "mention_reply")
    deliver(shop)
    deliver(at(shop, 1))
    assert {subject: state for subject, state in ledger(shop).items() if subject.startswith("M-")} == dict.fromkeys(
        ("M-fujii", "M-hirano", "M-ito", "M-mori", "M-oguri"), "approval"
    )
    assert release(shop) == 5
    deliver(at(shop, 1))
    assert {ledger(shop)[subject] for subject in ("M-hirano", "M-mori", "M-oguri")} == {"accepted"}


def test_a_word_said_meanwhile_ends_the_question(shop: Run) -> None:
    decide(shop, "mention_reply")
    release(shop)
    said(shop, "M-hirano", True)
    deliver(at(shop, 1))
    assert ledger(shop)["M-hirano"] == "cancelled"
    assert rows(shop, "select count(*) from message where touchpoint = 'mention_reply' and state = 'approval'") == [
        (0,)
    ]


def test_every_post_has_a_reply_in_its_language(shop: Run, todoke: Any) -> None:
    decide(shop, "mention_reply")
    with shop.database.transaction() as connection:
        connection.exec_driver_sql("select set_config('todoke.load_id', '1', true)")
        change = "update mentions set text = %s, from_load = current_load() where mention_id = %s"
        connection.exec_driver_sql(change, ("Lovely mug!", "M-unknown"))
        connection.exec_driver_sql(change, ("届いた湯のみ。", "M-hirano"))
    found = {one["mention_id"]: one for one in json.loads(todoke("--json").output)}
    assert set(found) == {case.subject for case in PEOPLE.cases}, "those of spring are long gone"
    hirano, unknown = found["M-hirano"], found["M-unknown"]
    assert (hirano["language"], hirano["mail"], hirano["photo"]) == ("ja", "approval", "ask")
    assert hirano["reply"].startswith("@aoi_kurashi ご投稿ありがとうございます")
    assert "ご紹介させていただけませんか" in hirano["reply"]
    assert (unknown["language"], unknown["mail"], unknown["photo"]) == ("en", None, "ask")
    assert "May we show this photo" in unknown["reply"]
    assert [name for name in ("平野", "hirano@") if name in json.dumps(found, ensure_ascii=False)] == []
    asking = {name for name, one in found.items() if "ご紹介させていただけませんか" in one["reply"]}
    assert asking.isdisjoint({"M-mori", "M-fujii", "M-ito", "M-aoki", "M-ueda"})
    assert {name: found[name]["photo"] for name in ("M-aoki", "M-ueda", "M-mori")} == {
        "M-aoki": "given",
        "M-ueda": "refused",
        "M-mori": "none",
    }
    assert "M-aoki  instagram" in todoke().output


def test_a_permission_is_kept_with_who_and_where_and_never_changed(shop: Run, todoke: Any) -> None:
    before = rows(shop, WORDS)
    proof = "https://instagram.invalid/p/1#c2"
    assert (
        "the photo may be shown" in todoke("permission", "M-hirano", "--given", "--by", "工藤", "--proof", proof).output
    )
    assert todoke("permission", "M-hirano", "--refused", "--by", "工藤").exit_code == 0
    assert rows(shop, WORDS)[len(before) :] == [
        ("M-hirano", True, "工藤", proof),
        ("M-hirano", False, "工藤", None),
    ]
    acts = "select operator, details ->> 'given' from audit where act = 'mention.permission' order by audit_id"
    assert rows(shop, acts) == [("工藤", "true"), ("工藤", "false")]
    assert rows(shop, "select given from photo_permission where mention_id = 'M-hirano'") == [(False,)]
    unknown = todoke("permission", "M-nobody", "--given")
    assert (unknown.exit_code, "`todoke mentions` lists them" in unknown.stderr) == (2, True)
    assert todoke("permission", "M-hirano").exit_code == 2, "neither yes nor no is no answer"


def test_a_post_seen_late_is_thanked_all_the_same(shop: Run) -> None:
    decide(at(shop, 0), "mention_reply")
    assert "M-late" not in ledger(shop)
    with shop.database.transaction() as connection:
        connection.exec_driver_sql("insert into load (load_id, kind, as_of) values (9, 'merge', now())")
        connection.exec_driver_sql("select set_config('todoke.load_id', '9', true)")
        post = """insert into mentions (mention_id, platform, at, customer_id, from_load)
                  values ('M-late', 'x', '2026-09-15T05:00:00+09:00', 'mori', 9)"""
        connection.exec_driver_sql(post)
        query("load/touch_orders").run(connection)
    decide(at(shop, 1), "mention_reply")
    assert ledger(shop)["M-late"] == "approval"
