"""JapanPost keeps the contract of carriers."""

from tasks.carriers.japanpost import JAPANPOST
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestJapanPost(CarrierContract):
    carrier = JAPANPOST
    decorated = (
        ("保管（ご不在）", S.HELD_AT_LOCATION),
        ("FINAL DELIVERY", S.DELIVERED),
        ("お届け済み（郵便受け）", S.DELIVERED),
        ("差出人に返送（転居）", S.RETURNED),
    )
