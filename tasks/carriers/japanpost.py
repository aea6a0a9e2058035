"""Japan Post (日本郵便, ゆうパック and ゆうパケット).

- 持ち出し中 disappears from the page once the round is over: histories are not append-only.
- コンビニエンスストアに引渡 waits there for the customer: it is not delivered.
- 返送できません ends the way back without an arrival.
"""

from tasks.carriers.base import Carrier, Meaning, is_modulo_7
from tasks.core.domain import TrackingStatus as S

STATUSES: dict[str, Meaning] = {
    "引受": (S.PICKED_UP, None),
    "発送": (S.IN_TRANSIT, None),
    "通過": (S.IN_TRANSIT, None),
    "通過（車又は船輸送に変更）": (S.IN_TRANSIT, "delay_transport_mode"),
    "中継": (S.IN_TRANSIT, None),
    "到着": (S.IN_TRANSIT, None),
    "転送": (S.IN_TRANSIT, "forwarded"),
    "国際交換局に到着": (S.IN_TRANSIT, None),
    "国際交換局から発送": (S.IN_TRANSIT, None),
    "保税運送中": (S.IN_TRANSIT, None),
    "保税運送到着": (S.IN_TRANSIT, None),
    "通関手続中": (S.IN_TRANSIT, None),
    "輸入申告手続中": (S.IN_TRANSIT, None),
    "税関検査のため税関へ提示": (S.IN_TRANSIT, None),
    "税関から受領": (S.IN_TRANSIT, None),
    "通関完了": (S.IN_TRANSIT, None),
    "税関から名宛人に照会中": (S.EXCEPTION, "customs"),
    "税関保留": (S.EXCEPTION, "customs"),
    "持ち出し中": (S.OUT_FOR_DELIVERY, None),
    "配達希望受付": (S.IN_TRANSIT, "recipient_instruction"),
    "ご不在のため持ち戻り": (S.ATTEMPT_FAILED, "absent"),
    "お届け先休日等のため保管": (S.HELD_AT_LOCATION, "closed"),
    "保管": (S.HELD_AT_LOCATION, None),
    "保管中": (S.HELD_AT_LOCATION, None),
    "私書箱保管": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "保管期間延長受付": (S.HELD_AT_LOCATION, "recipient_instruction"),
    "コンビニエンスストアに引渡": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "コンビニエンスストア等に引渡": (S.HELD_AT_LOCATION, "ready_for_pickup"),
    "最寄局・最寄店送付": (S.IN_TRANSIT, None),
    "お届け先にお届け済み": (S.DELIVERED, None),
    "お届け済み": (S.DELIVERED, None),
    "窓口でお渡し": (S.DELIVERED, None),
    "調査中": (S.EXCEPTION, "investigation"),
    "差出人に返送": (S.RETURNED, None),
    "差出人に返送済み": (S.RETURNED, None),
    "返送できません": (S.EXCEPTION, None),
    "＊＊ お問い合わせ番号が見つかりません。お問い合わせ番号をご確認の上、お近くの取扱店にお問い合わせください。": (
        S.UNKNOWN,
        "not_registered",
    ),
    "＊＊ お問い合わせ番号の入力桁数に誤りがあります。11桁から13桁で入力してください。": (S.UNKNOWN, "invalid_number"),
    "Posting/Collection": (S.PICKED_UP, None),
    "En route": (S.IN_TRANSIT, None),
    "Arrival at outward office of exchange": (S.IN_TRANSIT, None),
    "Dispatch from outward office of exchange": (S.IN_TRANSIT, None),
    "Arrival at inward office of exchange": (S.IN_TRANSIT, None),
    "Item presented to import Customs": (S.IN_TRANSIT, None),
    "Item returned from import Customs": (S.IN_TRANSIT, None),
    "Departure from inward office of exchange": (S.IN_TRANSIT, None),
    "Processing at delivery Post Office": (S.IN_TRANSIT, None),
    "Item out for physical delivery": (S.OUT_FOR_DELIVERY, None),
    "Absence. Attempted delivery.": (S.ATTEMPT_FAILED, "absent"),
    "Retention": (S.HELD_AT_LOCATION, None),
    "Final delivery": (S.DELIVERED, None),
}

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def is_number(number: str) -> bool:
    """Whether the check digit of a domestic (11 or 12 digits) or international number (S10 of the UPU) is right."""
    plain = number.replace("-", "").replace(" ", "").upper()
    if len(plain) == 13 and plain.isascii() and plain[2:11].isdecimal() and (plain[:2] + plain[11:]).isalpha():
        rest = 11 - sum(int(digit) * weight for digit, weight in zip(plain[2:10], _S10_WEIGHTS, strict=True)) % 11
        return int(plain[10]) == {10: 0, 11: 5}.get(rest, rest)
    return is_modulo_7(plain, 11) or is_modulo_7(plain, 12)


JAPANPOST = Carrier(
    name="japanpost",
    title_ja="日本郵便",
    title_en="Japan Post",
    page="https://trackings.post.japanpost.jp/services/srv/search/direct?reqCodeNo1={number}",
    statuses=STATUSES,
    is_number=is_number,
)
