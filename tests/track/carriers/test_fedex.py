"""FedEx keeps the contract of carriers."""

from tasks.carriers.fedex import FEDEX
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestFedex(CarrierContract):
    carrier = FEDEX
    decorated = (("ow", S.IN_TRANSIT), ("out for delivery", S.OUT_FOR_DELIVERY))
    valid_numbers = ("986578788855", "041441760228964")
