"""Seino keeps the contract of carriers."""

from tasks.carriers.seino import SEINO
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import ENDS, CarrierContract


class TestSeino(CarrierContract):
    carrier = SEINO
    decorated = (("持戻（ご不在）", S.ATTEMPT_FAILED), ("発送↓", S.IN_TRANSIT))
    ends = ENDS - {S.RETURNED}  # its page has no word for it
    valid_numbers = ("1234567891", "123-456-7891")
