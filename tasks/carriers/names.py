"""What order systems call a carrier: its name, its service, or a code of theirs (Rakuten's delivery companies)."""

from tasks.carriers.base import normalise

_NAMES = {
    "yamato": ("ヤマト運輸", "ヤマト", "クロネコヤマト", "宅急便", "Yamato Transport", "taqbin-jp", "1001"),
    "sagawa": ("佐川急便", "佐川", "飛脚宅配便", "Sagawa Express", "1002"),
    "japanpost": ("日本郵便", "郵便局", "ゆうパック", "ゆうパケット", "Japan Post", "japan_post", "japan-post", "1003"),
    "seino": ("西濃運輸", "西濃", "カンガルー便", "Seino Transportation", "1004"),
    "dhl": ("DHL Express", "1018"),
    "fedex": ("フェデックス", "1019"),
    "ups": ("ユーピーエス", "1020"),
}
"""Canonical carrier -> what else it is called, beside its own name."""

_CARRIER_OF = {normalise(name): carrier for carrier, names in _NAMES.items() for name in (carrier, *names)}


def canonical(name: str) -> str:
    """The canonical carrier of a name; a name nobody lists stays as it is."""
    return _CARRIER_OF.get(normalise(name), name)
