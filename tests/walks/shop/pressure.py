"""What no walk may break, asked of its evidence one message at a time, in plain Python (`python -m tests.walks.shop`)."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from tests.walks.shop.evidence import Consent, Customer, Evidence, Message
from tests.walks.shop.parcels import arrived_at, is_open, parcel_problem

DAY, WEEK, MONTH = timedelta(hours=24), timedelta(days=7), timedelta(days=30)
LOUD = frozenset({"sms", "line", "push"})
AT_THE_DOOR = frozenset({"out_for_delivery", "delivery_attempted"})
PAPER = frozenset({"postcard", "insert"})
MARKETING = frozenset({"marketing", "newsletter"})
SIGMAS = 4.5
"""How far a share of hashes may lie from the one declared."""


@dataclass(frozen=True)
class Broken:
    """One case of a broken rule: whose, which messages, and why with times."""

    rule: str
    who: str
    messages: tuple[Message, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.who}: {self.why}: {'; '.join(map(str, self.messages))}"


Rule = Callable[[Evidence], Iterator[Broken]]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under its name as people read it."""
    RULES[function.__name__.replace("_", " ")] = function
    return function


def broken(evidence: Evidence) -> dict[str, list[Broken]]:
    """Every rule with what broke it."""
    return {name: list(found(evidence)) for name, found in RULES.items()}


