"""When rows happened that leave out year, time or day."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tasks.tracking.shown import Shown, instants

JAPAN = ZoneInfo("Asia/Tokyo")
SEEN = datetime(2027, 1, 9, 15, 30, tzinfo=JAPAN)
SHIPPED = date(2026, 12, 30)

CASES: dict[str, tuple[list[Shown], list[str]]] = {
    "no year: January follows December": (
        [Shown("発送", "12/31", "23:50"), Shown("作業店通過", "01/01", "02:10"), Shown("配達完了", "1月3日", "9:05")],
        ["2026-12-31 23:50", "2027-01-01 02:10", "2027-01-03 09:05"],
    ),
    "a slip printed before the ship date": ([Shown("荷物受付", "12/28", "17:00")], ["2026-12-28 17:00"]),
    "full width, with its year": ([Shown("配達完了", "２０２７年０１月０３日", "９：０５")], ["2027-01-03 09:05"]),
    "no time: the round begins at eight": (
        [
            Shown("城南店を出発", "2027-01-02", "22:15"),
            Shown("配達に出発", "2027-01-03"),
            Shown("配達終了", "2027-01-03", "12:02"),
        ],
        ["2027-01-02 22:15", "2027-01-03 08:00", "2027-01-03 12:02"],
    ),
    "no time, but its neighbours say more": (
        [
            Shown("到着", "01/03", "09:40"),
            Shown("配達に出発", "01/03"),
            Shown("ご不在", "01/04"),
            Shown("終了", "01/04", "07:30"),
        ],
        ["2027-01-03 09:40", "2027-01-03 09:40", "2027-01-04 07:30", "2027-01-04 07:30"],
    ),
    "no day: with the row before": (
        [
            Shown("お預かり"),
            Shown("出発", "12/30", "13:44"),
            Shown("ご不在", "12/31", "11:00"),
            Shown("持ち帰りました"),
        ],
        ["2026-12-30 00:00", "2026-12-30 13:44", "2026-12-31 11:00", "2026-12-31 11:00"],
    ),
    "the ship date is later than the first scan": (
        [Shown("お預かり"), Shown("出発", "12/29", "20:51")],
        ["2026-12-29 20:51", "2026-12-29 20:51"],
    ),
    "nothing left of the history": ([Shown("調査中")], ["2027-01-09 00:00"]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_inferred(case: str) -> None:
    rows, expected = CASES[case]
    found = instants(rows, SHIPPED, SEEN, JAPAN)
    assert [f"{at:%Y-%m-%d %H:%M}" for at in found] == expected


def test_a_leap_day_belongs_to_the_year_that_has_one() -> None:
    assert instants([Shown("発送", "02/29", "10:00")], date(2028, 2, 27), SEEN, JAPAN)[0].year == 2028
    with pytest.raises(ValueError, match="2/29"):
        instants([Shown("発送", "02/29", "10:00")], date(2026, 2, 27), SEEN, JAPAN)


@pytest.mark.parametrize("day", ["昨日", "13/40", "2026-13-01", "", "07/15 17:08"])
def test_a_day_nobody_can_read_is_said(day: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        instants([Shown("発送", day or "?", "10:00")], SHIPPED, SEEN, JAPAN)


def test_the_same_row_has_the_same_instant_whatever_is_added_behind() -> None:
    rows = [Shown("お預かり"), Shown("出発", "12/30", "13:44"), Shown("配達に出発", "12/31"), Shown("持ち帰りました")]
    whole = instants(rows, SHIPPED, SEEN, JAPAN)
    assert [instants(rows[:seen], SHIPPED, SEEN, JAPAN) for seen in range(2, 5)] == [
        whole[:seen] for seen in range(2, 5)
    ]
