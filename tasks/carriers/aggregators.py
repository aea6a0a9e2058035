"""Words of services that ask many carriers: AfterShip's subtags and 17TRACK's sub-statuses.

A scan holds one as `aftership:Delivered_001` where the carrier's own word is not one we know. A sub-status no line
lists is read by its main status, which the service states beside it: `InTransit_013` is `InTransit`.

https://www.aftership.com/docs/tracking/enum/delivery-sub-statuses and https://api.17track.net (status and sub-status)
"""

from tasks.carriers.base import UNKNOWN, Meaning
from tasks.core.domain import TrackingStatus as S

AFTERSHIP: dict[str, Meaning] = {
    "Pending": (S.UNKNOWN, "no_news"),
    "InfoReceived": (S.LABEL_CREATED, None),
    "InTransit": (S.IN_TRANSIT, None),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, None),
    "AttemptFail": (S.ATTEMPT_FAILED, None),
    "Delivered": (S.DELIVERED, None),
    "AvailableForPickup": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "Exception": (S.EXCEPTION, None),
    "Expired": (S.UNKNOWN, "no_news"),
    "Delivered_001": (S.DELIVERED, None),
    "Delivered_002": (S.DELIVERED, None),
    "Delivered_003": (S.DELIVERED, None),
    "Delivered_004": (S.DELIVERED, None),
    "AvailableForPickup_001": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "Exception_001": (S.EXCEPTION, None),
    "Exception_002": (S.EXCEPTION, "moved"),
    "Exception_003": (S.EXCEPTION, "refused"),
    "Exception_004": (S.EXCEPTION, "customs"),
    "Exception_005": (S.EXCEPTION, "delay"),
    "Exception_006": (S.EXCEPTION, "payment"),
    "Exception_007": (S.EXCEPTION, "address"),
    "Exception_008": (S.EXCEPTION, "not_collected"),
    "Exception_009": (S.EXCEPTION, "refused_by_carrier"),
    "Exception_010": (S.RETURNED, None),
    "Exception_011": (S.RETURNED, None),
    "Exception_012": (S.EXCEPTION, "damaged"),
    "Exception_013": (S.LOST, None),
    "AttemptFail_001": (S.ATTEMPT_FAILED, None),
    "AttemptFail_002": (S.ATTEMPT_FAILED, "absent"),
    "AttemptFail_003": (S.ATTEMPT_FAILED, "closed"),
    "InTransit_001": (S.IN_TRANSIT, None),
    "InTransit_002": (S.PICKED_UP, None),
    "InTransit_003": (S.IN_TRANSIT, None),
    "InTransit_004": (S.IN_TRANSIT, None),
    "InTransit_005": (S.IN_TRANSIT, None),
    "InTransit_006": (S.IN_TRANSIT, None),
    "InTransit_007": (S.IN_TRANSIT, None),
    "InTransit_008": (S.IN_TRANSIT, None),
    "InTransit_009": (S.IN_TRANSIT, "forwarded"),
    "InfoReceived_001": (S.LABEL_CREATED, None),
    "OutForDelivery_001": (S.OUT_FOR_DELIVERY, None),
    "OutForDelivery_003": (S.OUT_FOR_DELIVERY, None),
    "OutForDelivery_004": (S.IN_TRANSIT, None),
    "Pending_001": (S.UNKNOWN, "no_news"),
    "Expired_001": (S.UNKNOWN, "no_news"),
}

SEVENTEENTRACK: dict[str, Meaning] = {
    "NotFound": (S.UNKNOWN, "no_news"),
    "InfoReceived": (S.LABEL_CREATED, None),
    "InTransit": (S.IN_TRANSIT, None),
    "Expired": (S.UNKNOWN, "no_news"),
    "AvailableForPickup": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, None),
    "DeliveryFailure": (S.ATTEMPT_FAILED, None),
    "Delivered": (S.DELIVERED, None),
    "Exception": (S.EXCEPTION, None),
    "NotFound_Other": (S.UNKNOWN, "no_news"),
    "NotFound_InvalidCode": (S.UNKNOWN, "invalid_number"),
    "InTransit_PickedUp": (S.PICKED_UP, None),
    "InTransit_Other": (S.IN_TRANSIT, None),
    "InTransit_Departure": (S.IN_TRANSIT, None),
    "InTransit_Arrival": (S.IN_TRANSIT, None),
    "InTransit_CustomsProcessing": (S.IN_TRANSIT, None),
    "InTransit_CustomsReleased": (S.IN_TRANSIT, None),
    "InTransit_CustomsRequiringInformation": (S.EXCEPTION, "customs"),
    "Expired_Other": (S.UNKNOWN, "no_news"),
    "AvailableForPickup_Other": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "OutForDelivery_Other": (S.OUT_FOR_DELIVERY, None),
    "DeliveryFailure_Other": (S.ATTEMPT_FAILED, None),
    "DeliveryFailure_NoBody": (S.ATTEMPT_FAILED, "absent"),
    "DeliveryFailure_Security": (S.ATTEMPT_FAILED, "security"),
    "DeliveryFailure_Rejected": (S.ATTEMPT_FAILED, "refused"),
    "DeliveryFailure_InvalidAddress": (S.ATTEMPT_FAILED, "address"),
    "Delivered_Other": (S.DELIVERED, None),
    "Exception_Other": (S.EXCEPTION, None),
    "Exception_Returning": (S.RETURNED, None),
    "Exception_Returned": (S.RETURNED, None),
    "Exception_NoBody": (S.EXCEPTION, "address"),
    "Exception_Security": (S.EXCEPTION, "security"),
    "Exception_Damage": (S.EXCEPTION, "damaged"),
    "Exception_Rejected": (S.EXCEPTION, "refused"),
    "Exception_Delayed": (S.EXCEPTION, "delay"),
    "Exception_Lost": (S.LOST, None),
    "Exception_Destroyed": (S.LOST, "destroyed"),
    "Exception_Cancel": (S.EXCEPTION, "cancelled"),
}

VOCABULARIES = {"aftership": AFTERSHIP, "17track": SEVENTEENTRACK}


def meaning(vocabulary: str, word: str) -> Meaning:
    """What one word of a service means: the word itself, else its main status."""
    words = VOCABULARIES.get(vocabulary, {})
    return words.get(word) or words.get(word.partition("_")[0], UNKNOWN)
