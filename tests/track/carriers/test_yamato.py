"""Yamato keeps the contract of carriers."""

from tasks.carriers.yamato import YAMATO
from tasks.core.domain import TrackingStatus as S
from tests.track.carriers.contract import CarrierContract


class TestYamato(CarrierContract):
    carrier = YAMATO
    decorated = (
        ("持戻（ご不在）　２回目", S.ATTEMPT_FAILED),
        ("返品（受取拒否）", S.RETURNED),
        ("依頼受付（置き配）", S.IN_TRANSIT),
        ("配達完了(宅配ボックス)", S.DELIVERED),
        ("OUT FOR DELIVERY", S.OUT_FOR_DELIVERY),
    )
