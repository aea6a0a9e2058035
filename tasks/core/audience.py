"""Segments: what any template may ask about the person it writes to (`segments.<name>`), from the view customer_facts.

A touchpoint names those it reads (`segments = […]` in touchpoint.toml); they are looked up when a message is planned,
as of that hour, and sealed with it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tasks.core.declarations import suggestion

SEGMENTS: dict[str, tuple[str, Any]] = {
    "order_number": ("integer", 0),
    "orders_counted": ("integer", 0),
    "is_new": ("boolean", True),
    "is_repeat": ("boolean", False),
    "is_vip": ("boolean", False),
    "tier": ("text?", None),
    "lifetime_spend": ("money", 0),
    "currency": ("text?", None),
    "days_since_first_order": ("integer?", None),
    "own_interval_days": ("integer?", None),
    "next_order_on": ("date?", None),
    "categories": ("list", []),
    "preferred_channel": ("text?", None),
    "locale": ("text?", None),
    "region": ("text?", None),
    "newsletter": ("boolean", False),
    "has_open_problem": ("boolean", False),
    "last_arrival": ("text?", None),
    "last_review_score": ("integer?", None),
    "survey": ("object", {}),
    "scores": ("object", {}),
}
"""Name -> type word, as in `[context]`, and the value of somebody nothing is known of (docs/touchpoints.md)."""


def known_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names; ValueError for one that is no segment."""
    for name in names:
        if name not in SEGMENTS:
            raise ValueError(f"{name!r} is no segment{suggestion(name, list(SEGMENTS))}")
    return names


def asked(declared: Iterable[str], told: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a template of a touchpoint that declares these segments sees: of `told` these alone."""
    known = told or {}
    return {name: known.get(name, SEGMENTS[name][1]) for name in declared}


def types_of(declared: Iterable[str]) -> dict[str, str]:
    """Name -> type word."""
    return {name: SEGMENTS[name][0] for name in declared}


def wanted(declared: Mapping[str, Iterable[str]]) -> str:
    """Touchpoint -> segments, as JSON for sql/decide/plan_content.sql; touchpoints without any are left out."""
    return json.dumps({name: list(segments) for name, segments in declared.items() if segments})
