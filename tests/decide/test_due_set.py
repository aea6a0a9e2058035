"""The suite of the due set: a candidate that is not fit to be sent waits alone, with what is wrong with it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, text

from tasks.core.database import Database
from tasks.core.due_set import COLUMNS, check_due_set
from tasks.core.expectations import failures
from tasks.core.gates import new_candidates
from tasks.core.suites import due_suite
from tasks.core.touchpoints import check_context, load

AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
GOOD: dict[str, Any] = {
    "order_id": "o", "order_number": 1, "delivered_at": "2026-09-15T09:00:00+09:00", "left_at": None, "items": [],
    "ship_to": [], "gift": False,
}  # fmt: skip
TOUCHPOINTS = [load("delivered"), load("order_confirmation"), load("birthday")]


def candidates(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    new_candidates(connection)
    plain = {
        "touchpoint": "delivered",
        "customer_id": "haru",
        "due_at": AS_OF,
        "valid_until": "2026-09-16T10:00:00+09:00",
    }
    statement = """insert into candidate (touchpoint, subject_id, customer_id, due_at, valid_until, variant, checks,
                                          context, class, priority, mode, holdout, needs, channels, language)
                   values (:touchpoint, :subject_id, :customer_id, :due_at, :valid_until, :variant, '{}',
                           cast(:context as jsonb), 'T', 1, 'live', 0, '{}', '{email}', :language)"""
    for row in rows:
        values: dict[str, Any] = {**plain, "variant": "plain", "language": "ja", "context": {}, **row}
        context: dict[str, Any] = GOOD | values["context"]
        connection.execute(text(statement), values | {"context": json.dumps(context)})


def found(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    rows = connection.execute(text("select subject_id, verdict, reason from candidate"))
    return {row.subject_id: (row.verdict, row.reason) for row in rows}


def test_good_ones_go_on_beside_each_that_is_broken(database: Database) -> None:
    broken: dict[str, dict[str, Any]] = {
        "Aoi belongs to nobody": {"customer_id": None},
        "Ren is due at no time": {"due_at": None},
        "Mei was too late before she was due": {"valid_until": "2026-09-15T09:59:00+09:00"},
        "Sora's variant is unknown": {"variant": "fancy"},
        "Yui reads French": {"language": "fr"},
        "Hina's day is a number": {"context": {"delivered_at": 20260915}},
        "Riku's gift is a word": {"context": {"gift": "yes"}},
        "Kai's order is the 1.5th": {"context": {"order_number": 1.5}},
    }
    rows = [{"subject_id": name} | fault for name, fault in broken.items()]
    rows.append({"subject_id": "a birthday asks for nothing", "touchpoint": "birthday"})
    with database.transaction() as connection:
        candidates(
            connection, [*rows, {"subject_id": "Haru is fine"}, *({"subject_id": f"fine {n}"} for n in range(40))]
        )
        said = check_due_set(connection, TOUCHPOINTS, AS_OF)
        verdicts = found(connection)
    assert verdicts["Haru is fine"] == (None, None)
    assert {name: verdict for name, verdict in verdicts.items() if verdict[0]} == {
        "Aoi belongs to nobody": ("dropped", "invalid:customer_id"),
        "Ren is due at no time": ("dropped", "invalid:due_at"),
        "Mei was too late before she was due": ("waiting", "invalid:valid_until"),
        "Sora's variant is unknown": ("waiting", "invalid:variant"),
        "Yui reads French": ("waiting", "invalid:language"),
        "Hina's day is a number": ("waiting", "invalid:context.delivered_at"),
        "Riku's gift is a word": ("waiting", "invalid:context.gift"),
        "Kai's order is the 1.5th": ("waiting", "invalid:context.order_number"),
    }
    assert "delivered: 1 messages are not sent (invalid:context.gift)." in said


def test_a_touchpoint_with_too_many_broken_stops_itself_alone(database: Database) -> None:
    bad = [{"subject_id": f"bad-{n}", "context": {"gift": "yes"}} for n in range(10)]
    good = [{"subject_id": f"good-{n}"} for n in range(20)]
    # the confirmation of Saki has a variant that is missing, hers alone
    other = [{"subject_id": "saki-1", "touchpoint": "order_confirmation", "variant": None}]
    with database.transaction() as connection:
        candidates(connection, [*bad, *good, *other])
        check_due_set(connection, TOUCHPOINTS, AS_OF)
        verdicts = found(connection)
    assert {verdicts[f"good-{n}"] for n in range(20)} == {("waiting", "invalid:others")}
    assert verdicts["saki-1"] == ("waiting", "invalid:variant")


WORDS = ["text", "integer", "number", "money", "date", "instant", "boolean", "list", "object"]
DAYS = ["2026-09-15", "2026-09-15T10:00:00", "2026-09-15T10:00:00Z", "2026-09-15T10:00:00.25+09:00"]
VALUES: list[Any] = [None, "", "x", "12", "-1.50", 3, 2.5, True, [], {}, "1e3", *DAYS]


@pytest.mark.parametrize("word", [*WORDS, "text?", "money?"])
def test_sql_and_python_read_the_contract_the_same(database: Database, word: str) -> None:
    touchpoint = load("delivered").model_copy(update={"context": {"field": word}})
    with database.transaction() as connection:
        candidates(connection, [{"subject_id": str(n), "context": {"field": value}} for n, value in enumerate(VALUES)])
        check_due_set(connection, [touchpoint], AS_OF)
        broken = {
            int(subject) for subject, (_, reason) in found(connection).items() if reason == "invalid:context.field"
        }
    assert broken == {n for n, value in enumerate(VALUES) if check_context(touchpoint, {"field": value})}


def test_every_check_names_a_column_of_the_due_set() -> None:
    assert {check.column for check in due_suite(TOUCHPOINTS)} <= set(COLUMNS)


def test_a_missing_time_is_one_failure_not_two() -> None:
    frame = pd.DataFrame([("delivered", "s", 1.0, None, "delivered/plain", None, "valid_until")], columns=list(COLUMNS))
    assert [failure.check.reason for failure in failures(frame, due_suite(TOUCHPOINTS))] == ["broken"]


def test_a_context_without_fields_is_kept(database: Database) -> None:
    birthday = load("birthday")
    assert birthday.context == {}
    with database.transaction() as connection:
        candidates(connection, [{"touchpoint": "birthday", "subject_id": "haru@2026"}])
        assert check_due_set(connection, [birthday], AS_OF) == []
        assert found(connection) == {"haru@2026": (None, None)}
