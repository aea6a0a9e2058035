"""Once, in time, in order."""

from collections import Counter
from collections.abc import Iterator

from tests.walks.shop.evidence import Broken, Evidence, said
from tests.walks.shop.parcels import arrived_at


def once(evidence: Evidence) -> Iterator[Broken]:
    """One row a message, and one acceptance."""
    rows = Counter((one.touchpoint, one.subject_id) for one in evidence.messages)
    accepted = Counter((touchpoint, subject) for touchpoint, subject, state in evidence.events if state == "accepted")
    for one in evidence.messages:
        key = (one.touchpoint, one.subject_id)
        if rows[key] > 1 or accepted[key] > 1:
            yield Broken(one.customer_id, (one,), f"{rows[key]} rows, accepted {accepted[key]} times")


def while_it_is_true(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.sent("TSM"):
        if not one.due_at <= one.at <= one.valid_until:
            why = f"due {said(one.due_at)}, valid until {said(one.valid_until)}"
            yield Broken(one.customer_id, (one,), why)


BEFORE_ARRIVAL = frozenset(
    {"shipped", "on_the_way", "out_for_delivery", "delivery_attempted", "ready_for_pickup", "order_waiting",
     "delay_notice", "delay_recovered", "order_amended"}
)  # fmt: skip
AFTER_ARRIVAL = frozenset({"delivered", "thank_you", "how_to", "check_in", "satisfaction_survey", "review_request"})


def nothing_is_under_way_after_it_arrived(evidence: Evidence) -> Iterator[Broken]:
    """Neither after the message that said so nor, of a parcel, after the fact."""
    told = {one.order_id: one for one in evidence.sent("T") if one.touchpoint == "delivered"}
    for one in evidence.sent("T"):
        if one.touchpoint not in BEFORE_ARRIVAL:
            continue
        last = told.get(one.order_id)
        if last and last.at <= one.at:
            yield Broken(one.customer_id, (last, one), "told otherwise before")
        arrived = arrived_at(evidence, one.order_id, one.at)
        if arrived and arrived <= one.at:
            yield Broken(one.customer_id, (one,), f"all there since {said(arrived)}")


def nothing_has_arrived_before_everything_did(evidence: Evidence) -> Iterator[Broken]:
    for one in evidence.messages:
        if one.is_sent and one.touchpoint in AFTER_ARRIVAL and arrived_at(evidence, one.order_id, one.at) is None:
            yield Broken(one.customer_id, (one,), "pieces are missing")
