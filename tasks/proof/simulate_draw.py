"""The future of a shop, drawn from its own past: who orders when, and which past order each one goes like.

Everything is an array: no loop over customers or orders. The same seed and the same past draw the same future.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

HOURS_A_WEEK = 168
LONGEST_WEEKS = 52
"""Who has not ordered for so long is one of those who have not ordered for longer."""


@dataclass(frozen=True)
class Past:
    """What a future is drawn from; columns as in sql/simulate/<name>.sql."""

    now: datetime
    zone: ZoneInfo
    weeks: int
    """Whole weeks the arrivals were counted in."""
    arrivals: pd.DataFrame
    returns_after: pd.DataFrame
    buyers: pd.DataFrame
    donors: pd.DataFrame
    open_orders: pd.DataFrame
    parcels: pd.DataFrame


@dataclass(frozen=True)
class Drawn:
    """`orders`: number, kind (new, again, unsent, sent), order_id (null: one to come), donor_id, placed_at (null: as it
    was), person (new customers count from 1), customer_id and like_id (the order whose buyer and address it has) of
    someone known, luck in [0, 1). `parcels`: shipment_id, donor_id."""

    orders: pd.DataFrame
    parcels: pd.DataFrame


def draw(past: Past, days: int, seed: int) -> Drawn:
    """Orders of the next `days`, and what becomes of those under way. Raises ValueError without donors."""
    chance = np.random.default_rng(seed)
    come = _arrivals(past, days, chance)
    come = _with_buyers(past, come, chance)
    donors = _Donors(past.donors)
    come["donor_id"] = donors.alike(come, chance)
    rest = past.open_orders.assign(kind=np.where(past.open_orders["is_unsent"], "unsent", "sent"))
    rest["donor_id"] = donors.later_than(rest, chance)
    orders = pd.concat([come, rest.dropna(subset="donor_id")], ignore_index=True)
    orders["luck"] = chance.random(len(orders))
    return Drawn(orders, _parcels(past.parcels, chance))


# Arrivals


def rates(past: Past) -> np.ndarray[Any, Any]:
    """Orders an hour of the week (Monday 0:00 first), first ones in column 0, others in column 1."""
    found = np.zeros((HOURS_A_WEEK, 2))
    rows = past.arrivals
    slots = (rows["weekday"].to_numpy() - 1) * 24 + rows["hour"].to_numpy()
    np.add.at(found, (slots, (~rows["is_new"].to_numpy(bool)).astype(int)), rows["orders"].to_numpy() / past.weeks)
    return found


def _arrivals(past: Past, days: int, chance: np.random.Generator) -> pd.DataFrame:
    """Poisson, hour by hour at the rate of its weekday and hour; at a random moment within it."""
    hours = pd.date_range(past.now + timedelta(0), periods=days * 24, freq="h").tz_convert(past.zone)
    slots = hours.day_of_week.to_numpy() * 24 + hours.hour.to_numpy()
    counts = chance.poisson(rates(past)[slots])
    frames = []
    for column, kind in enumerate(("new", "again")):
        chosen = np.repeat(np.arange(len(hours)), counts[:, column])
        moments = hours[chosen] + pd.to_timedelta(1 + np.floor(chance.random(len(chosen)) * 3599), unit="s")
        frames.append(pd.DataFrame({"placed_at": moments, "kind": kind, "day": chosen // 24}))
    come = pd.concat(frames, ignore_index=True).sort_values(["placed_at", "kind"], kind="stable", ignore_index=True)
    come["number"] = np.arange(1, len(come) + 1)
    local = come["placed_at"].dt
    return come.assign(weekday=local.day_of_week + 1, hour=local.hour)


# Who orders


def chances(past: Past) -> np.ndarray[Any, Any]:
    """Chance to order again in a week: [standing 0 to 3, weeks since the last order] (sql/simulate/returns_after)."""
    found = np.zeros((4, LONGEST_WEEKS + 1))
    rows = past.returns_after
    standing = np.searchsorted([1, 2, 3, 6], rows["standing"].to_numpy(), side="right") - 1
    found[standing, rows["weeks"].to_numpy()] = rows["came"].to_numpy() / rows["at_risk"].to_numpy()
    return found


def _with_buyers(past: Past, come: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Who is new counts on; who comes again is drawn day by day by the chance of that week after the last order."""
    is_new = (come["kind"] == "new").to_numpy()
    persons, numbers = np.where(is_new, np.cumsum(is_new), 0), np.flatnonzero(is_new)
    known = len(past.buyers)
    pool = _Pool(chances(past), past.buyers["orders"].to_numpy(), past.buyers["days"].to_numpy(float), len(numbers))
    chosen = np.full(len(come), -1)
    days = come["day"].to_numpy()
    for day in np.unique(days):
        rows = np.flatnonzero(days == day)
        fresh = is_new[rows]
        chosen[rows[~fresh]] = pool.draw(int(day), int((~fresh).sum()), chance)
        pool.order(known + persons[rows[fresh]] - 1, int(day))
    is_someone = is_new | (chosen >= 0)
    come, chosen, persons = come[is_someone].reset_index(drop=True), chosen[is_someone], persons[is_someone]
    come["person"] = np.where(chosen >= known, chosen - known + 1, persons)
    nobody = pd.DataFrame({"customer_id": [None], "order_id": [None]}, dtype=object)
    picked = pd.concat([past.buyers[["customer_id", "order_id"]].astype(object), nobody])
    picked = picked.iloc[np.where((chosen >= 0) & (chosen < known), chosen, known)]
    return come.assign(customer_id=picked["customer_id"].to_numpy(), like_id=picked["order_id"].to_numpy())


