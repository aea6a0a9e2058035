"""The sample shop with recorded hours: shadow, a year's send, a mark; the record stays what it is. In this order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tasks.backfill import drop, finish, open_window, work
from tasks.backfill_send import send
from tasks.core.backfills import Backfill
from tasks.core.errors import GuardError
from tasks.core.queries import query, reading
from tasks.core.rulebook import current
from tasks.core.runs import Run
from tasks.proof.replay import replays
from tests.backfill.conftest import CLOCK, FROM, HOURS, asked, hour, rows
from tests.walks.ledgers import ledger, rows_of


def worked(run: Run, mode: str, most: int | None = None, **values: Any) -> Backfill:
    opened = open_window(run, asked(mode, **values), "aya")
    for number, _ in enumerate(work(run, opened), start=1):
        if number == most:
            return opened
    return finish(run, opened, "aya")


def outcomes(done: Backfill) -> dict[str, int]:
    counts: dict[str, int] = {}
    for of_one in done.summary["counts"].values():
        for name, n in of_one.items():
            counts[name] = counts.get(name, 0) + n
    return counts


def left(run: Run) -> list[tuple[str, str]]:
    """Touchpoint and variant of what was planned after the first hour."""
    found = rows(run, "select touchpoint, variant, planned_at, state from message where not seed")
    ended = ("held_out", "expired", "cancelled")
    return [(name, variant) for name, variant, planned_at, state in found if planned_at > FROM and state not in ended]


def test_a_shadow_by_the_same_rules_decides_as_the_record_says(shop: Run) -> None:
    before = ledger(shop.database)
    worked(shop, "shadow", most=1)  # cut off after its first step
    done = worked(shop, "shadow")
    assert outcomes(done) == {"same": len(left(shop))}
    assert len(left(shop)) > 20
    assert ledger(shop.database) == before
    books = rows_of(shop.database)
    assert worked(shop, "shadow") == done
    assert rows_of(shop.database) == books, "again: nothing new, here or there"


def test_a_shadow_by_other_rules_says_who_gains_and_who_loses(shop: Run) -> None:
    before = ledger(shop.database)
    thanks = query("due/thank_you").source
    narrower = thanks.replace("where ((", "where f.order_number = 1 and ((")
    assert narrower != thanks
    with reading({**current().files, "sql/due/thank_you.sql": narrower}):
        done = worked(shop, "shadow", touchpoints=("thank_you",))
    later = len([one for one in left(shop) if one[0] == "thank_you" and one[1] != "first"])
    assert later > 0
    assert done.summary["counts"]["thank_you"]["lost"] == later
    assert {one["outcome"] for one in done.summary["samples"]} == {"lost"}
    assert {one["shadow_says"] for one in done.summary["samples"]} == {"not due"}
    assert ledger(shop.database) == before


def test_a_shadow_that_is_dropped_takes_its_schema_along(shop: Run) -> None:
    opened = worked(shop, "shadow", most=1, touchpoints=("delivered",))
    schema, every = (f"scratch_{opened.backfill_id}",), "select nspname from pg_namespace"
    assert schema in rows(shop, every)
    assert drop(shop, opened.backfill_id, "aya").state == "dropped"
    assert schema not in rows(shop, every)
    with pytest.raises(GuardError, match="was dropped by aya"):
        worked(shop, "shadow", touchpoints=("delivered",))


def test_a_send_over_a_year_sends_nothing(shop: Run) -> None:
    before = ledger(shop.database)
    run = replace(shop, run_id="a year")
    shown, sent = send(run, asked("send", from_at=CLOCK - timedelta(days=365)), "aya")
    assert (shown.found.by_touchpoint, shown.found.held_out, sent) == ({}, 0, None)
    assert shown.plan.state == "done"
    assert {"before_floor", "already_accepted"} <= {one.reason for one in shown.found.stopped}
    assert ledger(shop.database) == before


def test_after_a_mark_and_a_moved_floor_the_recorded_hours_are_still_the_record(shop: Run) -> None:
    chosen = ("review_request", "birthday", "shipped")
    month = CLOCK - timedelta(days=30)
    done = worked(shop, "mark", touchpoints=chosen, from_at=month, to_at=CLOCK, step="10d", move_floor=True)
    assert done.summary["marked"]["review_request"] > 0
    assert set(done.summary["floors"]) == set(chosen)
    found = list(replays(shop.database, FROM - timedelta(hours=1), CLOCK))
    assert [one.differences for one in found] == [[]] * HOURS
    told = "select member from covers c join message m using (touchpoint, subject_id) where m.reason = 'marked'"
    assert rows(shop, told), "no later digest tells what is marked"
    hour(replace(shop, run_id="next", as_of=CLOCK + timedelta(hours=1)))
    since = "select touchpoint, due_at from message where run_id = 'next'"
    assert [one for one in rows(shop, since) if one[0] in chosen and one[1] <= CLOCK] == []


pytestmark = pytest.mark.xdist_group("backfill")
