"""UPS keeps the contract of carriers."""

from tasks.carriers.ups import UPS
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestUps(CarrierContract):
    carrier = UPS
    decorated = (("011", S.DELIVERED), ("DELIVERED", S.DELIVERED), ("Delivered (front door)", S.DELIVERED))
    valid_numbers = ("1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1z5r89390357567127")