class _Pool:
    """Everybody who may order again: those known, then those to come, who join with their first order."""

    def __init__(self, chances: np.ndarray[Any, Any], orders: Any, days: Any, more: int) -> None:
        self._chances = chances
        self._orders = np.concatenate([orders, np.zeros(more, dtype=int)])
        self._last = np.concatenate([-days, np.zeros(more)])

    def draw(self, day: int, count: int, chance: np.random.Generator) -> Any:
        """`count` of them, each at most once a day; -1 where nobody may."""
        weeks = np.clip((day - self._last) // 7, 0, LONGEST_WEEKS).astype(int)
        standing = np.searchsorted([1, 2, 3, 6], self._orders, side="right") - 1
        weight = np.where(standing >= 0, self._chances[standing, weeks], 0.0)
        count, found = min(count, int((weight > 0).sum())), np.full(count, -1)
        if count:
            found[:count] = chance.choice(len(weight), count, replace=False, p=weight / weight.sum())
            self.order(found[:count], day)
        return found

    def order(self, who: Any, day: int) -> None:
        """They ordered."""
        self._orders[who] += 1
        self._last[who] = day


# Like which order


class _Donors:
    """Past orders whose story is told."""

    def __init__(self, donors: pd.DataFrame) -> None:
        if donors.empty:
            raise ValueError("no order of the past has its story told")
        self._rows = donors.reset_index(drop=True)
        self._ids = self._rows["order_id"].to_numpy(object)

    def alike(self, come: pd.DataFrame, chance: np.random.Generator) -> Any:
        """Of the same kind, weekday and hour; where there is none of that kind and weekday, of that kind, any."""
        rows = self._rows.assign(kind=np.where(self._rows["is_new"], "new", "again"))
        found, luck = np.full(len(come), -1), chance.random(len(come))
        for by in (["kind", "weekday", "hour"], ["kind", "weekday"], ["kind"]):
            groups = rows.groupby(by).indices
            for key, wanting in come[found < 0].reset_index().groupby(by)["index"]:
                if (donors := groups.get(key)) is not None:
                    found[wanting] = donors[(luck[wanting] * len(donors)).astype(int)]
        found = np.where(found < 0, (luck * len(rows)).astype(int), found)
        return self._ids[found]

    def later_than(self, rest: pd.DataFrame, chance: np.random.Generator) -> Any:
        """For orders under way: one of the same weekday that stood there at that age too. None where there is none.

        What is sent has only its aftermath to come: any of the weekday does.
        """
        left = self._rows["left_after"].to_numpy(float)
        paid = np.fmin(left, self._rows["paid_after"].to_numpy(float))
        told = {True: left, False: paid}
        found, luck = np.full(len(rest), -1), chance.random(len(rest))
        days, is_unsent = rest["weekday"].to_numpy(), rest["is_unsent"].to_numpy(bool)
        is_paid, elapsed = rest["is_paid"].to_numpy(bool), rest["elapsed"].to_numpy(float)
        for day, unsent, has_paid in product(range(1, 8), (True, False), (True, False)):
            wanting = np.flatnonzero((days == day) & (is_unsent == unsent) & (is_paid == has_paid))
            donors = np.flatnonzero((self._rows["weekday"] == day).to_numpy() & ~np.isnan(left))
            ends = told[has_paid][donors] if unsent else np.full(len(donors), np.inf)
            found[wanting] = _outlasting(donors, ends, elapsed[wanting], luck[wanting])
        return _named(self._ids, found)


def _parcels(parcels: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Each parcel under way with one of the same carrier that was so for longer; without one it stays where it is."""
    told = parcels["is_told"].to_numpy(bool)
    going, hours = parcels[~told].reset_index(drop=True), parcels["hours"].to_numpy(float)
    found, luck = np.full(len(going), -1), chance.random(len(going))
    for carrier, wanting in going.groupby("carrier").indices.items():
        donors = np.flatnonzero(told & (parcels["carrier"] == carrier).to_numpy())
        found[wanting] = _outlasting(donors, hours[donors], going["hours"].to_numpy(float)[wanting], luck[wanting])
    ids = parcels["shipment_id"].to_numpy(object)
    return pd.DataFrame({"shipment_id": going["shipment_id"], "donor_id": _named(ids, found)}).dropna()


def _outlasting(donors: Any, ends: Any, elapsed: Any, luck: Any) -> Any:
    """For each `elapsed` one of the donors whose end lies later; -1 where none does."""
    order = np.argsort(-ends, kind="stable")
    later = np.searchsorted(-ends[order], -elapsed, side="left")
    if not len(donors):
        return np.full(len(elapsed), -1)
    return np.where(later > 0, donors[order[(luck * later).astype(int)]], -1)


def _named(ids: Any, found: Any) -> Any:
    """The ids at these places; None at -1."""
    return np.array([*ids, None], dtype=object)[found]


def frame(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Rows of a statement as a frame."""
    return pd.DataFrame([dict(row) for row in rows], columns=list(columns))
