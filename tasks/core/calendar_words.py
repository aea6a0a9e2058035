"""An audience, told in a line: what the communication calendar shows beside a campaign."""

from collections.abc import Mapping
from typing import Any


def audience_line(audience: Mapping[str, Any] | None, everybody: str) -> str:
    """`tier gold, silver · orders_counted ≥ 2 · not is_vip`; `everybody` where there is none."""
    return " · ".join(_asked(name, wanted) for name, wanted in audience.items()) if audience else everybody


def _asked(name: str, wanted: Any) -> str:
    if isinstance(wanted, bool):
        return name if wanted else f"not {name}"
    if not isinstance(wanted, dict):
        return f"{name} {_some(wanted)}"
    if wanted.keys() <= {"min", "max"}:
        return f"{name} {_between(wanted)}"
    return " · ".join(_asked(f"{name}.{key}", inner) for key, inner in wanted.items())


def _some(wanted: Any) -> str:
    return ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)


def _between(wanted: Mapping[str, Any]) -> str:
    if len(wanted) == 2:
        return f"{wanted['min']}–{wanted['max']}"
    return f"≥ {wanted['min']}" if "min" in wanted else f"≤ {wanted['max']}"
