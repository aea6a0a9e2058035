"""DHL keeps the contract of carriers."""

from tasks.carriers.dhl import DHL
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestDhl(CarrierContract):
    carrier = DHL
    decorated = (("Transit", S.IN_TRANSIT), ("ok", S.DELIVERED), ("Delivered (signed)", S.DELIVERED))
    valid_numbers = ("3318810025",)
