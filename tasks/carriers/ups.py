"""UPS. Words are its Tracking API's: status codes (with or without leading zeros) and activity types.

https://developer.ups.com/tag/Tracking?loc=en_US

- A request of the recipient or shipper (hold, reschedule, change of address) is no movement.
- A failed pickup at the sender's (65, 131, 135) is no failed delivery.
- Delivered to an Access Point or post office (144, 161) waits there for the customer: it is not delivered.
- Codes that tell nothing of the parcel (claims, photos) are UNKNOWN with a reason: known, and of no consequence.
"""

from tasks.carriers.base import ENGLISH, Carrier, Meaning
from tasks.core.domain import TrackingStatus as S

ACTIVITIES: dict[str, Meaning] = {
    "M": (S.LABEL_CREATED, None),  # Billing Information Received
    "MV": (S.EXCEPTION, "cancelled"),  # Billing Information Voided
    "MP": (S.LABEL_CREATED, None),  # manifest pickup
    "XD": (S.LABEL_CREATED, None),  # signature required
    "OA": (S.LABEL_CREATED, None),  # order assigned
    "DD": (S.LABEL_CREATED, None),  # data downloaded
    "OR": (S.PICKED_UP, None),  # origin scan
    "PU": (S.PICKED_UP, None),  # picked up
    "OC": (S.PICKED_UP, None),  # origin country
    "OG": (S.PICKED_UP, None),  # origin gate
    "D": (S.DELIVERED, None),  # Delivered
    "FS": (S.DELIVERED, None),  # final status
    "KB": (S.DELIVERED, None),  # delivered
    "F4": (S.DELIVERED, None),  # delivered code
    "I": (S.IN_TRANSIT, None),  # In Transit, Out for Delivery
    "DP": (S.IN_TRANSIT, None),  # departure scan
    "AA": (S.IN_TRANSIT, None),  # arrival scan
    "AR": (S.IN_TRANSIT, None),  # arrival scan
    "AF": (S.IN_TRANSIT, None),  # arrival facility
    "AL": (S.IN_TRANSIT, None),  # arrival location
    "DS": (S.IN_TRANSIT, None),  # departure scan
    "IH": (S.IN_TRANSIT, None),  # in-transit hub
    "AP": (S.IN_TRANSIT, None),  # arrival at post office
    "OT": (S.OUT_FOR_DELIVERY, None),  # out for delivery
    "OD": (S.OUT_FOR_DELIVERY, None),  # on delivery vehicle
    "OF": (S.OUT_FOR_DELIVERY, None),  # out for final delivery
    "DL": (S.OUT_FOR_DELIVERY, None),  # delivery in progress
    "X": (S.EXCEPTION, None),  # Exception
    "EX": (S.EXCEPTION, None),  # exception
    "HX": (S.EXCEPTION, None),  # hold exception
    "HD": (S.EXCEPTION, None),  # hold at depot
    "HI": (S.EXCEPTION, None),  # hold instruction
    "HS": (S.EXCEPTION, None),  # hold at station
    "HU": (S.EXCEPTION, None),  # hold until
    "NH": (S.EXCEPTION, "not_registered"),  # no such number
    "RF": (S.ATTEMPT_FAILED, "refused"),  # refused
    "UR": (S.ATTEMPT_FAILED, None),  # undeliverable return
    "UF": (S.ATTEMPT_FAILED, "moved"),  # unable to forward
    "CC": (S.ATTEMPT_FAILED, None),  # call center
    "VD": (S.EXCEPTION, "cancelled"),  # void
    "CA": (S.EXCEPTION, "cancelled"),  # cancelled
    "CN": (S.EXCEPTION, "cancelled"),  # cancel
    "CV": (S.EXCEPTION, "cancelled"),  # cancel void
    "RP": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # ready for pickup
    "UU": (S.HELD_AT_LOCATION, None),  # unable to deliver
    "AC": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # available for collection
    "WC": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # will call
    "DY": (S.EXCEPTION, "delay"),  # delay
    "DE": (S.EXCEPTION, "delay"),  # delayed
    "SD": (S.EXCEPTION, "delay"),  # service delay
    "RS": (S.RETURNED, None),  # return to sender
    "RT": (S.RETURNED, None),  # return to
    "RH": (S.RETURNED, None),  # return home
    "RU": (S.RETURNED, None),  # return undeliverable
    "NA": (S.UNKNOWN, "no_news"),  # Not Available
    "U": (S.UNKNOWN, "no_news"),  # Updates (Track Alert API Only)
}

