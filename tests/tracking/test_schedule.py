"""When a parcel's turn comes (sql/poll/due.sql): often what moves or is late, seldom what is quiet, else never."""

from datetime import timedelta

import pytest

from tasks.core.database import Database
from tasks.core.queries import query
from tests.load.shop import AS_OF
from tests.track.conftest import Shop, day

HOURS: dict[str, tuple[list[tuple[str, str]], dict[str, str], float | None]] = {
    "out for delivery": ([("09-15 08:00", "配達中")], {}, 0.5),
    "moving": ([("09-15 02:00", "作業店通過")], {}, 2),
    "late": ([("09-14 20:00", "作業店通過")], {"promised": "09-14"}, 1),
    "due today": ([("09-14 20:00", "作業店通過")], {"promised": "09-15"}, 1),
    "brought back": ([("09-14 20:00", "持戻（ご不在）")], {}, 2),
    "in trouble": ([("09-13 20:00", "調査中")], {}, 2),
    "kept for a day": ([("09-14 20:00", "配達日・時間帯指定（保管中）")], {"requested": "2026-09-19"}, 12),
    "to be collected": ([("09-14 20:00", "保管中（ご指定店）")], {}, 6),
    "not scanned yet": ([], {}, 4),
    "quiet": ([("09-13 02:00", "作業店通過")], {}, 8),
    "silent": ([("09-06 02:00", "作業店通過")], {"shipped": "09-05 12:00"}, 24),
    "arrived": ([("09-15 08:00", "配達完了")], {}, None),
    "on its way back": ([("09-15 08:00", "返品")], {}, None),
    "months ago": ([], {"shipped": "07-01 12:00"}, None),
}
"""Scans, what else is known, and the hours between two questions; None: never asked again."""


def _due(database: Database, **values: object) -> list[str]:
    given = {"as_of": AS_OF, "source": "aftership", "carriers": None, "budget": 1000} | values
    with database.transaction() as connection:
        return [row["tracking_number"] for row in query("poll/due").rows(connection, **given)]


@pytest.fixture
def shop(database: Database) -> Shop:
    """One parcel a case, folded."""
    made = Shop(database)
    for number, (scans, known, _) in enumerate(HOURS.values()):
        shipped = known.get("shipped", "09-13 12:00")
        made.order(f"o{number}", shipped, promised=known.get("promised"), requested_on=known.get("requested"))
        made.parcel(f"o{number}-1", shipped)
        for at, word in scans:
            made.scan(f"o{number}-1", at, word)
    made.track()
    return made


def _asked(shop: Shop, at: object, failures: int = 0) -> None:
    for number in range(len(HOURS)):
        shop.rows(
            "insert into tracking_poll values ('aftership', 'yamato', :number, :at, :at, :failures, null)"
            " on conflict (source, carrier, tracking_number) do update"
            " set (asked_at, failures) = (excluded.asked_at, excluded.failures) returning 1",
            number=f"o{number}-1", at=at, failures=failures,
        )  # fmt: skip


def test_every_parcel_has_its_interval(shop: Shop) -> None:
    found: dict[str, float | None] = {name: None for name, (_, _, hours) in HOURS.items() if hours is None}
    numbers = {f"o{number}-1": name for number, name in enumerate(HOURS)}
    for minutes in (29, 30, 59, 60, 119, 120, 239, 240, 359, 360, 479, 480, 719, 720, 1439, 1440):
        _asked(shop, AS_OF - timedelta(minutes=minutes))
        found |= {numbers[due]: minutes / 60 for due in _due(shop.database) if numbers[due] not in found}
    assert found == {name: hours for name, (_, _, hours) in HOURS.items()}


def test_what_was_never_asked_comes_first_then_what_is_most_overdue(shop: Shop) -> None:
    assert len(_due(shop.database)) == sum(hours is not None for _, _, hours in HOURS.values())
    _asked(shop, AS_OF - timedelta(hours=24))
    shop.rows("delete from tracking_poll where tracking_number = 'o9-1' returning 1")
    assert _due(shop.database, budget=2) == ["o9-1", "o0-1"]
    assert _due(shop.database, carriers=["sagawa"]) == []


def test_a_call_without_an_answer_waits_twice_as_long_each_time(shop: Shop) -> None:
    waits = {1: 30, 2: 60, 3: 120, 6: 960, 20: 1440}
    for failures, minutes in waits.items():
        _asked(shop, AS_OF - timedelta(minutes=minutes - 1), failures)
        assert _due(shop.database) == []
        _asked(shop, AS_OF - timedelta(minutes=minutes), failures)
        assert "o1-1" in _due(shop.database)


def test_a_cancelled_order_that_was_never_handed_over_is_not_asked_about(shop: Shop) -> None:
    shop.order("x", "09-13 12:00", cancelled_at=day("09-14 10:00"))
    shop.parcel("x-1", None)
    shop.track()
    assert "x-1" not in _due(shop.database)
