"""Seino Transportation (西濃運輸, カンガルー便).

- 配達 says that the parcel is on its round; 配達済みです that it was handed over.
- Its page has no word for the way back to the sender.
"""

from tasks.carriers.base import Carrier, Meaning, is_modulo_7
from tasks.core.domain import TrackingStatus as S

STATUSES: dict[str, Meaning] = {
    "受付": (S.PICKED_UP, None),
    "発送": (S.IN_TRANSIT, None),
    "中継": (S.IN_TRANSIT, None),
    "持出": (S.OUT_FOR_DELIVERY, None),
    "配達": (S.OUT_FOR_DELIVERY, None),
    "持戻": (S.ATTEMPT_FAILED, None),
    "配達済みです": (S.DELIVERED, None),
    "入力されたお問合せ番号が見当りません": (S.UNKNOWN, "not_registered"),
}

SEINO = Carrier(
    name="seino",
    title_ja="西濃運輸",
    title_en="Seino Transportation",
    page="https://track.seino.co.jp/cgi-bin/gnpquery.pgm?GNPNO1={number}",
    statuses=STATUSES,
    is_number=lambda number: is_modulo_7(number, 10),
)