CODES: dict[str, Meaning] = {
    "0": (S.UNKNOWN, "not_registered"),  # Status Not Available
    "3": (S.LABEL_CREATED, None),  # Shipment Ready for UPS
    "5": (S.IN_TRANSIT, None),  # On the Way
    "6": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "7": (S.UNKNOWN, "no_news"),  # Shipment Information Voided
    "10": (S.IN_TRANSIT, None),  # On the Way
    "11": (S.DELIVERED, None),  # Delivered
    "12": (S.IN_TRANSIT, None),  # Clearance in Progress
    "13": (S.EXCEPTION, None),  # Exception
    "14": (S.IN_TRANSIT, None),  # Clearance Completed
    "16": (S.IN_TRANSIT, None),  # In Warehouse
    "17": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Held for Customer Pickup
    "18": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Change Requested: Hold for Pickup
    "19": (S.IN_TRANSIT, "recipient_instruction"),  # Held for Future Delivery
    "20": (S.IN_TRANSIT, "recipient_instruction"),  # Held for Future Delivery Requested
    "21": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "22": (S.ATTEMPT_FAILED, None),  # First Attempt Made
    "23": (S.ATTEMPT_FAILED, None),  # Second Delivery Attempted
    "24": (S.ATTEMPT_FAILED, None),  # Final Attempt Made
    "25": (S.IN_TRANSIT, None),  # On the Way
    "26": (S.DELIVERED, None),  # Delivered by Local Post Office
    "27": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Address Change Requested
    "28": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Address Changed
    "29": (S.EXCEPTION, None),  # Exception: Action Required
    "30": (S.EXCEPTION, None),  # Local Post Office Exception
    "32": (S.EXCEPTION, "weather"),  # Adverse Weather May Cause Delay
    "33": (S.IN_TRANSIT, "recipient_instruction"),  # Return to Sender Requested
    "34": (S.RETURNED, None),  # Returned to Sender
    "35": (S.RETURNED, None),  # Returning to Sender
    "36": (S.RETURNED, None),  # Returning to Sender: In Transit
    "37": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "38": (S.PICKED_UP, None),  # Picked Up by UPS
    "39": (S.IN_TRANSIT, None),  # On the Way
    "40": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Ready for Customer Pickup
    "41": (S.IN_TRANSIT, "recipient_instruction"),  # Service Upgrade Requested
    "42": (S.IN_TRANSIT, "recipient_instruction"),  # Service Upgraded
    "43": (S.UNKNOWN, "no_news"),  # Voided Pickup
    "44": (S.LABEL_CREATED, None),  # On the Way to UPS
    "45": (S.LABEL_CREATED, None),  # On the Way to UPS
    "46": (S.EXCEPTION, "delay"),  # Delay
    "47": (S.IN_TRANSIT, None),  # On the Way
    "48": (S.EXCEPTION, "delay"),  # Delay
    "49": (S.EXCEPTION, "delay"),  # Delay: Action Required
    "50": (S.EXCEPTION, "address"),  # Address Information Required
    "51": (S.EXCEPTION, "weather"),  # Delay: Emergency Situation or Severe Weather
    "52": (S.EXCEPTION, "weather"),  # Delay: Severe Weather
    "53": (S.EXCEPTION, "weather"),  # Delay: Severe Weather
    "54": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Change Requested
    "55": (S.IN_TRANSIT, "recipient_instruction"),  # Rescheduled Delivery
    "56": (S.IN_TRANSIT, "recipient_instruction"),  # Service Upgrade Requested
    "57": (S.IN_TRANSIT, None),  # On the Way to a Local UPS Access Point
    "58": (S.EXCEPTION, "customs"),  # Clearance Information Required
    "59": (S.EXCEPTION, "damaged"),  # Damage Reported
    "60": (S.ATTEMPT_FAILED, None),  # Delivery Attempted
    "61": (S.ATTEMPT_FAILED, None),  # Delivery Attempted: Adult Signature Required
    "62": (S.ATTEMPT_FAILED, None),  # Delivery Attempted: Funds Required
    "63": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Change Completed
    "64": (S.EXCEPTION, "refused"),  # Delivery Refused
    "65": (S.LABEL_CREATED, None),  # Pickup Attempted
    "66": (S.ATTEMPT_FAILED, None),  # Post Office Delivery Attempted
    "67": (S.RETURNED, None),  # Returned to Sender by Post Office
    "68": (S.LOST, None),  # Sent to Lost and Found
    "69": (S.EXCEPTION, None),  # Unable to Deliver
    "70": (S.IN_TRANSIT, None),  # Package not at UPS Access Point yet
    "71": (S.IN_TRANSIT, None),  # Preparing for Delivery
    "72": (S.OUT_FOR_DELIVERY, None),  # Loaded on Delivery Vehicle
    "73": (S.IN_TRANSIT, None),  # In Transit to UPS Delivery Partner
    "74": (S.IN_TRANSIT, None),  # UPS Delivery Partner has Shipment
    "75": (S.IN_TRANSIT, None),  # Scheduled for Delivery
    "76": (S.EXCEPTION, None),  # UPS Delivery Partner Exception
    "77": (S.LABEL_CREATED, None),  # Scheduled for Pickup Today
    "78": (S.OUT_FOR_DELIVERY, None),  # Your Driver is Arriving Soon!
    "79": (S.IN_TRANSIT, None),  # Order Processed: In Transit to UPS
    "80": (S.LABEL_CREATED, None),  # Order Processed: Ready for UPS
    "81": (S.RETURNED, "damaged"),  # Returned - Damage Reported
    "82": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Instructions Received
    "83": (S.EXCEPTION, None),  # Held
    "84": (S.IN_TRANSIT, None),  # Cleared
    "85": (S.EXCEPTION, "payment"),  # Held for COD Payment
    "86": (S.EXCEPTION, "delay"),  # Delay
    "87": (S.IN_TRANSIT, None),  # On the Way
    "88": (S.UNKNOWN, "no_news"),  # Test
    "89": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "90": (S.EXCEPTION, "delay"),  # Delay
    "91": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "92": (S.IN_TRANSIT, None),  # Customs Clearance in Progress
    "93": (S.UNKNOWN, "no_news"),  # Premier Recovery In Progress
    "94": (S.UNKNOWN, "no_news"),  # Premier Recovery Completed
    "95": (S.IN_TRANSIT, "recipient_instruction"),  # Additional Attempt Requested
    "96": (S.IN_TRANSIT, "recipient_instruction"),  # Address Change Confirmed
    "97": (S.IN_TRANSIT, "recipient_instruction"),  # Address Change Requested
    "98": (S.IN_TRANSIT, "recipient_instruction"),  # Deliver to Original Address Requested
    "99": (S.IN_TRANSIT, "recipient_instruction"),  # Deliver to Original Address Confirmed
    "100": (S.IN_TRANSIT, "recipient_instruction"),  # Hold at UPS Access Point Confirmed
    "101": (S.IN_TRANSIT, "recipient_instruction"),  # Hold at UPS Access Point Requested
    "102": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Courier Requested
    "103": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Courier Confirmed
    "104": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Instructions Confirmed
    "105": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Instructions Requested
    "106": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Pickup Confirmed
    "107": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Pickup Requested
    "108": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Pickup Today Confirmed
    "109": (S.IN_TRANSIT, "recipient_instruction"),  # Hold for Pickup Today Requested
    "110": (S.IN_TRANSIT, "recipient_instruction"),  # Refrigeration Confirmed
    "111": (S.IN_TRANSIT, "recipient_instruction"),  # Refrigeration Requested
    "112": (S.IN_TRANSIT, "recipient_instruction"),  # Re-Ice Confirmed
    "113": (S.IN_TRANSIT, "recipient_instruction"),  # Re-Ice Requested
    "114": (S.IN_TRANSIT, "recipient_instruction"),  # Request Canceled
    "115": (S.IN_TRANSIT, "recipient_instruction"),  # Reschedule Delivery Confirmed
    "116": (S.IN_TRANSIT, "recipient_instruction"),  # Reschedule Delivery Requested
    "117": (S.UNKNOWN, "recipient_instruction"),  # Return by Saturday Confirmed
    "118": (S.RETURNED, "recipient_instruction"),  # Return to Sender Confirmed
    "119": (S.IN_TRANSIT, "recipient_instruction"),  # Return to Sender Requested
    "120": (S.IN_TRANSIT, "recipient_instruction"),  # Saturday Delivery Confirmed
    "121": (S.IN_TRANSIT, "recipient_instruction"),  # Saturday Delivery Requested
    "122": (S.IN_TRANSIT, "recipient_instruction"),  # Upgrade Confirmed
    "123": (S.EXCEPTION, "customs"),  # Pending Release From Non-UPS Broker
    "124": (S.EXCEPTION, "customs"),  # Clearance Information Needed
    "125": (S.EXCEPTION, "customs"),  # Clearance Information Needed
    "126": (S.EXCEPTION, "customs"),  # Pending Government Agency Release
    "127": (S.UNKNOWN, "no_news"),  # Investigation Closed
    "128": (S.EXCEPTION, "investigation"),  # Investigation Canceled
    "129": (S.UNKNOWN, "no_news"),  # Investigation Opened
    "130": (S.UNKNOWN, "no_news"),  # Claim in Progress
    "131": (S.EXCEPTION, None),  # Final Pickup Attempted
    "132": (S.EXCEPTION, "security"),  # Airport Security Delay
    "133": (S.LABEL_CREATED, None),  # Return Label Left With Customer
    "134": (S.IN_TRANSIT, None),  # Cleared Import Customs
    "135": (S.LABEL_CREATED, None),  # Second Pickup Attempted
    "136": (S.IN_TRANSIT, "recipient_instruction"),  # Delivery Rescheduled for Saturday
    "137": (S.IN_TRANSIT, None),  # Transferred to UPS Delivery Partner
    "138": (S.IN_TRANSIT, None),  # Awaiting Scheduled Departure
    "139": (S.EXCEPTION, None),  # Security Access Required
    "140": (S.UNKNOWN, "no_news"),  # Claim Paid - Claim Payment Has Been Processed.
    "141": (S.EXCEPTION, None),  # Incomplete Documentation Received
    "142": (S.EXCEPTION, None),  # Claim Voided
    "143": (S.DELIVERED, None),  # Delivered to Agent
    "144": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Delivered to Post Office for Pickup
    "145": (S.ATTEMPT_FAILED, None),  # Delivery Attempted
    "146": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "147": (S.LOST, "seized"),  # Seized by Law Enforcement, No Longer in UPS possession
    "148": (S.UNKNOWN, "not_registered"),  # Package Information Unavailable
    "149": (S.LOST, "destroyed"),  # Prohibited Contents, Package Destroyed No Longer in UPS possession
    "153": (S.IN_TRANSIT, None),  # Updated Delivery Time
    "154": (S.IN_TRANSIT, None),  # Updated Delivery Date
    "155": (S.UNKNOWN, "no_news"),  # Delivery Photo
    "156": (S.UNKNOWN, "no_news"),  # Commercial Inside Release
    "157": (S.LABEL_CREATED, None),  # Shipment Ready for UPS
    "158": (S.IN_TRANSIT, None),  # On the Way
    "159": (S.IN_TRANSIT, None),  # On the Way
    "160": (S.PICKED_UP, None),  # We Have Your Package
    "161": (S.HELD_AT_LOCATION, "ready_for_pickup"),  # Delivered to UPS Access Point
    "162": (S.OUT_FOR_DELIVERY, None),  # Out for Delivery
    "163": (S.UNKNOWN, "not_registered"),  # Package Information Unavailable
    "164": (S.IN_TRANSIT, None),  # On the Way
    "165": (S.IN_TRANSIT, None),  # On the Way
    "166": (S.LABEL_CREATED, None),  # Shipment Ready for Roadie
    "167": (S.PICKED_UP, None),  # Dropped off at UPS Store by Customer
    "168": (S.PICKED_UP, None),  # Dropped off at Retail Location by Customer
    "169": (S.PICKED_UP, None),  # Dropped off at a UPS Access Point by Customer
}

_VALUE_OF_LETTER_A = 2


def is_number(number: str) -> bool:
    """Whether a 1Z number ends in its check digit; UPS has other, shorter numbers without one.

    Letters count from A = 2, every second character twice; the digit completes the sum to a multiple of ten.
    """
    body = number.replace(" ", "").upper()
    if not body.startswith("1Z"):
        return 9 <= len(body) <= 26 and body.isascii() and body.isalnum()
    if len(body) != 18 or not body.isascii() or not body.isalnum() or not body[-1].isdecimal():
        return False
    values = [
        int(sign) if sign.isdecimal() else (ord(sign) - ord("A") + _VALUE_OF_LETTER_A) % 10 for sign in body[2:-1]
    ]
    return (sum(values[::2]) + 2 * sum(values[1::2]) + int(body[-1])) % 10 == 0


UPS = Carrier(
    name="ups",
    title_ja="UPS",
    title_en="UPS",
    page="https://www.ups.com/track?tracknum={number}",
    statuses=ENGLISH | ACTIVITIES | CODES | {code.zfill(3): meaning for code, meaning in CODES.items()},
    is_number=is_number,
)
