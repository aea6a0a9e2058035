"""Incentives: which touchpoint gives a coupon of which pool, and what a template is told of it (`coupon`).

The terms stand in brand.toml alone ([sections.<source>.pools.<pool>]); they and the code are sealed with the message.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, RowMapping

from tasks.core.brand import DEFAULT_SECTION, Brand, Section
from tasks.core.declarations import suggestion
from tasks.core.pools import PREFERENCE_PAGE
from tasks.core.queries import query
from tasks.core.runs import Run
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


def as_given(touchpoint: Touchpoint, brand: Brand, coupon: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The coupon of a sample on the terms of brand.toml: what each section really gives with this touchpoint."""
    for section in brand.sections.values():
        if pool := section.pools.get(section.incentives.get(touchpoint.name, "")):
            yield {"code": coupon["code"], "ends_on": coupon["ends_on"], **pool.model_dump(include=set(_TERMS))}


def check_incentives(brand: Brand, known: Iterable[Touchpoint]) -> Iterator[str]:
    """What brand.toml gives to touchpoints that are not there or take nothing."""
    taking = {touchpoint.name for touchpoint in known if touchpoint.incentive}
    for source, section in brand.sections.items():
        for name in section.incentives.keys() - taking - {PREFERENCE_PAGE}:
            near = suggestion(name, sorted(taking))
            yield f"brand.toml: sections.{source}.incentives.{name}: no such touchpoint declares an incentive{near}"


def wanted(brand: Brand, known: Iterable[Touchpoint]) -> str:
    """Parameter `incentives` of the gates, JSON: touchpoints that may give a coupon, and each section's pools."""
    touchpoints = {
        touchpoint.name: {
            "required": touchpoint.incentive == "required",
            "variants": [variant for variant in touchpoint.variants if touchpoint.incentive_of(variant)],
        }
        for touchpoint in known
        if touchpoint.incentive
    }
    sections = {
        source: {
            "incentives": section.incentives,
            "pools": {name: pool.model_dump(exclude_none=True) for name, pool in section.pools.items()},
        }
        for source, section in brand.sections.items()
    }
    return json.dumps({"default": DEFAULT_SECTION, "touchpoints": touchpoints, "sections": sections})


def alarms(connection: Connection, run: Run, brand: Brand) -> list[str]:
    """A sentence for each pool of codes that is empty while somebody asks, or will be soon. Reads the candidates."""
    pools = {name for section in brand.sections.values() for name, pool in section.pools.items() if not pool.code}
    rows = query("decide/pools").rows(connection, pools=sorted(pools), as_of=run.as_of)
    return [sentence for row in rows if (sentence := _shortage(row))]


def _shortage(row: RowMapping) -> str:
    more = f"add codes of pool {row['pool']} to coupon_codes"
    if row["waiting"] or row["without"]:
        lot = [f"{row[what]} messages {then}" for what, then in _THEN.items() if row[what]]
        return f"Pool {row['pool']} has no code left: {', '.join(lot)}; {more}."
    if row["left_over"] < row["week"]:
        return f"Pool {row['pool']} has {row['left_over']} codes left, and the last 7 days took {row['week']}; {more}."
    return ""


_THEN = {"waiting": "wait for one", "without": "leave without a coupon"}
