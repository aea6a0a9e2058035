"""Parcels asked about over real HTTP, from extract to the folded parcel, and what may go wrong on the way."""

import re
from collections import deque
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tasks.extract import extract_feeds
from tasks.tracking.aftership import AfterShip
from tasks.tracking.base import NoAnswer, Parcel
from tests.deliver.scripted import Answer, Scripted, listening
from tests.load.shop import AS_OF, Shop, rows
from tests.tracking.conftest import HANDED, MORNING, NUMBERS, Asking, configure, known_to, world
from tests.tracking.standins import AfterShipStandIn, answer, tracking


def test_what_aftership_knows_moves_the_parcel_and_what_it_does_not_is_registered(asking: Asking) -> None:
    known = known_to(asking)
    found = asking.hour()
    assert asking.scans() == [
        (NUMBERS[0], "荷物受付", "picked_up"),
        (NUMBERS[0], "配達中", "out_for_delivery"),
    ]
    assert rows(asking.database, "select out_for_delivery_at from parcel where shipment_id = 's1'") == [
        (AS_OF - timedelta(minutes=90),)
    ]
    assert ("taqbin-jp", NUMBERS[1]) in known.parcels
    assert asking.polls() == [(NUMBERS[0], True, 0), (NUMBERS[1], True, 0)]
    assert found.checked["gates"]["tracking"] == "open"
    assert found.checked["warnings"] == []


def test_a_parcel_is_asked_about_when_its_turn_comes_and_never_again_once_it_arrived(asking: Asking) -> None:
    known = known_to(asking)
    known.parcels[("taqbin-jp", NUMBERS[1])] = [HANDED]
    asking.hour()
    known.parcels[("taqbin-jp", NUMBERS[0])].append(("2026-09-15T10:30:00+09:00", "Delivered_001", "配達完了"))
    asking.hour(1)
    assert NUMBERS[1] not in asking.server.requests[-1].path, "it moves: every two hours"
    assert rows(asking.database, "select shipment_id from parcel where delivered_at is not null") == [("s1",)]
    asking.hour(2)
    assert NUMBERS[0] not in asking.server.requests[-1].path
    assert NUMBERS[1] in asking.server.requests[-1].path
    assert asking.server.posts == 0


