"""The storms of `make storms`: their world is fair, and a few of their hours go through the pipeline."""

from pathlib import Path

import pytest

from tasks.core.database import Database
from tests.walks.storms.score import Score, score, total
from tests.walks.storms.shapes import SHAPES
from tests.walks.storms.walk import Notice, Walk
from tests.walks.storms.world import World, build

SEEDS = range(201, 201 + len(SHAPES))


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [build(seed) for seed in SEEDS]


def test_a_seed_is_one_world(worlds: list[World]) -> None:
    again = build(SEEDS[0])
    assert [order.journey for order in again.orders] == [order.journey for order in worlds[0].orders]
    assert again.warned == worlds[0].warned


def test_a_fifth_of_the_late_is_late_by_chance_and_every_storm_makes_some_late(worlds: list[World]) -> None:
    scores = [score(world, []) for world in worlds]
    assert total(scores).random_share >= 0.2
    assert all(one.late["hazard"] + one.late["stall"] > 5 for one in scores)
    assert total(scores).coverage == 0, "nobody was told"


def test_warnings_reach_places_where_nothing_stops(worlds: list[World]) -> None:
    """Over-warning: on-time parcels for towns under a warning."""
    warned = {one.town.postal_code for world in worlds for one in world.warned}
    fine = [o for world in worlds for o in world.orders if o.parcel.town.postal_code in warned and not o.is_late]
    assert len(fine) > 500


def test_the_score_counts_what_was_told(worlds: list[World]) -> None:
    world = worlds[0]
    late = next(
        one
        for one in world.orders
        if one.cause in ("hazard", "stall") and world.starts + 3 < one.promise_ends <= world.stops
    )
    fine = next(one for one in world.orders if not one.is_late and one.promise_ends > world.starts + 24)
    notices = [
        Notice(late.order_id, late.promise_ends - 3, late.promise_ends - 3, "predicted_late", None, None),
        Notice(fine.order_id, fine.promise_ends - 20, fine.promise_ends - 20, "hazard", "JP-99", None),
    ]
    found = score(world, notices)
    assert (found.early, found.false, sum(found.told.values()), found.after_lift) == (2, 1, 1, 1)
    assert found.leads == [3.0]
    assert isinstance(found + Score(), Score)


def test_hours_of_a_storm_go_through_the_pipeline(worlds: list[World], database: Database, tmp_path: Path) -> None:
    walk = Walk(worlds[0], database, tmp_path)
    start = worlds[0].storm.begins // 3 * 3
    for hour in (start, start + 24, start + 27):
        walk.step(hour)
    assert walk.notices
    assert {notice.told for notice in walk.notices} <= {start + 24, start + 27}
