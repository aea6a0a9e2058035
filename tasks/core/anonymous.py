"""A message's context as a stranger may see it: the same message, and nobody's.

Two nets. Fields that tell who somebody is have a stand-in, whatever they hold; and the words that identify this person
(sql/facts/identifying.sql) are blotted out wherever else they stand.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

HIDDEN = "•••"
NUMBER = "000000000000"

STAND_INS: dict[str, Any] = {
    **dict.fromkeys(("order_id", "order", "orders", "original_order_id", "shipment_id", "return_id"), "SAMPLE-0000"),
    **dict.fromkeys(("subscription_id", "plan_id", "customer_id", "mention_id"), "SAMPLE-0000"),
    **dict.fromkeys(("tracking_number", "payment_number", "payment_url"), NUMBER),
    **dict.fromkeys(("code", "coupon_code", "referral_code"), "SAMPLE"),
    **dict.fromkeys(("recipient_name", "buyer_name", "author", "email", "phone", "address", "location"), HIDDEN),
    **dict.fromkeys(("place", "last_seen"), HIDDEN),
    "postal_code": "000-0000",
    "birthday": "2000-01-01",
    "label_url": None,
    "post_url": None,
    "post": HIDDEN,
}
"""Field -> what stands in it instead. A null stays null, and a number is a count."""

_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
KEPT = ("consent", "timezone", "segments", "coupon")
"""What may stay of a recipient: it decides what the message says, and names nobody."""

_WHERE = ("address", "postal_code")
"""An object with one of these is where somebody lives: its `name` is theirs, and its region is not told."""


def anonymous(value: Any, name: str = HIDDEN, words: Iterable[str] = ()) -> Any:
    """The same JSON without the person. `name` stands for theirs; `words` are hidden, longest first."""
    return _masked(value, name, sorted(words, key=len, reverse=True))


def recipient_of_nobody(recipient: Mapping[str, Any], words: Iterable[str] = ()) -> dict[str, Any]:
    """What is left of a recipient: no name, no address."""
    left: dict[str, Any] = anonymous({name: recipient[name] for name in KEPT if name in recipient}, HIDDEN, words)
    return left


def _masked(value: Any, name: str, words: list[str]) -> Any:
    if isinstance(value, Mapping):
        place = {"name": name, "region": None} if any(key in value for key in _WHERE) else {}
        return {key: _field(key, inner, {**STAND_INS, **place}, name, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name, words) for inner in value]
    return _blotted(value, words) if isinstance(value, str) else value


def _field(key: str, value: Any, stand_ins: Mapping[str, Any], name: str, words: list[str]) -> Any:
    if key not in stand_ins or value is None or isinstance(value, Mapping | bool | int | float):
        return _masked(value, name, words)
    if isinstance(value, list):
        return [_field(key, inner, stand_ins, name, words) for inner in value]
    return stand_ins[key]


def _blotted(text: str, words: list[str]) -> str:
    if _AMOUNT.fullmatch(text):  # a short id is part of many a price
        return HIDDEN if text in words else text
    for word in words:
        text = text.replace(word, HIDDEN)
    return text