def test_numbers_are_asked_in_batches_and_pages_and_the_budget_holds(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = tuple(f"N{place:03}" for place in range(120))
    asking.shop = world(numbers)
    asking.server.handler = AfterShipStandIn({("taqbin-jp", number): [HANDED] for number in numbers}, page=30)
    monkeypatch.setenv("TODOKE_TRACKING_BUDGET", "70")
    asking.hour()
    asking.hour()
    assert len(asking.scans()) == len(asking.polls()) == 120
    asked = [parse_qs(urlsplit(request.path).query)["tracking_numbers"][0] for request in asking.server.requests]
    assert [len(numbers.split(",")) for numbers in asked] == [50, 50, 20, 50, 50], "50 a call, 30 of them a page"


FAULTS: dict[str, tuple[list[Answer], str]] = {
    "500": ([Answer(500, b"oops")] * 3, "answered 500"),
    "HTML": (
        [Answer(200, b"<html>maintenance</html>", {"Content-Type": "text/html"})],
        "answered text/html instead of JSON",
    ),
    "304 nobody asked for": ([Answer(304)], "answered 304"),
    "half an answer": ([Answer(200, b'{"data": {"tra')], "instead of JSON"),
    "JSON of another kind": ([answer(["maintenance"])], "without data.trackings"),
    "no answer": ([Answer(fault="reset")] * 3, "disconnected"),
    "key refused": ([Answer(401, b"{}")], "answered 401"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_answer_is_said(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, reason = FAULTS[fault]
    with listening(Scripted(handler=AfterShipStandIn(), answers=deque(answers))) as server:
        configure(monkeypatch, server.url)
        with pytest.raises(NoAnswer, match=re.escape(reason)):
            AfterShip().ask([Parcel("yamato", NUMBERS[0], AS_OF.date())], AS_OF)


def test_a_source_without_an_answer_makes_the_feed_stale_and_loses_nothing(asking: Asking) -> None:
    known_to(asking)
    own: dict[str, str | None] = {
        "carrier": "yamato",
        "tracking_number": NUMBERS[1],
        "raw_status": "荷物受付",
        "occurred_at": MORNING,
    }
    asking.shop = world(tracking_events=[own])
    reason = "answered text/html instead of JSON"
    asking.server.answers.extend(FAULTS["HTML"][0])
    found = asking.hour()
    assert asking.scans() == [(NUMBERS[1], "荷物受付", "picked_up")], "the order system's own scans go on"
    assert found.checked["gates"]["tracking"] == "stale"
    assert reason in found.checked["reasons"]["tracking"]
    (note,) = found.checked["warnings"]
    assert note.startswith("Tracking by aftership: 1 of 1 calls had no answer") and reason in note
    assert asking.polls() == [(NUMBERS[0], False, 1), (NUMBERS[1], False, 1)]
    again = asking.hour(1)
    assert (again.checked["gates"]["tracking"], again.checked["warnings"]) == ("open", [])
    assert (NUMBERS[0], "配達中", "out_for_delivery") in asking.scans()


def test_a_silent_source_is_left_alone_until_the_next_run(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AfterShip, "at_once", 1)
    asking.shop = world(tuple(f"N{place}" for place in range(5)))
    asking.server.answers.extend([Answer(401)] * 3)
    found = asking.hour()
    assert len(asking.server.requests) == 3
    assert found.checked["gates"]["tracking"] == "stale"
    assert found.checked["warnings"][1] == "Tracking by aftership: 2 parcels were left for the next run."
    assert [failures for _, _, failures in asking.polls()] == [1, 1, 1]


def test_a_hiccup_is_asked_again_within_the_run(asking: Asking) -> None:
    known_to(asking)
    asking.server.answers.extend([Answer(503), Answer(429, headers={"Retry-After": "0"})])
    found = asking.hour()
    assert len(asking.scans()) == 2 and found.checked["warnings"] == []


def test_parcels_nobody_asked_about_and_words_nobody_mapped_move_nothing(asking: Asking) -> None:
    known = known_to(asking)
    known.extra = [
        tracking("taqbin-jp", "777777777770", [("2026-09-15T09:00:00+09:00", "Delivered_001", "配達完了")]),
        tracking("sagawa", NUMBERS[1], [("2026-09-15T09:00:00+09:00", "Delivered_001", "配達完了")]),
    ]
    known.parcels[("taqbin-jp", NUMBERS[1])] = [
        HANDED,
        (MORNING, "Novelty_001", "仕分け保留（新）"),
        ("soon", "InTransit_001", ""),
    ]
    found = asking.hour()
    assert rows(asking.database, "select shipment_id from parcel where delivered_at is not null") == []
    assert found.loaded.unknown_statuses == {"aftership:Novelty_001": 1}
    assert found.checked["warnings"] == [
        "Tracking by aftership: ignored 2 × parcels nobody asked about.",
        "Tracking by aftership: ignored 1 × checkpoints without status or time.",
    ]
    assert found.checked["gates"]["tracking"] == "open"


def test_a_number_that_is_not_taken_is_said_and_asked_again_ever_more_seldom(asking: Asking) -> None:
    asking.shop = world(("BAD1",))
    found = asking.hour()
    assert found.checked["warnings"] == [
        "Tracking by aftership: 1 numbers are not followed, most (1): 4005 number invalid"
    ]
    for later in range(1, 4):
        asking.hour(later)
    assert asking.server.posts == 3, "after one hour and then after two"


def test_a_crash_before_the_load_asks_again(asking: Asking) -> None:
    known_to(asking)
    asking.hour(-6)
    asked = len(asking.server.requests)
    extract_feeds(asking.run(0, "aftership"), Shop(asking.shop))
    asking.hour()
    assert [request.path for request in asking.server.requests[asked:]] == [asking.server.requests[-1].path] * 2
