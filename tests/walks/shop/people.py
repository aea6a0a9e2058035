"""Who may be written to, and when: consent, opt-outs, problems, journeys, pauses, the night."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from tests.walks.shop.evidence import Broken, Consent, Customer, Evidence, Message, said
from tests.walks.shop.parcels import is_open, parcel_problem

MONTH = timedelta(days=30)
LOUD = frozenset({"sms", "line", "push"})
AT_THE_DOOR = frozenset({"out_for_delivery", "delivery_attempted"})
PAPER = frozenset({"postcard", "insert"})
MARKETING = frozenset({"marketing", "newsletter"})


def quiet_from_nine_to_eight(evidence: Evidence) -> Iterator[Broken]:
    """Service and marketing everywhere; transactional news on a telephone, unless somebody is at the door."""
    for one in evidence.sent("TSM"):
        local = one.at.astimezone(ZoneInfo(_of_customer(evidence, one).zone))
        is_quiet = local.hour >= 21 or local.hour < 8
        obeys = one.kind != "T" or (one.channel in LOUD and one.touchpoint not in AT_THE_DOOR)
        if is_quiet and obeys:
            yield Broken(one.customer_id, (one,), f"{local:%H:%M} there by {one.channel}")


def marketing_needs_a_yes(evidence: Evidence) -> Iterator[Broken]:
    """On record before it left, of the customer or the address, and not taken back; a guest's is that of the order."""
    for one in evidence.sent("M"):
        words = [*evidence.consents.get(one.customer_id, ()), *evidence.consents.get(one.address_key or "", ())]
        if why := _no_consent(evidence, one, [word for word in words if word.at <= one.at]):
            yield Broken(one.customer_id, (one,), why)


def _no_consent(evidence: Evidence, one: Message, words: list[Consent]) -> str:
    mail = _newest(words, {"email", "all"})
    asked = mail if one.channel == "email" or one.channel in PAPER else _newest(words, {one.channel})
    if one.channel in PAPER and any(not word.granted for word in _newest(words, {one.channel})):
        return f"no to {one.channel}"
    if not asked or not all(word.granted for word in asked):
        return "; ".join(f"{word.topic} {word.granted} at {said(word.at)}" for word in asked) or "no word on record"
    order = evidence.orders.get(one.order_id or "")
    given = max(word.at for word in asked)
    if one.customer_id.startswith("guest:") and order and order.placed_at > given + timedelta(hours=1):
        return f"a guest's yes of {said(given)}, before the order of {said(order.placed_at)}"
    return ""


def _newest(words: list[Consent], channels: set[str]) -> list[Consent]:
    """The last word on marketing by each of these channels."""
    found: dict[tuple[str, str], Consent] = {}
    for word in sorted(words, key=lambda word: (word.at, not word.granted)):
        if word.channel in channels and word.topic in MARKETING:
            found[word.channel, word.topic] = word
    return list(found.values())


def who_said_no_to_a_topic_is_left_alone(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.sent("SM"):
        words = [
            word for word in evidence.consents.get(one.customer_id, ())
            if word.topic in (one.touchpoint, "all") and word.at <= one.at
        ]  # fmt: skip
        if words and not (last := max(words, key=lambda word: word.at)).granted:
            yield Broken(one.customer_id, (one,), f"no to {last.topic} at {said(last.at)}")


def nobody_who_must_not_be_written_to(evidence: Evidence) -> Iterator[Broken]:
    """Of an order that is still open they hear what is owed."""
    for one in evidence.sent("TSM"):
        status = _of_customer(evidence, one).status
        if status != "active" and not (one.kind == "T" and is_open(evidence, one.order_id, one.at)):
            yield Broken(one.customer_id, (one,), f"is {status}")
        for span in evidence.suppressed.get(one.address_key or "", ()):
            if span.begins < one.at and (span.what == "all" or one.kind == "M"):
                yield Broken(one.customer_id, (one,), f"stopped at {said(span.begins)}")


def nothing_pleasant_while_a_problem_is_open(evidence: Evidence) -> Iterator[Broken]:
    orders = evidence.orders_of()
    for one in evidence.sent("SM"):
        spans = (
            span
            for span in evidence.problems.get(one.customer_id, ())
            if span.holds(one.at) and span.begins >= one.at - MONTH
        )
        own = orders.get(one.customer_id, ())
        parcels = chain.from_iterable(evidence.parcels.get(order.order_id, ()) for order in own)
        found = [f"{span.what} since {said(span.begins)}" for span in spans]
        found += [why for parcel in parcels if (why := parcel_problem(parcel, one.at))]
        if found:
            yield Broken(one.customer_id, (one,), ", ".join(found))


def no_marketing_inside_a_journey(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.sent("M"):
        for span in evidence.journeys.get(one.customer_id, ()):
            if span.holds(one.at):
                yield Broken(one.customer_id, (one,), f"{span.what} since {said(span.begins)}")


def who_asked_to_wait_is_left_alone(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.sent("SM"):
        for span in evidence.pauses.get(one.customer_id, ()):
            if span.holds(one.at):
                yield Broken(one.customer_id, (one,), f"asked at {said(span.begins)}")


def _of_customer(evidence: Evidence, one: Message) -> Customer:
    return evidence.customers.get(one.customer_id) or Customer(one.customer_id)
