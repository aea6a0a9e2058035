"""`make olist`: November 2017 of 10,000 real orders, hour by hour; one line a claim, exit 1 when one fails.

The orders are read from TODOKE_TEST_DATA (default ../shared/data); without them every claim is skipped.
What must be true is counted here from the raw files, in plain Python, not by the pipeline's own SQL.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from tasks.proof.explain import explain_order
from tests.walks.ledgers import ledger, rows_of
from tests.walks.month import FROM, TO, ZONE, Walk, data_folder, place

HOURS = 720
LIMIT_SECONDS = 15 * 60
FEWEST_REVIEWS = 300
MOST_EXCEPTIONS = 40
KILLS = 3
CLAIMS: list[Callable[["Walk"], str]] = []


def claim(function: Callable[["Walk"], str]) -> Callable[["Walk"], str]:
    """Register a claim: it returns what was seen, or raises AssertionError with it."""
    CLAIMS.append(function)
    return function


def local(naive: str) -> datetime | None:
    return datetime.fromisoformat(naive).replace(tzinfo=ZONE) if naive else None


def promise_end(order: dict[str, str]) -> datetime:
    """24:00 of the promised day in São Paulo."""
    day = date.fromisoformat(order["order_estimated_delivery_date"][:10]) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


@claim
def every_order_is_confirmed_or_an_exception(walk: Walk) -> str:
    placed = [key for key, row in walk.orders.items() if row["order_purchase_timestamp"].startswith("2017-11")]
    confirmed = {
        row.order_id
        for row in walk.sql(
            "select order_id from message where touchpoint = 'order_confirmation' and state = 'accepted'"
            " and planned_at <= due_at + interval '1 hour'"
        )
    }
    exceptions = {key: _why_not(walk, key) for key in placed if key not in confirmed}
    for key, reason in exceptions.items():
        print(f"         {key}  {reason}")
    seen = f"{len(confirmed & set(placed))} confirmations + {len(exceptions)} exceptions = {len(placed)} orders placed"
    assert len(placed) == 1728 and len(confirmed & set(placed)) + len(exceptions) == 1728, seen
    assert confirmed <= set(placed), f"{seen}; {len(confirmed - set(placed))} confirmations of other months"
    assert len(exceptions) < MOST_EXCEPTIONS and all(exceptions.values()), seen
    return f"{seen}: {dict(Counter(reason.partition(' (')[0] for reason in exceptions.values()))}"


def _why_not(walk: Walk, order_id: str) -> str:
    """What was rejected, or the first check that said no."""
    rejected = walk.sql(
        "select column_name, reason, file, line from rejected_fact"
        " where table_name = 'orders' and content ->> 'order_id' = :order_id",
        order_id=order_id,
    )
    if rejected:
        return "; ".join(f"{row.column_name}: {row.reason} ({row.file} line {row.line})" for row in rejected)
    found = explain_order(walk.database, order_id, TO)["touchpoints"].get("order_confirmation", [])
    return "; ".join(f"{row['reason']} ({walk.orders[order_id]['order_status']})" for row in found if row["reason"])


@claim
def who_waits_at_the_end_of_the_promised_day_hears_within_an_hour(walk: Walk) -> str:
    late = [key for key, row in walk.orders.items() if _is_open_at_promise(row)]
    missing = []
    for key in late:
        end = promise_end(walk.orders[key])
        first = walk.notices[key][0][0] if key in walk.notices else None
        if first is None or not end <= first <= end + timedelta(hours=1):
            missing.append(f"{key}: promised until {end}, first notice {first}")
    assert len(late) == 63 and not missing, f"{len(late)} orders open at the end of their day; {missing}"
    return f"{len(late)} of {len(late)} orders open at the end of their promised day were told within the hour"


def _is_open_at_promise(order: dict[str, str]) -> bool:
    end, delivered = promise_end(order), local(order["order_delivered_customer_date"])
    in_month = order["order_estimated_delivery_date"].startswith("2017-11")
    is_alive = order["order_status"] not in ("canceled", "unavailable")
    return in_month and is_alive and (delivered is None or delivered >= end)


@claim
def later_notices_tell_of_something_worse(walk: Walk) -> str:
    later = [(key, pair) for key, sent in walk.notices.items() for pair in pairwise(sent)]
    worse = [_worse(*pair) for _, pair in later]
    for (key, (_, (at, _))), why in zip(later, worse, strict=True):
        print(f"         {key}  {at:%Y-%m-%d %H:%M}  {why or 'NOT worse'}")
    assert all(worse), f"{worse.count('')} of {len(later)} later notices tell of nothing worse"
    return f"{len(later)} later notices, each for something worse; {len(walk.notices)} orders had a first one"


def _worse(before: tuple[datetime, dict[str, Any]], after: tuple[datetime, dict[str, Any]]) -> str:
    """What got worse from one notice to the next; empty where nothing did, or a day had not passed."""
    old, new = before[1], after[1]
    if after[0] - before[0] < timedelta(hours=24):
        return ""
    if new["cause"] != old["cause"]:
        return f"new cause: {old['cause']} → {new['cause']}"
    if old["new_until_on"] and not new["new_until_on"]:
        return f"from a date to none: {old['new_until_on']}"
    if old["new_until_on"] and new["new_until_on"] > old["new_until_on"]:
        return f"later: {old['new_until_on']} → {new['new_until_on']}"
    return ""


@claim
def who_got_the_parcel_in_time_hears_of_no_delay(walk: Walk) -> str:
    on_time = {key for key, row in walk.orders.items() if _is_on_time(row)}
    wrong = on_time & set(walk.notices)
    assert not wrong, f"{len(wrong)} orders delivered in time had a delay notice: {sorted(wrong)[:5]}"
    return f"none of {len(on_time)} orders delivered by their promised day had a delay notice"


def _is_on_time(order: dict[str, str]) -> bool:
    delivered = local(order["order_delivered_customer_date"])
    return delivered is not None and delivered < promise_end(order)


@claim
def reviews_are_asked_for_after_delivery(walk: Walk) -> str:
    asked = walk.sql(
        "select order_id, subject_id, state_at from message where touchpoint = 'review_request' and state = 'accepted'"
    )
    early = [row.order_id for row in asked if not _arrived(walk.orders[row.order_id], row.state_at)]
    first = sum(row.subject_id.endswith("@ask") for row in asked)
    assert not early, f"{len(early)} review requests left before delivery: {early[:5]}"
    assert first >= FEWEST_REVIEWS, f"only {first} orders were asked for a review"
    return f"{first} orders were asked for a review, {len(asked) - first} reminded, none before delivery"


def _arrived(order: dict[str, str], at: datetime) -> bool:
    delivered = local(order["order_delivered_customer_date"])
    return delivered is not None and delivered <= at


@claim
def nothing_stalls_where_nothing_is_scanned(walk: Walk) -> str:
    said = [note for note in walk.first[0]["notes"] if note.startswith("Stall detection is off")]
    stalled = walk.sql("select count(*) from delay where cause = 'stalled'")[0][0]
    assert said and not stalled, f"{stalled} stalled delays; the summary says {said}"
    return f"no parcel is called stalled; the summary says: {said[0]}"


@claim
def the_month_takes_a_quarter_of_an_hour_at_most(walk: Walk) -> str:
    runs = walk.sql("select count(distinct as_of), min(as_of), max(as_of) from run where finished_at is not null")[0]
    summary, seconds = walk.first
    first, last = (instant.astimezone(ZONE) for instant in runs[1:])
    seen = f"{runs[0]} runs, {first:%F %R} to {last:%F %R}, in {seconds:.0f} s"
    assert runs[0] == HOURS and (first, last) == (FROM + timedelta(hours=1), TO) and seconds <= LIMIT_SECONDS, seen
    return f"{seen}; seconds by step: {summary['seconds']}"


@claim
def a_second_pass_inserts_nothing(walk: Walk) -> str:
    before = rows_of(walk.database)
    summary = walk.walk()
    after = rows_of(walk.database)
    added = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    assert not added and not summary["planned"], f"a second pass inserted {added}"
    return (
        f"a second pass reads all files again and inserts 0 rows into {len(after)} tables ({sum(after.values())} rows)"
    )


@claim
def a_walk_cut_by_kill_9_ends_the_same(walk: Walk) -> str:
    cut = Walk(walk.home, walk.data, "cut")
    seed = int(os.environ.get("TODOKE_TEST_SEED", time.time_ns() % 10_000))
    chance = random.Random(seed)  # noqa: S311
    ended = [cut.walk_for(chance.uniform(0.1, 0.3) * walk.first[1]) for _ in range(KILLS)]
    cut.walk()
    one, other = ledger(walk.database), ledger(cut.database)
    differing = [table for table in one if one[table] != other[table]]
    assert ended.count(None) > 0, f"seed {seed}: no walk was killed in the act"
    assert not differing, f"seed {seed}: {differing} differ"
    same = sum(map(len, one.values()))
    return f"{ended.count(None)} kills (seed {seed}) and a last pass: {same} ledger rows are the same"


def check(walk: Walk, one: Callable[[Walk], str]) -> bool:
    """Print the claim's line; whether it holds."""
    name = one.__name__.replace("_", " ")
    try:
        print(f"  ok     {name}: {one(walk)}", flush=True)
    except AssertionError as error:
        print(f"  FAILED {name}: {error}", flush=True)
        return False
    return True


def main() -> int:
    data = data_folder()
    if not (data / "orders.csv").is_file():
        for one in CLAIMS:
            print(f"  skip   {one.__name__.replace('_', ' ')}: the Olist orders are not in {data}")
        return 0
    with place() as home:
        walk = Walk(home, data, "november")
        print(f"Walking {HOURS} hours of November 2017 in {home}", flush=True)
        walk.first  # noqa: B018  # walked once, here
        held = [check(walk, one) for one in CLAIMS]
    print(f"{held.count(True)} passed, {held.count(False)} failed")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
