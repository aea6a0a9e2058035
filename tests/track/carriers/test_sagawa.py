"""Sagawa keeps the contract of carriers."""

from tasks.carriers.sagawa import SAGAWA
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestSagawa(CarrierContract):
    carrier = SAGAWA
    decorated = (
        ("久喜店から配達に出発致しました。", S.OUT_FOR_DELIVERY),
        ("城南店を出発致しました。", S.IN_TRANSIT),
        ("墨田店でお預かりしております。", S.HELD_AT_LOCATION),
        ("配達店へ持ち帰りました。", S.ATTEMPT_FAILED),
        ("調査中／恐れ入りますが、営業所へお問い合わせください。", S.EXCEPTION),
        ("配達完了【宅配ボックス】", S.DELIVERED),
        ("城南店を閉店致しました。", S.UNKNOWN),
    )
