"""A future drawn from a past that is known: the same rates, the same pattern, the same again for the same seed."""

from datetime import UTC, datetime
from math import sqrt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from tasks.proof.simulate_draw import Drawn, Past, draw, rates

NOW = datetime(2026, 9, 14, 1, tzinfo=UTC)  # a Monday, 10:00 in Japan
ZONE = ZoneInfo("Asia/Tokyo")
WEEKS, DAYS = 8, 56
NIGHT = range(7)
"""Hours in which this shop sells nothing."""


def arrivals() -> pd.DataFrame:
    """Four orders an hour from Monday to Friday, twelve on the weekend, none at night; one in four is a first one."""
    open_at = [(day, hour) for day in range(1, 8) for hour in range(24) if hour not in NIGHT]
    kinds = (True, 1), (False, 3)
    rows = [(day, hour, new, (3 if day > 5 else 1) * n * WEEKS) for day, hour in open_at for new, n in kinds]
    return pd.DataFrame(rows, columns=["weekday", "hour", "is_new", "orders"])


def hazard() -> pd.DataFrame:
    """Of those who may come again one in a hundred does in any week, nine in the fifth."""
    weeks = np.arange(53)
    one = pd.DataFrame({"weeks": weeks, "came": np.where(weeks == 4, 90, 10), "at_risk": 1000})
    return pd.concat([one.assign(standing=standing) for standing in (1, 2, 3, 6)], ignore_index=True)


def buyers() -> pd.DataFrame:
    n = np.arange(20_000)
    names = {"customer_id": [f"C{one}" for one in n], "order_id": [f"L{one}" for one in n]}
    return pd.DataFrame({**names, "orders": n % 8 + 1, "days": n % 300 + 0.5})


def donors() -> pd.DataFrame:
    """Some of each kind, weekday and hour; they leave 24 to 123 hours after midnight, and one in five is never paid."""
    n = np.arange(3_000)
    when = {"weekday": n % 7 + 1, "hour": n // 7 % 24, "is_new": n // 168 % 2 == 0}
    ends = {"left_after": n % 100 + 24.0, "paid_after": np.where(n % 5, 20.0, np.nan)}
    return pd.DataFrame({"order_id": [f"D{one}" for one in n], **when, **ends})


@pytest.fixture(scope="module")
def past() -> Past:
    under_way = {"order_id": ["O1", "O2", "O3"], "weekday": [7, 6, 5], "is_paid": [True, False, True]}
    ways = {"shipment_id": ["S1", "S2", "S3", "S4"], "is_told": [True, True, False, False]}
    return Past(
        NOW,
        ZONE,
        WEEKS,
        arrivals=arrivals(),
        returns_after=hazard(),
        buyers=buyers(),
        donors=donors(),
        open_orders=pd.DataFrame({**under_way, "is_unsent": [True, True, False], "elapsed": [100.0, 900.0, 64.0]}),
        parcels=pd.DataFrame({**ways, "carrier": "yamato", "hours": [30.0, 90.0, 40.0, 95.0]}),
    )


@pytest.fixture(scope="module")
def drawn(past: Past) -> Drawn:
    return draw(past, DAYS, seed=1)


def coming(drawn: Drawn) -> pd.DataFrame:
    return drawn.orders[drawn.orders["kind"].isin(["new", "again"])]


def is_near(found: float, expected: float) -> bool:
    """Within four standard deviations of a Poisson count."""
    return abs(found - expected) <= 4 * sqrt(expected)


def test_as_many_come_as_came(past: Past, drawn: Drawn) -> None:
    come = coming(drawn)
    a_week = rates(past).sum(axis=0)
    assert a_week.tolist() == [187, 561]
    assert is_near((come["kind"] == "new").sum(), a_week[0] * DAYS / 7)
    assert is_near((come["kind"] == "again").sum(), a_week[1] * DAYS / 7)


def test_the_pattern_of_the_week_is_kept(drawn: Drawn) -> None:
    local = coming(drawn)["placed_at"].dt.tz_convert(ZONE).dt
    assert not local.hour.isin(NIGHT).any()
    for day in range(7):
        assert is_near((local.day_of_week == day).sum(), (12 if day > 4 else 4) * 17 * DAYS / 7)
    for hour in range(7, 24):
        assert is_near((local.hour == hour).sum(), (5 * 4 + 2 * 12) * DAYS / 7)


def test_customers_come_again_when_customers_did(past: Past, drawn: Drawn) -> None:
    """In the fifth week nine times as often as in any other."""
    first = coming(drawn).dropna(subset="customer_id").drop_duplicates("customer_id")
    days = past.buyers.set_index("customer_id")["days"]
    first = first[first["day"] < 7]
    weeks = (first["day"] - -days[first["customer_id"]].to_numpy()) // 7
    share = (weeks == 4).mean() / (weeks.isin([2, 3, 5, 6])).mean() * 4
    assert 7 < share < 11


def test_nobody_comes_twice_a_day_and_the_new_come_again(drawn: Drawn) -> None:
    come = coming(drawn)
    who = come["customer_id"].fillna(come["person"].astype(str))
    assert not pd.DataFrame({"who": who, "day": come["day"]}).duplicated().any()
    assert (come[come["kind"] == "again"]["person"] > 0).any()


def test_each_goes_like_one_of_its_kind_weekday_and_hour(past: Past, drawn: Drawn) -> None:
    donors = past.donors.set_index("order_id").loc[coming(drawn)["donor_id"]]
    local = coming(drawn)["placed_at"].dt.tz_convert(ZONE).dt
    assert (donors["weekday"].to_numpy() == local.day_of_week + 1).all()
    assert (donors["hour"].to_numpy() == local.hour).all()
    assert (donors["is_new"].to_numpy() == (coming(drawn)["kind"] == "new")).all()


def test_what_is_under_way_goes_on_like_what_came_as_far(past: Past, drawn: Drawn) -> None:
    rows = {row["order_id"]: row for row in drawn.orders.dropna(subset="order_id").to_dict("records")}
    left = dict(zip(past.donors["order_id"], past.donors["left_after"], strict=True))
    assert left[rows["O1"]["donor_id"]] > 100
    assert "O2" not in rows, "no past order was unpaid for so long"
    assert rows["O3"]["kind"] == "sent"
    assert drawn.parcels.to_dict("records") == [{"shipment_id": "S3", "donor_id": "S2"}]


def test_a_seed_is_a_future(past: Past, drawn: Drawn) -> None:
    def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
        return bool(one.equals(other))

    again: Any = draw(past, DAYS, seed=1)
    assert same(again.orders, drawn.orders)
    assert same(again.parcels, drawn.parcels)
    assert not same(draw(past, DAYS, seed=2).orders, drawn.orders)
