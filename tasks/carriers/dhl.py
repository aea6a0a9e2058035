"""DHL Express, and the words of DHL's Shipment Tracking (Unified) API.

https://developer.dhl.com/api-reference/shipment-tracking and the checkpoint codes of DHL Express (MyDHL API)

- A transport or clearance delay is told; a missort, a notified broker, a stopped or destroyed parcel are no failed
  delivery: nobody stood at the door. A partial delivery is none.
- The unified API's `delivered` is the English word; its `unknown` says nothing of the parcel.
"""

from tasks.carriers.base import ENGLISH, Carrier, Meaning
from tasks.core.domain import TrackingStatus as S

CHECKPOINTS: dict[str, Meaning] = {
    "BA": (S.EXCEPTION, "address"),  # Bad address
    "HP": (S.EXCEPTION, "payment"),  # Held for payment
    "OH": (S.EXCEPTION, None),  # On hold
    "OK": (S.DELIVERED, None),  # Delivery
    "DD": (S.DELIVERED, None),  # Delivered damaged
    "PU": (S.PICKED_UP, None),  # Shipment pick up
    "PL": (S.PICKED_UP, None),  # Processed at location
    "DF": (S.IN_TRANSIT, None),  # Depart facility
    "AF": (S.IN_TRANSIT, None),  # Arrived facility
    "AR": (S.IN_TRANSIT, None),  # Arrival in delivery facility
    "TR": (S.IN_TRANSIT, None),  # Record of transfer
    "AD": (S.IN_TRANSIT, None),  # Agreed delivery: a day was agreed
    "BN": (S.IN_TRANSIT, "customs"),  # Customer broker notified
    "CD": (S.IN_TRANSIT, "customs"),  # Controllable clearance delay
    "CI": (S.IN_TRANSIT, None),  # Facility check-in
    "CR": (S.IN_TRANSIT, None),  # Clearance release
    "CS": (S.IN_TRANSIT, None),  # Closed shipment
    "CU": (S.IN_TRANSIT, None),  # Confirm uplift
    "FD": (S.IN_TRANSIT, None),  # Forward destination
    "MC": (S.IN_TRANSIT, None),  # Miscode
    "MS": (S.IN_TRANSIT, None),  # Mis-sort
    "PD": (S.IN_TRANSIT, None),  # Partial delivery: the rest is still to come
    "RR": (S.IN_TRANSIT, None),  # Response received
    "RW": (S.IN_TRANSIT, None),  # Weigh & dimension
    "SA": (S.IN_TRANSIT, None),  # Shipment acceptance
    "SC": (S.IN_TRANSIT, None),  # Service changed
    "SM": (S.IN_TRANSIT, None),  # Scheduled movement
    "TP": (S.IN_TRANSIT, None),  # Forwarded to 3rd party
    "WC": (S.OUT_FOR_DELIVERY, None),  # With delivering courier
    "CC": (S.HELD_AT_LOCATION, None),  # Awaiting consignee collection
    "CA": (S.ATTEMPT_FAILED, "closed"),  # Closed on arrival
    "CM": (S.ATTEMPT_FAILED, "moved"),  # Customer moved
    "NH": (S.ATTEMPT_FAILED, "absent"),  # Not home
    "RD": (S.ATTEMPT_FAILED, "refused"),  # Refused delivery
    "RT": (S.RETURNED, None),  # Returned to consignor
    "DM": (S.EXCEPTION, "damaged"),  # Damaged
    "DP": (S.EXCEPTION, None),  # Denied parties
    "DS": (S.EXCEPTION, None),  # Destroyed / disposal
    "HI": (S.EXCEPTION, None),  # Lodged into held inventory control
    "HN": (S.EXCEPTION, None),  # Handover
    "HO": (S.EXCEPTION, None),  # Lodged out of held inventory control
    "IR": (S.EXCEPTION, None),  # Incorrect route
    "MD": (S.EXCEPTION, None),  # Missed delivery cycle
    "SS": (S.EXCEPTION, None),  # Shipment stopped
    "ST": (S.EXCEPTION, None),  # Shipment intercept
    "TD": (S.EXCEPTION, "delay"),  # Transport delay
    "UD": (S.EXCEPTION, "customs"),  # Uncontrollable clearance delay
    # Not in the list of the XML Services; the meaning is that of other integrations, and less certain.
    "DL": (S.DELIVERED, None),
    "OR": (S.PICKED_UP, None),
    "IT": (S.IN_TRANSIT, None),
    "OF": (S.IN_TRANSIT, None),
    "PA": (S.IN_TRANSIT, None),
    "PF": (S.IN_TRANSIT, None),
    "PO": (S.IN_TRANSIT, None),
    "OO": (S.OUT_FOR_DELIVERY, None),
    "LX": (S.HELD_AT_LOCATION, None),
    "DY": (S.EXCEPTION, "delay"),
    "HW": (S.EXCEPTION, None),
    "HX": (S.EXCEPTION, None),
    "WX": (S.EXCEPTION, "weather"),
}
"""Named as in the event codes of DHL's XML Services (KnownTrackingRequest)."""

UNIFIED: dict[str, Meaning] = {
    "pre-transit": (S.LABEL_CREATED, None),
    "transit": (S.IN_TRANSIT, None),
    "failure": (S.ATTEMPT_FAILED, None),
    "unknown": (S.UNKNOWN, "no_news"),
}


def is_number(number: str) -> bool:
    """Whether digit ten of an Express waybill is the first nine modulo 7; other numbers have no check digit."""
    digits = number.replace(" ", "")
    if len(digits) == 10 and digits.isascii() and digits.isdecimal():
        return int(digits[:9]) % 7 == int(digits[9])
    return 8 <= len(digits) <= 39 and digits.isascii() and digits.isalnum()


DHL = Carrier(
    name="dhl",
    title_ja="DHL",
    title_en="DHL",
    page="https://www.dhl.com/jp-ja/home/tracking.html?tracking-id={number}",
    statuses=ENGLISH | CHECKPOINTS | UNIFIED,
    is_number=is_number,
)
