"""Incentives: which touchpoint gives a coupon of which pool, and what a template is told of it (`coupon`).

The terms stand in brand.toml alone ([sections.<source>.pools.<pool>]); they and the code are sealed with the message.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tasks.core.brand import PREFERENCE_PAGE, Brand, Section
from tasks.core.declarations import suggestion
from tasks.core.touchpoints import Touchpoint, missing_or_mistyped

COUPON: dict[str, str] = {
    "code": "text",
    "amount": "money?",
    "percent": "integer?",
    "minimum_spend": "money",
    "currency": "text",
    "ends_on": "date",
    "friend_amount": "money?",
}
"""What a sealed coupon holds, name -> type word; templates see `link` too."""

_TERMS = ("amount", "percent", "minimum_spend", "currency", "friend_amount")


def told(coupon: Mapping[str, Any] | None, section: Section) -> dict[str, Any] | None:
    """What a template sees as `coupon`; `link` applies the code, where the shop has an address for it."""
    if coupon is None:
        return None
    code, address = str(coupon["code"]), section.urls.coupon
    known = {name: coupon.get(name) for name in COUPON}
    return {**known, "link": f"{address}?code={quote(code, safe='')}" if address else None}


def check_coupon(touchpoint: Touchpoint, variant: str, coupon: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with the coupon of a message or a sample: it is declared, whole, and there where it must be."""
    incentive = touchpoint.incentive_of(variant)
    if coupon is None:
        return ["coupon: it is required"] if incentive == "required" else []
    if not incentive:
        return [f"coupon: touchpoint.toml declares no incentive for variant {variant!r}"]
    given = {**dict.fromkeys(("amount", "percent", "friend_amount")), **coupon}
    extra = [f"unknown field {name!r}{suggestion(name, list(COUPON))}" for name in coupon if name not in COUPON]
    worth = [] if (given["amount"] is None) != (given["percent"] is None) else ["needs either amount or percent"]
    return [f"coupon: {what}" for what in missing_or_mistyped(COUPON, given) + extra + worth]


def check_incentives(brand: Brand, known: Iterable[Touchpoint]) -> Iterator[str]:
    """What brand.toml gives to touchpoints that are not there or take nothing."""
    taking = {touchpoint.name for touchpoint in known if touchpoint.incentive}
    for source, section in brand.sections.items():
        for name in section.incentives.keys() - taking - {PREFERENCE_PAGE}:
            near = suggestion(name, sorted(taking))
            yield f"brand.toml: sections.{source}.incentives.{name}: no such touchpoint declares an incentive{near}"


def wanted(brand: Brand, known: Iterable[Touchpoint]) -> str:
    """Touchpoint x source with the pool it gives from (null: none), as JSON for sql/decide/gates."""
    rows = [
        _row(touchpoint, source, section)
        for touchpoint in known
        if touchpoint.incentive
        for source, section in brand.sections.items()
    ]
    return json.dumps(rows)


def _row(touchpoint: Touchpoint, source: str, section: Section) -> dict[str, Any]:
    name = section.incentives.get(touchpoint.name)
    pool = section.pools[name].model_dump(mode="json") if name else {}
    return {
        "touchpoint": touchpoint.name,
        "source": source,
        "required": touchpoint.incentive == "required",
        "variants": [variant for variant in touchpoint.variants if touchpoint.incentive_of(variant)],
        "pool": name,
        "code": pool.get("code"),
        "valid_days": pool.get("valid_days"),
        "terms": {term: pool.get(term) for term in _TERMS},
    }
