"""What is known after what was said: any order, any repetition, nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest

from tasks.core.hazards import Area, Hazard, Kind, Severity, State, fold


def _at(hour: int) -> datetime:
    return datetime(2026, 9, 15, hour, tzinfo=UTC)


def _said(hour: int, *towns: str, name: str = "H", **more: object) -> Hazard:
    areas = tuple(Area("JP-15", town) for town in towns)
    hazard = Hazard(name, Kind.SNOW, Severity.WARNING, areas, _at(hour), None, _at(hour), "test")
    return replace(hazard, **more)  # type: ignore[arg-type]


STORY = (
    _said(1, "15100", "15202"),
    _said(3, "15202"),
    _said(5, "15202", "15204"),
    _said(9, state=State.ENDED, until_at=_at(9)),
)


@pytest.mark.parametrize("order", list(permutations(STORY)))
def test_the_order_of_arrival_makes_no_difference(order: tuple[Hazard, ...]) -> None:
    expected = fold([], STORY)
    assert fold([], order) == expected
    assert fold(expected.values(), order) == expected, "the same folder read again"


def test_hour_by_hour_gives_what_one_look_gives() -> None:
    known: dict[str, Hazard] = {}
    for statement in STORY:
        known = fold(known.values(), [statement])
    assert known == fold([], STORY)
    towns = {area.municipality: (area.from_at, area.until_at) for area in known["H"].areas}
    assert towns == {"15202": (_at(1), None), "15204": (_at(5), None), "15100": (_at(1), _at(3))}
    assert (known["H"].from_at, known["H"].until_at, known["H"].state) == (_at(1), _at(9), State.ENDED)


def test_an_end_of_what_nobody_knew_is_nothing() -> None:
    assert fold([], STORY[3:]) == {}


def test_what_a_list_shows_now_counts_as_it_stands() -> None:
    shown = replace(_said(5, "15100"), said_at=None)
    moved = replace(shown, from_at=_at(2), until_at=_at(4))
    assert fold(fold([], [shown]).values(), [moved])["H"].until_at == _at(4)
    assert fold(fold([], [moved]).values(), [shown])["H"].from_at == _at(5)


def test_the_replaced_ends_when_the_other_was_said_and_never_later_than_it_would() -> None:
    old = _said(1, "15100", name="A", until_at=_at(20))
    for until, expected in ((_at(20), _at(6)), (_at(4), _at(4))):
        new = _said(6, "15100", name="B", supersedes=("A",), from_at=_at(8))
        known = fold([], [replace(old, until_at=until), new])
        assert known["A"].until_at == expected
        assert known == fold(known.values(), [new, replace(old, until_at=until)])
