"""Who is in an audience: one function says it, on both sides of recorded time; and who comes into one later."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks.core.audience import SEGMENTS
from tasks.core.database import Database
from tasks.core.due import Window, due_statement
from tasks.core.json_cells import audience_problem, words_problem
from tasks.core.queries import query
from tests.worlds import build, read_world, verdicts

HERE = Path(__file__).parent
KIMURA = {
    "is_vip": True,
    "is_new": False,
    "tier": "gold",
    "orders_counted": 4,
    "lifetime_spend": 120000.0,
    "next_order_on": "2026-10-05",
    "own_interval_days": None,
    "categories": ["food", "books"],
    "locale": "ja-JP",
    "region": "JP-13",
    "survey": {"packaging": "good"},
    "scores": {"churn": 0.7},
}
IN = [
    {"is_vip": True, "is_new": False},
    {"tier": ["silver", "gold"], "region": "JP-13"},
    {"orders_counted": {"min": 2}, "lifetime_spend": {"min": 100000, "max": 120000}},
    {"orders_counted": 4},
    {"next_order_on": {"min": "2026-10-01", "max": "2026-10-31"}},
    {"categories": ["pet", "food"]},
    {"categories": "books"},
    {"locale": ["ja"]},
    {"locale": "ja-JP"},
    {"survey": {"packaging": ["good", "great"]}, "scores": {"churn": {"min": 0.5}}},
]
OUT = [
    {"is_vip": False},
    {"is_vip": True, "tier": "silver"},
    {"orders_counted": {"min": 5}},
    {"lifetime_spend": {"max": 119999.99}},
    {"own_interval_days": {"min": 1}},
    {"next_order_on": {"min": "2026-10-06"}},
    {"categories": ["pet"]},
    {"locale": ["en"]},
    {"survey": {"speed": "good"}},
    {"scores": {"churn": {"max": 0.5}}},
]
WRONG = {
    '{"is_vpi": true}': "'is_vpi' is no segment (did you mean 'is_vip'?)",
    '{"is_vip": "yes"}': "segment 'is_vip' is asked for as true or false",
    '{"tier": []}': "segment 'tier' is asked for as a text or a list of texts",
    '{"tier": [1]}': "segment 'tier' is asked for as a text or a list of texts",
    '{"orders_counted": {"mim": 2}}': 'segment \'orders_counted\' is asked for as a number or {"min": …, "max": …}',
    '{"lifetime_spend": "1000"}': 'segment \'lifetime_spend\' is asked for as a number or {"min": …, "max": …}',
    '{"next_order_on": {"min": "October"}}': "segment 'next_order_on' is asked for as a day or"
    ' {"min": day, "max": day}',
    '{"scores": 1}': "segment 'scores' is asked for as name -> number, {min, max}, text or list of texts",
    "{}": "no audience: name segments, or leave it empty for everybody",
    '["is_vip"]': "no audience: name segments, or leave it empty for everybody",
    "null": "no audience: name segments, or leave it empty for everybody",
}


def test_an_audience_is_asked_of_what_is_known(module_database: Database) -> None:
    cases = [(audience, True) for audience in IN] + [(audience, False) for audience in OUT]
    asked = text("select meets(cast(:audience as jsonb), cast(:told as jsonb))")
    with module_database.transaction() as connection:
        for audience, expected in cases:
            given = {"audience": json.dumps(audience), "told": json.dumps(KIMURA)}
            assert connection.scalar(asked, given) is expected, audience
        nobody = {"audience": '{"is_vpi": false}', "told": json.dumps(KIMURA)}
        assert connection.scalar(asked, nobody) is False, "a name nobody knows is nobody, never everybody"
    assert [audience_problem(audience) for audience in IN + OUT] == [None] * len(IN + OUT)


@pytest.mark.parametrize("cell", WRONG)
def test_a_wrong_audience_says_what_is_wrong(cell: str) -> None:
    assert audience_problem(json.loads(cell)) == WRONG[cell]


def test_every_segment_can_be_asked_for() -> None:
    examples = {"boolean": True, "text": "x", "list": ["x"], "integer": 1, "money": 1, "date": "2026-01-01"}
    for name, (word, _) in SEGMENTS.items():
        value = examples.get(word.rstrip("?"), {"x": {"min": 1}})
        assert audience_problem({name: value}) is None, name
        assert audience_problem({name: None}), name


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"ja": {"subject": "秋", "body": "本文"}}, None),
        ({"en": {"subject": "s", "body": "b", "preheader": "p", "button": "x"}}, None),
        ({}, "no words: say language -> {subject, body}, languages ja, en"),
        ({"fr": {"subject": "s", "body": "b"}}, "words in 'fr': the languages are ja, en"),
        ({"ja": {"subject": "s"}}, "words in 'ja': body is no text"),
        ({"ja": {"subject": "s", "body": "b", "buton": "x"}}, "words in 'ja': 'buton' is not one of subject, body, "),
        ({"ja": "秋"}, "words in 'ja': no subject, body"),
    ],
)
def test_words_have_a_language_and_a_body(words: object, problem: str | None) -> None:
    found = words_problem(words)
    assert found is None if problem is None else str(found).startswith(problem)


def test_who_orders_while_a_campaign_runs_is_asked_again_and_a_late_one_is_told(database: Database) -> None:
    run = build(database, read_world(HERE / "campaign.toml"))
    statement = due_statement("campaign")

    def asked(window: Window) -> set[str]:
        given = {"since": window.since, "until": window.until, "touched": list(window.touched)}
        rows = statement.rows(connection, as_of=window.as_of, customer_id=window.customer_id, **given)
        return {row["subject_id"] for row in rows}

    with database.transaction() as connection:
        query("load/write_under").run(connection, load_id="3", as_of=run.as_of.isoformat())
        later = run.as_of + timedelta(days=1)
        assert asked(Window.of_orders(later, ["yuki-2"])) == {"thanks:yuki"}
        assert asked(Window.of_orders(later, ["hirano-1"])) == {"tea:hirano"}
        assert asked(Window.of_orders(run.as_of + timedelta(days=30), ["hirano-1"])) == set(), "it is over"
        loaded = Window(run.as_of, run.as_of - timedelta(minutes=30), run.as_of)
        assert {"tea:hirano", "evening:mori"} <= asked(loaded), "it began before, and was loaded just now"
        assert asked(Window(later, run.as_of, later)) == set()
        assert asked(Window.of_customer(run.as_of, "yuki")) == {"june:yuki", "thanks:yuki", "october:yuki"}


def test_every_segment_is_looked_up_for_who_asks(database: Database) -> None:
    run = build(database, read_world(HERE / "campaign.toml"))
    told = text("select to_jsonb(f) from customer_facts f where customer_id = 'yuki'")
    asked = text(
        "select in_audience(cast(:audience as jsonb), told, rest) from audience_facts where customer_id = 'yuki'"
    )
    scored = text("insert into scores (customer_id, name, value, at) values ('yuki', 'churn', 0.7, :at)")
    with database.transaction() as connection:
        query("load/write_under").run(connection, load_id="3", as_of=run.as_of.isoformat())
        connection.execute(scored, {"at": run.as_of - timedelta(days=1)})
        yuki = connection.scalar(told)
        known = {name: yuki[name] for name in SEGMENTS if yuki[name] not in (None, {}, [])}
        assert known.keys() >= {"orders_counted", "categories", "locale", "lifetime_spend", "scores"}
        for name, value in known.items():
            assert connection.scalar(asked, {"audience": json.dumps({name: value})}) is True, name


def test_a_campaign_gives_a_coupon_of_the_pool_it_names(database: Database) -> None:
    world = read_world(HERE / "campaign.toml")
    run = build(database, world)
    with database.transaction() as connection:
        found = verdicts(connection, run, world)
    assert found["campaign", "thanks:yuki"]["coupon"]["code"] == "KANSHA5"
    assert found["campaign", "tea:hirano"]["coupon"] is None
