"""What no walk may break, asked of its evidence one message at a time, in plain Python."""

from collections.abc import Callable, Iterator

from tests.walks.shop.caps import (
    a_twentieth_is_held_out,
    marketing_once_a_day,
    marketing_thrice_a_week,
    service_twice_a_day,
)
from tests.walks.shop.evidence import Broken, Evidence
from tests.walks.shop.news import (
    nothing_has_arrived_before_everything_did,
    nothing_is_under_way_after_it_arrived,
    once,
    while_it_is_true,
)
from tests.walks.shop.people import (
    marketing_needs_a_yes,
    no_marketing_inside_a_journey,
    nobody_who_must_not_be_written_to,
    nothing_pleasant_while_a_problem_is_open,
    quiet_from_nine_to_eight,
    who_asked_to_wait_is_left_alone,
    who_said_no_to_a_topic_is_left_alone,
)

_RULES: tuple[Callable[[Evidence], Iterator[Broken]], ...] = (
    service_twice_a_day,
    marketing_once_a_day,
    marketing_thrice_a_week,
    a_twentieth_is_held_out,
    quiet_from_nine_to_eight,
    marketing_needs_a_yes,
    who_said_no_to_a_topic_is_left_alone,
    nobody_who_must_not_be_written_to,
    nothing_pleasant_while_a_problem_is_open,
    no_marketing_inside_a_journey,
    who_asked_to_wait_is_left_alone,
    once,
    while_it_is_true,
    nothing_is_under_way_after_it_arrived,
    nothing_has_arrived_before_everything_did,
)
RULES = {rule.__name__.replace("_", " "): rule for rule in _RULES}
"""By the name people read."""


def broken(evidence: Evidence) -> dict[str, list[Broken]]:
    """Every rule with what broke it."""
    return {name: list(rule(evidence)) for name, rule in RULES.items()}
