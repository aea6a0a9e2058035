"""Doubts that an hour leaves open are settled between hours, and beside one, without a second copy."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tasks.outcomes import are_in_doubt, settle_doubts
from tests.deliver.conftest import Shop
from tests.deliver.people import PATIENT, STEADY, all_due, change, orders, plan, run_of, states

TIMES = STEADY.model_copy(update={"repost_minutes": 15})
LOST = ["500 after"] * 4
"""The answer to the first post and to all that an hour tries again."""


def left_in_doubt(shop: Shop, messages: int, faults: list[str] | None = None, **changes: Any) -> None:
    """An hour whose posts got no answer that proves anything."""
    plan(shop.database, orders(messages, **changes))
    shop.provider.faults.extend(faults or LOST)
    shop.deliver(times=TIMES)
    shop.provider.faults.clear()
    assert set(states(shop.database).values()) == {"unknown"}


def minutes_later(shop: Shop, minutes: int) -> None:
    """Its first post and its last are so long ago."""
    change(
        shop.database,
        "update batch set first_posted_at = first_posted_at - make_interval(mins => :minutes),"
        " last_posted_at = last_posted_at - make_interval(mins => :minutes)",
        minutes=minutes,
    )


def settle(shop: Shop, hook: Callable[[str], None] = lambda _: None) -> dict[str, int]:
    """What the five-minute flow does."""
    run = run_of(shop.database, shop.home)
    return settle_doubts(run, [shop.channel], all_due, TIMES, hook, PATIENT)


def test_five_minutes_after_the_hour_its_doubts_are_settled_and_nothing_else_leaves(shop: Shop) -> None:
    left_in_doubt(shop, 3)
    assert are_in_doubt(shop.database)
    plan(shop.database, [one for one in orders(4) if one.subject_id == "O-00003"])
    minutes_later(shop, 5)
    assert settle(shop)["accepted"] == 3
    assert not are_in_doubt(shop.database)
    assert states(shop.database)["O-00003"] == "planned", "sending is the hour's"
    shop.check()


@pytest.mark.parametrize(("minutes", "posts"), [(10, 1), (16, 0)])
def test_a_key_is_used_as_long_as_it_lives(keyed: Shop, minutes: int, posts: int) -> None:
    """By hourly runs alone it would be forgotten each time; afterwards the provider is asked instead."""
    left_in_doubt(keyed, 3)
    minutes_later(keyed, minutes)
    calls = keyed.provider.calls
    assert settle(keyed).get("reposted", 0) == posts
    assert keyed.provider.calls - calls == posts
    assert set(states(keyed.database).values()) == {"accepted"}
    keyed.check()


@pytest.mark.parametrize(("message_class", "state"), [("T", "planned"), ("M", "parked")])
def test_what_was_never_taken_waits_for_the_next_hour(unkeyed: Shop, message_class: str, state: str) -> None:
    left_in_doubt(unkeyed, 3, ["500 before"], message_class=message_class)
    minutes_later(unkeyed, 5)
    assert settle(unkeyed)[state] == 3
    assert unkeyed.provider.calls == 1
    assert set(states(unkeyed.database).values()) == {state}


def test_a_dead_worker_is_taken_over_between_hours(keyed: Shop) -> None:
    plan(keyed.database, orders(3))
    with pytest.raises(KeyboardInterrupt):
        keyed.deliver(hook=dies_at("post"), times=TIMES)
    assert not are_in_doubt(keyed.database), "its lease has not ended"
    change(keyed.database, "update batch set lease_until = clock_timestamp() where state = 'posting'")
    assert are_in_doubt(keyed.database)
    assert settle(keyed) == {"accepted": 3, "reposted": 1, "taken_over": 1}
    keyed.check()


def dies_at(step: str) -> Callable[[str], None]:
    """A hook that ends its worker there."""

    def hook(reached: str) -> None:
        if reached == step:
            raise KeyboardInterrupt

    return hook


def test_an_hour_and_two_settlers_at_once_post_nothing_twice(shop: Shop) -> None:
    left_in_doubt(shop, 60, ["500 after"] * 24)
    minutes_later(shop, 5)
    plan(shop.database, orders(90)[60:])
    calls = shop.provider.calls
    jobs: list[Callable[[], object]] = [lambda: shop.deliver(times=TIMES), *[lambda: settle(shop)] * 2]
    with ThreadPoolExecutor(len(jobs)) as workers:
        for running in [workers.submit(job) for job in jobs]:
            running.result()
    assert set(states(shop.database).values()) == {"accepted"}
    reposts = 6 if shop.provider.keyed else 0
    assert shop.provider.calls - calls <= reposts + 3, "a batch in doubt at most once, with its key; a new one once"
    shop.check()
