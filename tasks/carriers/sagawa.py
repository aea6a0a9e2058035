"""Sagawa Express (佐川急便, 飛脚宅配便).

- Words that name a depot are listed once, with ○○店 in its place.
- 保管中 before the first 配達中 waits for the requested day; afterwards it follows an absence.
- A parcel on its way back shows 調査中 and its older rows vanish: the scans already stored are all there is.
"""

from tasks.carriers.base import Carrier, Meaning
from tasks.core.domain import TrackingStatus as S

STATUSES: dict[str, Meaning] = {
    "集荷": (S.PICKED_UP, None),
    "荷物受付": (S.LABEL_CREATED, None),
    "出荷情報受付": (S.LABEL_CREATED, None),
    "お荷物をお預かり致しました。": (S.PICKED_UP, None),
    "輸送中": (S.IN_TRANSIT, None),
    "幹線輸送中": (S.IN_TRANSIT, None),
    "配達店到着": (S.IN_TRANSIT, None),
    "○○店を出発致しました。": (S.IN_TRANSIT, None),
    "保管中": (S.HELD_AT_LOCATION, None),
    "○○店でお預かりしております。": (S.HELD_AT_LOCATION, None),
    "営業所受取": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "コンビニ受取": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "配達中": (S.OUT_FOR_DELIVERY, None),
    "○○店から配達に出発致しました。": (S.OUT_FOR_DELIVERY, None),
    "一部配達完了": (S.IN_TRANSIT, "partial_delivery"),
    "配達完了": (S.DELIVERED, None),
    "配達完了【宅配BOX】": (S.DELIVERED, None),
    "配達終了": (S.DELIVERED, None),
    "配達は終了致しました。": (S.DELIVERED, None),
    "ご不在": (S.ATTEMPT_FAILED, "absent"),
    "ご不在でしたので、お預かりしております。": (S.ATTEMPT_FAILED, "absent"),
    "ご不在のため持ち帰りました。": (S.ATTEMPT_FAILED, "absent"),
    "持戻り": (S.ATTEMPT_FAILED, None),
    "○○店へ持ち帰りました。": (S.ATTEMPT_FAILED, None),
    "長期不在": (S.EXCEPTION, "absent"),
    "受取拒否": (S.EXCEPTION, "refused"),
    "受取辞退": (S.EXCEPTION, "refused"),
    "お問合せ": (S.EXCEPTION, None),
    "営業所へお問い合わせください。": (S.EXCEPTION, None),
    "担当営業所にお問い合わせください。": (S.EXCEPTION, None),
    "調査中": (S.EXCEPTION, "investigation"),
    "返送": (S.RETURNED, None),
    "返品": (S.RETURNED, None),
    "該当なし": (S.UNKNOWN, "not_registered"),
    "お荷物データが登録されておりません。": (S.UNKNOWN, "not_registered"),
    "恐れ入りますが、お問い合せ送り状NOをお確かめください。": (S.UNKNOWN, "invalid_number"),
}

SAGAWA = Carrier(
    name="sagawa",
    title_ja="佐川急便",
    title_en="Sagawa Express",
    page="https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}",
    statuses=STATUSES,
)
