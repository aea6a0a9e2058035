"""Both versions over the same hours: exactly who gains, loses or gets a different message, and why."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from tasks.core.database import Database
from tasks.core.errors import DataError
from tasks.core.rulebook import current
from tasks.proof.diff import compare_versions
from tasks.proof.diff_found import Diff
from tasks.proof.diff_markdown import MARK, markdown
from tasks.proof.diff_versions import working_tree
from tests.diff.conftest import ASKED, Edits, changed

pytestmark = pytest.mark.xdist_group("diff")

CHECK_IN, REVIEW = "sql/due/check_in.sql", "templates/review_request/touchpoint.toml"
ZONE = ZoneInfo("Asia/Tokyo")
Found = set[tuple[str, str, str]]
"""Kind, subject, why."""


def diff(shop: Database, folder: Path, edits: Edits) -> Diff:
    """Today's rules against those of a changed copy; every change is a sample."""
    return compare_versions(shop, working_tree(), changed(folder, edits), 1, ASKED, samples=50)


def found(one: Diff) -> Found:
    return {(sample.kind, sample.subject_id, sample.why) for sample in one.samples}


CASES: dict[str, tuple[Edits, Found]] = {
    "a condition less; another weight of a variant": (
        {
            CHECK_IN: ("'not_point_of_sale', f.sales_channel is distinct from 'pos',", ""),
            REVIEW: ("plain = 0.5 ", "plain = 0.0 "),
        },
        {
            ("gains", "baba-1", "check:not_point_of_sale"),
            ("differs", "mori-1@ask", "variant"),  # the hash of sql/decide/collect.sql drew `plain` for Mori alone
        },
    ),
    "a condition more; nobody is held out": (
        {
            CHECK_IN: ("json_build_object(\n", "json_build_object('not_a_gift', not f.gift,\n"),
            REVIEW: ("holdout = 0.05", "holdout = 0.0"),
        },
        {("loses", "goto-1", "check:not_a_gift"), ("gains", "hara-1@ask", "holdout")},
    ),
    "fewer rows; a gate lets everybody pass": (
        {
            CHECK_IN: ("where ((", "where not f.gift and (("),
            "sql/decide/gates/55_open_problem.sql": ("where c.verdict is null", "where false and c.verdict is null"),
        },
        {("loses", "goto-1", "no due row"), ("gains", "doi-1", "open_problem")},
    ),
    "a gate stops more; a shared view says less": (
        {
            "sql/decide/gates/15_not_yet.sql": (
                "where verdict is null and",
                "where verdict is null and class = 'M' or verdict is null and",
            ),
            "sql/facts/open_problem.sql": ("from tickets t\nwhere", "from tickets t\nwhere false and"),
        },
        {
            ("gains", "doi-1", "open_problem"),
            *(("loses", f"{name}-1@ask", "not_due_yet") for name in ("ishii", "kato", "mori")),
        },
    ),
    "two days earlier": (
        {CHECK_IN: ("interval '5 days'", "interval '3 days'")},
        {("differs", f"{name}-1", "due before these hours") for name in ("asai", "chiba", "goto")},
    ),
    "shorter validity": (
        {CHECK_IN: ("interval '15 days' as valid_until", "interval '14 days' as valid_until")},
        {("differs", f"{name}-1", "validity") for name in ("asai", "chiba", "goto")},
    ),
    "a field of the context": (
        {CHECK_IN: ("'gift', f.gift)", "'gift', false)")},
        {("differs", "goto-1", "content")},
    ),
    "the words of one language": (
        {"templates/check_in/email.ja.txt": ("Subject: ", "Subject: おたより ")},
        {("differs", "asai-1", "words"), ("differs", "goto-1", "words")},
    ),
    "a draft": (
        {"templates/check_in/touchpoint.toml": ('mode = "live"', 'mode = "draft"')},
        {("loses", f"{name}-1", "draft") for name in ("asai", "chiba", "goto")},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_gets_something_else(shop: Database, tmp_path: Path, case: str) -> None:
    edits, expected = CASES[case]
    one = diff(shop, tmp_path, edits)
    assert found(one) == expected
    assert one.is_changed == bool(expected)
    assert (one.record, one.as_before) == (6, 6), "today's rules are those on record"
    counted = sum(sum(row.changes) for row in one.rows)
    assert counted == len(expected)


def test_what_does_not_fit_is_named_and_the_others_are_compared(shop: Database, tmp_path: Path) -> None:
    edits = {CHECK_IN: ("f.gift)", "f.no_such_column)"), REVIEW: ("holdout = 0.05", "holdout = 0.0")}
    one = diff(shop, tmp_path, edits)
    assert found(one) == {("gains", "hara-1@ask", "holdout")}
    assert "no_such_column does not exist" in one.left_out["check_in"]
    for name, (old, new), message in (
        ("sql/facts/open_problem.sql", ("from tickets t", "from no_tickets t"), "sql/facts/open_problem.sql"),
        ("sql/decide/gates/65_quiet_hours.sql", ("zone", "no_zone"), "sql/decide/gates/65_quiet_hours.sql"),
    ):
        with pytest.raises(DataError, match=f"{message} of .* does not fit this database"):
            diff(shop, tmp_path / Path(name).stem, {name: (old, new)})


@pytest.fixture(scope="module")
def later(shop: Database, tmp_path_factory: pytest.TempPathFactory) -> Diff:
    """Asked two hours later than today."""
    edits = {CHECK_IN: ("interval '5 days'", "interval '122 hours'")}
    return diff(shop, tmp_path_factory.mktemp("later"), edits)


def test_a_message_that_moves_is_neither_lost_nor_gained(later: Diff) -> None:
    """The record has it at the old hour; each version's ledger is its own. Endo was asked before: nothing moves."""
    assert found(later) == {
        ("differs", "asai-1", "time"),
        ("differs", "goto-1", "time"),
        ("differs", "chiba-1", "due after these hours"),
    }
    times = {sample.subject_id: (sample.at_before, sample.at_after) for sample in later.samples}
    ten, noon = (datetime(2026, 9, 15, hour, tzinfo=ZONE) for hour in (10, 12))
    assert times["asai-1"] == (ten, noon)
    assert times["chiba-1"] == (datetime(2026, 9, 15, 11, tzinfo=ZONE), None)


def test_a_comment_fits_and_shows_nobody(later: Diff) -> None:
    one = later
    everything = json.dumps(asdict(one), ensure_ascii=False, default=str)
    for secret in ("浅井", "後藤", "asai@example", "Chiba Ken"):
        assert secret not in everything
    comment = markdown(one, ZONE)
    assert comment.startswith(MARK)
    assert "| `check_in` | 3 | 2 | 0 | 0 | 3 |" in comment
    assert "asai-1" not in comment
    value = 'invalid input syntax for type integer: "浅井"' + "x" * 500
    many = replace(one, samples=one.samples * 200, left_out=dict.fromkeys(map(str, range(40)), value))
    long = markdown(many, ZONE)
    assert 50_000 < len(long) < 60_000
    assert "浅井" not in long
    shown = long.count("<details>")
    assert f"… and {len(many.samples) - shown} more samples" in long
    assert long.count("</details>") == shown
    assert "… and 30 more are not compared." in long


def test_the_command_compares_with_a_rulebook_of_the_database(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_DATABASE_URL", shop.url)
    asked = ["diff", current().version, "--days", "1", "--touchpoints", ",".join(ASKED)]
    same = CliRunner().invoke(app, [*asked, "--markdown", "--fail-on-change"])
    assert same.exit_code == 0, same.output
    assert "nobody gains, loses or gets a different message" in same.stdout
    wrong = CliRunner().invoke(app, ["diff", current().version, "--touchpoints", "chek_in"])
    assert wrong.exit_code == 2
    assert "did you mean 'check_in'?" in wrong.output
    elsewhere = CliRunner().invoke(app, [*asked, "--scratch", "nowhere"])
    assert elsewhere.exit_code == 2
    assert "Schema scratch_nowhere is at no version" in elsewhere.output
