"""DHL Express, and the words of DHL's Shipment Tracking (Unified) API.

https://developer.dhl.com/api-reference/shipment-tracking and the checkpoint codes of DHL Express (MyDHL API)

- A transport or clearance delay is told; a missort and a notified broker are no failed delivery.
- The unified API's `delivered` is the English word; its `unknown` says nothing of the parcel.
"""

from tasks.carriers.base import ENGLISH, Carrier, Meaning
from tasks.core.domain import TrackingStatus as S

CHECKPOINTS: dict[str, Meaning] = {
    "BA": (S.EXCEPTION, "address"),  # Bad address
    "HP": (S.EXCEPTION, "payment"),  # Held for payment
    "OH": (S.EXCEPTION, None),  # On hold
    "OK": (S.DELIVERED, None),  # Delivered
    "PU": (S.PICKED_UP, None),  # Picked up
    "PL": (S.PICKED_UP, None),  # Processed
    "OR": (S.PICKED_UP, None),
    "DF": (S.IN_TRANSIT, None),  # Departed facility
    "AF": (S.IN_TRANSIT, None),  # Arrived at facility
    "AR": (S.IN_TRANSIT, None),  # Arrived at delivery facility
    "IT": (S.IN_TRANSIT, None),
    "TR": (S.IN_TRANSIT, None),  # Record of transfer
    "CC": (S.IN_TRANSIT, None),
    "CD": (S.IN_TRANSIT, "customs"),  # Clearance delay
    "CM": (S.ATTEMPT_FAILED, "moved"),  # Customer moved
    "DM": (S.ATTEMPT_FAILED, None),
    "DP": (S.ATTEMPT_FAILED, None),
    "DS": (S.ATTEMPT_FAILED, None),
    "NH": (S.ATTEMPT_FAILED, "absent"),  # Not at home
    "RD": (S.ATTEMPT_FAILED, "refused"),  # Refused delivery
    "RT": (S.RETURNED, None),  # Returned to shipper
    "SS": (S.ATTEMPT_FAILED, None),
    "ST": (S.ATTEMPT_FAILED, None),
    "IR": (S.EXCEPTION, None),
    "MD": (S.EXCEPTION, None),
    "TD": (S.EXCEPTION, "delay"),  # Transport delay
    "UD": (S.EXCEPTION, "delay"),  # Uncontrollable delay
    "WC": (S.OUT_FOR_DELIVERY, None),  # With courier
    "RW": (S.LABEL_CREATED, None),
    "HN": (S.EXCEPTION, None),
    "HX": (S.EXCEPTION, None),
    "DD": (S.DELIVERED, None),  # Delivered damaged
    "DL": (S.DELIVERED, None),
    "PD": (S.DELIVERED, None),  # Partial delivery
    "CI": (S.IN_TRANSIT, None),
    "CR": (S.IN_TRANSIT, None),  # Clearance release
    "CS": (S.IN_TRANSIT, None),
    "CU": (S.IN_TRANSIT, None),
    "FD": (S.IN_TRANSIT, None),
    "MC": (S.IN_TRANSIT, None),  # Missed cycle
    "OF": (S.IN_TRANSIT, None),
    "PA": (S.IN_TRANSIT, None),
    "PF": (S.IN_TRANSIT, None),
    "PO": (S.IN_TRANSIT, None),  # Port of departure
    "RR": (S.IN_TRANSIT, None),
    "SA": (S.IN_TRANSIT, None),
    "SC": (S.IN_TRANSIT, None),
    "TP": (S.IN_TRANSIT, None),
    "BN": (S.IN_TRANSIT, "customs"),  # Broker notified
    "CA": (S.ATTEMPT_FAILED, "closed"),  # Closed on arrival
    "MS": (S.IN_TRANSIT, None),  # Missorted
    "AD": (S.EXCEPTION, None),
    "DY": (S.EXCEPTION, "delay"),
    "HI": (S.EXCEPTION, None),
    "HO": (S.EXCEPTION, None),
    "HW": (S.EXCEPTION, None),
    "SM": (S.EXCEPTION, None),
    "WX": (S.EXCEPTION, "weather"),  # Weather
    "OO": (S.OUT_FOR_DELIVERY, None),
    "LX": (S.HELD_AT_LOCATION, None),
}

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
