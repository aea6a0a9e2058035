"""Variants with weights: shares as declared, the same person the same text, few people moved by a change."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, text

from tasks.core.database import Database
from tasks.core.due import collecting, declared_values
from tasks.core.gates import new_candidates, run_gates
from tasks.core.queries import parse
from tasks.core.touchpoints import load
from tests.worlds import World, build

AS_OF = datetime.fromisoformat("2026-09-15T10:00:00+09:00")
PEOPLE = 10_000
DUE = parse(
    "due/many",
    """-- Params: none
    select 'O-' || n as subject_id, 'C-' || n as customer_id, null as order_id, now() as due_at, now() as valid_until,
           null as variant, json_build_object() as checks, jsonb_build_object() as context
    from generate_series(1, 10000) n""",
)


def drawn(database: Database, weights: dict[str, float], touchpoint: str = "review_request") -> dict[str, str]:
    """Customer -> variant."""
    return {row.customer_id: row.variant for row in _candidates(database, weights, touchpoint)}


def _candidates(database: Database, weights: dict[str, float], touchpoint: str) -> list[Row[Any]]:
    declared = load(touchpoint).model_copy(update={"variants": weights, "holdout": 0.2})
    with database.transaction() as connection:
        new_candidates(connection)
        collecting(DUE).run(connection, **declared_values(declared, ()), floor_at=None)
        run_gates(connection, AS_OF, ["decide/gates/80_holdout"])
        return list(connection.execute(text("select customer_id, variant, verdict from candidate")))


def shares(variants: list[str]) -> dict[str, float]:
    return {name: n / len(variants) for name, n in Counter(variants).items()}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"a": 1.0, "b": 1.0}, {"a": 0.5, "b": 0.5}),
        ({"a": 70.0, "b": 20.0, "c": 10.0}, {"a": 0.7, "b": 0.2, "c": 0.1}),
        ({"a": 0.25, "b": 0.0}, {"a": 1.0}),
    ],
)
def test_shares_are_those_declared(
    module_database: Database, weights: dict[str, float], expected: dict[str, float]
) -> None:
    found = drawn(module_database, weights)
    assert len(found) == PEOPLE
    assert shares(list(found.values())) == pytest.approx(expected, abs=0.02)


def test_a_person_keeps_a_variant_and_another_touchpoint_draws_anew(module_database: Database) -> None:
    weights = {"a": 1.0, "b": 1.0}
    first = drawn(module_database, weights)
    assert drawn(module_database, weights) == first
    other = drawn(module_database, weights, "cross_sell")
    assert sum(first[one] == other[one] for one in first) / PEOPLE == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("weights", "to", "from_"),
    [
        ({"a": 1.0, "b": 1.0, "c": 0.1}, {"c"}, {"a", "b"}),  # a new variant at the end takes its share from both
        ({"a": 1.0, "b": 3.0}, {"b"}, {"a"}),  # more weight only takes
        ({"b": 1.0, "a": 1.0}, set(), set()),  # the order of lines means nothing
    ],
)
def test_a_change_of_weights_moves_only_who_must_move(
    module_database: Database, weights: dict[str, float], to: set[str], from_: set[str]
) -> None:
    old = drawn(module_database, {"a": 1.0, "b": 1.0})
    new = drawn(module_database, weights)
    moved = [one for one in old if old[one] != new[one]]
    assert {new[one] for one in moved} == to
    assert {old[one] for one in moved} == from_
    least = sum(
        max(0, share - shares(list(old.values())).get(name, 0)) for name, share in shares(list(new.values())).items()
    )
    assert len(moved) / PEOPLE == pytest.approx(least)


def test_who_is_held_out_says_nothing_about_the_variant(module_database: Database) -> None:
    rows = _candidates(module_database, {"a": 1.0, "b": 1.0}, "review_request")
    held = [row.variant for row in rows if row.verdict == "held_out"]
    assert len(held) / PEOPLE == pytest.approx(0.2, abs=0.02)
    assert shares(held)["a"] == pytest.approx(0.5, abs=0.04)


def test_ids_merged_into_one_person_draw_one_variant(database: Database) -> None:
    old = [{"customer_id": f"C-{n}", "status": f"merged_into:C-{n + 1000}"} for n in range(1, 41)]
    people = [{"customer_id": f"C-{n + 1000}"} for n in range(1, 41)]
    build(database, World(Path(__file__), AS_OF, {"customers": old + people}, (), {}, {}))
    found = drawn(database, {"a": 1.0, "b": 1.0})
    assert all(found[f"C-{n}"] == found[f"C-{n + 1000}"] for n in range(1, 41))
