"""How much is too much: per customer and per address, over all channels, what other tools sent included."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.walks.shop.evidence import Broken, Evidence, Message, said

DAY, WEEK, MONTH = timedelta(hours=24), timedelta(days=7), timedelta(days=30)
SIGMAS = 4.5
"""How far a share of hashes may lie from the one declared."""


@dataclass(frozen=True)
class Contact:
    """Anything that counts against a cap. `message` is None for another tool's."""

    at: datetime
    kind: str
    message: Message | None


def _contacts(evidence: Evidence) -> dict[str, list[Contact]]:
    """By customer and by address."""
    found: dict[str, list[Contact]] = defaultdict(list)
    for one in evidence.messages:
        if one.fills_a_cap and one.kind in "SM":
            for key in _keys(one.customer_id, one.address_key):
                found[key].append(Contact(one.at, one.kind, one))
    for other in evidence.pressure:
        for key in _keys(other.customer_id, other.address_key):
            found[key].append(Contact(other.at, "M", None))
    return found


def _keys(customer_id: str | None, address_key: str | None) -> list[str]:
    return [f"{what} {key}" for what, key in (("customer", customer_id), ("address", address_key)) if key]


def _within(contacts: Iterable[Contact], at: datetime, length: timedelta, kinds: str = "M") -> list[Contact]:
    """Of the time that ends at `at`; what lies `length` back is over; a release follows the hour of `at`."""
    found = [one for one in contacts if one.kind in kinds and at - length < one.at <= at]
    return [one for one in found if one.at < at or one.kind != "M" or one.message is None or _competes(one)]


def _over(key: str, found: list[Contact], most: int, length: str) -> Broken:
    messages = tuple(one.message for one in found if one.message)
    others = [said(one.at) for one in found if not one.message]
    why = f"{len(found)} in {length}, at most {most}" + (f" (other tools at {', '.join(others)})" if others else "")
    return Broken(key, messages, why)


def _competes(one: Contact) -> bool:
    """Marketing of ours; a person approved each mention_reply, which counts for others all the same."""
    return one.kind == "M" and one.message is not None and one.message.touchpoint != "mention_reply"


def service_twice_a_day(evidence: Evidence) -> Iterator[Broken]:
    """Marketing of before counts for service; of what leaves at one time service goes first."""
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if one.kind == "S":
                found = [
                    other for other in _within(contacts, one.at, DAY, "SM") if other.kind == "S" or other.at < one.at
                ]
                if len(found) > 2:
                    yield _over(key, found, 2, "24 hours")


def marketing_once_a_day(evidence: Evidence) -> Iterator[Broken]:
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if _competes(one) and len(found := _within(contacts, one.at, DAY)) > 1:
                yield _over(key, found, 1, "24 hours")


def marketing_thrice_a_week(evidence: Evidence) -> Iterator[Broken]:
    """Once, in the thirty days after a customer's first order."""
    first = {who: min(one.placed_at for one in orders) for who, orders in evidence.orders_of().items()}
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if not _competes(one) or one.message is None:
                continue
            began = first.get(one.message.customer_id)
            is_new = began is not None and one.at - MONTH < began <= one.at
            most = 1 if is_new else 3
            if len(found := _within(contacts, one.at, WEEK)) > most:
                who = f"{key}, new since {said(began)}" if is_new and began else key
                yield _over(who, found, most, "7 days")


def a_twentieth_is_held_out(evidence: Evidence) -> Iterator[Broken]:
    """By touchpoint and customer, of marketing; the share declared, give or take chance. What is owed never is."""
    pairs: dict[tuple[str, str], bool] = {}
    for one in (one for one in evidence.messages if one.counts):
        if one.state == "held_out" and not evidence.holdouts.get(one.touchpoint):
            yield Broken(one.customer_id, (one,), "this touchpoint declares no holdout")
        elif evidence.holdouts.get(one.touchpoint):
            held = one.state == "held_out"
            if pairs.setdefault((one.touchpoint, one.customer_id), held) != held:
                yield Broken(one.customer_id, (one,), "the other way than before")
    if not pairs:
        return
    shares = [evidence.holdouts[touchpoint] for touchpoint, _ in pairs]
    expected, spread = sum(shares), math.sqrt(sum(share * (1 - share) for share in shares))
    if abs((held_out := sum(pairs.values())) - expected) > SIGMAS * spread + 1:
        yield Broken("everybody", (), f"{held_out} of {len(pairs)}, {expected:.0f} expected")