def _said(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _sent(evidence: Evidence, kinds: str) -> Iterator[Message]:
    return (one for one in evidence.messages if one.is_sent and one.kind in kinds)


def _of_customer(evidence: Evidence, one: Message) -> Customer:
    return evidence.customers.get(one.customer_id) or Customer(one.customer_id)


# Caps: per customer and per address, over all channels, other tools' messages included


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
        if one.counts and one.kind in "SM":
            for key in _keys(one.customer_id, one.address_key):
                found[key].append(Contact(one.at, one.kind, one))
    for other in evidence.pressure:
        for key in _keys(other.customer_id, other.address_key):
            found[key].append(Contact(other.at, "M", None))
    return found


def _keys(customer_id: str | None, address_key: str | None) -> list[str]:
    return [f"{what} {key}" for what, key in (("customer", customer_id), ("address", address_key)) if key]


def _within(contacts: Iterable[Contact], at: datetime, length: timedelta, kinds: str = "M") -> list[Contact]:
    """Of the time that ends at `at`; what lies exactly `length` back is over."""
    return [one for one in contacts if one.kind in kinds and at - length < one.at <= at]


def _over(rule: str, key: str, found: list[Contact], most: int, length: str) -> Broken:
    messages = tuple(one.message for one in found if one.message)
    others = [_said(one.at) for one in found if not one.message]
    why = f"{len(found)} in {length}, at most {most}" + (f" (other tools at {', '.join(others)})" if others else "")
    return Broken(rule, key, messages, why)


@rule
def service_twice_a_day(evidence: Evidence) -> Iterator[Broken]:
    """Marketing of before counts for service; of what leaves at one time service goes first."""
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if one.kind == "S":
                found = [
                    other for other in _within(contacts, one.at, DAY, "SM") if other.kind == "S" or other.at < one.at
                ]
                if len(found) > 2:
                    yield _over("service twice a day", key, found, 2, "24 hours")


@rule
def marketing_once_a_day(evidence: Evidence) -> Iterator[Broken]:
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if one.kind == "M" and one.message and len(found := _within(contacts, one.at, DAY)) > 1:
                yield _over("marketing once a day", key, found, 1, "24 hours")


@rule
def marketing_thrice_a_week(evidence: Evidence) -> Iterator[Broken]:
    """Once, in the thirty days after a customer's first order."""
    first = {who: min(one.placed_at for one in orders) for who, orders in evidence.orders_of().items()}
    for key, contacts in _contacts(evidence).items():
        for one in contacts:
            if one.kind != "M" or one.message is None:
                continue
            began = first.get(one.message.customer_id)
            is_new = began is not None and one.at - MONTH < began <= one.at
            most = 1 if is_new else 3
            if len(found := _within(contacts, one.at, WEEK)) > most:
                who = f"{key}, new since {_said(began)}" if is_new and began else key
                yield _over("marketing thrice a week", who, found, most, "7 days")


# Whom, and when


@rule
def quiet_from_nine_to_eight(evidence: Evidence) -> Iterator[Broken]:
    """Service and marketing everywhere; transactional news on a telephone, unless somebody is at the door."""
    for one in _sent(evidence, "TSM"):
        local = one.at.astimezone(ZoneInfo(_of_customer(evidence, one).zone))
        is_quiet = local.hour >= 21 or local.hour < 8
        obeys = one.kind != "T" or (one.channel in LOUD and one.touchpoint not in AT_THE_DOOR)
        if is_quiet and obeys:
            yield Broken("quiet from nine to eight", one.customer_id, (one,), f"{local:%H:%M} there by {one.channel}")


@rule
def marketing_needs_a_yes(evidence: Evidence) -> Iterator[Broken]:
    """On record before it left, of the customer or the address, and not taken back; a guest's is that of the order."""
    for one in _sent(evidence, "M"):
        words = [*evidence.consents.get(one.customer_id, ()), *evidence.consents.get(one.address_key or "", ())]
        if why := _no_consent(evidence, one, [word for word in words if word.at <= one.at]):
            yield Broken("marketing needs a yes", one.customer_id, (one,), why)


def _no_consent(evidence: Evidence, one: Message, words: list[Consent]) -> str:
    mail = _newest(words, {"email", "all"})
    if one.channel == "email" or one.channel in PAPER:
        asked = mail
    else:
        asked = _newest(words, {one.channel})
    if one.channel in PAPER and any(not word.granted for word in _newest(words, {one.channel})):
        return f"no to {one.channel}"
    if not asked or not all(word.granted for word in asked):
        return "; ".join(f"{word.topic} {word.granted} at {_said(word.at)}" for word in asked) or "no word on record"
    order = evidence.orders.get(one.order_id or "")
    given = max(word.at for word in asked)
    if one.customer_id.startswith("guest:") and order and order.placed_at > given + timedelta(hours=1):
        return f"a guest's yes of {_said(given)}, before the order of {_said(order.placed_at)}"
    return ""


def _newest(words: list[Consent], channels: set[str]) -> list[Consent]:
    """The last word on marketing by each of these channels."""
    found: dict[tuple[str, str], Consent] = {}
    for word in sorted(words, key=lambda word: (word.at, not word.granted)):
        if word.channel in channels and word.topic in MARKETING:
            found[word.channel, word.topic] = word
    return list(found.values())


@rule
def who_said_no_to_a_topic_is_left_alone(evidence: Evidence) -> Iterator[Broken]:
    for one in _sent(evidence, "SM"):
        words = [
            word for word in evidence.consents.get(one.customer_id, ())
            if word.topic in (one.touchpoint, "all") and word.at <= one.at
        ]  # fmt: skip
        if words and not (last := max(words, key=lambda word: word.at)).granted:
            yield Broken("no to a topic", one.customer_id, (one,), f"no to {last.topic} at {_said(last.at)}")


@rule
def nobody_who_must_not_be_written_to(evidence: Evidence) -> Iterator[Broken]:
    """Of an order that is still open they hear what is owed."""
    for one in _sent(evidence, "TSM"):
        status = _of_customer(evidence, one).status
        if status != "active" and not (one.kind == "T" and is_open(evidence, one.order_id, one.at)):
            yield Broken("nobody who must not be written to", one.customer_id, (one,), f"is {status}")
        for span in evidence.suppressed.get(one.address_key or "", ()):
            if span.begins < one.at and (span.what == "all" or one.kind == "M"):
                yield Broken("nobody who must not be written to", one.customer_id, (one,), f"stopped at {_said(span.begins)}")


@rule
def nothing_pleasant_while_a_problem_is_open(evidence: Evidence) -> Iterator[Broken]:
    orders = evidence.orders_of()
    for one in _sent(evidence, "SM"):
        spans = (
            span
            for span in evidence.problems.get(one.customer_id, ())
            if span.holds(one.at) and span.begins >= one.at - MONTH
        )
        parcels = chain.from_iterable(evidence.parcels.get(order.order_id, ()) for order in orders.get(one.customer_id, ()))
        found = [f"{span.what} since {_said(span.begins)}" for span in spans]
        found += [why for parcel in parcels if (why := parcel_problem(parcel, one.at))]
        if found:
            yield Broken("nothing pleasant while a problem is open", one.customer_id, (one,), ", ".join(found))


@rule
def no_marketing_inside_a_journey(evidence: Evidence) -> Iterator[Broken]:
    for one in _sent(evidence, "M"):
        for span in evidence.journeys.get(one.customer_id, ()):
            if span.holds(one.at):
                yield Broken("no marketing inside a journey", one.customer_id, (one,), f"{span.what} since {_said(span.begins)}")


@rule
def who_asked_to_wait_is_left_alone(evidence: Evidence) -> Iterator[Broken]:
    for one in _sent(evidence, "SM"):
        for span in evidence.pauses.get(one.customer_id, ()):
            if span.holds(one.at):
                yield Broken("who asked to wait is left alone", one.customer_id, (one,), f"asked at {_said(span.begins)}")


# Once, in time, in order


@rule
def once(evidence: Evidence) -> Iterator[Broken]:
    """One row a message, and one acceptance."""
    rows = Counter((one.touchpoint, one.subject_id) for one in evidence.messages)
    accepted = Counter((touchpoint, subject) for touchpoint, subject, state in evidence.events if state == "accepted")
    for one in evidence.messages:
        key = (one.touchpoint, one.subject_id)
        if rows[key] > 1 or accepted[key] > 1:
            yield Broken("once", one.customer_id, (one,), f"{rows[key]} rows, accepted {accepted[key]} times")


@rule
def while_it_is_true(evidence: Evidence) -> Iterator[Broken]:
    for one in _sent(evidence, "TSM"):
        if not one.due_at <= one.at <= one.valid_until:
            why = f"due {_said(one.due_at)}, valid until {_said(one.valid_until)}"
            yield Broken("while it is true", one.customer_id, (one,), why)


BEFORE_ARRIVAL = frozenset(
    {"shipped", "on_the_way", "out_for_delivery", "delivery_attempted", "ready_for_pickup", "order_waiting",
     "delay_notice", "delay_recovered", "order_amended"}
)  # fmt: skip
AFTER_ARRIVAL = frozenset({"delivered", "thank_you", "how_to", "check_in", "satisfaction_survey", "review_request"})


@rule
def nothing_is_under_way_after_it_arrived(evidence: Evidence) -> Iterator[Broken]:
    """Neither after the message that said so nor, of a parcel, after the fact."""
    told = {one.order_id: one for one in _sent(evidence, "T") if one.touchpoint == "delivered"}
    for one in _sent(evidence, "T"):
        if one.touchpoint not in BEFORE_ARRIVAL:
            continue
        last = told.get(one.order_id)
        if last and last.at <= one.at:
            yield Broken("nothing is under way after it arrived", one.customer_id, (last, one), "told otherwise before")
        arrived = arrived_at(evidence, one.order_id, one.at)
        if arrived and arrived <= one.at:
            yield Broken("nothing is under way after it arrived", one.customer_id, (one,), f"all there since {_said(arrived)}")


@rule
def nothing_has_arrived_before_everything_did(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.messages:
        if one.is_sent and one.touchpoint in AFTER_ARRIVAL and arrived_at(evidence, one.order_id, one.at) is None:
            yield Broken("nothing has arrived before everything did", one.customer_id, (one,), "pieces are missing")


# Who is not written to, to measure by


@rule
def a_twentieth_is_held_out(evidence: Evidence) -> Iterator[Broken]:
    """By touchpoint and customer, of marketing; the share declared, give or take chance. What is owed never is."""
    pairs: dict[tuple[str, str], bool] = {}
    for one in evidence.messages:
        if one.state == "held_out" and not evidence.holdouts.get(one.touchpoint):
            yield Broken("a twentieth is held out", one.customer_id, (one,), "this touchpoint declares no holdout")
        elif evidence.holdouts.get(one.touchpoint):
            held = one.state == "held_out"
            if pairs.setdefault((one.touchpoint, one.customer_id), held) != held:
                yield Broken("a twentieth is held out", one.customer_id, (one,), "the other way than before")
    if not pairs:
        return
    shares = [evidence.holdouts[touchpoint] for touchpoint, _ in pairs]
    expected, spread = sum(shares), math.sqrt(sum(share * (1 - share) for share in shares))
    if abs((held_out := sum(pairs.values())) - expected) > SIGMAS * spread + 1:
        yield Broken("a twentieth is held out", "everybody", (), f"{held_out} of {len(pairs)}, {expected:.0f} expected")
