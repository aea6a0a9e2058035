"""FedEx. Words are the status codes of its Track API (`derivedCode`, `eventType`).

https://developer.fedex.com/api/en-us/guides/api-reference.html (Tracking Status Codes)

- EA, CA and RC mean another thing where FedEx speaks of customs or of who holds the parcel: here they are movements.
- Codes of return labels tell nothing of the parcel: UNKNOWN with a reason.
"""

from tasks.carriers.base import ENGLISH, Carrier, Meaning
from tasks.core.domain import TrackingStatus as S

CODES: dict[str, Meaning] = {
    "OC": (S.LABEL_CREATED, None),  # Order Created
    "OX": (S.LABEL_CREATED, None),  # Shipment information sent to USPS
    "EP": (S.LABEL_CREATED, None),  # Enroute to Pickup
    "MD": (S.LABEL_CREATED, None),  # Manifest Data
    "PU": (S.PICKED_UP, None),  # Picked Up
    "PX": (S.PICKED_UP, None),  # Picked up (see Details)
    "OF": (S.PICKED_UP, None),  # At FedEx origin facility
    "AP": (S.PICKED_UP, None),  # At Pickup
    "DL": (S.DELIVERED, None),  # Delivered
    "IT": (S.IN_TRANSIT, None),  # In Transit
    "IX": (S.IN_TRANSIT, None),  # In transit (see Details)
    "AA": (S.IN_TRANSIT, None),  # At Airport
    "AC": (S.IN_TRANSIT, None),  # At Canada Post facility
    "AF": (S.IN_TRANSIT, None),  # At local FedEx Facility
    "AR": (S.IN_TRANSIT, None),  # Arrived at FedEx location
    "AX": (S.IN_TRANSIT, None),  # At USPS facility
    "DP": (S.IN_TRANSIT, None),  # Departed
    "EA": (S.IN_TRANSIT, None),  # Enroute to Airport
    "EO": (S.IN_TRANSIT, None),  # Enroute to Origin Airport
    "FD": (S.IN_TRANSIT, None),  # At FedEx Destination
    "LO": (S.IN_TRANSIT, None),  # Left Origin
    "Ow": (S.IN_TRANSIT, None),  # On the way
    "PF": (S.IN_TRANSIT, None),  # Plane in Flight
    "PL": (S.IN_TRANSIT, None),  # Plane Landed
    "PM": (S.IN_TRANSIT, None),  # In Progress
    "SF": (S.IN_TRANSIT, None),  # At Sort Facility
    "TR": (S.IN_TRANSIT, None),  # Transfer
    "AD": (S.OUT_FOR_DELIVERY, None),  # At Delivery
    "ED": (S.OUT_FOR_DELIVERY, None),  # Enroute to Delivery
    "OD": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "CD": (S.EXCEPTION, "customs"),  # Customs Delay
    "SE": (S.EXCEPTION, None),  # Shipment Exception
    "HA": (S.EXCEPTION, "recipient_instruction"),  # Hold at Location Requested
    "DE": (S.ATTEMPT_FAILED, None),  # Delivery Exception
    "CA": (S.EXCEPTION, "cancelled"),  # Shipment Cancelled
    "RD": (S.EXCEPTION, None),  # Return label link expired
    "HL": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Hold at Location
    "HP": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Ready for Recipient Pickup
    "DY": (S.EXCEPTION, "delay"),  # Delay
    "DD": (S.EXCEPTION, "delay"),  # Delivery Delay
    "PY": (S.EXCEPTION, "delay"),  # Pickup Delay
    "RS": (S.RETURNED, None),  # Return to Shipper
    "RT": (S.RETURNED, None),  # Return to Shipper Requested
    "AO": (S.IN_TRANSIT, None),  # Shipment arriving On-time
    "CH": (S.IN_TRANSIT, None),  # Location Changed
    "DR": (S.IN_TRANSIT, None),  # Vehicle furnished but not used
    "DS": (S.IN_TRANSIT, None),  # Vehicle Dispatched
    "PD": (S.EXCEPTION, "delay"),  # Pickup Delay
    "RR": (S.IN_TRANSIT, "recipient_instruction"),  # CDO requested
    "RM": (S.IN_TRANSIT, "recipient_instruction"),  # CDO Modified
    "RC": (S.IN_TRANSIT, "recipient_instruction"),  # CDO Cancelled
    "RP": (S.UNKNOWN, "no_news"),  # Return label link emailed to return sender
    "LP": (S.UNKNOWN, "no_news"),  # Return label link cancelled by shipment originator
    "RG": (S.UNKNOWN, "no_news"),  # Return label link expiring soon
    "SP": (S.IN_TRANSIT, None),  # Split Status
    "CC": (S.IN_TRANSIT, None),  # Cleared Customs
    "CP": (S.IN_TRANSIT, None),  # Clearance in Progress
}


def is_number(number: str) -> bool:
    """Whether the check digit of Express (12 digits) or Ground (15) is right; other lengths have none."""
    digits = number.replace(" ", "")
    if not (digits.isascii() and digits.isdecimal()):
        return False
    body, check = [int(digit) for digit in digits[:-1]], int(digits[-1])
    if len(digits) == 12:
        return sum(digit * (3, 1, 7)[place % 3] for place, digit in enumerate(body)) % 11 % 10 == check
    if len(digits) == 15:
        return (sum(body) + 2 * sum(body[1::2]) + check) % 10 == 0
    return 12 <= len(digits) <= 34


FEDEX = Carrier(
    name="fedex",
    title_ja="FedEx",
    title_en="FedEx",
    page="https://www.fedex.com/fedextrack/?trknbr={number}",
    statuses=ENGLISH | CODES,
    is_number=is_number,
)
