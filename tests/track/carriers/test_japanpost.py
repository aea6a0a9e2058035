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
    valid_numbers = ("317412345670", "3174-1234-5670", "12345678903")

    def test_the_check_digit_of_international_numbers(self) -> None:
        assert JAPANPOST.is_number("EB 123 456 785 JP")
        assert not JAPANPOST.is_number("EB123456786JP")
